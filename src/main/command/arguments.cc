#include "main/command/arguments.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include "CLI/CLI.hpp"

namespace openbell {

namespace {

struct Word {
  std::string_view word;
  Command command;
  std::string_view help;
};

constexpr std::array words{
    Word{"server", Command::server, "run the speaker (the default)"},
    Word{"check", Command::check, "check configuration files and say what is wrong with them"},
    Word{"config", Command::config, "print the normal form of a configuration file"},
    Word{"validate", Command::validate, "check configuration files in silence, as ExaBGP does"},
    Word{"configuration", Command::validate, "`configuration validate` and `configuration export`"},
    Word{"decode", Command::decode, "print a BGP message given in hexadecimal as JSON"},
    Word{"encode", Command::encode, "print the UPDATE of a route in hexadecimal"},
    Word{"version", Command::version, "print the version"},
    Word{"env", Command::env, "print the environment options and their values"},
    Word{"peer", Command::peer, "be a BGP peer that prints what it receives"},
    Word{"cli", Command::cli, "send a command to the running speaker"},
    Word{"run", Command::cli, "the same"},
    Word{"jitter", Command::jitter, "measure which BFD timers this host can hold"},
    Word{"bfd", Command::jitter, "`bfd jitter`, the same"},
    Word{"healthcheck", Command::healthcheck,
         "be a helper that announces addresses while a command succeeds"},
};

const Word* find_word(std::string_view text) {
  const auto* const at = std::ranges::find(words, text, &Word::word);
  return at == words.end() ? nullptr : at;
}

void print_overview() {
  std::printf("usage: openbell [--env-file FILE] [COMMAND] [OPTIONS] WORDS...\n\n");
  for (const Word& row : words)
    std::printf("  %-14s %s\n", std::string(row.word).c_str(), std::string(row.help).c_str());
  std::printf(
      "\n`openbell COMMAND --help` explains a command; `openbell FILE` runs the speaker.\n");
}

/// The options that stand before a sub-command, as far as ExaBGP has such.
std::size_t skip_global(const std::vector<std::string>& line, Arguments& arguments) {
  std::size_t at = 0;
  while (at + 1 < line.size() &&
         (line[at] == "--env-file" || line[at] == "--env" || line[at] == "-e")) {
    arguments.env_file = line[at + 1];
    at += 2;
  }
  return at;
}

/// Called by the name of one of ExaBGP's programs.
std::string program_name(const char* path) {
  const std::string_view whole(path);
  return std::string(whole.substr(whole.rfind('/') + 1));
}

void add_environment(CLI::App& app, Arguments& arguments) {
  app.add_option("-e,--env,--env-file", arguments.env_file, "file with environment options");
}

void ignore_flag(CLI::App& app, const std::string& names, const std::string& help) {
  app.add_flag_function(names, [](std::int64_t) {}, help);
}

void describe_server(CLI::App& app, Arguments& arguments) {
  add_environment(app, arguments);
  app.add_flag("-d,--debug", arguments.debug, "log everything");
  app.add_flag("-v,--verbose", arguments.verbose, "log everything");
  app.add_flag("-1,--once", arguments.once, "one connection to each peer, then leave");
  app.add_flag("-P,--passive", arguments.passive, "wait for peers, connect to none");
  app.add_flag("-t,--test,--validate", arguments.test_only, "check the configuration and leave");
  app.add_option("-s,--signal", arguments.signal_after_s, "reload after this many seconds");
  ignore_flag(app, "-p,--pdb", "accepted for ExaBGP's sake, does nothing");
  ignore_flag(app, "-m,--memory", "accepted for ExaBGP's sake, does nothing");
  std::string ignored;
  app.add_option_function<std::string>(
      "--profile,-f,--root", [](const std::string&) {}, "accepted, does nothing");
  app.add_option("configuration", arguments.words, "configuration files");
}

void describe_payload(CLI::App& app, Arguments& arguments) {
  const auto kind = [&arguments](PayloadKind value) {
    return [&arguments, value](std::int64_t) { arguments.payload = value; };
  };
  app.add_flag_function("-u,--update", kind(PayloadKind::update), "an UPDATE");
  app.add_flag_function("-o,--open", kind(PayloadKind::open), "an OPEN");
  app.add_flag_function("-n,--nlri", kind(PayloadKind::nlri), "NLRI only");
  app.add_option("-f,--family", arguments.family, "\"AFI SAFI\", default: all");
  app.add_flag("-i,--path-information", arguments.add_path, "with path identifiers");
  app.add_option("-c,--configuration", arguments.configuration,
                 "accepted for ExaBGP's sake, does nothing");
  app.add_flag("-d,--debug", arguments.debug, "log everything");
  ignore_flag(app, "-p,--pdb", "accepted for ExaBGP's sake, does nothing");
  ignore_flag(app, "-j,--json", "the default");
  app.add_option("payload", arguments.words, "hexadecimal digits, colons and blanks allowed")
      ->required();
}

void describe_encode(CLI::App& app, Arguments& arguments) {
  app.add_option("-f,--family", arguments.family, "\"AFI SAFI\", default: ipv4 unicast");
  app.add_option("-a,--local-as", arguments.local_as, "our AS number");
  app.add_option("-z,--peer-as", arguments.peer_as, "the peer's AS number");
  app.add_flag("-i,--path-information", arguments.add_path, "with path identifiers");
  app.add_flag("-n,--nlri-only", arguments.nlri_only, "the NLRI alone");
  app.add_flag("--no-header", arguments.no_header, "without the 19 bytes of the header");
  app.add_option("-c,--configuration", arguments.configuration,
                 "accepted for ExaBGP's sake, does nothing");
  app.add_option("route", arguments.words, "the route as in a configuration file")->required();
}

void describe_validate(CLI::App& app, Arguments& arguments) {
  add_environment(app, arguments);
  ignore_flag(app, "-n,--neighbor", "neighbors are always checked");
  ignore_flag(app, "-r,--route", "routes are always checked");
  app.add_flag("-v,--verbose", arguments.verbose, "say what is checked");
  ignore_flag(app, "-p,--pdb", "accepted for ExaBGP's sake, does nothing");
  app.add_option("configuration", arguments.words, "configuration files")->required();
}

void describe_peer(CLI::App& app, Arguments& arguments) {
  app.add_option("--listen", arguments.listen, "ADDRESS:PORT to wait on");
  app.add_option("--as", arguments.peer_own_as, "its own AS number");
  app.add_flag("-q,--quiet", arguments.quiet, "one line for each UPDATE with its number of routes");
}

void describe_jitter(CLI::App& app, Arguments& arguments) {
  app.add_option("-s,--seconds", arguments.seconds, "how long to measure, for each scheduler")
      ->check(CLI::Range(1, 3600));
  app.add_flag("-j,--json", arguments.json, "print JSON");
}

void describe(CLI::App& app, Arguments& arguments) {
  switch (arguments.command) {
    case Command::server:
      return describe_server(app, arguments);
    case Command::check:
    case Command::config:
    case Command::config_export:
      add_environment(app, arguments);
      app.add_option("configuration", arguments.words, "configuration files")->required();
      return;
    case Command::validate:
      return describe_validate(app, arguments);
    case Command::decode:
      return describe_payload(app, arguments);
    case Command::encode:
      return describe_encode(app, arguments);
    case Command::env:
      app.add_option("--env,--env-file", arguments.env_file, "file with environment options");
      app.add_flag("-d,--diff", arguments.differences, "only what differs from the defaults");
      app.add_flag("-e", arguments.as_environment, "as environment variables");
      return;
    case Command::peer:
      return describe_peer(app, arguments);
    case Command::cli:
      app.add_option("--pipename", arguments.pipe_name, "base name of the pipes");
      app.add_option("command", arguments.words, "words of the command");
      app.prefix_command();
      return;
    case Command::jitter:
      return describe_jitter(app, arguments);
    case Command::version:
    case Command::healthcheck:
      app.allow_extras();
      return;
  }
}

/// ExaBGP 4.2 asks for these without a sub-command: the rest of the line is as for the sub-command.
bool take_old_spelling(std::vector<std::string>& line, Arguments& arguments) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    const std::string& word = line[i];
    const bool alone = line.size() == 1;
    if (word == "--version" || (alone && word == "-v")) {
      arguments.command = Command::version;
      line.clear();
      return true;
    }
    const bool all =
        word == "--full-ini" || word == "--fi" || word == "--full-env" || word == "--fe";
    const bool some =
        word == "--diff-ini" || word == "--di" || word == "--diff-env" || word == "--de";
    if (all || some) {
      arguments.command = Command::env;
      arguments.differences = some;
      arguments.as_environment =
          word.ends_with("env") || word.ends_with("fe") || word.ends_with("de");
      line.clear();
      return true;
    }
    if ((word == "--decode" || word == "-x") && i + 1 < line.size()) {
      // `exabgp CONF --decode HEX`
      Arguments decoded = arguments;
      decoded.command = Command::decode;
      decoded.words = {line[i + 1]};
      line.erase(line.begin() + static_cast<std::ptrdiff_t>(i),
                 line.begin() + static_cast<std::ptrdiff_t>(i) + 2);
      for (const std::string& other : line)
        if (!other.starts_with('-')) decoded.configuration = other;
      arguments = decoded;
      line.clear();
      return true;
    }
  }
  return false;
}

