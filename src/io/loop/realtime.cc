#include "io/loop/realtime.h"

#include <cerrno>
#include <charconv>
#include <cstdint>
#include <linux/capability.h>
#include <optional>
#include <sched.h>
#include <string_view>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <system_error>
#include <unistd.h>

#include "base/check.h"
#include "io/fd.h"
#include "io/files.h"

namespace openbell::io {

struct Unpinned::Mask {
  cpu_set_t cpus;
};

namespace {

/// What the thread could use before it was pinned.
thread_local std::optional<cpu_set_t> unpinned_cpus;

std::string refusal(const std::string& what, int error, const std::string& advice) {
  return "realtime: " + what + ": the kernel refuses (" + std::generic_category().message(error) +
         "): " + advice;
}

/// The processors that run, as the kernel writes them: "0-3,8".
std::string online_cpus() {
  std::string text = read_file("/sys/devices/system/cpu/online", 4096).value_or("");
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.empty() ? "0-" + std::to_string(::sysconf(_SC_NPROCESSORS_ONLN) - 1) : text;
}

/// Whether "0-3,8" has `number`.
bool list_has(std::string_view list, int number) {
  const char* at = list.data();
  const char* const end = at + list.size();
  while (at < end) {
    int first = -1;
    at = std::from_chars(at, end, first).ptr;
    int last = first;
    if (at < end && *at == '-') at = std::from_chars(at + 1, end, last).ptr;
    if (first <= number && number <= last) return true;
    ++at;  // the comma
  }
  return false;
}

std::string pin(int cpu) {
  const std::string name = "cpu " + std::to_string(cpu);
  const std::string online = online_cpus();
  if (cpu < 0 || cpu >= CPU_SETSIZE || !list_has(online, cpu))
    return "realtime: " + name + " does not exist: this machine has " + online;
  cpu_set_t before;
  OPENBELL_CHECK(::sched_getaffinity(0, sizeof before, &before) == 0);
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(static_cast<std::size_t>(cpu), &only);
  if (::sched_setaffinity(0, sizeof only, &only) != 0)
    return refusal(name, errno, "let the cpuset of this process (AllowedCPUs) have it");
  if (!unpinned_cpus) unpinned_cpus = before;
  return {};
}

std::string raise_priority(int priority) {
  sched_param parameters{};
  parameters.sched_priority = priority;
  // Without the flag every helper and thread would inherit it.
  if (::sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &parameters) == 0) return {};
  const int error = errno;
  const std::string name = "priority fifo " + std::to_string(priority);
  if (error == EINVAL) return "realtime: " + name + " is not one of 1 to 99";
  return refusal(name, error, "give CAP_SYS_NICE or LimitRTPRIO=" + std::to_string(priority));
}

bool may_lock_all() {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3]{};
  return ::syscall(SYS_capget, &header, sets) == 0 &&
         (sets[CAP_TO_INDEX(CAP_IPC_LOCK)].effective & CAP_TO_MASK(CAP_IPC_LOCK)) != 0;
}

/// With a limit, locking would go well and the first allocation above it would fail, some day. The
/// limit is raised even for who may ignore it: privileges can be dropped later.
std::string lock_memory() {
  const std::string advice = "give CAP_IPC_LOCK or LimitMEMLOCK=infinity";
  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  if (::setrlimit(RLIMIT_MEMLOCK, &unlimited) != 0) {
    rlimit limit{};
    ::getrlimit(RLIMIT_MEMLOCK, &limit);
    if (limit.rlim_cur != RLIM_INFINITY && !may_lock_all())
      return "realtime: lock-memory: at most " + std::to_string(limit.rlim_cur / 1024) +
             " KiB may be locked: " + advice;
  }
  if (::mlockall(MCL_CURRENT | MCL_FUTURE) != 0) return refusal("lock-memory", errno, advice);
  return {};
}

}  // namespace

std::vector<std::string> apply_realtime(const RealtimeOptions& options) {
  std::vector<std::string> errors;
  const auto note = [&](std::string error) {
    if (!error.empty()) errors.push_back(std::move(error));
  };
  if (options.cpu != -1) note(pin(options.cpu));
  if (options.fifo_priority != 0) note(raise_priority(options.fifo_priority));
  if (options.lock_memory) note(lock_memory());
  return errors;
}

Unpinned::Unpinned() {
  if (!unpinned_cpus) return;
  pinned_ = std::make_unique<Mask>();
  OPENBELL_CHECK(::sched_getaffinity(0, sizeof pinned_->cpus, &pinned_->cpus) == 0);
  ::sched_setaffinity(0, sizeof *unpinned_cpus, &*unpinned_cpus);
}

Unpinned::~Unpinned() {
  if (pinned_) ::sched_setaffinity(0, sizeof pinned_->cpus, &pinned_->cpus);
}

void use_exact_timers() {
  ::prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
}

}  // namespace openbell::io
