#pragma once
// BFD sessions of the configuration: those of neighbors, whose loss ends the BGP session, and those
// that stand alone for checks.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/tick.h"
#include "bfd/config.h"
#include "engine/host.h"

namespace openbell::engine {

struct State;

struct BfdEntry {
  static constexpr NeighborId no_neighbor = UINT32_MAX;
  bfd::SessionConfig config;
  NeighborId neighbor = no_neighbor;  // whose session it guards
  bool used = false;
  std::string error;  // why it cannot run
  bfd::Report report;
  base::Tick since{};
};

class BfdTable {
 public:
  explicit BfdTable(State& state) : state_(state) {}

  /// After every change of the configuration: starts, changes and stops sessions. A change of
  /// timers does not disturb a session.
  void apply(const std::vector<bfd::SessionConfig>& standalone);
  void on_bfd(bfd::SessionId session, const bfd::Report& report);

  /// A stand-alone session; null when there is none of that name.
  [[nodiscard]] const BfdEntry* find(std::string_view name) const;
  [[nodiscard]] const std::vector<BfdEntry>& all() const { return entries_; }  // by SessionId

 private:
  bfd::SessionId place_of(const bfd::SessionConfig& config, NeighborId neighbor);
  void start(bfd::SessionId session, const bfd::SessionConfig& config, NeighborId neighbor);

  State& state_;
  std::vector<BfdEntry> entries_;
};

}  // namespace openbell::engine
