#pragma once
// The configuration of the speaker under test as data: the same thing is printed for the speaker
// and read by the model.

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/tick.h"
#include "tests/sim/route.h"

namespace openbell::sim {

/// A neighbor by the title of its section: an address, or a range of them.
using Peer = std::string;
using Peers = std::set<Peer>;

/// Who takes part: the speaker, those it is configured for one by one, and those of its range.
inline constexpr std::string_view speaker_address = "10.0.0.1";
inline constexpr std::string_view range_title = "10.1.0.0/24";
/// True for an address of the range.
bool in_range(const Peer& peer);

struct ProcessSetup {
  std::string name = {};
  unsigned program = 0;  // another one is another `run` line
  bool withdraws = false;
  base::Duration withdraws_after{};
  bool operator==(const ProcessSetup&) const = default;
};

struct StaticRoute {
  Route route = {};
  std::string watchdog = {};  // empty: none
  bool starts_withdrawn = false;
  bool operator==(const StaticRoute&) const = default;
};

struct NeighborSetup {
  Peer title = {};
  unsigned hold_time = 90;
  unsigned rate_limit = 0;
  bool extended_next_hop = false;  // RFC 8950 for ipv4 unicast
  bool without_ipv6 = false;       // it has every other family
  std::vector<std::string> processes = {};
  std::vector<StaticRoute> routes = {};
  unsigned bulk_count = 0;  // more routes, of block 64
  unsigned bulk_med = 0;
  bool operator==(const NeighborSetup&) const = default;
  /// All of them, the bulk included.
  [[nodiscard]] std::vector<StaticRoute> all_routes() const;
  [[nodiscard]] bool has_family_of(std::string_view nlri) const;
  /// An IPv6 next hop takes an IPv6 family too.
  [[nodiscard]] bool takes_ipv6_next_hop() const { return extended_next_hop && !without_ipv6; }
};

struct CheckSetup {
  std::string name = {};
  bool holds = false;  // kind `hold`, else `tcp`
  unsigned rise = 1;
  unsigned fall = 1;
  bool operator==(const CheckSetup&) const = default;
};

struct ServiceSetup {
  std::string name = {};
  std::vector<Route> routes = {};
  std::vector<CheckSetup> checks = {};
  bool any = false;                       // of the checks is enough
  std::optional<unsigned> med_down = {};  // `when down { med N; }`
  std::optional<unsigned> med_disabled = {};
  std::vector<Peer> neighbors = {};  // empty: every one
  std::vector<std::string> last_announcer = {};
  bool operator==(const ServiceSetup&) const = default;
};

struct PlanStepSetup {
  enum class Kind : std::uint8_t { up, down, announce, withdraw } kind = Kind::announce;
  std::string service = {};
  Route route = {};
  bool operator==(const PlanStepSetup&) const = default;
};

struct PlanSetup {
  std::string name = {};
  std::vector<PlanStepSetup> steps = {};
  std::vector<Peer> neighbors = {};         // empty: every one
  std::vector<std::string> when_down = {};  // services
  bool armed = true;
  bool operator==(const PlanSetup&) const = default;
};

struct Setup {
  std::vector<ProcessSetup> processes = {};
  std::vector<NeighborSetup> neighbors = {};
  std::vector<ServiceSetup> services = {};
  std::vector<PlanSetup> plans = {};
  bool guarded = false;  // frozen hours are 00:00-01:00
  bool operator==(const Setup&) const = default;
  /// The file.
  [[nodiscard]] std::string text() const;
};

/// The file of a peer of the speaker.
std::string receiver_text(std::string_view self);

}  // namespace openbell::sim
