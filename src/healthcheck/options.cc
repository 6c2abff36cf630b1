#include "healthcheck/options.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "CLI/CLI.hpp"

#include "healthcheck/journal.h"
#include "io/files.h"

namespace openbell::healthcheck {

namespace {

constexpr std::uint64_t file_size_max = 1u << 20;
constexpr std::size_t addresses_max = 4096;
constexpr double seconds_max = 7 * 86400.0;
constexpr std::int64_t metric_max = 0xFFFF'FFFF;
constexpr std::size_t interface_size_max = 15;

using Complaint = std::string;  // empty: none

std::string in_quotes(const std::string& text) {
  return "'" + text + "'";
}

Complaint read_seconds(const std::string& text, base::Duration& value) {
  double seconds = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, seconds);
  if (error != std::errc{} || at != end || !(seconds >= 0) || seconds > seconds_max)
    return "wanted seconds from 0 to 604800 such as 0.5, found " + in_quotes(text);
  value = base::nanoseconds(std::llround(seconds * 1e9));
  return {};
}

Complaint read_network(const std::string& text, Network& network) {
  if (!base::parse_prefix(text, network.prefix))
    return "wanted an IP address or network, found " + in_quotes(text);
  if (!network.prefix.is_canonical())
    return "wanted a network, found " + in_quotes(text) + ", which has host bits set";
  return {};
}

/// ADDRESS%INTERFACE
Complaint read_placed_network(const std::string& text, Network& network) {
  const std::size_t percent = text.find('%');
  if (percent == std::string::npos) return "wanted IP%INTERFACE, found " + in_quotes(text);
  network.interface = text.substr(percent + 1);
  constexpr std::string_view letters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:-";
  if (network.interface.empty() || network.interface.size() > interface_size_max ||
      network.interface.find_first_not_of(letters) != std::string::npos)
    return "wanted the name of an interface, found " + in_quotes(network.interface);
  return read_network(text.substr(0, percent), network);
}

Complaint read_neighbor(const std::string& text) {
  base::IpAddress address;
  if (text != "*" && !base::parse_ip(text, address))
    return "wanted an IP address or *, found " + in_quotes(text);
  return {};
}

Complaint read_next_hop(const std::string& text) {
  base::IpAddress address;
  if (text != "self" && !base::parse_ip(text, address))
    return "wanted an IP address, found " + in_quotes(text);
  return {};
}

/// Goes into a command as it is: it must not end the line.
Complaint read_text(const std::string& text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      return "control characters do not belong here";
  return {};
}

Complaint read_label(const std::string& text) {
  const auto ordinary = [](char c) { return c > ' ' && c < 0x7F && c != '/'; };
  return std::ranges::all_of(text, ordinary) ? Complaint()
                                             : "wanted a label, found " + in_quotes(text);
}

/// The options of one command line, on their way into `options`.
class Description {
 public:
  Description(CLI::App& app, Options& options) : app_(app), options_(options) {
    app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    describe_itself();
    describe_checking();
    describe_announcing();
    describe_addresses();
    describe_reporting();
  }
  [[nodiscard]] const std::string& file() const { return file_; }
  /// What only all the options together can tell.
  [[nodiscard]] Complaint finish() const;

 private:
  void describe_itself();
  void describe_checking();
  void describe_announcing();
  void describe_addresses();
  void describe_reporting();

  void seconds(const char* names, base::Duration& value, const char* help) {
    app_.add_option_function<std::string>(
        names,
        [names, &value](const std::string& word) { refuse(names, read_seconds(word, value)); },
        help);
  }
  void text(const char* names, std::string& value, Complaint (*read)(const std::string&),
            const char* help) {
    app_.add_option_function<std::string>(
        names,
        [names, &value, read](const std::string& word) {
          refuse(names, read(word));
          value = word;
        },
        help);
  }
  /// An option that may come again; each time takes one word.
  template <typename Take>
  void repeated(const char* names, Take take, const char* help) {
    app_.add_option_function<std::vector<std::string>>(
            names,
            [take](const std::vector<std::string>& all) {
              for (const std::string& word : all) take(word);
            },
            help)
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->allow_extra_args(false);
  }
  void commands(const char* names, std::vector<std::string>& list, const char* help) {
    repeated(names, [&list](const std::string& word) { list.push_back(word); }, help);
  }
  static void refuse(std::string names, const Complaint& complaint) {
    if (!complaint.empty()) throw CLI::ValidationError(std::move(names), complaint);
  }

