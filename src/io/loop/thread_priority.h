#pragma once
// Who gets the processor first, and how a thread waits for a moment.

#include <pthread.h>
#include <string>

#include "base/tick.h"

struct epoll_event;

namespace openbell::io {

/// Gives a thread SCHED_FIFO with that priority (1 to 99; 0: the ordinary scheduler) and pins it to
/// a processor (-1: leaves it where it may run). Empty, or what the kernel refused and what would
/// allow it; what was not refused is done.
std::string set_thread_priority(pthread_t thread, int fifo_priority, int cpu);

/// Lets the timers of the calling thread end when they are due and not up to 50 us later, as the
/// kernel does for threads of the ordinary scheduler.
void want_exact_timers();

/// epoll_wait until an absolute time (base::never: no limit), nanoseconds where the kernel has
/// them.
int wait_until(int epoll, epoll_event* events, int room, base::Tick deadline);

}  // namespace openbell::io
