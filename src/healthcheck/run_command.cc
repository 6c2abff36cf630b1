#include "healthcheck/run_command.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/loop/clock.h"
#include "io/process/spawn.h"

namespace openbell::healthcheck {

namespace {

constexpr std::size_t output_size_max = 4096;
constexpr int burial_ms = 100;
constexpr std::size_t undead_max = 16;

/// Reads what is there; what is too much is thrown away. False at the end.
bool read_output(int fd, std::string& output) {
  std::array<char, 4096> buffer;
  const ssize_t n = ::read(fd, buffer.data(), buffer.size());
  if (n < 0) return errno == EAGAIN || errno == EINTR;
  const std::size_t room = output_size_max - output.size();
  output.append(buffer.data(), std::min(static_cast<std::size_t>(n), room));
  return n > 0;
}

/// Waits for the end of the process behind `process`, reading what it says.
Woken watch(Attention& attention, int process, int output, base::Tick until, std::string& text) {
  std::array<pollfd, 2> fds{pollfd{process, POLLIN, 0}, pollfd{output, POLLIN, 0}};
  for (;;) {
    const Woken woken = attention.wait(until, fds);
    if (woken != Woken::ready) return woken;
    if (fds[1].revents != 0 && !read_output(output, text)) fds[1].fd = -1;
    if (fds[0].revents != 0) break;
  }
  // What it said last; a child of its own may hold the other end open.
  pollfd rest{output, POLLIN, 0};
  while (text.size() < output_size_max && ::poll(&rest, 1, 0) == 1 && read_output(output, text)) {
  }
  return Woken::ready;
}

}  // namespace

std::string Outcome::text() const {
  switch (kind) {
    case Kind::exited:
      return "exit " + std::to_string(status);
    case Kind::killed:
      return "signal " + std::to_string(status);
    case Kind::timed_out:
      return "not done in time";
    case Kind::not_started:
      return io::system_error("cannot be started", status);
    case Kind::interrupted:
      return "interrupted";
  }
  return {};
}

int CommandRunner::bury(pid_t pid, int process) {
  int status = 0;
  pollfd fd{process, POLLIN, 0};
  if (::poll(&fd, 1, burial_ms) != 1 || ::waitpid(pid, &status, WNOHANG) != pid)
    undead_.push_back(pid);
  return status;
}

Outcome CommandRunner::run(const std::vector<std::string>& words, base::Duration timeout,
                           const std::string& setting) {
  Outcome outcome;
  std::erase_if(undead_, [](pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) != 0; });
  if (undead_.size() >= undead_max) {
    outcome.status = EAGAIN;
    return outcome;
  }
  const base::Tick until = timeout.ns == 0 ? base::never : io::tick() + timeout;
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) {
    outcome.status = errno;
    return outcome;
  }
  const io::Fd output(fds[0]);
  io::Fd input(fds[1]);
  ::fcntl(output.get(), F_SETFL, O_NONBLOCK);
  pid_t pid = 0;
  outcome.status = io::spawn(words, {.output = input.get(), .error = input.get()}, pid,
                             {.setting = setting, .directory = nullptr});
  if (outcome.status != 0) return outcome;
  input.reset();
  const io::Fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  const Woken woken = watch(attention_, process.get(), output.get(), until, outcome.output);
  if (woken != Woken::ready) ::kill(-pid, SIGKILL);
  const int status = bury(pid, process.get());
  if (woken == Woken::time) {
    outcome.kind = Outcome::Kind::timed_out;
  } else if (woken == Woken::leave) {
    outcome.kind = Outcome::Kind::interrupted;
  } else if (WIFSIGNALED(status)) {
    outcome.kind = Outcome::Kind::killed;
    outcome.status = WTERMSIG(status);
  } else {
    outcome.kind = Outcome::Kind::exited;
    outcome.status = WEXITSTATUS(status);
  }
  return outcome;
}

std::vector<std::string> shell(const std::string& text) {
  return {"/bin/sh", "-c", text};
}

}  // namespace openbell::healthcheck
