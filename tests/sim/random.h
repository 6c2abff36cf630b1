#pragma once
// Numbers from a seed (splitmix64): the same on every machine, unlike the standard distributions.

#include <cstdint>

namespace openbell::sim {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  /// 0 .. bound - 1
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  [[nodiscard]] unsigned small(unsigned bound) { return static_cast<unsigned>(below(bound)); }
  /// True `percent` times of a hundred.
  bool chance(unsigned percent) { return below(100) < percent; }

 private:
  std::uint64_t state_;
};

}  // namespace openbell::sim
