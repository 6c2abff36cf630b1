#include "io/probe/command_reaper.h"

#include <algorithm>
#include <csignal>
#include <sys/epoll.h>
#include <sys/wait.h>

namespace openbell::io {

CommandReaper::~CommandReaper() {
  for (Command& command : commands_) {
    reactor_.unwatch(command.watch);
    ::waitpid(command.pid, nullptr, WNOHANG);
  }
}

void CommandReaper::kill(pid_t pid, Fd process) {
  ::kill(-pid, SIGKILL);
  const Watch watch =
      reactor_.watch(process.get(), EPOLLIN, Rank::control, *this, static_cast<std::uint32_t>(pid));
  commands_.push_back({pid, std::move(process), watch});
}

void CommandReaper::on_ready(std::uint32_t pid, std::uint32_t) {
  const auto command = std::ranges::find(commands_, static_cast<pid_t>(pid), &Command::pid);
  if (::waitpid(command->pid, nullptr, WNOHANG) == 0) return;
  reactor_.unwatch(command->watch);
  commands_.erase(command);
}

}  // namespace openbell::io
