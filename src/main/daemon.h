#pragma once
// The daemon: the engine on sockets, processes, signals and clocks.

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "audit/trail.h"
#include "engine/engine.h"
#include "io/child.h"
#include "io/connections.h"
#include "io/control_pipe.h"
#include "io/files.h"
#include "io/log_writer.h"
#include "io/signals.h"
#include "io/wakeup.h"
#include "main/configuration_file.h"
#include "main/doors.h"
#include "main/log.h"
#include "main/settings.h"

namespace openbell {

class Daemon final : public engine::Host,
                     public io::Driver,
                     public io::ConnectionEvents,
                     public io::ChildEvents {
 public:
  /// `files` are taken in turn, one at each reload (debug.rotate); most have one.
  Daemon(const Settings& settings, std::vector<std::string> files, Log& log);
  ~Daemon() override;

  /// Keeps the daemon's signals for the loop: comes before the first thread.
  static void block_signals();

  /// Serves `configuration` until it is told to end; the exit status.
  int run(grammar::Configuration configuration, std::uint32_t signal_after_s);

  // engine::Host
  void connect(engine::ConnectionId connection, const engine::TransportOptions& options) override;
  void close(engine::ConnectionId connection) override;
  std::size_t write(engine::ConnectionId connection, base::Bytes messages) override;
  void start_helper(engine::HelperId helper, const grammar::ProcessConfig& process) override;
  void stop_helper(engine::HelperId helper) override;
  std::size_t write_helper(engine::HelperId helper, std::string_view lines) override;
  void reload() override;
  void exit(int status) override;
  void log(int level, std::string_view source, std::string_view message) override;

  // io::Driver
  base::Tick next_deadline() override;
  void on_timers(const base::Now& now) override;
  bool end_of_turn(const base::Now& now) override;

  // io::ConnectionEvents
  void on_connected(io::ConnectionId id, const io::Endpoint& local,
                    const io::Endpoint& peer) override;
  void on_connect_failed(io::ConnectionId id, std::string_view why) override;
  std::size_t on_bytes(io::ConnectionId id, base::Bytes bytes) override;
  void on_writable(io::ConnectionId id) override;
  void on_closed(io::ConnectionId id, std::string_view why) override;

  // io::ChildEvents
  void on_line(io::ChildId id, std::string_view line) override;
  void on_line_refused(io::ChildId id, std::size_t size) override;
  void on_output_closed(io::ChildId id, std::size_t unfinished) override;
  void on_input_closed(io::ChildId id) override;
  void on_drained(io::ChildId id) override;
  void on_exit(io::ChildId id, std::string_view how) override;

 private:
  std::string prepare(const grammar::Configuration& configuration);
  std::string open_audit(const grammar::AuditConfig& audit);
  void serve(grammar::Configuration configuration);
  void on_accepted(io::Listener::Accepted accepted);
  void on_reloaded();
  void apply(LoadedConfiguration loaded);
  /// Adds the helper that stands for the named pipes: it may command every neighbor.
  void add_control(grammar::Configuration& configuration) const;
  void start_control(engine::HelperId helper);
  void leave_when_done();

  const Settings& settings_;
  std::vector<std::string> files_;
  std::size_t file_at_ = 0;
  Log& log_;

  io::Reactor reactor_;
  io::Signals signals_;
  io::ConnectionTable connections_;
  io::ChildTable children_;
  Doors doors_;
  io::ConnectionId last_accepted_;
  std::set<engine::HelperId> helpers_;  // started and not ended
  std::unique_ptr<io::ControlPipe> control_;
  std::optional<engine::HelperId> control_helper_;
  io::PidFile pid_file_;

  std::string audit_directory_;
  std::unique_ptr<base::Ring> audit_ring_;
  std::unique_ptr<audit::Trail> trail_;
  std::unique_ptr<audit::Drain> audit_drain_;
  std::unique_ptr<io::LogWriter> audit_writer_;

  // A reload: a thread parses, the loop takes what it made.
  std::thread loader_;
  std::unique_ptr<LoadedConfiguration> loaded_;
  bool reload_again_ = false;
  io::Wakeup reloaded_;

  io::Timer stop_helpers_;
  io::Timer give_up_;
  bool leaving_ = false;
  int status_ = 0;

  std::unique_ptr<engine::Engine> engine_;
};

}  // namespace openbell