  CLI::App& app_;
  Options& options_;
  std::string file_;
};

void Description::describe_itself() {
  CLI::Option* const silent = app_.add_flag("-s,--silent", options_.silent, "no log on stderr");
  CLI::Option* const facility =
      app_.add_option_function<std::string>(
              "--syslog-facility",
              [this](const std::string& word) {
                if (!is_facility(word))
                  refuse("--syslog-facility", "no such facility: " + in_quotes(word));
                options_.syslog_facility = word;
              },
              "also -sF: log to this facility of syslog")
          ->expected(0, 1)
          ->default_str("daemon");
  CLI::Option* const no_syslog = app_.add_flag_function(
      "--no-syslog", [this](std::int64_t) { options_.syslog = false; }, "do not log to syslog");
  silent->excludes(facility)->excludes(no_syslog);
  facility->excludes(no_syslog);
  app_.add_flag("-d,--debug", options_.debug, "log everything, nothing to syslog");
  app_.add_flag_function(
      "-a,--no-ack", [this](std::int64_t) { options_.ack = false; },
      "do not wait for answers to commands");
  app_.add_flag("--sudo", options_.sudo, "set addresses up with sudo");
  text("-n,--name", options_.name, read_text, "name in syslog");
  app_.add_option("-F,--config", file_, "file with options, `long-option = value` on each line");
  app_.add_option("-p,--pid", options_.pid_file, "write the process id to this file");
  app_.add_option("--user", options_.user, "become this user when the addresses are set up");
  app_.add_option("--group", options_.group, "and this group");
}

void Description::describe_checking() {
  seconds("-i,--interval", options_.interval,
          "seconds between checks; 0: leave after the first announcement");
  seconds("-f,--fast-interval", options_.fast_interval,
          "seconds between checks while the state is about to change");
  seconds("-t,--timeout", options_.timeout, "seconds for the command; 0: no limit");
  app_.add_option("--rise", options_.rise, "successes in a row that mean up");
  app_.add_option("--fall", options_.fall, "failures in a row that mean down");
  app_.add_option("--disable", options_.disable_file, "while this file exists: disabled");
  app_.add_option("-c,--cmd,--command", options_.command, "the check, for /bin/sh");
}

void Description::describe_announcing() {
  text("-N,--next-hop", options_.next_hop, read_next_hop, "next hop, default: self");
  app_.add_option("--local-preference", options_.local_preference, "-1: none");
  app_.add_flag("--deaggregate-networks", options_.deaggregate, "a route for each address");
  app_.add_option("--up-metric", options_.up_metric, "MED of the first address when up");
  app_.add_option("--down-metric", options_.down_metric, "when down");
  app_.add_option("--disabled-metric", options_.disabled_metric, "when disabled");
  app_.add_option("--increase", options_.increase, "added to the MED for each further address");
  text("--community", options_.community, read_text, "communities");
  text("--extended-community", options_.extended_community, read_text, "extended communities");
  text("--large-community", options_.large_community, read_text, "large communities");
  text("--disabled-community", options_.disabled_community, read_text,
       "communities when down or disabled");
  text("--as-path", options_.as_path, read_text, "AS path");
  text("--up-as-path", options_.up_as_path, read_text, "when up");
  text("--down-as-path", options_.down_as_path, read_text, "when down");
  text("--disabled-as-path", options_.disabled_as_path, read_text, "when disabled");
  app_.add_flag("--withdraw-on-down", options_.withdraw_on_down,
                "withdraw when down or disabled, instead of a worse MED");
  app_.add_option("--path-id", options_.path_id, "path identifier, 0: none");
  repeated(
      "--neighbor",
      [this](const std::string& word) {
        refuse("--neighbor", read_neighbor(word));
        options_.neighbors.push_back(word);
      },
      "only to this neighbor, repeatable");
  app_.add_flag("--debounce", options_.debounce, "say it when the state changes, not each time");
}

void Description::describe_addresses() {
  const auto add = [this](const char* name, Complaint (*read)(const std::string&, Network&)) {
    return [this, name, read](const std::string& word) {
      Network network;
      refuse(name, read(word, network));
      options_.networks.push_back(network);
    };
  };
  repeated("--ip", add("--ip", read_network),
           "announce this address or network, repeatable; default: those of the loopback");
  repeated("--ip-ifname", add("--ip-ifname", read_placed_network),
           "the same, its addresses on IP%INTERFACE");
  app_.add_flag_function(
      "--no-ip-setup", [this](std::int64_t) { options_.ip_setup = false; },
      "do not add missing addresses");
  app_.add_flag("--dynamic-ip-setup", options_.dynamic_ip_setup,
                "remove the addresses when down or disabled, add them when up");
  text("--label", options_.label, read_label, "addresses whose label starts with lo:LABEL");
  app_.add_flag("--label-exact-match", options_.label_exact, "whose label is lo:LABEL");
  app_.add_option("--start-ip", options_.start_ip, "start at the address of this index");
}

void Description::describe_reporting() {
  commands("--execute", options_.execute, "run at each change of state, repeatable");
  commands("--up-execute", options_.up_execute, "run when up");
  commands("--down-execute", options_.down_execute, "run when down");
  commands("--disabled-execute", options_.disabled_execute, "run when disabled");
  seconds("--execute-timeout", options_.execute_timeout, "seconds for each; 0: no limit");
}

Complaint Description::finish() const {
  std::int64_t count = 0;
  for (const Network& network : options_.networks) {
    const auto addresses = addresses_of(network.prefix);
    if (!addresses && (options_.ip_setup || options_.deaggregate)) return addresses.error();
    count += addresses && options_.deaggregate ? static_cast<std::int64_t>(addresses->size()) : 1;
    const std::size_t label_size = network.interface.size() + 1 + options_.label.size();
    if (options_.ip_setup && !options_.label.empty() && label_size > interface_size_max)
      return "--label " + options_.label + " is too long: the kernel keeps 15 letters of " +
             network.interface + ":LABEL";
  }
  if (count > static_cast<std::int64_t>(addresses_max))
    return "more than 4096 addresses and networks";
  if (std::abs(options_.increase) > metric_max) return "--increase is too large";
  const std::int64_t last = std::max<std::int64_t>(count - 1, 0) * options_.increase;
  for (const std::int64_t metric :
       {options_.up_metric, options_.down_metric, options_.disabled_metric})
    if (metric < 0 || metric > metric_max || metric + last < 0 || metric + last > metric_max)
      return "a metric of " + std::to_string(metric) + " and --increase " +
             std::to_string(options_.increase) + " give a MED that is not from 0 to 4294967295";
  if (options_.local_preference > metric_max) return "--local-preference is too large";
  return {};
}

/// The one long option that begins with `start`, or `start`.
std::string whole_name(const CLI::App& app, const std::string& start) {
  std::vector<std::string> meant;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) {
      if (name == start) return start;
      if (name.starts_with(start)) meant.push_back(name);
    }
  return meant.size() == 1 ? meant.front() : start;
}

