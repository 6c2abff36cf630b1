// check file: a file exists, and with `stale` was modified less than that long ago.

#include <cerrno>
#include <sys/stat.h>

#include "io/loop/clock.h"
#include "io/probe/probe.h"

namespace openbell::io {

namespace {

class FileProbe final : public Probe {
 public:
  using Probe::Probe;

  std::optional<Result> run() override {
    struct stat status{};
    if (::stat(config().path.c_str(), &status) != 0) return failure(reason_of(errno));
    if (config().stale == base::Duration{}) return success();
    const base::Now now = io::now();
    const std::int64_t modified_ns =
        std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
    // A file from the future, after the clock was set back, is as fresh as one of now.
    const base::Duration age{std::max<std::int64_t>(now.utc_ns - modified_ns, 0)};
    if (age >= config().stale) return failure("modified " + time_text(age) + " ago");
    return fresh_until(now.tick - age + config().stale, now.tick);
  }
};

}  // namespace

constexpr ProbeKind file_probe_kind{"file", make_probe<FileProbe>};

}  // namespace openbell::io
