#include "io/loop/clock.h"

#include <ctime>

namespace openbell::io {

namespace {
std::int64_t read(clockid_t clock) {
  timespec t{};
  ::clock_gettime(clock, &t);
  return static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}
}  // namespace

base::Tick tick() {
  return {read(CLOCK_MONOTONIC)};
}

base::Now now() {
  return {tick(), read(CLOCK_REALTIME)};
}

}  // namespace openbell::io
