#pragma once
// What goes back to a client: events, answers to its commands, reports. Bounded: what is beyond is
// dropped and counted, nothing waits.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace openbell::engine {

/// Where the lines of a client go.
class Outlet {
 public:
  virtual ~Outlet() = default;
  /// Queues lines. Returns the bytes that wait there.
  virtual std::size_t write(std::string_view lines) = 0;
};

class Replies {
 public:
  /// `bytes_max`: what may wait before events are dropped.
  Replies(Outlet& outlet, std::size_t bytes_max) : outlet_(outlet), bytes_max_(bytes_max) {}
  void set_limit(std::size_t bytes_max) { bytes_max_ = bytes_max; }

  /// Somebody reads, or nobody does any more: what was on its way is gone.
  void open() { open_ = true; }
  void close();
  [[nodiscard]] bool is_open() const { return open_; }

  /// Queues lines, sent at the end of the turn. What is beyond the bound is dropped and counted
  /// (`lost` event).
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
  void hand_over(ReportLoss report_loss) {
    if (!open_) return drop_queued();
    if (lost_ != 0 && waiting_ + queued_.size() <= bytes_max_ / 2) {
      report_loss(lost_, queued_);
      lost_ = 0;
    }
    if (queued_.empty()) return;
    waiting_ = outlet_.write(queued_);
    queued_.clear();
  }
  /// So much waits at the outlet.
  void on_writable(std::size_t waiting) { waiting_ = waiting; }
  [[nodiscard]] bool has_news() const { return !queued_.empty() || lost_ != 0; }
  [[nodiscard]] std::uint64_t lost_total() const { return lost_total_; }

 private:
  struct Report {
    std::uint64_t number = 0;
    std::string ending;   // its own last line
    std::string answers;  // to the commands that came after it
    bool finished = false;
  };
  static constexpr std::size_t report_backlog = 1u << 20;

  void drop_queued();
  void lose();

  Outlet& outlet_;
  std::size_t bytes_max_;
  bool open_ = false;
  std::string queued_;  // of this turn
  std::uint64_t last_report_ = 0;
  std::deque<Report> reports_;  // running, in the order of their commands
  std::size_t waiting_ = 0;     // at the outlet
  std::uint64_t lost_ = 0;      // events and answers since the last `lost` event
  std::uint64_t lost_total_ = 0;
};

}  // namespace openbell::engine
