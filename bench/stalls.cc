// How late this host wakes a thread that is as urgent as the BFD thread: the stalls that no program
// on it can help.
//
//     bench_stalls OUT SECONDS
//
// One thread for each processor, with SCHED_FIFO priority 20, asks to be woken a millisecond ahead,
// again and again, for SECONDS or until a byte, or the end, of standard input. Says `watching` on
// standard output. OUT then has, for every wake-up, its time and by how much it was late: one
// processor after the other, CLOCK_MONOTONIC in nanoseconds.

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "wire.h"

using namespace openbell::bench;

namespace {

constexpr int priority = 20;  // of the BFD thread
constexpr std::uint64_t step_ns = 1'000'000;

std::atomic<bool> ending = false;

void be_urgent(int processor) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(processor), &set);
  const sched_param parameter = {priority};
  if (sched_setaffinity(0, sizeof set, &set) != 0) die("sched_setaffinity");
  if (sched_setscheduler(0, SCHED_FIFO, &parameter) != 0) die("sched_setscheduler");
  prctl(PR_SET_TIMERSLACK, 1UL);  // else the kernel adds 50 us to every sleep
}

// Fills `wakes`, whose memory is there already, and leaves it at the size that was used.
void watch(int processor, std::vector<std::uint64_t>& wakes) {
  be_urgent(processor);
  std::size_t used = 0;
  // As packets are sent: the next moment is counted from the last wake-up.
  for (std::uint64_t now = now_ns(); !ending && used < wakes.size();) {
    const std::uint64_t due = now + step_ns;
    sleep_until(due);
    now = now_ns();
    wakes[used++] = now;
    wakes[used++] = now - due;
  }
  wakes.resize(used);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: bench_stalls OUT SECONDS\n", stderr);
    return 2;
  }
  constexpr std::uint64_t seconds_max = 24 * 60 * 60;
  const std::uint64_t seconds = number_argument("SECONDS", argv[2], seconds_max);
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) die("sched_getaffinity");
  std::vector<std::vector<std::uint64_t>> wakes(static_cast<std::size_t>(CPU_COUNT(&set)));
  for (auto& some : wakes) some.resize(seconds * 1000 * 2);
  if (mlockall(MCL_CURRENT | MCL_FUTURE) != 0) die("mlockall");

  std::vector<std::thread> threads;
  for (int processor = 0; processor < CPU_SETSIZE; ++processor) {
    if (CPU_ISSET(static_cast<std::size_t>(processor), &set))
      threads.emplace_back(watch, processor, std::ref(wakes[threads.size()]));
  }
  std::puts("watching");
  std::fflush(stdout);
  pollfd input = {STDIN_FILENO, POLLIN, 0};
  while (poll(&input, 1, static_cast<int>(seconds * 1000)) < 0 && errno == EINTR) {
  }
  ending = true;
  for (auto& thread : threads) thread.join();
  std::vector<std::uint64_t> all;
  for (const auto& some : wakes) all.insert(all.end(), some.begin(), some.end());
  save(argv[1], all);
  return 0;
}
