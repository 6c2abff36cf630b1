#include "main/command/server.h"

#include <cstdio>
#include <unistd.h>

#include "io/files.h"
#include "main/daemon/daemon.h"

namespace openbell {

namespace {

/// ExaBGP stays in the foreground when somebody watches or a supervisor started it.
bool goes_to_background(const Settings& settings) {
  const std::string& log = settings.log.destination;
  return settings.environment.daemon_daemonize && log != "stdout" && log != "stderr" &&
         ::getppid() != 1;
}

/// What a file says about idling comes before the environment.
Settings with_realtime(Settings settings, const grammar::RealtimeConfig& realtime) {
  switch (realtime.idle) {
    case grammar::RealtimeConfig::Idle::unset:
      break;
    case grammar::RealtimeConfig::Idle::block:
      settings.reactor.idle = io::Idle::block;
      break;
    case grammar::RealtimeConfig::Idle::spin:
      settings.reactor.idle = io::Idle::spin;
      break;
    case grammar::RealtimeConfig::Idle::spin_then_block:
      settings.reactor.idle = io::Idle::spin_then_block;
      break;
  }
  return settings;
}

}  // namespace

int run_server(const Arguments& arguments, const Settings& settings) {
  const std::vector<std::string>& files = arguments.words;
  if (files.empty()) return fail("no configuration file provided");
  if (files.size() > 1 && !settings.environment.debug_rotate)
    return fail(
        "several configuration files need exabgp.debug.rotate=true (one after the other, "
        "at each reload) or a speaker each");
  LoadedConfiguration loaded = load_configuration(files.front(), settings);
  if (const std::string text = loaded.text(); !text.empty())
    std::fprintf(stderr, "%s\n", text.c_str());
  if (!loaded.ok) return 1;
  if (arguments.test_only) return 0;

  // The background has another directory: a reload must find the files again.
  std::vector<std::string> absolute;
  for (const std::string& file : files) absolute.push_back(io::absolute_path(file));
  if (goes_to_background(settings))
    if (const std::string error = io::daemonize(); !error.empty()) return fail(error);
  io::set_umask(settings.environment.daemon_umask);
  Daemon::block_signals();
  std::string log_error;
  Log log(settings.log, log_error);
  if (!log_error.empty()) return fail(log_error);
  log.log(6, "daemon", "OpenBell " + settings.engine.version + " with " + absolute.front());
  for (const std::string& note : loaded.notes) log.log(6, "configuration", note);
  for (const std::string& warning : settings.warnings) log.log(4, "environment", warning);
  const Settings effective = with_realtime(settings, loaded.configuration.realtime);
  int status = 0;
  {
    Daemon daemon(effective, absolute, log);
    status = daemon.run(std::move(loaded.configuration), arguments.signal_after_s);
  }
  log.log(6, "daemon", "ended with status " + std::to_string(status));
  return status;
}

}  // namespace openbell
