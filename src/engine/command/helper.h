#pragma once
// One helper process as the engine sees it: what it may command, what waits for its stdin, whether
// it wants answers.

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "base/tick.h"
#include "engine/host.h"
#include "grammar/config/configuration.h"
#include "rib/claimant.h"
#include "rib/peer_set.h"

namespace openbell::engine {

/// ExaBGP's `enable-ack`, `disable-ack`, `silence-ack`. Both of the latter end the answers; the
/// former is answered itself.
enum class Acknowledge : std::uint8_t { yes, no };

class Helper {
 public:
  Helper(HelperId id, grammar::ProcessConfig process, bool ack);

  [[nodiscard]] HelperId id() const { return id_; }
  /// It stands for the named pipes of the command line: no process runs.
  [[nodiscard]] bool is_command_line() const { return process.run.empty(); }
  [[nodiscard]] const std::string& name() const { return process.name; }

  /// Queues lines for its stdin, sent at the end of the turn. What is beyond the bound of its queue
  /// is dropped and counted (`lost` event); nothing waits.
  void deliver(std::string_view lines);
  /// An answer to a command: `done`, `error` or lines of a report. Dropped, and counted, only when
  /// the queue holds twice its bound.
  void answer(std::string_view lines);
  /// A report whose lines come in slices: answers to later commands wait until it has ended, so
  /// that answers keep the order of the commands. Several run one after the other: the number tells
  /// whose turn it is.
  std::uint64_t begin_report(std::string_view ending);
  [[nodiscard]] bool is_reporting(std::uint64_t number) const {
    return !reports_.empty() && reports_.front().number == number;
  }
  /// It was thrown away, with the process that asked for it.
  [[nodiscard]] bool report_is_gone(std::uint64_t number) const {
    return reports_.empty() || reports_.front().number > number;
  }
  void report(std::string_view lines) { queued_.append(lines); }
  void end_report();
  /// The whole of a report that did not come in slices: it leaves when its turn has come.
  void finish_report(std::uint64_t number, std::string_view lines);
  /// So much waits already that a report should not add to it.
  [[nodiscard]] bool backlogged() const { return waiting_ + queued_.size() > report_backlog; }
  /// Hands over what this turn queued. `report_loss` appends the text of a `lost` event for a
  /// count.
  template <typename ReportLoss>
  void hand_over(Host& host, ReportLoss report_loss) {
    if (!running) return drop_queued();
    if (lost_ != 0 && waiting_ + queued_.size() <= process.queue_bytes / 2) {
      report_loss(lost_, queued_);
      lost_ = 0;
    }
    if (queued_.empty()) return;
    waiting_ = host.write_helper(id_, queued_);
    queued_.clear();
  }
  void on_writable(std::size_t waiting) { waiting_ = waiting; }
  [[nodiscard]] bool has_news() const { return !queued_.empty() || lost_ != 0; }
  [[nodiscard]] std::uint64_t lost_total() const { return lost_total_; }

  /// It ended: what was on its way to it is gone.
  void stopped();
  /// A start happened: the time that must pass before the next one, longer each time it dies soon.
  base::Duration restart_delay(base::Tick now);

  grammar::ProcessConfig process;
  bool configured = true;  // false: removed by a reload, ending
  bool running = false;
  int pid = 0;
  Acknowledge acknowledge;
  base::Tick restart_at = base::never;
  bool restart_asked = false;  // stopped by us to be started anew, whatever `respawn` says
  /// The neighbors that it may command. A process that ends by our word keeps those that it had:
  /// what it still says is meant for them.
  [[nodiscard]] const rib::Audience& audience() const { return audience_; }
  void set_audience(rib::Audience audience) {
    if (running && restart_asked) {
      next_audience_ = std::move(audience);
    } else {
      audience_ = std::move(audience);
    }
  }
  std::uint64_t commands = 0;
  /// One more command, in the turn that began then.
  void note_command(base::Tick turn) {
    ++commands;
    if (turn != command_turn_) {
      commands_before_ = commands_in_turn_;
      commands_in_turn_ = 0;
      command_turn_ = turn;
    }
    ++commands_in_turn_;
  }
  /// A handful of commands in this turn and in the last one that had any.
  [[nodiscard]] bool says_little(base::Tick turn) const {
    return turn == command_turn_ && commands_in_turn_ <= handful && commands_before_ <= handful;
  }
  /// Who says what its process says; another for each process.
  rib::Claimant claimant;
  /// When the routes of a process that ended are withdrawn (`on-exit withdraw after`).
  base::Tick withdraw_at = base::never;
  rib::Claimant withdraw_claimant;
  /// A process runs from now on.
  void started(int process_id, rib::Claimant process_claimant);

 private:
  struct Report {
    std::uint64_t number = 0;
    std::string ending;   // its own last line
    std::string answers;  // to the commands that came after it
    bool finished = false;
  };
  static constexpr std::size_t report_backlog = 1u << 20;
  static constexpr std::uint32_t handful = 16;

  void drop_queued();
  void lose();

  HelperId id_;
  rib::Audience audience_;
  std::optional<rib::Audience> next_audience_;  // of the process that is started next
  std::string queued_;                          // of this turn
  std::uint64_t last_report_ = 0;
  std::deque<Report> reports_;  // running, in the order of their commands
  std::size_t waiting_ = 0;     // at the host
  std::uint64_t lost_ = 0;      // events and answers since the last `lost` event
  std::uint64_t lost_total_ = 0;
  base::Tick started_at_{};
  base::Tick command_turn_{};
  std::uint32_t commands_in_turn_ = 0;
  std::uint32_t commands_before_ = 0;
  unsigned quick_deaths_ = 0;
};

}  // namespace openbell::engine
