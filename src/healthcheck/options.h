#pragma once
// What `healthcheck` is asked for: ExaBGP's options, from the command line and a file
// (exabgp-runtime 7.1).

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "base/ip.h"
#include "base/tick.h"

namespace openbell::healthcheck {

/// A prefix of --ip, and where its addresses belong.
struct Network {
  base::IpPrefix prefix;
  std::string interface = "lo";
};

struct Options {
  // --- itself
  bool silent = false;
  bool debug = false;
  bool syslog = true;
  std::string syslog_facility = "daemon";
  std::string name;
  bool ack = true;  // read an answer after each command
  bool sudo = false;
  std::string pid_file;
  std::string user;
  std::string group;

  // --- checking
  base::Duration interval = base::seconds(5);  // zero: leave after the first announcement
  base::Duration fast_interval = base::seconds(1);
  base::Duration timeout = base::seconds(5);           // of the command, zero: none
  base::Duration execute_timeout = base::seconds(30);  // of a hook, zero: none
  std::uint32_t rise = 3;
  std::uint32_t fall = 3;
  std::string disable_file;
  std::string command;  // empty: always successful

  // --- announcing
  std::string next_hop = "self";
  std::vector<Network> networks;  // empty: what the loopback has
  bool deaggregate = false;
  bool ip_setup = true;
  bool dynamic_ip_setup = false;
  std::string label;  // without `lo:`
  bool label_exact = false;
  std::int64_t start_ip = 0;
  std::int64_t local_preference = -1;  // negative: none
  std::int64_t up_metric = 100;
  std::int64_t down_metric = 1000;
  std::int64_t disabled_metric = 500;
  std::int64_t increase = 1;
  std::string community;
  std::string extended_community;
  std::string large_community;
  std::string disabled_community;
  std::string as_path;
  std::string up_as_path;
  std::string down_as_path;
  std::string disabled_as_path;
  bool withdraw_on_down = false;
  std::uint32_t path_id = 0;           // 0: none
  std::vector<std::string> neighbors;  // empty: all, and the command names none
  bool debounce = false;

  // --- hooks, for /bin/sh
  std::vector<std::string> execute;
  std::vector<std::string> up_execute;
  std::vector<std::string> down_execute;
  std::vector<std::string> disabled_execute;
};

/// Reads the words after `healthcheck`; the lines of --config come before them. Prints help or the
/// complaint and gives the exit status in `status` (2 for a mistake, as ExaBGP does) when there is
/// nothing to run.
std::optional<Options> parse_options(const std::vector<std::string>& words, int& status);

/// `key = value`, `flag` and `# comment` lines as words of a command line.
std::vector<std::string> words_of_file(std::string_view text);

/// The addresses of a prefix, in order; the error is for a prefix of more than 4096.
std::expected<std::vector<base::IpAddress>, std::string> addresses_of(const base::IpPrefix& prefix);

}  // namespace openbell::healthcheck