/// Finds the command and takes its words off the line. False: everything is in `arguments` already.
bool take_command(std::vector<std::string>& line, Arguments& arguments) {
  line.erase(line.begin(),
             line.begin() + static_cast<std::ptrdiff_t>(skip_global(line, arguments)));
  // ExaBGP 4.2: `exabgp --run healthcheck …`
  if (line.size() > 1 && line[0] == "--run" && find_word(line[1]) != nullptr)
    line.erase(line.begin());
  const Word* word = line.empty() ? nullptr : find_word(line.front());
  if (word == nullptr) return !take_old_spelling(line, arguments);
  arguments.command = word->command;
  line.erase(line.begin());
  if (word->word == "bfd" && !line.empty() && line.front() == "jitter") line.erase(line.begin());
  if (word->word != "configuration" || line.empty()) return true;
  if (line.front() == "export") arguments.command = Command::config_export;
  if (line.front() == "export" || line.front() == "validate") line.erase(line.begin());
  return true;
}

}  // namespace

std::string Arguments::line() const {
  std::string text;
  for (const std::string& word : words) text.append(text.empty() ? "" : " ").append(word);
  return text;
}

int fail(const std::string& message) {
  std::fprintf(stderr, "%s\n", message.c_str());
  return 1;
}

std::optional<Arguments> parse_arguments(int argc, const char* const* argv, int& status) {
  Arguments arguments;
  const std::string name = argc > 0 ? program_name(argv[0]) : "openbell";
  arguments.as_exabgp = name.starts_with("exabgp");
  std::vector<std::string> line(argv + std::min(argc, 1), argv + argc);
  if (name == "exabgpcli") line.insert(line.begin(), "cli");
  if (name == "exabgp-healthcheck") line.insert(line.begin(), "healthcheck");
  if (line.size() == 1 && (line[0] == "-h" || line[0] == "--help")) {
    print_overview();
    status = 0;
    return std::nullopt;
  }
  if (!take_command(line, arguments)) return arguments;
  if (arguments.command == Command::healthcheck) {
    auto options = healthcheck::parse_options(line, status);
    if (!options) return std::nullopt;
    arguments.healthcheck = std::move(*options);
    return arguments;
  }
  CLI::App app("OpenBell: a programmable BGP speaker", name);
  describe(app, arguments);
  try {
    std::ranges::reverse(line);  // CLI11 takes the words from the end
    app.parse(line);
  } catch (const CLI::ParseError& error) {
    status = app.exit(error) == 0 ? 0 : 1;
    return std::nullopt;
  }
  if (arguments.command == Command::cli)
    for (const std::string& word : app.remaining()) arguments.words.push_back(word);
  return arguments;
}

}  // namespace openbell
