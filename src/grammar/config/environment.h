#pragma once
// ExaBGP's environment: options of the daemon from variables and from an ini file (exabgp-runtime
// 5). Pure: whoever calls reads the variables and the file.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ip.h"
#include "grammar/config/configuration.h"

namespace openbell::grammar {

/// Values of the options that have an effect. Times are in the unit of the name.
struct Environment {
  bool api_ack = true;
  std::uint32_t api_chunk = 1;  // routes in one object of `show adj-rib … json`
  bool api_compact = false;
  Encoder api_encoder = Encoder::json;
  bool api_respawn = true;
  bool api_terminate = false;
  bool api_cli = true;
  std::string api_pipename = "exabgp";
  std::uint32_t api_routes_format = 1;  // show-routes-format: v1 or v2
  std::uint32_t bgp_openwait_s = 60;
  bool bgp_passive = false;
  std::string daemon_pid;
  std::string daemon_user = "nobody";
  bool daemon_daemonize = false;
  bool daemon_drop = true;
  std::uint32_t daemon_umask = 0137;
  bool debug_configuration = false;
  bool debug_rotate = false;
  bool log_enable = true;
  std::uint32_t log_level = 6;  // as in syslog: 2 critical … 7 debug
  std::string log_destination = "stdout";
  bool log_all = false;
  bool log_configuration = true;
  bool log_daemon = true;
  bool log_message = false;
  bool log_network = true;
  bool log_packets = false;
  bool log_parser = false;
  bool log_processes = true;
  bool log_reactor = true;
  bool log_rib = false;
  bool log_routes = false;
  bool log_short = true;
  bool log_statistics = true;
  bool log_timers = false;
  std::uint32_t tcp_attempts = 0;  // 0: no limit
  std::vector<base::IpAddress> tcp_bind;
  std::uint32_t tcp_delay_minutes = 0;
  bool tcp_once = false;
  std::uint16_t tcp_port = 179;
  /// Options that are accepted without effect and were set: "reactor.speed" and its value.
  std::vector<std::pair<std::string, std::string>> ignored;
};

enum class EnvironmentSupport : std::uint8_t { used, ignored };

/// One option: a row of the table that reading, printing and help come from.
struct EnvironmentOption {
  std::string_view section;
  std::string_view name;
  EnvironmentSupport support;
  bool listed;                // `env` prints it
  std::string_view fallback;  // the default, as printed
  std::string_view help;
  /// False when `value` is not one of the option. Null for an ignored option.
  bool (*parse)(std::string_view value, Environment& environment);
  void (*print)(const Environment& environment, base::TextWriter& out);
};

/// All options, sorted by section and name.
const std::vector<EnvironmentOption>& environment_options();

/// True for the name of a variable that may be an option: it begins with `exabgp.` or `exabgp_`.
bool is_environment_variable(std::string_view name);

/// Sets one option, named `exabgp.tcp.port`, `exabgp_tcp_port` or `tcp.port`. `origin` says in
/// messages where it stood ("environment", "exabgp.env:12"). Returns what is wrong with the value,
/// empty when nothing is. Options without effect and unknown ones add a line to `warnings`.
///
/// ExaBGP's priority is that of the last call: the file first, then variables with underscores,
/// then variables with dots.
std::string apply(Environment& environment, std::string_view name, std::string_view value,
                  std::string_view origin, std::vector<std::string>& warnings);

/// Applies an ini file: `[exabgp.tcp]` sections with `port = 1790` lines, `#` and `;` comments.
/// Returns everything wrong with it, one line each.
std::vector<std::string> apply_file(Environment& environment, std::string_view text,
                                    std::string_view file, std::vector<std::string>& warnings);

enum class EnvironmentScope : std::uint8_t { all, changed };
enum class EnvironmentForm : std::uint8_t { ini, variables };

/// What `env`, `env -d` (changed) and `env -e` (variables) print.
std::string print_environment(const Environment& environment, EnvironmentScope scope,
                              EnvironmentForm form);

}  // namespace openbell::grammar
