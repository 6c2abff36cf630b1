#pragma once
// One command at a time: the check, a hook, `ip`.

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

#include "healthcheck/attention.h"

namespace openbell::healthcheck {

struct Outcome {
  enum class Kind : std::uint8_t { exited, killed, timed_out, not_started, interrupted };
  Kind kind = Kind::not_started;
  int status = 0;      // of exited; the signal of killed; errno of not_started
  std::string output;  // of both streams, at most 4096 bytes of it
  [[nodiscard]] bool success() const { return kind == Kind::exited && status == 0; }
  /// "exit 1", "signal 9", "no answer in time", …
  [[nodiscard]] std::string text() const;
};

class CommandRunner {
 public:
  explicit CommandRunner(Attention& attention) : attention_(attention) {}

  /// Runs `words` (a path first) in a process group of its own with nothing on stdin, and waits for
  /// it, not for children that it leaves behind. After `timeout` (zero: none), or when it is time
  /// to leave, the whole group is killed. `setting` ("STATE=UP") is added to its environment.
  Outcome run(const std::vector<std::string>& words, base::Duration timeout,
              const std::string& setting = {});

 private:
  /// Waits a little for what was killed: a process that hangs in the kernel is left to itself.
  int bury(pid_t pid, int process);

  Attention& attention_;
  std::vector<pid_t> undead_;  // killed, and not gone yet
};

/// The words that have /bin/sh run `text`.
std::vector<std::string> shell(const std::string& text);

}  // namespace openbell::healthcheck
