#pragma once
// Services, plans and guards as data: OpenBell's own sections of a configuration.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/ip.h"
#include "base/tick.h"
#include "grammar/route/route.h"
#include "health/check_config.h"

namespace openbell::grammar {

/// What a service announces in one of its states. `routes` is never null; empty: nothing.
struct ServiceRoutes {
  std::shared_ptr<const RouteList> routes = std::make_shared<const RouteList>();
  std::string attributes;  // of `when down { … }`, as given, for the normal form; empty: withdraw
};

/// `last-announcer seen;` or `last-announcer [ SERVICE… ];` of a service: it is not withdrawn while
/// nobody else announces what it does.
struct LastAnnouncer {
  bool seen = false;                 // others are seen as routes received from peers
  std::vector<std::string> members;  // others are services of this speaker
  [[nodiscard]] bool guarded() const { return seen || !members.empty(); }
  bool operator==(const LastAnnouncer&) const = default;
};

struct ServiceConfig {
  std::string name;
  std::vector<health::CheckConfig> checks;
  std::uint16_t needed = 0;  // checks that must be up: 0 all (`all`), 1 `any`, N `at least N`
  health::DampeningConfig dampen;
  LastAnnouncer last_announcer;
  std::vector<base::IpPrefix> neighbors;  // peer addresses; empty: every neighbor
  ServiceRoutes up;
  ServiceRoutes down;      // `when down …`
  ServiceRoutes disabled;  // `when disabled …`
};

/// One statement of a plan, in the order of the file.
struct PlanStep {
  enum class Kind : std::uint8_t { service_up, service_down, announce, withdraw };
  Kind kind = Kind::announce;
  std::string service;
  RouteList routes;
  std::string text;  // of the route statement, as given, for the normal form
};

/// `check SERVICE/CHECK down` or `service NAME down` that runs a plan by itself.
struct PlanTrigger {
  std::string service;
  std::string check;  // empty: the service itself
  bool operator==(const PlanTrigger&) const = default;
};

struct PlanConfig {
  std::string name;
  std::vector<PlanStep> steps;
  std::vector<base::IpPrefix> neighbors;  // for its routes; empty: every neighbor
  std::vector<PlanTrigger> triggers;
  bool armed = true;  // from the start
};

/// `frozen mon-fri 09:30-16:00 America/New_York;` Minutes of the day, `to` not included; a span
/// that ends before it begins goes over midnight.
struct FrozenHours {
  std::uint8_t days = 0x7F;  // bit 0: Monday; the day on which the span begins
  std::uint16_t from_minute = 0;
  std::uint16_t to_minute = 1440;
  std::string zone = "UTC";  // IANA name
  bool operator==(const FrozenHours&) const = default;
};

/// `guard { … }`.
struct GuardConfig {
  std::uint32_t changes_per_second = 0;  // routes; 0: no limit
  std::vector<FrozenHours> frozen;
  bool hold_checks = false;  // `checks hold;`: also what a failing check wants waits
  bool hold_leases = false;  // `leases hold;`
  bool operator==(const GuardConfig&) const = default;
};

/// `realtime { … }`.
struct RealtimeConfig {
  enum class Idle : std::uint8_t { unset, block, spin, spin_then_block };
  std::int32_t cpu = -1;      // -1: any
  std::uint8_t priority = 0;  // SCHED_FIFO 1 to 99; 0: the ordinary scheduler
  bool lock_memory = false;   // mlockall
  Idle idle = Idle::unset;    // unset: as the environment says
  bool operator==(const RealtimeConfig&) const = default;
};

}  // namespace openbell::grammar
