#include "main/daemon/daemon.h"

#include <csignal>
#include <utility>

#include "io/loop/realtime.h"

namespace openbell {

namespace {

constexpr std::initializer_list<int> handled_signals = {SIGTERM, SIGINT,  SIGHUP,
                                                        SIGUSR1, SIGUSR2, SIGALRM};
constexpr base::Duration leave_max = base::seconds(5);

}  // namespace

Daemon::Daemon(const Settings& settings, std::vector<std::string> files, Log& log)
    : settings_(settings),
      reactor_(settings.reactor),
      world_{reactor_, log},
      signals_(reactor_, handled_signals, [this](int signal) { on_signal(signal); }),
      peers_(world_),
      helpers_(world_),
      pipes_(world_),
      checks_(world_),
      drills_(world_),
      bfd_(world_),
      loader_(world_, settings, std::move(files),
              [this](LoadedConfiguration loaded) { apply(std::move(loaded)); }),
      give_up_(reactor_, [this] { reactor_.stop(); }) {}

void Daemon::block_signals() {
  io::block_signals(handled_signals);
}

int Daemon::run(grammar::Configuration configuration, std::uint32_t signal_after_s) {
  if (const std::string error = prepare(configuration); !error.empty()) {
    world_.log.log(3, "daemon", error);
    return 1;
  }
  prepare_realtime(configuration.realtime);
  make_engine();
  io::Timer reload_later(reactor_, [this] { on_signal(SIGUSR1); });
  if (signal_after_s != 0) reload_later.arm(reactor_.now().tick + base::seconds(signal_after_s));
  serve(std::move(configuration));
  return status_;
}

/// Everything that may fail at the start, with the rights that we were started with. Empty, or why
/// we cannot run.
std::string Daemon::prepare(const grammar::Configuration& configuration) {
  io::raise_descriptor_limit();
  const grammar::Environment& environment = settings_.environment;
  const auto errors = peers_.listen(configuration, environment.tcp_bind, environment.tcp_port);
  if (!errors.empty()) return errors.front();
  if (!environment.daemon_pid.empty())
    if (std::string error = pid_file_.create(environment.daemon_pid); !error.empty()) return error;
  if (environment.daemon_drop)
    if (std::string error = io::drop_privileges(environment.daemon_user); !error.empty())
      return error;
  return audit_.open(configuration.audit);
}

void Daemon::prepare_realtime(const grammar::RealtimeConfig& realtime) {
  realtime_ = realtime;
  io::use_exact_timers();
  const std::vector<std::string> refused =
      io::apply_realtime({realtime.cpu, realtime.priority, realtime.lock_memory});
  for (const std::string& line : refused) world_.log.log(3, "daemon", line);
  bfd_.stay_ahead_of(realtime.priority);
}

void Daemon::make_engine() {
  const engine::Ports ports{.network = peers_,
                            .processes = helpers_,
                            .clients = pipes_,
                            .probes = checks_,
                            .bfd = bfd_,
                            .clock = clock_,
                            .rehearser = drills_,
                            .log = world_.log,
                            .lifecycle = *this};
  engine_ = std::make_unique<engine::Engine>(ports, settings_.engine, audit_.trail());
  world_.engine = engine_.get();
}

void Daemon::serve(grammar::Configuration configuration) {
  // tcp.delay: the first sessions start at the next multiple of so many minutes.
  const std::int64_t delay_ns =
      std::int64_t{settings_.environment.tcp_delay_minutes} * 60'000'000'000;
  io::Timer start(reactor_, [&] {
    engine_->on_configuration(std::move(configuration), "start", reactor_.now());
    pipes_.open(settings_);
  });
  const base::Now now = reactor_.now();
  start.arm(delay_ns == 0 ? now.tick
                          : now.tick + base::nanoseconds(delay_ns - now.utc_ns % delay_ns));
  reactor_.run(*this);
}

void Daemon::on_signal(int signal) {
  engine_->on_signal(signal, io::signal_name(signal), reactor_.now());
}

// ---- what the engine asks for

void Daemon::reload() {
  loader_.load();
}

void Daemon::apply(LoadedConfiguration loaded) {
  const base::Now& now = reactor_.now();
  Log& log = world_.log;
  if (!loaded.ok) return engine_->on_configuration_refused(loaded.text(), "reload", now);
  if (!loaded.diagnostics.empty()) log.log(4, "configuration", loaded.text());
  for (const std::string& note : loaded.notes) log.log(6, "configuration", note);
  if (loaded.configuration.audit.directory != audit_.directory())
    log.log(4, "configuration", "the audit directory changes when the daemon is started again");
  if (!(loaded.configuration.realtime == realtime_))
    log.log(4, "configuration", "realtime changes when the daemon is started again");
  const grammar::Environment& environment = settings_.environment;
  for (const std::string& error :
       peers_.listen(loaded.configuration, environment.tcp_bind, environment.tcp_port))
    log.log(3, "network", error);
  engine_->on_configuration(std::move(loaded.configuration), "reload", now);
}

void Daemon::exit(int status) {
  if (leaving_) return;
  leaving_ = true;
  status_ = status;
  loader_.leave();
  peers_.close_doors();
  helpers_.leave();
  give_up_.arm(reactor_.now().tick + leave_max);
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
  helpers_.flush();
  if (leaving_ && peers_.empty() && helpers_.empty()) reactor_.stop();
  return engine_->has_work();
}

}  // namespace openbell
