#pragma once
// One helper process: its life, and the client that it is.

#include <deque>
#include <optional>
#include <string>

#include "base/tick.h"
#include "engine/client/client.h"
#include "engine/ports.h"
#include "grammar/config/configuration.h"

namespace openbell::engine {

class Helper final : private Outlet {
 public:
  Helper(HelperId id, ClientId client_id, grammar::ProcessConfig config, bool ack,
         Processes& processes);

  [[nodiscard]] HelperId id() const { return id_; }
  [[nodiscard]] const std::string& name() const { return process.name; }
  [[nodiscard]] Cause cause() const { return {audit::Cause::Kind::helper, name(), client.pid}; }
  /// Another configuration of the same helper.
  void adopt(grammar::ProcessConfig config);

  /// A process that ends by our word keeps the neighbors that it had: what it still says is meant
  /// for them.
  void set_audience(rib::Audience audience);
  /// Tells its process to end; it is started anew then, whatever `respawn` says.
  void restart();
  /// A process that is ending makes room for another one, as if it had been told to restart.
  void come_back(grammar::ProcessConfig config);
  /// A process runs from now on. One that takes the place of another speaks as that, else as
  /// `claimant`.
  void started(int pid, rib::Claimant claimant);
  /// It ended: what was on its way to it is gone.
  void stopped();
  /// The process that ended did so to make room: what it has said is the next one's.
  void make_room(base::Tick now);
  /// A start happened: the time that must pass before the next one, longer each time it dies soon.
  base::Duration restart_delay(base::Tick now);

  grammar::ProcessConfig process;
  bool configured = true;  // false: removed by a reload, ending
  bool running = false;
  base::Tick restart_at = base::never;
  bool restart_asked = false;
  bool heir_due = false;  // the next process takes the place of the last one
  /// Processes that have ended, and when their routes are withdrawn (`on-exit withdraw after`).
  struct Ended {
    base::Tick withdraw_at;
    rib::Claimant claimant;
    int pid = 0;
  };
  std::deque<Ended> ended;  // the oldest first
  Client client;

 private:
  std::size_t write(std::string_view lines) override { return processes_.write_helper(id_, lines); }

  HelperId id_;
  Processes& processes_;
  std::optional<rib::Audience> next_audience_;  // of the process that is started next
  base::Tick started_at_{};
  unsigned quick_deaths_ = 0;
};

}  // namespace openbell::engine
