#include "healthcheck/attention.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "io/loop/clock.h"
#include "io/loop/signals.h"

namespace openbell::healthcheck {

namespace {

constexpr std::size_t fds_max = 4;
constexpr base::Duration patience_when_leaving = base::seconds(1);

/// poll() up to a time on the monotonic clock.
int poll_until(std::span<pollfd> fds, base::Tick until) {
  const std::int64_t ns =
      until == base::never ? -1 : std::max<std::int64_t>(until.ns - io::tick().ns, 0);
  const timespec left{ns / 1'000'000'000, ns % 1'000'000'000};
  return ::ppoll(fds.data(), fds.size(), ns < 0 ? nullptr : &left, nullptr);
}

bool is_pipe(int fd) {
  struct stat status{};
  return ::fstat(fd, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode));
}

}  // namespace

Attention::Attention(bool reads_answers)
    : reads_answers_(reads_answers && ::isatty(STDOUT_FILENO) == 0),
      input_open_(::isatty(STDIN_FILENO) == 0),
      output_is_pipe_(is_pipe(STDOUT_FILENO)) {
  io::block_signals({SIGTERM, SIGINT, SIGHUP});
  ::signal(SIGPIPE, SIG_IGN);
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&set, signal);
  signals_ = io::Fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  OPENBELL_CHECK(signals_);
}

void Attention::leave(std::string why) {
  leaving_ = true;
  why_ = std::move(why);
}

Woken Attention::wait(base::Tick until, std::span<pollfd> fds) {
  OPENBELL_CHECK(fds.size() <= fds_max);
  std::array<pollfd, fds_max + 2> all{};
  // A descriptor of -1 is none for poll().
  all[0] = {leaving_ ? -1 : signals_.get(), POLLIN, 0};
  all[1] = {leaving_ || !output_is_pipe_ ? -1 : STDOUT_FILENO, 0, 0};
  std::ranges::copy(fds, all.begin() + 2);
  for (;;) {
    const int ready = poll_until({all.data(), fds.size() + 2}, until);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return Woken::time;
    break;
  }
  std::copy_n(all.begin() + 2, fds.size(), fds.begin());
  signalfd_siginfo info{};
  if (all[0].revents != 0 && ::read(signals_.get(), &info, sizeof info) == sizeof info) {
    leave(io::signal_name(static_cast<int>(info.ssi_signo)));
    return Woken::leave;
  }
  if ((all[1].revents & (POLLERR | POLLHUP)) != 0) {
    speaker_gone_ = true;
    leave("nobody reads the commands: the speaker is gone");
    return Woken::leave;
  }
  return Woken::ready;
}

bool Attention::say(const std::string& line) {
  if (speaker_gone_) return false;
  drain();
  const std::string text = line + "\n";
  std::array<pollfd, 1> output{pollfd{STDOUT_FILENO, POLLOUT, 0}};
  const base::Tick until = leaving_ ? io::tick() + patience_when_leaving : base::never;
  if (wait(until, output) != Woken::ready) return false;
  // pipe(7): a pipe that is ready takes PIPE_BUF bytes at once.
  const ssize_t n = ::write(STDOUT_FILENO, text.data(), text.size());
  if (n == static_cast<ssize_t>(text.size())) return true;
  speaker_gone_ = true;
  leave(io::system_error("cannot write to the speaker", n < 0 ? errno : EIO));
  return false;
}

void Attention::drain() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  while (input_open_ && ::poll(&input, 1, 0) == 1) {
    if (input_.fill(STDIN_FILENO) == io::LineReader::Fill::end) input_open_ = false;
    while (next_answer() != Answer::none) answers_come_ = true;
  }
}

Answer Attention::next_answer() {
  std::string_view line;
  for (;;) {
    const io::LineReader::Take take = input_.next(line);
    if (take == io::LineReader::Take::none) return Answer::none;
    // Events share the stream, and a report may precede its answer.
    if (line == "done") return Answer::done;
    if (line == "error") return Answer::error;
  }
}

Answer Attention::answer(base::Tick until) {
  std::array<pollfd, 1> input{pollfd{STDIN_FILENO, POLLIN, 0}};
  while (reads_answers_ && answers_come_ && input_open_) {
    const Answer answer = next_answer();
    if (answer != Answer::none) return answer;
    switch (wait(until, input)) {
      case Woken::time:
        answers_come_ = false;
        return Answer::none;
      case Woken::leave:
        return Answer::leave;
      case Woken::ready:
        if (input_.fill(STDIN_FILENO) == io::LineReader::Fill::end) input_open_ = false;
        break;
    }
  }
  return Answer::done;
}

}  // namespace openbell::healthcheck
