#pragma once
// Commands of checks that were killed: their probe waits for them no longer, the system does.

#include <cstddef>
#include <sys/types.h>
#include <vector>

#include "io/loop/reactor.h"

namespace openbell::io {

class CommandReaper final : private Handler {
 public:
  explicit CommandReaper(Reactor& reactor) : reactor_(reactor) {}
  ~CommandReaper() override;
  CommandReaper(const CommandReaper&) = delete;
  CommandReaper& operator=(const CommandReaper&) = delete;

  /// Kills the process group of `pid` and takes its exit status, whenever that comes. `process` is
  /// its pidfd.
  void kill(pid_t pid, Fd process);
  /// Killed, and not ended yet: one that waits for a dead disk stays for long.
  [[nodiscard]] std::size_t size() const { return commands_.size(); }

 private:
  struct Command {
    pid_t pid;
    Fd process;
    Watch watch;
  };
  void on_ready(std::uint32_t pid, std::uint32_t events) override;

  Reactor& reactor_;
  std::vector<Command> commands_;
};

}  // namespace openbell::io
