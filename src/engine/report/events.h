#pragma once
// What the engine tells: a closed set of facts, each said once. Log, audit log and helpers are
// sinks that read the same fact; a sink that does not know a new one does not compile.
//
// Texts are kept by the Publisher until all sinks have read them (Publisher::keep).

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "base/ip.h"
#include "base/tick.h"
#include "bfd/config.h"
#include "engine/cause.h"
#include "engine/client/client.h"
#include "engine/ports.h"
#include "health/service_state.h"
#include "rib/moment.h"
#include "rib/peer_set.h"

namespace openbell::engine {

using health::ServiceStatus;

/// What peers are told was changed, by one decision or one slice of it.
struct RoutesChanged {
  Cause cause;
  std::string_view result;  // "done", "withdrawn"
  std::string_view detail;
  rib::Snapshot neighbors;
  rib::ChangeRange range;
  std::size_t routes = 0;
};

struct CommandRefused {
  Cause cause;
  std::string_view why;
};

struct SessionChanged {
  NeighborId neighbor{};
  base::IpAddress address;
  bool up = false;
  std::string_view reason;  // of the end
};

struct ServiceChanged {
  Cause cause;
  std::string_view service;
  ServiceStatus from{};
  ServiceStatus to{};
  std::string_view reason;
  rib::Snapshot neighbors;
  rib::ChangeRange range;
  std::size_t routes = 0;
};

struct PlanChanged {
  Cause cause;
  std::string_view plan;
  std::string_view state;  // "run", "run, armed", "reverted", "armed", "disarmed"
  std::string_view reason;
  rib::Snapshot neighbors;
  rib::ChangeRange range;
  std::size_t routes = 0;
};

/// A rehearsal is over; `report` is the JSON object of its times.
struct PlanDrilled {
  std::string_view plan;
  bool within_budget = false;
  std::string_view report;
};

/// Something that waits for an operator was held, released, dropped or is not wanted any more.
struct GuardChanged {
  Cause cause;
  std::uint64_t number = 0;
  std::string_view state;
  std::string_view change;  // "service a down", a command
  std::string_view reason;
};

/// Nobody renewed leased routes of a group.
struct LeaseEnded {
  std::string_view group;
  std::size_t routes = 0;
  rib::Snapshot neighbors;
  rib::ChangeRange range;
};

struct BfdChanged {
  std::string_view session;
  base::IpAddress peer;
  bfd::Report report;
  base::Tick handled{};  // what followed from it was decided
  base::Tick written{};  // and written; never when nothing was
};

struct HelperStarted {
  std::string_view helper;
  int pid = 0;
};

struct HelperEnded {
  std::string_view helper;
  int pid = 0;
  std::string_view status;
  bool expected = false;  // by our own word
};

/// Somebody asked for a reload or the end.
struct Requested {
  Cause cause;
  bool shutdown = false;
};

struct ConfigurationApplied {
  std::string_view cause;
  bool first = false;
};

struct ConfigurationRefused {
  std::string_view cause;
  std::string_view reason;
};

struct Stopped {
  std::string_view cause;
};

/// Something that a peer should have, or that it said, is not there: the text says what.
struct Lost {
  NeighborId neighbor{};
  std::string_view result;
  std::string_view detail;
};

/// The fate of a change at one neighbor is known; times are UTC nanoseconds, 0: not known.
struct ReceiptSettled {
  std::string_view subject;        // the word of a command, or what it was that changed
  std::optional<ClientId> client;  // who asked
  NeighborId neighbor{};
  base::IpAddress address;
  std::string_view address_text;
  std::string_view state;  // what became of it: ReceiptBook::name_of, or "acknowledged" or not
  std::string_view reason;
  std::int64_t read_utc_ns = 0;
  std::int64_t written_utc_ns = 0;
  std::int64_t sent_utc_ns = 0;
  std::int64_t hardware_ns = 0;
  std::int64_t acknowledged_utc_ns = 0;
};

/// A fact and when it happened.
struct Event {
  base::Now at;
  std::variant<RoutesChanged, CommandRefused, SessionChanged, ServiceChanged, PlanChanged,
               PlanDrilled, GuardChanged, LeaseEnded, BfdChanged, HelperStarted, HelperEnded,
               Requested, ConfigurationApplied, ConfigurationRefused, Stopped, Lost, ReceiptSettled>
      what;
};

}  // namespace openbell::engine
