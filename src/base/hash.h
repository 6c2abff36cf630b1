#pragma once
// A fast 64-bit hash of bytes for tables in memory (multiply and fold, seeded). Never written to
// disk or wire.

#include <cstdint>
#include <cstring>

#include "base/bytes.h"

namespace openbell::base {

namespace detail {
__extension__ using Wide = unsigned __int128;

inline std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  const auto product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}
}  // namespace detail

inline std::uint64_t hash_bytes(Bytes bytes, std::uint64_t seed = 0x9E3779B97F4A7C15) {
  constexpr std::uint64_t k1 = 0xA0761D6478BD642F;
  constexpr std::uint64_t k2 = 0xE7037ED1A0B428DB;
  const std::uint8_t* p = bytes.data();
  std::size_t n = bytes.size();
  std::uint64_t h = seed ^ n * k2;
  while (n >= 8) {
    std::uint64_t v;
    std::memcpy(&v, p, 8);
    h = detail::fold(h ^ v, k1);
    p += 8;
    n -= 8;
  }
  std::uint64_t tail = 0;
  if (n != 0) std::memcpy(&tail, p, n);
  return detail::fold(h ^ tail ^ k2, k1);
}

}  // namespace openbell::base
