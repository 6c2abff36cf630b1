#pragma once
// The command line: OpenBell's sub-commands, ExaBGP 5.0's, and the single command of ExaBGP 4.2.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "healthcheck/options.h"

namespace openbell {

enum class Command : std::uint8_t {
  server,
  check,
  config,
  validate,
  config_export,
  decode,
  encode,
  version,
  env,
  healthcheck,
  peer,
  cli,
  jitter,
};

enum class PayloadKind : std::uint8_t { guess, update, open, nlri };

/// What was asked for. `words` are configuration files, hexadecimal digits, a route or the words of
/// a command, as the command has it.
struct Arguments {
  Command command = Command::server;
  std::vector<std::string> words;

  std::string env_file;       // --env-file, --env
  std::string pipe_name;      // --pipename
  std::string configuration;  // -c: accepted as ExaBGP does, decides nothing
  bool as_exabgp = false;     // called by that name
  bool debug = false;         // -d: all logs
  bool verbose = false;       // -v
  bool once = false;          // -1
  bool passive = false;       // -P
  bool test_only = false;     // -t, --validate: parse and leave
  std::uint32_t signal_after_s = 0;

  PayloadKind payload = PayloadKind::guess;
  std::string family;              // -f "ipv4 unicast"
  bool add_path = false;           // -i
  bool no_header = false;          // encode
  bool nlri_only = false;          // encode -n
  std::uint32_t local_as = 65533;  // -a
  std::uint32_t peer_as = 65533;   // -z

  bool differences = false;     // env -d
  bool as_environment = false;  // env -e

  std::string listen = "127.0.0.1:179";  // peer
  std::uint32_t peer_own_as = 65001;     // peer --as
  bool quiet = false;                    // peer: counts only

  std::uint32_t seconds = 5;  // jitter: for each scheduler
  bool json = false;          // jitter

  healthcheck::Options healthcheck;

  /// The words as one line.
  [[nodiscard]] std::string line() const;
};

/// One line on stderr; the exit status.
int fail(const std::string& message);

/// Parses, or prints help or the complaint and gives the exit status in `status`.
std::optional<Arguments> parse_arguments(int argc, const char* const* argv, int& status);

}  // namespace openbell
