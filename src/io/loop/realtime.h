#pragma once
// What the kernel can do for the thread that must not wait: a processor of its own, a priority
// above the ordinary, memory that is never paged out.

#include <memory>
#include <string>
#include <vector>

namespace openbell::io {

struct RealtimeOptions {
  int cpu = -1;              // -1: any
  int fifo_priority = 0;     // SCHED_FIFO 1 to 99; 0: the ordinary scheduler
  bool lock_memory = false;  // mlockall, of the whole process, for what it maps later too
};

/// Applies all of it that the kernel allows to the calling thread and says what it refused, each
/// with what to give so that it does not: "realtime: cpu 7 does not exist: this machine has 0-1".
/// The priority is not inherited; the processor is (see Unpinned).
std::vector<std::string> apply_realtime(const RealtimeOptions& options);

/// Timers of the calling thread end when they should: the kernel would move them by up to 50 us to
/// wake up less often. Programs that it starts inherit this.
void use_exact_timers();

/// While it lives, what the calling thread starts - threads and programs - may run on every
/// processor that the thread had before apply_realtime. Else they would wait for ever behind a loop
/// that spins on the only one they may use.
class Unpinned {
 public:
  Unpinned();
  ~Unpinned();
  Unpinned(const Unpinned&) = delete;
  Unpinned& operator=(const Unpinned&) = delete;

 private:
  struct Mask;
  std::unique_ptr<Mask> pinned_;  // to go back to; none when the thread is not pinned
};

}  // namespace openbell::io
