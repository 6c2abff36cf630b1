#pragma once
// Starting a program without copying our memory.

#include <string>
#include <sys/types.h>
#include <vector>

namespace openbell::io {

/// What the program gets for its standard descriptors; it gets no other.
struct SpawnFiles {
  int input = -1;   // -1: /dev/null
  int output = -1;  // -1: ours
  int error = -1;   // -1: ours
};

/// Where and with what a program runs.
struct SpawnPlace {
  std::string setting = "TERM=dumb";  // beside our environment; empty: nothing
  const char* directory = "/";        // null: ours
};

/// Starts `arguments` (a program without a slash is looked for in PATH) in its own process group,
/// no signal ignored or blocked. 0, or the error. At least one argument. Lasts until the program is
/// loaded: most of a millisecond on a busy host.
int spawn(const std::vector<std::string>& arguments, const SpawnFiles& files, pid_t& pid,
          const SpawnPlace& place = {});

/// A status of waitpid(2): "exit 3", "signal 9".
std::string exit_text(int status);

}  // namespace openbell::io
