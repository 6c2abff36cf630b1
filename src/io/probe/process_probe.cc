// check process: a process lives. Its pidfd tells its end the moment the kernel knows it
// (pidfd_open(2), Linux 5.3); nothing is polled. The process is named by its pid, by a file that
// holds its pid, or by the name that the kernel knows it by, of which 15 characters count.

#include <cctype>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "io/probe/probe.h"

namespace openbell::io {

namespace {

constexpr std::size_t comm_size = 15;  // TASK_COMM_LEN without its zero
// A system may run thousands of processes and reading a name costs microseconds.
constexpr int names_per_turn = 32;

/// The start of a small file; empty when it cannot be read.
std::string head_of(const std::string& path, int& error) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  error = file ? 0 : errno;
  char bytes[32];
  const ssize_t size = file ? ::read(file.get(), bytes, sizeof bytes) : 0;
  if (size < 0) error = errno;
  return {bytes, size > 0 ? static_cast<std::size_t>(size) : 0};
}

bool has_ended(int pidfd) {
  pollfd item{pidfd, POLLIN, 0};
  return ::poll(&item, 1, 0) != 0;
}

class ProcessProbe final : public Probe, private Handler {
 public:
  explicit ProcessProbe(const ProbeOrigin& origin)
      : Probe(origin), next_slice_(reactor(), [this] { go_on(); }) {}
  ~ProcessProbe() override {
    leave();
    cancel();
  }

  std::optional<Result> run() override {
    if (process_) {
      if (!has_ended(process_.get())) return watched();
      leave();
    }
    if (config().pid != 0) return attach(config().pid);
    if (!config().pid_file.empty()) return attach_by_file();
    processes_ = ::opendir("/proc");
    if (processes_ == nullptr) return failure("/proc: " + reason_of(errno));
    return search();
  }
  void cancel() override {
    next_slice_.disarm();
    if (processes_ != nullptr) ::closedir(std::exchange(processes_, nullptr));
  }
  [[nodiscard]] std::string detail() const override {
    return process_ ? "pid " + std::to_string(pid_) : std::string();
  }

 private:
  Result attach(pid_t pid) {
    process_ = Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!process_ && errno != ESRCH && errno != EINVAL)
      return failure("process " + std::to_string(pid) + ": " + reason_of(errno));
    if (process_ && has_ended(process_.get())) process_.reset();  // not reaped yet
    if (!process_) return failure("no process " + std::to_string(pid));
    pid_ = pid;
    watch_ = reactor().watch(process_.get(), EPOLLIN, Rank::probe, *this);
    return watched();
  }

  Result attach_by_file() {
    int error = 0;
    std::string text = head_of(config().pid_file, error);
    if (error != 0) return failure(config().pid_file + ": " + reason_of(error));
    text.resize(std::min(text.find_first_of(" \r\n"), text.size()));
    std::uint64_t pid = 0;
    if (!base::parse_decimal(text, INT32_MAX, pid) || pid == 0)
      return failure(config().pid_file + ": not a pid");
    return attach(static_cast<pid_t>(pid));
  }

  /// Looks at the next few processes; nothing when more are left for the next turn.
  std::optional<Result> search() {
    const std::string wanted = config().process_name.substr(0, comm_size) + "\n";
    for (int looked_at = 0; looked_at < names_per_turn;) {
      const dirent* entry = ::readdir(processes_);
      if (entry == nullptr) {
        cancel();
        return failure("no process called " + config().process_name);
      }
      std::uint64_t pid = 0;
      if (!base::parse_decimal(entry->d_name, INT32_MAX, pid)) continue;
      ++looked_at;
      int error = 0;
      if (head_of("/proc/" + std::to_string(pid) + "/comm", error) != wanted) continue;
      Result result = attach(static_cast<pid_t>(pid));
      if (!result.ok) continue;  // it ended meanwhile; another may have the name
      cancel();
      return result;
    }
    next_slice_.arm_now();
    return std::nullopt;
  }
  void go_on() {
    if (const std::optional<Result> result = search()) report(*result);
  }

  void on_ready(std::uint32_t, std::uint32_t) override {
    std::string reason = "process " + std::to_string(pid_) + " ended";
    leave();
    report(failure(std::move(reason)));
  }
  void leave() {
    reactor().unwatch(watch_);
    process_.reset();
  }

  Timer next_slice_;
  DIR* processes_ = nullptr;  // while a search is under way
  pid_t pid_ = 0;
  Fd process_;  // pidfd
  Watch watch_ = 0;
};

}  // namespace

constexpr ProbeKind process_probe_kind{"process", make_probe<ProcessProbe>};

}  // namespace openbell::io
