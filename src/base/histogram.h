#pragma once
// How long something took, many times over, in constant memory: counts in buckets whose width grows
// with the value (the idea of HdrHistogram, Tene 2012), so that a percentile is known to a
// sixteenth whether it is a microsecond or a minute.
//
//   index 0..15     [0, 64) ns in steps of 4 ns
//   index 16..559   34 octaves from 64 ns to 2^40 ns (18 minutes), each cut into 16
//   index 560       what is longer; max() still has it exactly

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "base/tick.h"

namespace openbell::base {

/// 2.3 KiB, no allocation. Counts stay at 2^32 - 1 rather than starting again at 0.
class Histogram {
 public:
  /// A few instructions. Below zero (two clocks that disagree) counts as zero.
  void record(Duration value) {
    const std::int64_t ns = std::max<std::int64_t>(value.ns, 0);
    add(counts_[bucket_of(ns)], 1);
    ++count_;
    min_ = std::min(min_, ns);
    max_ = std::max(max_, ns);
  }

  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// The exact least and largest; zero when nothing was recorded.
  [[nodiscard]] Duration min() const { return {count_ == 0 ? 0 : min_}; }
  [[nodiscard]] Duration max() const { return {max_}; }
  /// The value that `percent` (0..100) of what was recorded does not exceed, at most a sixteenth
  /// (below 64 ns: 3 ns) too large and never above max(). Zero when nothing was recorded.
  [[nodiscard]] Duration percentile(double percent) const {
    std::uint64_t kept = 0;  // what the buckets hold: less than count() once one is full
    for (const std::uint32_t n : counts_) kept += n;
    if (kept == 0) return {};
    const double share = std::clamp(percent, 0.0, 100.0) / 100;
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      below += counts_[i];
      if (below != 0 && static_cast<double>(below) >= share * static_cast<double>(kept))
        return {i + 1 == counts_.size() ? max_ : std::clamp(last_of(i), min_, max_)};
    }
    return {max_};
  }

  /// Adds what another one has counted.
  void merge(const Histogram& other) {
    for (std::size_t i = 0; i < counts_.size(); ++i) add(counts_[i], other.counts_[i]);
    count_ += other.count_;
    min_ = std::min(min_, other.min_);
    max_ = std::max(max_, other.max_);
  }
  void clear() { *this = Histogram(); }

 private:
  static constexpr int step_bits = 4;     // 16 buckets an octave
  static constexpr int first_octave = 6;  // 64 ns
  static constexpr int last_octave = 39;
  static constexpr std::size_t steps = std::size_t{1} << step_bits;
  static constexpr std::size_t bucket_count = (last_octave - first_octave + 2) * steps + 1;

  static std::size_t bucket_of(std::int64_t value) {
    const auto ns = static_cast<std::uint64_t>(value);
    if (ns < (1u << first_octave)) return ns >> (first_octave - step_bits);
    const int octave = static_cast<int>(std::bit_width(ns)) - 1;
    if (octave > last_octave) return bucket_count - 1;
    const std::size_t step = (ns >> (octave - step_bits)) & (steps - 1);
    return static_cast<std::size_t>(octave - first_octave + 1) * steps + step;
  }
  /// The largest value that falls into a bucket.
  static std::int64_t last_of(std::size_t bucket) {
    const std::size_t row = bucket / steps;
    const int shift = first_octave - step_bits + static_cast<int>(row == 0 ? 0 : row - 1);
    const std::size_t step = bucket % steps + (row == 0 ? 0 : steps);
    return (static_cast<std::int64_t>(step + 1) << shift) - 1;
  }
  static void add(std::uint32_t& count, std::uint32_t n) {
    count = n > UINT32_MAX - count ? UINT32_MAX : count + n;
  }

  std::array<std::uint32_t, bucket_count> counts_{};
  std::uint64_t count_ = 0;
  std::int64_t min_ = INT64_MAX;
  std::int64_t max_ = 0;
};

}  // namespace openbell::base
