#pragma once
// BFD sessions of the configuration: those of neighbors, whose loss ends the BGP session, and those
// that stand alone for checks.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/tick.h"
#include "bfd/config.h"
#include "engine/ports.h"
#include "engine/turn.h"

namespace openbell::engine {

class Roster;

struct BfdEntry {
  static constexpr NeighborId no_neighbor{UINT32_MAX};
  bfd::SessionConfig config;
  NeighborId neighbor = no_neighbor;  // whose session it guards
  bool used = false;
  std::string error;  // why it cannot run
  bfd::Report report;
  base::Tick since{};
  /// Its name, or the address of its peer.
  [[nodiscard]] std::string subject() const {
    return config.name.empty() ? config.peer_address.text() : config.name;
  }
  /// RFC 5882 4.2: an administrative shutdown of either side says nothing about the path.
  [[nodiscard]] bool failed() const {
    return report.previous == bfd::State::up && report.state == bfd::State::down &&
           report.remote_state != bfd::State::admin_down;
  }
};

class BfdTable {
 public:
  BfdTable(const Turn& turn, BfdPort& port, Log& log, const Roster& roster)
      : turn_(turn), port_(port), log_(log), roster_(roster) {}

  /// After every change of the configuration: starts, changes and stops sessions. A change of
  /// timers does not disturb a session.
  void apply(const std::vector<bfd::SessionConfig>& standalone);
  /// Takes a report in. Null: of a session that is not there any more.
  const BfdEntry* note(bfd::SessionId session, const bfd::Report& report);

  /// A stand-alone session; null when there is none of that name.
  [[nodiscard]] const BfdEntry* find(std::string_view name) const;
  [[nodiscard]] const std::vector<BfdEntry>& all() const { return entries_; }  // by SessionId

 private:
  bfd::SessionId place_of(const bfd::SessionConfig& config, NeighborId neighbor);
  void start(bfd::SessionId session, const bfd::SessionConfig& config, NeighborId neighbor);

  const Turn& turn_;
  BfdPort& port_;
  Log& log_;
  const Roster& roster_;
  std::vector<BfdEntry> entries_;
};

}  // namespace openbell::engine
