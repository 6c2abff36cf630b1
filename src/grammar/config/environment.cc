#include "grammar/config/environment.h"

#include <algorithm>
#include <span>

namespace openbell::grammar {

namespace {

using base::TextWriter;

bool parse_truth(std::string_view text, bool& value) {
  constexpr std::string_view truths[] = {"1", "yes", "on", "enable", "true"};
  constexpr std::string_view lies[] = {"0", "no", "off", "disable", "false"};
  const std::string word = base::lower(text);
  const auto is_in = [&](std::span<const std::string_view> words) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  value = is_in(truths);
  return value || is_in(lies);
}

struct Truth {
  static bool parse(std::string_view text, bool& value) { return parse_truth(text, value); }
  static void print(bool value, TextWriter& out) { out.put(value ? "true" : "false"); }
};

template <std::uint64_t min, std::uint64_t max>
struct Number {
  template <typename Integer>
  static bool parse(std::string_view text, Integer& value) {
    std::uint64_t number = 0;
    if (!base::parse_decimal(text, max, number) || number < min) return false;
    value = static_cast<Integer>(number);
    return true;
  }
  static void print(std::uint64_t value, TextWriter& out) { out.number(value); }
};

/// May be given in single quotes, is printed in them.
struct Text {
  static bool parse(std::string_view text, std::string& value) {
    value = text;
    return true;
  }
  static void print(const std::string& value, TextWriter& out) {
    out.put('\'').put(value).put('\'');
  }
};

struct Umask {
  static bool parse(std::string_view text, std::uint32_t& value) {
    if (text.starts_with("0o")) text.remove_prefix(2);
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value, 8);
    return result.ec == std::errc{} && result.ptr == text.data() + text.size() && value <= 0777;
  }
  static void print(std::uint32_t value, TextWriter& out) {
    char digits[11];
    const auto end = std::to_chars(digits, digits + sizeof digits, value, 8).ptr;
    out.put("0o").put(std::string_view(digits, static_cast<std::size_t>(end - digits)));
  }
};

struct EncoderWord {
  static bool parse(std::string_view text, Encoder& value) {
    value = text == "json" ? Encoder::json : Encoder::text;
    return text == "json" || text == "text";
  }
  static void print(Encoder value, TextWriter& out) {
    out.put(value == Encoder::json ? "json" : "text");
  }
};

struct RoutesFormat {
  static bool parse(std::string_view text, std::uint32_t& value) {
    value = text == "v2" ? 2 : 1;
    return text == "v1" || text == "v2";
  }
  static void print(std::uint32_t value, TextWriter& out) { out.put('v').number(value); }
};

/// Python's names and those of syslog; the first of a number is printed.
struct Level {
  static constexpr std::pair<std::string_view, std::uint32_t> names[] = {
      {"CRITICAL", 2}, {"FATAL", 2},   {"EMERG", 2},  {"ALERT", 2}, {"CRIT", 2},  {"ERROR", 3},
      {"ERR", 3},      {"WARNING", 4}, {"NOTICE", 5}, {"INFO", 6},  {"DEBUG", 7}, {"NOTSET", 7}};
  static bool parse(std::string_view text, std::uint32_t& value) {
    const std::string word = base::lower(text);
    for (const auto& [name, level] : names) {
      if (base::lower(name) != word) continue;
      value = level;
      return true;
    }
    return false;
  }
  static void print(std::uint32_t value, TextWriter& out) {
    for (const auto& [name, level] : names) {
      if (level != value) continue;
      out.put(name);
      return;
    }
  }
};

struct Addresses {
  static bool parse(std::string_view text, std::vector<base::IpAddress>& value) {
    value.clear();
    base::TextReader in(text);
    while (!in.at_end()) {
      in.accept(",");
      base::IpAddress address;
      if (!base::parse_ip(in.word(), address)) return false;
      value.push_back(address);
    }
    return in.ok();
  }
  static void print(const std::vector<base::IpAddress>& value, TextWriter& out) {
    out.put('\'');
    for (const base::IpAddress& address : value) {
      if (&address != &value.front()) out.put(' ');
      address.print(out);
    }
    out.put('\'');
  }
};

template <typename Kind, auto member>
EnvironmentOption used(std::string_view section, std::string_view name, std::string_view fallback,
                       std::string_view help) {
  return {section,
          name,
          EnvironmentSupport::used,
          section != "debug",
          fallback,
          help,
          [](std::string_view value, Environment& environment) {
            return Kind::parse(value, environment.*member);
          },
          [](const Environment& environment, TextWriter& out) {
            Kind::print(environment.*member, out);
          }};
}

EnvironmentOption ignored(std::string_view section, std::string_view name,
                          std::string_view fallback, std::string_view why) {
  return {section, name,   EnvironmentSupport::ignored, section != "debug", fallback, why,
          nullptr, nullptr};
}

using E = Environment;
using Count = Number<0, 0xFFFFFFFF>;

std::vector<EnvironmentOption> make_options() {
  constexpr std::string_view log_help = "messages of this kind";
  return {
      used<Truth, &E::api_ack>("api", "ack", "true", "answer commands with done or error"),
      used<Number<1, 100000>, &E::api_chunk>("api", "chunk", "1",
                                             "routes in one object of show adj-rib"),
      used<Truth, &E::api_cli>("api", "cli", "true", "accept commands through the pipes"),
      used<Truth, &E::api_compact>("api", "compact", "false", "prefixes as bare strings in JSON"),
      used<EncoderWord, &E::api_encoder>("api", "encoder", "json", "when a process has none"),
      used<Text, &E::api_pipename>("api", "pipename", "'exabgp'", "base name of the pipes"),
      used<Truth, &E::api_respawn>("api", "respawn", "true", "start helpers again"),
      used<RoutesFormat, &E::api_routes_format>("api", "show-routes-format", "v1",
                                                "JSON of show adj-rib: v1 or v2"),
      ignored("api", "socketname", "'exabgp'", "commands come through the pipes"),
      used<Truth, &E::api_terminate>("api", "terminate", "false", "end when a helper cannot run"),
      ignored("api", "version", "4", "commands are those of version 4"),
      used<Number<1, 3600>, &E::bgp_openwait_s>("bgp", "openwait", "60",
                                                "seconds to wait for an OPEN"),
      used<Truth, &E::bgp_passive>("bgp", "passive", "false", "never connect"),
      ignored("bgp", "paths_limit_audit", "true", "paths-limit is not announced"),
      ignored("cache", "attributes", "true", "attributes are always shared"),
      ignored("cache", "nexthops", "true", "next hops are always shared"),
      used<Truth, &E::daemon_daemonize>("daemon", "daemonize", "false", "run in the background"),
      used<Truth, &E::daemon_drop>("daemon", "drop", "true", "drop privileges"),
      used<Text, &E::daemon_pid>("daemon", "pid", "''", "file for the process id"),
      used<Umask, &E::daemon_umask>("daemon", "umask", "0o137", "mode bits of new files, octal"),
      used<Text, &E::daemon_user>("daemon", "user", "'nobody'", "user to become"),
      used<Truth, &E::debug_configuration>("debug", "configuration", "false",
                                           "end on a configuration error at reload"),
      ignored("debug", "defensive", "false", "for the authors of ExaBGP"),
      ignored("debug", "memory", "false", "for the authors of ExaBGP"),
      ignored("debug", "pdb", "false", "for the authors of ExaBGP"),
      used<Truth, &E::debug_rotate>("debug", "rotate", "false",
                                    "take the next configuration file at each reload"),
      ignored("debug", "route", "''", "use the command decode"),
      ignored("debug", "selfcheck", "false", "for the authors of ExaBGP"),
      ignored("debug", "timing", "false", "for the authors of ExaBGP"),
      used<Truth, &E::log_all>("log", "all", "false", "messages of every kind"),
      used<Truth, &E::log_configuration>("log", "configuration", "true", log_help),
      used<Truth, &E::log_daemon>("log", "daemon", "true", log_help),
      used<Text, &E::log_destination>("log", "destination", "'stdout'",
                                      "stdout, stderr, syslog, host:NAME or file:PATH"),
      used<Truth, &E::log_enable>("log", "enable", "true", "log at all"),
      used<Level, &E::log_level>("log", "level", "INFO", "least urgent message to log"),
      used<Truth, &E::log_message>("log", "message", "false", log_help),
      used<Truth, &E::log_network>("log", "network", "true", log_help),
      used<Truth, &E::log_packets>("log", "packets", "false", log_help),
      used<Truth, &E::log_parser>("log", "parser", "false", log_help),
      used<Truth, &E::log_processes>("log", "processes", "true", log_help),
      used<Truth, &E::log_reactor>("log", "reactor", "true", log_help),
      used<Truth, &E::log_rib>("log", "rib", "false", log_help),
      used<Truth, &E::log_routes>("log", "routes", "false", log_help),
      used<Truth, &E::log_short>("log", "short", "true", "source and message alone"),
      used<Truth, &E::log_statistics>("log", "statistics", "true", log_help),
      used<Truth, &E::log_timers>("log", "timers", "false", log_help),
      ignored("pdb", "enable", "false", "for the authors of ExaBGP"),
      ignored("profile", "enable", "false", "use perf"),
      ignored("profile", "file", "''", "use perf"),
      ignored("reactor", "speed", "1.0", "the loop does not poll"),
      ignored("tcp", "acl", "''", "no version of ExaBGP implements it"),
      used<Count, &E::tcp_attempts>("tcp", "attempts", "0", "connections to try, 0: no limit"),
      used<Addresses, &E::tcp_bind>("tcp", "bind", "''", "addresses to listen on"),
      used<Number<0, 1440>, &E::tcp_delay_minutes>("tcp", "delay", "0",
                                                   "minutes to wait before announcing"),
      used<Truth, &E::tcp_once>("tcp", "once", "false", "one attempt for each neighbor"),
      used<Number<1, 65535>, &E::tcp_port>("tcp", "port", "179", "port to listen on"),
  };
}

/// "exabgp_tcp_port", "exabgp.tcp.port", "tcp.port" to its row; null when there is none.
const EnvironmentOption* find_option(std::string_view name) {
  if (is_environment_variable(name)) name.remove_prefix(7);
  std::string_view section = name.substr(0, name.find_first_of("._"));
  std::string_view rest = name.substr(std::min(name.size(), section.size() + 1));
  // ExaBGP 5.0: another name of the same.
  if (section == "tcp" && rest == "connections") rest = "attempts";
  for (const EnvironmentOption& option : environment_options()) {
    const auto same = [](char a, char b) { return a == b || (a == '-' && b == '_'); };
    if (option.section == section &&
        std::equal(option.name.begin(), option.name.end(), rest.begin(), rest.end(), same))
      return &option;
  }
  return nullptr;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string_view unquoted(std::string_view value) {
  if (value.size() >= 2 && (value.front() == '\'' || value.front() == '"') &&
      value.front() == value.back())
    return value.substr(1, value.size() - 2);
  return value;
}

std::string name_of(const EnvironmentOption& option) {
  return std::string(option.section).append(".").append(option.name);
}

std::string value_of(const EnvironmentOption& option, const Environment& environment) {
  std::string value;
  TextWriter out(value);
  if (option.print != nullptr) {
    option.print(environment, out);
    return value;
  }
  const std::string name = name_of(option);
  for (const auto& [known, text] : environment.ignored)
    if (known == name) value = text;
  return value.empty() ? std::string(option.fallback) : value;
}

}  // namespace

const std::vector<EnvironmentOption>& environment_options() {
  static const std::vector<EnvironmentOption> options = make_options();
  return options;
}

bool is_environment_variable(std::string_view name) {
  return name.starts_with("exabgp.") || name.starts_with("exabgp_");
}

std::string apply(Environment& environment, std::string_view name, std::string_view value,
                  std::string_view origin, std::vector<std::string>& warnings) {
  const auto say = [&](std::string_view text) {
    return std::string(origin).append(": ").append(name).append(text);
  };
  const EnvironmentOption* option = find_option(name);
  if (option == nullptr) {
    warnings.push_back(say(": there is no such option"));
    return {};
  }
  const std::string_view text = unquoted(trimmed(value));
  if (option->support == EnvironmentSupport::ignored) {
    environment.ignored.emplace_back(name_of(*option), trimmed(value));
    // A switch that is off, as in Debian's file, asks for nothing.
    const bool off = text == "false" && unquoted(option->fallback).empty();
    if (!off && trimmed(value) != option->fallback && text != unquoted(option->fallback))
      warnings.push_back(say(" has no effect: ").append(option->help));
    return {};
  }
  Environment changed = environment;
  if (!option->parse(text, changed))
    return say(": invalid value '")
        .append(text)
        .append("' (")
        .append(option->help)
        .append(", default ")
        .append(option->fallback)
        .append(")");
  environment = std::move(changed);
  return {};
}

std::vector<std::string> apply_file(Environment& environment, std::string_view text,
                                    std::string_view file, std::vector<std::string>& warnings) {
  std::vector<std::string> errors;
  std::string section;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = trimmed(text.substr(0, text.find('\n')));
    text.remove_prefix(std::min(text.size(), text.substr(0, text.find('\n')).size() + 1));
    const std::string origin = std::string(file).append(":").append(std::to_string(number));
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[' && line.back() == ']') {
      section = trimmed(line.substr(1, line.size() - 2));
      continue;
    }
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos || section.empty()) {
      errors.push_back(origin + ": wanted [exabgp.SECTION] or OPTION = VALUE, found '" +
                       std::string(line) + "'");
      continue;
    }
    const std::string name = section + "." + std::string(trimmed(line.substr(0, equals)));
    std::string error = apply(environment, name, line.substr(equals + 1), origin, warnings);
    if (!error.empty()) errors.push_back(std::move(error));
  }
  return errors;
}

std::string print_environment(const Environment& environment, EnvironmentScope scope,
                              EnvironmentForm form) {
  std::string text;
  TextWriter out(text);
  std::string_view section;
  for (const EnvironmentOption& option : environment_options()) {
    if (!option.listed) continue;
    const std::string value = value_of(option, environment);
    if (scope == EnvironmentScope::changed && value == option.fallback) continue;
    if (form == EnvironmentForm::variables) {
      out.put("exabgp.").put(option.section).put('.').put(option.name).put('=');
      out.put(value).put('\n');
      continue;
    }
    if (section != option.section) out.put("\n[exabgp.").put(option.section).put("]\n");
    section = option.section;
    out.put(option.name).put(" = ").put(value).put('\n');
  }
  return text;
}

}  // namespace openbell::grammar
