#pragma once
// The daemon: the engine, an adapter for each of its ports, and the loop that they live in.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "io/files.h"
#include "io/loop/signals.h"
#include "main/daemon/audit_files.h"
#include "main/daemon/bfd_sessions.h"
#include "main/daemon/checks.h"
#include "main/daemon/command_pipes.h"
#include "main/daemon/helper_processes.h"
#include "main/daemon/loader.h"
#include "main/daemon/log.h"
#include "main/daemon/peer_sockets.h"
#include "main/daemon/settings.h"
#include "main/daemon/world.h"

namespace openbell {

class Daemon final : public engine::Lifecycle, public io::Driver {
 public:
  /// `files` are taken in turn, one at each reload (debug.rotate); most have one.
  Daemon(const Settings& settings, std::vector<std::string> files, Log& log);

  /// Keeps the daemon's signals for the loop: comes before the first thread.
  static void block_signals();

  /// Serves `configuration` until it is told to end; the exit status.
  int run(grammar::Configuration configuration, std::uint32_t signal_after_s);

  // engine::Lifecycle
  void reload() override;
  void exit(int status) override;

  // io::Driver
  base::Tick next_deadline() override;
  void on_timers(const base::Now& now) override;
  void on_urgent(const base::Now& now) override;
  bool end_of_turn(const base::Now& now) override;

 private:
  std::string prepare(const grammar::Configuration& configuration);
  void prepare_realtime(const grammar::RealtimeConfig& realtime);
  void make_engine();
  void serve(grammar::Configuration configuration);
  void on_signal(int signal);
  void apply(LoadedConfiguration loaded);

  const Settings& settings_;
  io::Reactor reactor_;
  World world_;
  io::Signals signals_;

  PeerSockets peers_;
  HelperProcesses helpers_;
  CommandPipes pipes_;
  Checks checks_;
  Drills drills_;
  SystemClock clock_;
  BfdSessions bfd_;
  AuditFiles audit_;
  Loader loader_;
  io::PidFile pid_file_;
  grammar::RealtimeConfig realtime_;

  io::Timer give_up_;
  bool leaving_ = false;
  int status_ = 0;

  std::unique_ptr<engine::Engine> engine_;
};

}  // namespace openbell
