#include "io/loop/realtime.h"

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <sched.h>
#include <string>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "io/fd.h"

namespace openbell::io {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

/// What `act` says in a process of its own, for what cannot be undone.
std::string said_apart(const std::function<std::string()>& act) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string text = act();
    ::_exit(::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0
                                                                                            : 1);
  }
  Fd from(ends[0]);
  Fd(ends[1]).reset();
  std::string said;
  char buffer[4096];
  for (ssize_t n; (n = ::read(from.get(), buffer, sizeof buffer)) > 0;)
    said.append(buffer, static_cast<std::size_t>(n));
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  return said;
}

std::string lines(const std::vector<std::string>& errors) {
  std::string text;
  for (const std::string& error : errors) text += error + "\n";
  return text;
}

/// A user without capabilities, with these limits.
void become_nobody(rlim_t priority, rlim_t locked) {
  const rlimit priority_limit{priority, priority};
  const rlimit locked_limit{locked, locked};
  ::setrlimit(RLIMIT_RTPRIO, &priority_limit);
  ::setrlimit(RLIMIT_MEMLOCK, &locked_limit);
  if (::getuid() == 0 && ::setuid(65534) != 0) std::abort();
}

cpu_set_t usable_cpus() {
  cpu_set_t cpus;
  EXPECT_EQ(::sched_getaffinity(0, sizeof cpus, &cpus), 0);
  return cpus;
}

int last_usable_cpu() {
  const cpu_set_t cpus = usable_cpus();
  int last = -1;
  for (std::size_t i = 0; i < CPU_SETSIZE; ++i)
    if (CPU_ISSET(i, &cpus)) last = static_cast<int>(i);
  return last;
}

TEST(Realtime, AsksForNothingByDefault) {
  const cpu_set_t before = usable_cpus();
  EXPECT_THAT(apply_realtime({}), IsEmpty());
  const cpu_set_t after = usable_cpus();
  EXPECT_TRUE(CPU_EQUAL(&before, &after));
  EXPECT_EQ(::sched_getscheduler(0), SCHED_OTHER);
}

TEST(Realtime, ACpuThatDoesNotExistIsNamedBesideThoseThatDo) {
  for (const int cpu : {1023, 4096, -2}) {
    EXPECT_THAT(apply_realtime({.cpu = cpu}),
                ElementsAre(StartsWith("realtime: cpu " + std::to_string(cpu) +
                                       " does not exist: this machine has 0")));
  }
}

TEST(Realtime, PinsTheCallingThreadAloneAndLetsGoOfWhatItStarts) {
  const int cpu = last_usable_cpu();
  const int all = [] {
    const cpu_set_t cpus = usable_cpus();
    return CPU_COUNT(&cpus);
  }();
  int pinned = 0;
  int inherited = 0;
  int released = 0;
  int pinned_again = 0;
  const auto count_into = [](int& count) {
    const cpu_set_t cpus = usable_cpus();
    count = CPU_COUNT(&cpus);
  };
  std::thread([&] {
    EXPECT_THAT(apply_realtime({.cpu = cpu}), IsEmpty());
    count_into(pinned);
    std::thread([&] { count_into(inherited); }).join();
    {
      const Unpinned unpinned;
      std::thread([&] { count_into(released); }).join();
    }
    count_into(pinned_again);
  }).join();
  EXPECT_EQ(pinned, 1);
  EXPECT_EQ(inherited, 1);
  EXPECT_EQ(released, all);
  EXPECT_EQ(pinned_again, 1);
  int outside = 0;
  {
    const Unpinned nothing_to_do;
    count_into(outside);
  }
  EXPECT_EQ(outside, all);
}

TEST(Realtime, APriorityThatIsNotAllowedSaysWhatToGive) {
  EXPECT_EQ(said_apart([] {
              become_nobody(0, 0);
              return lines(apply_realtime({.fifo_priority = 50}));
            }),
            "realtime: priority fifo 50: the kernel refuses (Operation not permitted): give "
            "CAP_SYS_NICE or LimitRTPRIO=50\n");
}

TEST(Realtime, APriorityOutOfRangeIsNamed) {
  EXPECT_THAT(apply_realtime({.fifo_priority = 100}),
              ElementsAre("realtime: priority fifo 100 is not one of 1 to 99"));
}

TEST(Realtime, APriorityIsNotInherited) {
  const std::string said = said_apart([] {
    if (const auto errors = apply_realtime({.fifo_priority = 3}); !errors.empty())
      return errors.front();
    int inherited = -1;
    std::thread([&] { inherited = ::sched_getscheduler(0); }).join();
    const int own = ::sched_getscheduler(0) & ~SCHED_RESET_ON_FORK;
    return std::to_string(own) + " " + std::to_string(inherited);
  });
  EXPECT_THAT(said, AnyOf(std::to_string(SCHED_FIFO) + " " + std::to_string(SCHED_OTHER),
                          StartsWith("realtime: priority fifo 3: the kernel refuses")))
      << "some containers let nobody have one";
}

TEST(Realtime, ALimitOnLockedMemoryIsRefusedBeforeItBites) {
  EXPECT_EQ(said_apart([] {
              become_nobody(0, 64 << 10);
              return lines(apply_realtime({.lock_memory = true}));
            }),
            "realtime: lock-memory: at most 64 KiB may be locked: give CAP_IPC_LOCK or "
            "LimitMEMLOCK=infinity\n");
}

TEST(Realtime, EverythingThatIsRefusedIsSaid) {
  const std::string said = said_apart([] {
    become_nobody(0, 0);
    return lines(apply_realtime({.cpu = 1023, .fifo_priority = 1, .lock_memory = true}));
  });
  EXPECT_THAT(said, HasSubstr("cpu 1023"));
  EXPECT_THAT(said, HasSubstr("priority fifo 1"));
  EXPECT_THAT(said, HasSubstr("lock-memory"));
}

}  // namespace
}  // namespace openbell::io
