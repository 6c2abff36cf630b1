#include "io/loop/thread_priority.h"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/prctl.h>

#include "io/fd.h"
#include "io/loop/clock.h"

namespace openbell::io {

std::string set_thread_priority(pthread_t thread, int fifo_priority, int cpu) {
  std::string error;
  sched_param parameter{};
  parameter.sched_priority = fifo_priority;
  const int policy = fifo_priority == 0 ? SCHED_OTHER : SCHED_FIFO;
  if (const int refused = ::pthread_setschedparam(thread, policy, &parameter); refused != 0) {
    error =
        system_error("cannot use SCHED_FIFO priority " + std::to_string(fifo_priority), refused);
    if (refused == EPERM) error += " (needs CAP_SYS_NICE or a limit of RTPRIO that allows it)";
  }
  if (cpu < 0) return error;
  cpu_set_t set;
  CPU_ZERO(&set);
  if (cpu < CPU_SETSIZE) CPU_SET(static_cast<std::size_t>(cpu), &set);
  if (const int refused = ::pthread_setaffinity_np(thread, sizeof set, &set); refused != 0) {
    if (!error.empty()) error += "; ";
    error += system_error("cannot run on processor " + std::to_string(cpu), refused);
  }
  return error;
}

void want_exact_timers() {
  ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
}

int wait_until(int epoll, epoll_event* events, int room, base::Tick deadline) {
  if (deadline == base::never) return ::epoll_wait(epoll, events, room, -1);
  const std::int64_t ns = std::max<std::int64_t>((deadline - tick()).ns, 0);
  const timespec limit{ns / 1'000'000'000, ns % 1'000'000'000};
  const int count = ::epoll_pwait2(epoll, events, room, &limit, nullptr);
  if (count >= 0 || errno != ENOSYS) return count;
  // Before Linux 5.11 the wait has milliseconds only: rounded up, late, never early.
  const std::int64_t ms = std::min<std::int64_t>((ns + 999'999) / 1'000'000, 60'000);
  return ::epoll_wait(epoll, events, room, static_cast<int>(ms));
}

}  // namespace openbell::io
