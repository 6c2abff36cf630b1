#include "main/daemon/daemon.h"

#include <algorithm>
#include <csignal>
#include <unistd.h>

#include "io/loop/realtime.h"
#include "io/loop/worker_thread.h"

namespace openbell {

namespace {

// The engine numbers the connections that it makes from below; ours never meet them.
constexpr std::uint64_t first_accepted = std::uint64_t{1} << 62;
constexpr std::initializer_list<int> handled_signals = {SIGTERM, SIGINT,  SIGHUP,
                                                        SIGUSR1, SIGUSR2, SIGALRM};
constexpr std::size_t audit_ring_bytes = 16u << 20;
// Helpers have this long to read the shutdown event before SIGTERM (ExaBGP).
constexpr base::Duration helpers_farewell = base::milliseconds(100);
constexpr base::Duration leave_max = base::seconds(5);
// Who serves a connection or a process has a number of its own kind for it.
constexpr io::ConnectionId served(engine::ConnectionId id) {
  return io::ConnectionId{std::to_underlying(id)};
}
constexpr engine::ConnectionId known(io::ConnectionId id) {
  return engine::ConnectionId{std::to_underlying(id)};
}
constexpr io::ChildId served(engine::HelperId id) {
  return io::ChildId{std::to_underlying(id)};
}
constexpr engine::HelperId known(io::ChildId id) {
  return engine::HelperId{std::to_underlying(id)};
}
// ExaBGP's own name for what relays the command line.
constexpr std::string_view control_name = "api-internal-cli";

}  // namespace

Daemon::Daemon(const Settings& settings, std::vector<std::string> files, openbell::Log& log)
    : settings_(settings),
      files_(std::move(files)),
      log_(log),
      reactor_(settings.reactor),
      signals_(reactor_, handled_signals,
               [this](int signal) {
                 engine_->on_signal(signal, io::signal_name(signal), reactor_.now());
               }),
      connections_(reactor_, *this),
      children_(reactor_, *this),
      probes_(reactor_, *this),
      bfd_(reactor_, *this, [this](const std::string& line) { this->log(4, "bfd", line); }),
      rehearsal_(reactor_, [this](const io::Rehearsal::Result& result) { on_rehearsed(result); }),
      doors_(reactor_,
             [this](io::Listener::Accepted accepted) { on_accepted(std::move(accepted)); }),
      last_accepted_(first_accepted),
      reloaded_(reactor_, [this] { on_reloaded(); }),
      stop_helpers_(reactor_,
                    [this] {
                      for (const engine::HelperId helper : helpers_) children_.stop(served(helper));
                    }),
      give_up_(reactor_, [this] { reactor_.stop(); }) {}

Daemon::~Daemon() {
  if (loader_.joinable()) loader_.join();
}

void Daemon::block_signals() {
  io::block_signals(handled_signals);
}

int Daemon::run(grammar::Configuration configuration, std::uint32_t signal_after_s) {
  if (const std::string error = prepare(configuration); !error.empty()) {
    log(3, "daemon", error);
    return 1;
  }
  prepare_realtime(configuration.realtime);
  engine_ =
      std::make_unique<engine::Engine>(engine::ports_of(*this), settings_.engine, trail_.get());
  io::Timer reload_later(
      reactor_, [this] { engine_->on_signal(SIGUSR1, io::signal_name(SIGUSR1), reactor_.now()); });
  if (signal_after_s != 0) reload_later.arm(reactor_.now().tick + base::seconds(signal_after_s));
  serve(std::move(configuration));
  return status_;
}

/// Everything that may fail at the start, with the rights that we were started with. Empty, or why
/// we cannot run.
std::string Daemon::prepare(const grammar::Configuration& configuration) {
  io::raise_descriptor_limit();
  const grammar::Environment& environment = settings_.environment;
  const auto errors =
      doors_.apply(configuration, settings_.environment.tcp_bind, environment.tcp_port);
  if (!errors.empty()) return errors.front();
  if (!environment.daemon_pid.empty())
    if (std::string error = pid_file_.create(environment.daemon_pid); !error.empty()) return error;
  if (environment.daemon_drop)
    if (std::string error = io::drop_privileges(environment.daemon_user); !error.empty())
      return error;
  return open_audit(configuration.audit);
}

void Daemon::prepare_realtime(const grammar::RealtimeConfig& realtime) {
  realtime_ = realtime;
  io::use_exact_timers();
  const std::vector<std::string> refused =
      io::apply_realtime({realtime.cpu, realtime.priority, realtime.lock_memory});
  for (const std::string& line : refused) log(3, "daemon", line);
  // BFD goes before the loop, also where the loop goes before everything else.
  if (realtime.priority < io::BfdThread::default_priority) return;
  std::string error;
  bfd_.set_priority(std::min(realtime.priority + 1, 99), -1, error);
  if (!error.empty()) log(3, "daemon", error);
}

std::string Daemon::open_audit(const grammar::AuditConfig& audit) {
  audit_directory_ = audit.directory;
  if (audit.directory.empty()) return {};
  if (!io::is_writable_directory(audit.directory))
    return "the audit directory " + audit.directory + " is not a directory that we may write to";
  audit_ring_ = std::make_unique<base::Ring>(audit_ring_bytes);
  trail_ = std::make_unique<audit::Trail>(*audit_ring_);
  audit_drain_ = std::make_unique<audit::Drain>(*audit_ring_);
  io::LogWriterOptions options;
  options.directory = audit.directory;
  audit_writer_ = std::make_unique<io::LogWriter>(
      options, [drain = audit_drain_.get()](std::string& buffer, std::size_t size_max) {
        return drain->fill(buffer, size_max);
      });
  return {};
}

void Daemon::serve(grammar::Configuration configuration) {
  // tcp.delay: the first sessions start at the next multiple of so many minutes.
  const std::int64_t delay_ns =
      std::int64_t{settings_.environment.tcp_delay_minutes} * 60'000'000'000;
  io::Timer start(reactor_, [&] {
    engine_->on_configuration(std::move(configuration), "start", reactor_.now());
    open_control();
  });
  const base::Now now = reactor_.now();
  start.arm(delay_ns == 0 ? now.tick
                          : now.tick + base::nanoseconds(delay_ns - now.utc_ns % delay_ns));
  reactor_.run(*this);
}

// ---- what the engine asks for

void Daemon::connect(engine::ConnectionId connection, const engine::TransportOptions& options) {
  connections_.connect(served(connection), {.peer = {options.peer_address, options.port},
                                            .local_address = options.local_address,
                                            .interface = options.source_interface,
                                            .md5_password = options.md5_password,
                                            .ttl = options.ttl,
                                            .ttl_min = options.ttl_min});
}

void Daemon::close(engine::ConnectionId connection) {
  connections_.close(served(connection));
}

std::size_t Daemon::write(engine::ConnectionId connection, base::Bytes messages) {
  return connections_.write(served(connection), messages);
}

void Daemon::start_helper(engine::HelperId helper, const grammar::ProcessConfig& process) {
  children_.start(served(helper), process.run);
  helpers_.insert(helper);
  const pid_t pid = children_.pid(served(helper));
  if (pid != 0) engine_->on_helper_started(helper, pid, reactor_.now());
}

void Daemon::stop_helper(engine::HelperId helper) {
  children_.stop(served(helper));
}

std::size_t Daemon::write_helper(engine::HelperId helper, std::string_view lines) {
  return children_.write(served(helper), lines);
}

std::size_t Daemon::write_client(engine::ClientId, std::string_view lines) {
  control_->write(lines);
  return 0;
}

void Daemon::reload() {
  if (leaving_) return;
  if (loader_.joinable()) {  // it may have read the file before the last change of it
    reload_again_ = true;
    return;
  }
  if (settings_.environment.debug_rotate) file_at_ = (file_at_ + 1) % files_.size();
  log(6, "configuration", "reading " + files_[file_at_]);
  // A large file takes a second to parse: not on the loop.
  loader_ = io::start_worker("openbell-load", [this, file = files_[file_at_]] {
    loaded_ = std::make_unique<LoadedConfiguration>(load_configuration(file, settings_));
    reloaded_.wake();
  });
}

void Daemon::on_reloaded() {
  if (!loader_.joinable()) return;
  loader_.join();
  const std::unique_ptr<LoadedConfiguration> loaded = std::move(loaded_);
  if (leaving_) return;
  if (std::exchange(reload_again_, false)) return reload();
  apply(std::move(*loaded));
}

void Daemon::apply(LoadedConfiguration loaded) {
  const base::Now& now = reactor_.now();
  if (!loaded.ok) return engine_->on_configuration_refused(loaded.text(), "reload", now);
  if (!loaded.diagnostics.empty()) log(4, "configuration", loaded.text());
  for (const std::string& note : loaded.notes) log(6, "configuration", note);
  if (loaded.configuration.audit.directory != audit_directory_)
    log(4, "configuration", "the audit directory changes when the daemon is started again");
  if (!(loaded.configuration.realtime == realtime_))
    log(4, "configuration", "realtime changes when the daemon is started again");
  for (const std::string& error : doors_.apply(loaded.configuration, settings_.environment.tcp_bind,
                                               settings_.environment.tcp_port))
    log(3, "network", error);
  engine_->on_configuration(std::move(loaded.configuration), "reload", now);
}

void Daemon::exit(int status) {
  if (leaving_) return;
  leaving_ = true;
  status_ = status;
  doors_.close();
  const base::Tick now = reactor_.now().tick;
  if (children_.size() != 0) stop_helpers_.arm(now + helpers_farewell);
  give_up_.arm(now + leave_max);
}

void Daemon::log(int level, std::string_view source, std::string_view message) {
  log_.write(level, source, message);
}

// ---- turns of the loop

base::Tick Daemon::next_deadline() {
  return engine_->deadline();
}

void Daemon::on_timers(const base::Now& now) {
  if (engine_->deadline() <= now.tick) engine_->on_timer(now);
}

void Daemon::on_urgent(const base::Now& now) {
  engine_->flush_urgent(now);
}

bool Daemon::end_of_turn(const base::Now& now) {
  engine_->flush(now);
  children_.flush();
  if (trail_ != nullptr) trail_->report_loss(now);
  if (leaving_) leave_when_done();
  return engine_->has_work();
}

void Daemon::leave_when_done() {
  if (connections_.size() == 0 && children_.size() == 0) reactor_.stop();
}

// ---- connections

void Daemon::on_accepted(io::Listener::Accepted accepted) {
  const io::ConnectionId id{++last_accepted_};
  const PeerTtl ttl = doors_.ttl_for(accepted.peer.address);
  const std::string error =
      connections_.adopt(id, std::move(accepted.socket), ttl.outgoing, ttl.incoming_min);
  if (!error.empty()) return log(3, "network", accepted.peer.address.text() + ": " + error);
  const engine::Accepted answer = engine_->on_accepted(known(id), accepted.local.address,
                                                       accepted.peer.address, reactor_.now());
  if (answer == engine::Accepted::refused) connections_.close(id);
}

void Daemon::on_connected(io::ConnectionId id, const io::Endpoint& local,
                          const io::Endpoint& peer) {
  engine_->on_connected(known(id), local.address, peer.address, reactor_.now());
}

void Daemon::on_connect_failed(io::ConnectionId id, std::string_view why) {
  engine_->on_connect_failed(known(id), why, reactor_.now());
}

std::size_t Daemon::on_bytes(io::ConnectionId id, base::Bytes bytes) {
  return engine_->on_bytes(known(id), bytes, reactor_.now());
}

void Daemon::on_writable(io::ConnectionId id) {
  engine_->on_writable(known(id), reactor_.now());
}

void Daemon::on_closed(io::ConnectionId id, std::string_view why) {
  engine_->on_closed(known(id), why, reactor_.now());
}

// ---- helpers

void Daemon::on_line(io::ChildId id, std::string_view line) {
  engine_->on_line(known(id), line, reactor_.now());
}

void Daemon::on_line_refused(io::ChildId id, std::size_t size) {
  engine_->on_line_refused(known(id), size, reactor_.now());
}

void Daemon::on_output_closed(io::ChildId id, std::size_t unfinished) {
  if (leaving_) return;
  std::string text = "helper with pid " + std::to_string(children_.pid(id)) + " closed its stdout";
  if (unfinished != 0)
    text += ", " + std::to_string(unfinished) + " bytes without a newline are lost";
  log(4, "processes", text);
}

void Daemon::on_input_closed(io::ChildId id) {
  if (!leaving_)
    log(4, "processes",
        "helper with pid " + std::to_string(children_.pid(id)) +
            " closed its stdin: it gets no events any more");
}

void Daemon::on_drained(io::ChildId id) {
  engine_->on_helper_writable(known(id), 0, reactor_.now());
}

void Daemon::on_exit(io::ChildId id, std::string_view how) {
  helpers_.erase(known(id));
  engine_->on_helper_exited(known(id), how, reactor_.now());
}

// ---- the command line

void Daemon::open_control() {
  if (!settings_.environment.api_cli) return;
  const std::string path = io::find_control_pipe(settings_.environment.api_pipename);
  if (path.empty())
    return log(6, "cli",
               "no named pipes " + settings_.environment.api_pipename +
                   ".in and .out (mkfifo, owned by this user): the command line has no way in");
  auto control = io::ControlPipe::open(reactor_, path, [this](std::string_view line) {
    engine_->on_client_line(control_client_, line, reactor_.now());
  });
  if (!control) return log(4, "cli", control.error());
  control_ = std::move(*control);
  // The pipes are this user's own: who else writes to them cannot be told apart.
  control_client_ = engine_->on_client(
      {.name = std::string(control_name), .role = engine::Role::administer, .user = settings_.user},
      reactor_.now());
}

}  // namespace openbell
