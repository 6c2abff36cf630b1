#pragma once
// What decides by itself: services and their checks, plans, leases, BFD, and the guards that ask
// for a second look.

#include "engine/policy/bfd_table.h"
#include "engine/policy/consequence.h"
#include "engine/policy/drill.h"
#include "engine/policy/guard.h"
#include "engine/policy/lease_expiry.h"
#include "engine/policy/plan.h"
#include "engine/policy/service.h"
#include "engine/ports.h"

namespace openbell::engine {

class Changeover;
class Clients;
class Latency;
class Neighbor;
class ReceiptBook;
class Roster;
class Routing;

class Policies {
 public:
  Policies(const Ports& ports, Routing& routing, const Roster& roster, Clients& clients,
           ReceiptBook& receipts, Latency& latency);

  /// Everything of a configuration that moves routes by itself, but its plans, which are encoded
  /// against the rest. Neighbors come before it.
  void apply(grammar::Configuration& configuration, Changeover& changeover);
  /// Neighbors came, went, or changed their families.
  void refresh_audiences();
  /// A session came up or ended.
  void on_session(const Neighbor& neighbor, bool up, std::string_view reason);
  void on_bfd(bfd::SessionId session, const bfd::Report& report);

  /// When something of it is due.
  [[nodiscard]] base::Tick deadline() const;
  void on_timer();
  /// What follows from what was changed.
  void carry_out_consequences();
  /// Carries out what follows from what was decided, and sends what is urgent.
  void write_urgent();

  Guard guard;
  ServiceTable services;
  PlanTable plans;
  LeaseExpiry leases;
  BfdTable bfd;
  DrillRoom drills;
  Consequences consequences;

 private:
  Clock& clock_;
  Routing& routing_;
  const Roster& roster_;
  const Latency& latency_;
};

}  // namespace openbell::engine
