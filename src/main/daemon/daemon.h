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
#include "io/bfd/bfd_thread.h"
#include "io/files.h"
#include "io/log_writer.h"
#include "io/loop/signals.h"
#include "io/loop/wakeup.h"
#include "io/net/connections.h"
#include "io/net/rehearsal.h"
#include "io/probe/probe_table.h"
#include "io/process/child.h"
#include "io/process/control_pipe.h"
#include "main/daemon/configuration_file.h"
#include "main/daemon/doors.h"
#include "main/daemon/log.h"
#include "main/daemon/settings.h"

namespace openbell {

class Daemon final : public engine::Network,
                     public engine::Processes,
                     public engine::ClientLinks,
                     public engine::Probes,
                     public engine::BfdPort,
                     public engine::Clock,
                     public engine::Rehearser,
                     public engine::Log,
                     public engine::Lifecycle,
                     public io::Driver,
                     public io::ConnectionEvents,
                     public io::ChildEvents,
                     public io::ProbeEvents,
                     public io::BfdEvents {
 public:
  /// `files` are taken in turn, one at each reload (debug.rotate); most have one.
  Daemon(const Settings& settings, std::vector<std::string> files, openbell::Log& log);
  ~Daemon() override;

  /// Keeps the daemon's signals for the loop: comes before the first thread.
  static void block_signals();

  /// Serves `configuration` until it is told to end; the exit status.
  int run(grammar::Configuration configuration, std::uint32_t signal_after_s);

  // engine::Network, Processes, ClientLinks
  void connect(engine::ConnectionId connection, const engine::TransportOptions& options) override;
  void close(engine::ConnectionId connection) override;
  std::size_t write(engine::ConnectionId connection, base::Bytes messages) override;
  void start_helper(engine::HelperId helper, const grammar::ProcessConfig& process) override;
  void stop_helper(engine::HelperId helper) override;
  std::size_t write_helper(engine::HelperId helper, std::string_view lines) override;
  std::size_t write_client(engine::ClientId client, std::string_view lines) override;
  // engine::Probes, BfdPort, Clock, Rehearser, in daemon_health.cc
  void start_probe(health::ProbeId probe, const health::CheckConfig& check) override;
  std::optional<health::ProbeResult> run_probe(health::ProbeId probe) override;
  void cancel_probe(health::ProbeId probe) override;
  void stop_probe(health::ProbeId probe) override;
  std::string probe_detail(health::ProbeId probe) override;
  bool file_exists(const std::string& path) override;
  std::string start_bfd(bfd::SessionId session, const bfd::SessionConfig& config) override;
  void stop_bfd(bfd::SessionId session) override;
  bfd::Statistics bfd_statistics(bfd::SessionId session) override;
  base::Now clock() override;
  std::size_t write_stamped(engine::ConnectionId connection, base::Bytes messages,
                            engine::StampId stamp) override;
  int minute_of_week(std::string_view zone, std::int64_t utc_ns) override;
  void rehearse(std::vector<std::vector<std::uint8_t>> messages) override;

  // engine::Lifecycle, Log
  void reload() override;
  void exit(int status) override;
  void log(int level, std::string_view source, std::string_view message) override;

  // io::Driver
  base::Tick next_deadline() override;
  void on_timers(const base::Now& now) override;
  void on_urgent(const base::Now& now) override;
  bool end_of_turn(const base::Now& now) override;

  // io::ConnectionEvents
  void on_connected(io::ConnectionId id, const io::Endpoint& local,
                    const io::Endpoint& peer) override;
  void on_connect_failed(io::ConnectionId id, std::string_view why) override;
  std::size_t on_bytes(io::ConnectionId id, base::Bytes bytes) override;
  void on_writable(io::ConnectionId id) override;
  void on_closed(io::ConnectionId id, std::string_view why) override;
  void on_stamp(io::ConnectionId id, std::uint64_t stamp, io::StampKind kind,
                std::int64_t utc_ns) override;

  // io::ProbeEvents, io::BfdEvents
  void on_probe(health::ProbeId probe, const health::ProbeResult& result) override;
  void on_bfd(bfd::SessionId session, const bfd::Report& report) override;

  // io::ChildEvents
  void on_line(io::ChildId id, std::string_view line) override;
  void on_line_refused(io::ChildId id, std::size_t size) override;
  void on_output_closed(io::ChildId id, std::size_t unfinished) override;
  void on_input_closed(io::ChildId id) override;
  void on_drained(io::ChildId id) override;
  void on_exit(io::ChildId id, std::string_view how) override;

 private:
  void on_rehearsed(const io::Rehearsal::Result& result);
  void prepare_realtime(const grammar::RealtimeConfig& realtime);
  std::string prepare(const grammar::Configuration& configuration);
  std::string open_audit(const grammar::AuditConfig& audit);
  void serve(grammar::Configuration configuration);
  void on_accepted(io::Listener::Accepted accepted);
  void on_reloaded();
  void apply(LoadedConfiguration loaded);
  /// The named pipes of the command line.
  void open_control();
  void leave_when_done();

  const Settings& settings_;
  std::vector<std::string> files_;
  std::size_t file_at_ = 0;
  openbell::Log& log_;

  io::Reactor reactor_;
  io::Signals signals_;
  io::ConnectionTable connections_;
  io::ChildTable children_;
  io::ProbeTable probes_;
  io::BfdThread bfd_;
  io::Rehearsal rehearsal_;
  Doors doors_;
  std::uint64_t last_accepted_;
  std::set<engine::HelperId> helpers_;  // started and not ended
  std::unique_ptr<io::ControlPipe> control_;
  engine::ClientId control_client_{};
  io::PidFile pid_file_;

  grammar::RealtimeConfig realtime_;
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
