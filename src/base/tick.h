#pragma once
// Time as the core sees it: two numbers handed in by the driver once per turn of the loop.

#include <compare>
#include <cstdint>

namespace openbell::base {

/// Monotonic nanoseconds since an arbitrary start.
struct Tick {
  std::int64_t ns = 0;
  auto operator<=>(const Tick&) const = default;
};

/// A length of time in nanoseconds.
struct Duration {
  std::int64_t ns = 0;
  auto operator<=>(const Duration&) const = default;
};

constexpr Duration nanoseconds(std::int64_t n) {
  return {n};
}
constexpr Duration microseconds(std::int64_t n) {
  return {n * 1'000};
}
constexpr Duration milliseconds(std::int64_t n) {
  return {n * 1'000'000};
}
constexpr Duration seconds(std::int64_t n) {
  return {n * 1'000'000'000};
}

constexpr Tick operator+(Tick t, Duration d) {
  return {t.ns + d.ns};
}
constexpr Tick operator-(Tick t, Duration d) {
  return {t.ns - d.ns};
}
constexpr Duration operator-(Tick a, Tick b) {
  return {a.ns - b.ns};
}
constexpr Duration operator*(Duration d, std::int64_t n) {
  return {d.ns * n};
}
constexpr Duration operator/(Duration d, std::int64_t n) {
  return {d.ns / n};
}

/// Later than every real tick: "never".
inline constexpr Tick never{INT64_MAX};

/// Both clocks, read together at the start of a turn.
struct Now {
  Tick tick;                // monotonic
  std::int64_t utc_ns = 0;  // nanoseconds since 1970-01-01T00:00:00Z
};

}  // namespace openbell::base