/// -sF is no short option for CLI11, and ExaBGP takes the beginning of a long one.
std::vector<std::string> spelled_out(const CLI::App& app, std::vector<std::string> words) {
  for (std::string& word : words) {
    if (word == "-sF") word = "--syslog-facility";
    if (!word.starts_with("--") || word.size() == 2) continue;
    const std::size_t end = std::min(word.find('='), word.size());
    word = "--" + whole_name(app, word.substr(2, end - 2)) + word.substr(end);
  }
  return words;
}

/// One pass; `file` gets the value of --config.
bool parse_words(const std::vector<std::string>& words, Options& options, std::string& file,
                 int& status) {
  CLI::App app("Watches a service with a command and announces addresses while it is well.",
               "healthcheck");
  Description description(app, options);
  Complaint complaint;
  try {
    std::vector<std::string> line = spelled_out(app, words);
    std::ranges::reverse(line);  // CLI11 takes the words from the end
    app.parse(line);
    complaint = description.finish();
  } catch (const CLI::CallForHelp& help) {
    status = app.exit(help);
    return false;
  } catch (const CLI::ParseError& error) {
    complaint = error.what();
  }
  file = description.file();
  if (complaint.empty()) return true;
  std::fprintf(stderr, "healthcheck: error: %s\n", complaint.c_str());
  status = 2;
  return false;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

}  // namespace

std::vector<std::string> words_of_file(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.starts_with('#')) continue;
    const std::size_t equals = line.find('=');
    words.push_back("--" + std::string(trimmed(line.substr(0, equals))));
    if (equals != std::string_view::npos) words.emplace_back(trimmed(line.substr(equals + 1)));
  }
  return words;
}

std::optional<Options> parse_options(const std::vector<std::string>& words, int& status) {
  Options options;
  std::string file;
  if (!parse_words(words, options, file, status)) return std::nullopt;
  if (file.empty()) return options;
  const auto text = io::read_file(file, file_size_max);
  if (!text) {
    std::fprintf(stderr, "healthcheck: error: --config %s\n", text.error().c_str());
    status = 2;
    return std::nullopt;
  }
  std::vector<std::string> all = words_of_file(*text);
  all.insert(all.end(), words.begin(), words.end());
  options = {};
  if (!parse_words(all, options, file, status)) return std::nullopt;
  return options;
}

std::expected<std::vector<base::IpAddress>, std::string> addresses_of(
    const base::IpPrefix& prefix) {
  const base::Bytes first = prefix.address.bytes();
  const std::size_t host_bits = first.size() * 8 - prefix.length;
  if (host_bits >= 64 || (std::size_t{1} << host_bits) > addresses_max)
    return std::unexpected("--ip " + prefix.address.text() + "/" + std::to_string(prefix.length) +
                           " has more than 4096 addresses to set up: --no-ip-setup without "
                           "--deaggregate-networks announces it as it is");
  std::vector<base::IpAddress> addresses;
  for (std::size_t i = 0; i < (std::size_t{1} << host_bits); ++i) {
    std::array<std::uint8_t, 16> octets{};
    std::ranges::copy(first, octets.begin());
    octets[first.size() - 1] = static_cast<std::uint8_t>(octets[first.size() - 1] + (i & 0xFF));
    octets[first.size() - 2] = static_cast<std::uint8_t>(octets[first.size() - 2] + (i >> 8));
    addresses.push_back(base::IpAddress::from_bytes({octets.data(), first.size()}));
  }
  return addresses;
}

}  // namespace openbell::healthcheck
