#include "main/command/cli.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include "io/process/control_pipe.h"

namespace openbell {

namespace {

struct Nickname {
  std::string_view shorthand;
  std::string_view word;
};

constexpr std::array nicknames{
    Nickname{"a", "announce"},
    Nickname{"w", "withdraw"},
    Nickname{"s", "show"},
    Nickname{"n", "neighbor"},
    Nickname{"f", "flush"},
    Nickname{"c", "clear"},
    Nickname{"h", "help"},
    Nickname{"adj", "adj-rib"},
    Nickname{"i", "in"},
    Nickname{"o", "out"},
    Nickname{"e", "extensive"},
    Nickname{"sum", "summary"},
    Nickname{"conf", "configuration"},
};

/// Commands of our own name things as they like: a service may be called `a`.
constexpr std::array own_commands{std::string_view("service"), std::string_view("plan"),
                                  std::string_view("drill"), std::string_view("guard"),
                                  std::string_view("renew")};

std::string expand(const Arguments& arguments) {
  if (std::ranges::find(own_commands, arguments.words.front()) != own_commands.end())
    return arguments.line();
  std::string command;
  for (const std::string& word : arguments.words) {
    std::string_view whole = word;
    for (const Nickname& row : nicknames)
      if (row.shorthand == word) whole = row.word;
    command.append(command.empty() ? "" : " ").append(whole);
  }
  return command;
}

}  // namespace

int run_cli(const Arguments& arguments, const std::string& pipe_name) {
  const std::string name = arguments.pipe_name.empty() ? pipe_name : arguments.pipe_name;
  const std::string path = io::find_control_pipe(name);
  if (path.empty()) {
    std::fprintf(stderr, "could not find the named pipes (%s.in and %s.out) for the cli\n",
                 name.c_str(), name.c_str());
    std::fprintf(stderr, "we scanned the following folders (the number is your user id):\n");
    for (const std::string& folder : io::control_pipe_folders())
      std::fprintf(stderr, " - %s\n", folder.c_str());
    return 1;
  }
  const std::string command = arguments.words.empty() ? "help" : expand(arguments);
  if (!arguments.words.empty() && command != arguments.line())
    std::printf("command: %s\n", command.c_str());
  const auto answer = io::send_command(path, command, [](std::string_view line) {
    std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
  });
  if (!answer) return fail(answer.error());
  if (*answer == "done") return 0;
  if (*answer == "shutdown")
    std::fprintf(stderr, "the speaker is shutting down, command aborted\n");
  else
    std::fprintf(stderr,
                 "the speaker returns an error (see its log for more information)\n"
                 "use help for a list of available commands\n");
  return 1;
}

}  // namespace openbell
