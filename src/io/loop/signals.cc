#include "io/loop/signals.h"

#include <array>
#include <csignal>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/check.h"

namespace openbell::io {

namespace {
sigset_t set_of(std::initializer_list<int> signals) {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : signals) ::sigaddset(&set, signal);
  return set;
}
}  // namespace

void block_signals(std::initializer_list<int> signals) {
  const sigset_t set = set_of(signals);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

Signals::Signals(Reactor& reactor, std::initializer_list<int> signals,
                 std::function<void(int)> action)
    : reactor_(reactor), action_(std::move(action)) {
  block_signals(signals);
  ::signal(SIGPIPE, SIG_IGN);
  const sigset_t set = set_of(signals);
  fd_ = Fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  OPENBELL_CHECK(fd_);
  watch_ = reactor_.watch(fd_.get(), EPOLLIN, Rank::control, *this);
}

Signals::~Signals() {
  reactor_.unwatch(watch_);
}

void Signals::on_ready(std::uint32_t, std::uint32_t) {
  signalfd_siginfo info{};
  while (::read(fd_.get(), &info, sizeof info) == sizeof info)
    action_(static_cast<int>(info.ssi_signo));
}

const char* signal_name(int signal) {
  struct Name {
    int signal;
    const char* name;
  };
  static constexpr std::array names{
      Name{SIGHUP, "SIGHUP"},   Name{SIGINT, "SIGINT"},   Name{SIGTERM, "SIGTERM"},
      Name{SIGUSR1, "SIGUSR1"}, Name{SIGUSR2, "SIGUSR2"}, Name{SIGALRM, "SIGALRM"},
  };
  for (const Name& row : names)
    if (row.signal == signal) return row.name;
  return "UNKNOWN";
}

}  // namespace openbell::io
