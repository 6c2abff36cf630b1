#include "engine/policy/policies.h"

#include <algorithm>
#include <utility>

#include "engine/report/latency.h"
#include "engine/report/publisher.h"
#include "engine/report/receipt.h"
#include "engine/routing/routing.h"
#include "engine/session/roster.h"

namespace openbell::engine {

Policies::Policies(const Ports& ports, Routing& routing, const Roster& roster, Clients& clients,
                   ReceiptBook& receipts, Latency& latency)
    : guard(routing, roster, services, ports.clock),
      services({routing, roster, guard, consequences, receipts, latency, ports.probes, bfd}),
      plans({routing, roster, services, receipts}),
      leases(routing, guard, receipts),
      bfd(routing.turn, ports.bfd, ports.log, roster),
      drills(ports.clock, ports.rehearser, routing.publisher, roster, clients),
      clock_(ports.clock),
      routing_(routing),
      roster_(roster),
      latency_(latency) {}

void Policies::apply(grammar::Configuration& configuration, Changeover& changeover) {
  guard.apply(std::move(configuration.guard));
  bfd.apply(configuration.bfd_sessions);
  plans.refresh_audiences();
  services.apply(std::exchange(configuration.services, {}), changeover,
                 [&](Service& service) { plans.order_again(service); });
}

void Policies::refresh_audiences() {
  services.refresh_audiences();
  plans.refresh_audiences();
}

void Policies::on_session(const Neighbor& neighbor, bool up, std::string_view reason) {
  plans.sessions_changed();
  services.on_peer(neighbor.peer_address(), up, reason);
}

void Policies::on_bfd(bfd::SessionId session, const bfd::Report& report) {
  const BfdEntry* entry = bfd.note(session, report);
  if (entry == nullptr) return;
  const std::string subject = entry->subject();
  const base::IpAddress peer = entry->config.peer_address;
  const std::uint64_t writes_before = latency_.writes();
  const bool up = report.state == bfd::State::up;
  if (up != (report.previous == bfd::State::up)) {
    if (entry->neighbor == BfdEntry::no_neighbor) {
      services.on_bfd(entry->config.name, up,
                      up ? std::string_view() : bfd::name(report.diagnostic));
    } else if (Neighbor* neighbor = roster_.find(entry->neighbor);
               neighbor != nullptr && entry->failed()) {
      neighbor->on_bfd_down();
    }
  }
  const base::Tick handled = clock_.clock().tick;
  // What follows leaves now, so that its time can be told.
  write_urgent();
  const bool written = latency_.writes() != writes_before;
  routing_.publisher.publish(BfdChanged{routing_.publisher.keep(subject), peer, report, handled,
                                        written ? clock_.clock().tick : base::never});
}

base::Tick Policies::deadline() const {
  return std::min({services.deadline(), leases.deadline(), plans.deadline()});
}

void Policies::on_timer() {
  services.on_timer();
  leases.on_timer();
  plans.on_timer();
}

void Policies::carry_out_consequences() {
  consequences.run(services, plans);
}

void Policies::write_urgent() {
  carry_out_consequences();
  if (std::exchange(routing_.turn.urgent, false)) routing_.out.flush_urgent(routing_.turn.now.tick);
}

}  // namespace openbell::engine
