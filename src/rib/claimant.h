#pragma once
// Who says a route, and how much it counts.

#include <compare>
#include <cstdint>

namespace openbell::rib {

/// A higher rank hides a lower one from the peers that both are for.
enum class Rank : std::uint8_t {
  word,     // static routes, helpers, commands: one table, in which the last word counts
  service,  // the routes of a service's state
  plan,     // what a plan that runs announces or suppresses
};

/// One who makes claims. Its number is the engine's business: for a word it says who said it last.
struct Claimant {
  Rank rank = Rank::word;
  std::uint32_t number = 0;  // below 2^30
  auto operator<=>(const Claimant&) const = default;

  [[nodiscard]] std::uint32_t packed() const {
    return static_cast<std::uint32_t>(rank) << 30 | number;
  }
  static Claimant unpacked(std::uint32_t packed) {
    return {static_cast<Rank>(packed >> 30), packed & 0x3FFF'FFFF};
  }
};

}  // namespace openbell::rib
