// check exec: a command ends with the expected status. It runs in its own process group without
// input; the start of what it prints is the reason of a failure. Giving it up kills the group.

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/probe/command_reaper.h"
#include "io/probe/command_spawner.h"
#include "io/probe/probe.h"
#include "io/process/spawn.h"

namespace openbell::io {

namespace {

constexpr std::size_t output_max = 512;
constexpr int reads_per_turn = 8;
constexpr std::size_t killed_max = 64;

class ExecProbe final : public Probe, private Handler {
 public:
  using Probe::Probe;
  ~ExecProbe() override { cancel(); }

  std::optional<Result> run() override {
    if (services().reaper().size() >= killed_max)
      return failure("too many commands were killed and have not ended");
    printed_.clear();
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return failure("cannot start: " + reason_of(errno));
    output_ = Fd(ends[0]);
    ::fcntl(output_.get(), F_SETFL, O_NONBLOCK);  // the command's end waits as usual
    std::vector<std::string> arguments;
    if (config().shell) arguments = {std::string("/bin/sh"), std::string("-c")};
    arguments.insert(arguments.end(), config().command.begin(), config().command.end());
    starting_ = services().spawner().start(
        std::move(arguments), Fd(ends[1]),
        [this](CommandSpawner::Started started) { on_started(std::move(started)); });
    return std::nullopt;
  }
  void cancel() override {
    if (starting_ != 0) services().spawner().cancel(std::exchange(starting_, 0));
    close();
    if (pid_ != 0) services().reaper().kill(std::exchange(pid_, 0), std::move(process_));
  }

 private:
  enum Tag : std::uint32_t { output_tag, process_tag };

  void on_started(CommandSpawner::Started started) {
    starting_ = 0;
    if (started.error != 0) {
      close();
      return report(failure("cannot start: " + reason_of(started.error)));
    }
    pid_ = started.pid;
    process_ = std::move(started.process);
    output_watch_ = reactor().watch(output_.get(), EPOLLIN, Rank::probe, *this, output_tag);
    process_watch_ = reactor().watch(process_.get(), EPOLLIN, Rank::probe, *this, process_tag);
  }

  void on_ready(std::uint32_t tag, std::uint32_t) override {
    // What it wrote before it ended is in the pipe; a child of its own may hold the other end open,
    // so its end is not waited for.
    read_output();
    if (tag == process_tag) reap();
  }

  /// Reads a bounded amount and keeps the start, so that a command that prints much is not blocked.
  void read_output() {
    for (int i = 0; output_ && i < reads_per_turn; ++i) {
      char bytes[4096];
      const ssize_t size = ::read(output_.get(), bytes, sizeof bytes);
      if (size < 0) return;
      if (size == 0) {
        reactor().unwatch(output_watch_);
        output_.reset();
        return;
      }
      const std::size_t room = output_max - printed_.size();
      printed_.append(bytes, std::min(room, static_cast<std::size_t>(size)));
    }
  }

  void reap() {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) != pid_) return;
    pid_ = 0;
    close();
    if (WIFEXITED(status) && WEXITSTATUS(status) == config().exit_status) return report(success());
    std::string error = exit_text(status);
    const std::string printed = printed_line();
    if (!printed.empty()) error += ": " + printed;
    report(failure(std::move(error)));
  }

  /// What it printed, as one line that can be shown: lines are joined by blanks.
  [[nodiscard]] std::string printed_line() const {
    std::string line = printed_;
    for (char& c : line)
      if (static_cast<unsigned char>(c) < ' ' || c == '\x7F') c = ' ';
    line.resize(line.find_last_not_of(' ') + 1);
    return line;
  }

  void close() {
    reactor().unwatch(output_watch_);
    reactor().unwatch(process_watch_);
    output_.reset();
    if (pid_ == 0) process_.reset();
  }

  CommandSpawner::Ticket starting_ = 0;
  pid_t pid_ = 0;  // started and not reaped yet
  Fd process_;     // pidfd
  Fd output_;      // its stdout and stderr
  Watch output_watch_ = 0;
  Watch process_watch_ = 0;
  std::string printed_;
};

}  // namespace

constexpr ProbeKind exec_probe_kind{"exec", make_probe<ExecProbe>};

}  // namespace openbell::io
