// check heartbeat: a program bumps a counter in a record that it shares (etc/heartbeat/), and fails
// when it has not done so for the time `stale`. All numbers in the byte order of the host:
//
//    0   8 B  magic "OBHBEAT1"
//    8   4 B  version, 1
//   12   4 B  pid of the writer
//   16   8 B  counter, written last
//   24   8 B  time of the last bump: CLOCK_MONOTONIC in ns, 0 when the writer has none
//   32   4 B  state: 0 running, 1 draining
//   36  28 B  zero
//
// The record is read with pread(2), never mapped: a file that is truncated gives a short read, not
// SIGBUS. While it is fresh one read is all that is done. Only when it is not, the path is looked
// at, at most every 100 ms: a writer that started anew may have made a new file.

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/loop/clock.h"
#include "io/probe/probe.h"

namespace openbell::io {

namespace {

struct HeartbeatRecord {
  char magic[8];
  std::uint32_t version;
  std::uint32_t pid;
  std::uint64_t counter;
  std::uint64_t bump_ns;
  std::uint32_t state;
  std::uint8_t zero[28];
};
static_assert(sizeof(HeartbeatRecord) == 64);

constexpr std::string_view magic = "OBHBEAT1";
constexpr std::uint32_t version = 1;
constexpr std::uint32_t draining = 1;
constexpr base::Duration path_pause = base::milliseconds(100);
constexpr base::Duration retry_min = base::microseconds(50);

class HeartbeatProbe final : public Probe {
 public:
  using Probe::Probe;

  std::optional<Result> run() override {
    Result result = look();
    if (result.ok || !path_is_due()) return result;
    path_looked_at_ = now_;
    if (!leave_if_replaced()) return result;
    return look();
  }

  [[nodiscard]] std::string detail() const override {
    if (!known_) return {};
    return "pid " + std::to_string(record_.pid) + " counter " + std::to_string(record_.counter) +
           (bumped_ == base::Tick{} ? " last never" : " last " + time_text(tick() - bumped_));
  }

 private:
  /// Reads the record and judges it.
  Result look() {
    now_ = tick();
    if (!file_ && !open()) return failure(reason_of(errno));
    HeartbeatRecord record;
    const ssize_t size = ::pread(file_.get(), &record, sizeof record, 0);
    const int error = errno;
    now_ = tick();  // after the read, so that no bump that was read lies in the future
    if (size < 0) return later(reason_of(error));
    if (static_cast<std::size_t>(size) < sizeof record)
      return later("the record is cut short: " + std::to_string(size) + " bytes");
    if (std::string_view(record.magic, sizeof record.magic) != magic)
      return later("not a heartbeat record");
    if (record.version != version)
      return later("heartbeat record of unknown version " + std::to_string(record.version));
    return judge(record);
  }

  Result judge(const HeartbeatRecord& record) {
    const bool moved = record.counter != record_.counter || record.bump_ns != record_.bump_ns;
    const auto at = static_cast<std::int64_t>(record.bump_ns);
    const bool has_time = at > 0 && at <= now_.ns;
    if (!known_) {
      // What was bumped before we looked counts only if the record says that it was recent.
      bumped_ = has_time ? base::Tick{at} : base::Tick{};
    } else if (moved) {
      bumped_ = has_time ? base::Tick{at} : now_;
    }
    known_ = true;
    record_ = record;
    if (record.state == draining) return later("draining");
    if (bumped_ == base::Tick{}) return later("no bump seen yet");
    const base::Tick deadline = bumped_ + config().stale;
    if (now_ < deadline) return fresh_until(deadline, now_);
    return later("stale for " + std::to_string((now_ - deadline).ns / 1'000) + " us");
  }

  /// Bad, and looked at again soon: the next bump is the recovery.
  Result later(std::string error) {
    const base::Duration pause =
        std::clamp(config().stale / 4, retry_min, std::max(retry_min, config().interval));
    return failure(std::move(error), now_ + pause);
  }

  bool open() {
    // Not waiting for the other end of a FIFO that stands at the path.
    file_ = Fd(::open(config().path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    known_ = false;
    record_ = {};
    return static_cast<bool>(file_);
  }
  [[nodiscard]] bool path_is_due() const { return file_ && now_ >= path_looked_at_ + path_pause; }

  /// Lets go of a file that does not stand at the path any more.
  bool leave_if_replaced() {
    struct stat here{};
    struct stat there{};
    if (::fstat(file_.get(), &here) == 0 && ::stat(config().path.c_str(), &there) == 0 &&
        here.st_dev == there.st_dev && here.st_ino == there.st_ino)
      return false;
    file_.reset();
    return true;
  }

  Fd file_;
  bool known_ = false;  // record_ is of this file
  HeartbeatRecord record_{};
  base::Tick bumped_;  // when the counter moved last; 0: not seen to move
  base::Tick now_;
  base::Tick path_looked_at_;
};

}  // namespace

constexpr ProbeKind heartbeat_probe_kind{"heartbeat", make_probe<HeartbeatProbe>};

}  // namespace openbell::io
