#include "main/daemon/settings.h"

#include <array>
#include <cstdlib>
#include <pwd.h>
#include <string_view>
#include <unistd.h>

#include "io/files.h"

namespace openbell {

namespace {

constexpr std::uint64_t env_file_size_max = 1u << 20;

/// Variables of the same spelling that are no options.
constexpr std::array other_variables = {std::string_view("exabgp_version"),
                                        std::string_view("exabgp_cli_pipe")};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

std::string env_file_name(const Arguments& arguments, bool& asked_for) {
  asked_for = true;
  if (!arguments.env_file.empty()) return arguments.env_file;
  if (std::string named = variable("EXABGP_ENVFILE"); !named.empty()) return named;
  asked_for = false;
  return variable("EXABGP_ROOT") + "/etc/exabgp/exabgp.env";
}

/// Empty, or everything that is wrong with the file.
std::string apply_env_file(const Arguments& arguments, Settings& settings) {
  bool asked_for = false;
  const std::string name = env_file_name(arguments, asked_for);
  const auto text = io::read_file(name, env_file_size_max);
  if (!text) {
    if (asked_for) settings.warnings.push_back("environment file: " + text.error());
    return {};
  }
  std::string all;
  for (const std::string& error :
       grammar::apply_file(settings.environment, *text, name, settings.warnings))
    all.append(all.empty() ? "" : "\n").append(error);
  return all;
}

/// ExaBGP's priority: a spelling with dots wins over one with underscores.
std::string apply_variables(Settings& settings, bool with_dots) {
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view line(*entry);
    const std::size_t equals = line.find('=');
    const std::string_view name = line.substr(0, equals);
    if (equals == std::string_view::npos || !grammar::is_environment_variable(name)) continue;
    if (name.starts_with("exabgp.") != with_dots) continue;
    bool other = false;
    for (const std::string_view known : other_variables) other = other || known == name;
    if (other) continue;
    if (std::string error = grammar::apply(settings.environment, name, line.substr(equals + 1),
                                           "environment", settings.warnings);
        !error.empty())
      return error;
  }
  return {};
}

/// `openbell_reactor_idle`: block, spin, spin-then-block, and `openbell_reactor_spin` microseconds.
std::string apply_reactor(io::ReactorOptions& reactor) {
  const std::string idle = variable("openbell_reactor_idle");
  if (idle == "spin")
    reactor.idle = io::Idle::spin;
  else if (idle == "spin-then-block")
    reactor.idle = io::Idle::spin_then_block;
  else if (!idle.empty() && idle != "block")
    return "openbell_reactor_idle: '" + idle + "' is not one of block, spin, spin-then-block";
  const std::string spin = variable("openbell_reactor_spin");
  std::uint64_t us = 0;
  if (spin.empty()) return {};
  if (!base::parse_decimal(spin, 1'000'000, us))
    return "openbell_reactor_spin: '" + spin + "' is not a number of microseconds up to 1000000";
  reactor.spin = base::microseconds(static_cast<std::int64_t>(us));
  return {};
}

void apply_command_line(const Arguments& arguments, grammar::Environment& environment) {
  if (arguments.debug || arguments.verbose) {
    environment.log_all = true;
    environment.log_level = 7;
  }
  if (arguments.passive) environment.bgp_passive = true;
  if (arguments.once) environment.tcp_once = true;
}

engine::Options engine_options(const grammar::Environment& environment) {
  engine::Options options;
  // ExaBGP's test harness names the version that the software capability must show.
  if (const std::string forced = variable("exabgp_version"); !forced.empty())
    options.software = "ExaBGP/" + forced;
  options.host = io::host_name();
  options.pid = ::getpid();
  options.ppid = ::getppid();
  options.port = environment.tcp_port;
  options.open_wait_s = static_cast<std::uint16_t>(environment.bgp_openwait_s);
  options.passive = environment.bgp_passive;
  options.ack = environment.api_ack;
  options.compact = environment.api_compact;
  options.respawn = environment.api_respawn;
  options.terminate = environment.api_terminate;
  options.attempts = environment.tcp_once ? 1 : environment.tcp_attempts;
  return options;
}

LogOptions log_options(const grammar::Environment& environment) {
  LogOptions log;
  log.enable = environment.log_enable;
  log.level_max = static_cast<int>(environment.log_level);
  log.destination = environment.log_destination;
  if (environment.log_all) return log;
  const auto mute = [&log](bool shown, const char* source) {
    if (!shown) log.muted.emplace_back(source);
  };
  mute(environment.log_configuration, "configuration");
  mute(environment.log_daemon, "daemon");
  mute(environment.log_message, "message");
  mute(environment.log_network, "network");
  mute(environment.log_processes, "processes");
  mute(environment.log_rib, "rib");
  return log;
}

}  // namespace

std::expected<Settings, std::string> read_settings(const Arguments& arguments) {
  Settings settings;
  std::string error = apply_env_file(arguments, settings);
  if (error.empty()) error = apply_variables(settings, false);
  if (error.empty()) error = apply_variables(settings, true);
  if (error.empty()) error = apply_reactor(settings.reactor);
  if (!error.empty()) return std::unexpected(std::move(error));
  apply_command_line(arguments, settings.environment);
  const passwd* user = ::getpwuid(::geteuid());
  settings.user = user != nullptr ? user->pw_name : std::to_string(::geteuid());
  settings.engine = engine_options(settings.environment);
  settings.log = log_options(settings.environment);
  settings.path = variable("PATH");
  settings.etc = variable("EXABGP_ETC");
  settings.python = {variable("PYTHONPATH"), variable("HOME")};
  return settings;
}

}  // namespace openbell
