#include "healthcheck/run_command.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <string_view>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/loop/clock.h"

namespace openbell::healthcheck {

namespace {

constexpr std::size_t output_size_max = 4096;
constexpr int burial_ms = 100;
constexpr std::size_t undead_max = 16;

/// Our environment with `setting` in it.
std::vector<char*> environment_with(const std::string& setting) {
  const std::string_view name = std::string_view(setting).substr(0, setting.find('=') + 1);
  std::vector<char*> entries;
  for (char** entry = environ; *entry != nullptr; ++entry)
    if (name.empty() || !std::string_view(*entry).starts_with(name)) entries.push_back(*entry);
  if (!setting.empty()) entries.push_back(const_cast<char*>(setting.c_str()));
  entries.push_back(nullptr);
  return entries;
}

/// errno, or 0 with `pid` filled.
int spawn(const std::vector<std::string>& words, int output, const std::string& setting,
          pid_t& pid) {
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const std::vector<char*> environment = environment_with(setting);
  sigset_t none;
  sigset_t all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, output, STDERR_FILENO);
  ::posix_spawn_file_actions_addclosefrom_np(&files, 3);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(
      &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  const int error =
      ::posix_spawnp(&pid, argv[0], &files, &attributes, argv.data(), environment.data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&files);
  return error;
}

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
  outcome.status = spawn(words, input.get(), setting, pid);
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
