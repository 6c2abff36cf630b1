#include "engine/assembly.h"

#include <algorithm>
#include <array>
#include <utility>

#include "bgp/path.h"
#include "engine/client/on_exit.h"

namespace openbell::engine {

Engine::Assembly::Assembly(const Ports& all_ports, Options all_options, audit::Trail* audit_trail)
    : options(std::move(all_options)), ports(all_ports), trail(audit_trail) {
  publisher.add(log_sink);
  if (trail != nullptr) {
    audit_sink = std::make_unique<AuditSink>(roster, *trail);
    publisher.add(*audit_sink, Publisher::Interest::record);
  }
  publisher.add(notice_sink);
}

// --- what AdjRibOut asks and tells

bool Engine::Assembly::writable(rib::PeerIndex peer) const {
  const Neighbor* known = roster.find(peer);
  return known != nullptr && known->writable();
}

void Engine::Assembly::write(rib::PeerIndex peer, bgp::Bytes messages) {
  roster[peer].write(messages);
}

void Engine::Assembly::unsendable(rib::PeerIndex peer, const bgp::NlriView& nlri) {
  publisher.publish(Lost{peer, "not sent",
                         publisher.keep("not sent to " + roster[peer].peer_address().text() + ", " +
                                        why_unsendable(peer, nlri))});
}

std::string Engine::Assembly::why_unsendable(rib::PeerIndex peer, const bgp::NlriView& nlri) const {
  const base::Handle route = routing.store.find(nlri, peer);
  const Neighbor* neighbor = roster.find(peer);
  const bgp::WireContext* context = neighbor == nullptr ? nullptr : neighbor->wire_context();
  std::string text;
  base::TextWriter out(text);
  const bgp::NextHop next_hop = route == base::no_handle
                                    ? bgp::NextHop{}
                                    : routing.paths.view(routing.store[route].path).next_hop;
  if (context != nullptr && !bgp::can_send(nlri.family, next_hop, *context)) {
    out.put(bgp::next_hop_refusal(nlri.family, next_hop));
  } else {
    out.put("its attributes leave no room in a message");
  }
  out.put(": ");
  bgp::print_family(nlri.family, out);
  out.put(' ');
  bgp::ops(nlri.family).print(nlri, {}, out);
  return text;
}

void Engine::Assembly::introduced(const rib::Snapshot& peers, std::size_t routes,
                                  rib::ChangeRange range) {
  const auto why = [&](const Neighbor& neighbor) -> std::string {
    if (!neighbor.is_born_of_range()) return std::string(neighbor.renewal());
    return "born of " + roster[neighbor.range()].config().peer_address.text();
  };
  roster.for_each(peers, [&](const Neighbor& neighbor) {
    // Others had their present name and families when their routes were said: the records of that
    // have them.
    if (!neighbor.is_born_of_range() && range.first > neighbor.renewed_at()) return;
    const std::string name = why(neighbor);
    publisher.publish(RoutesChanged{{audit::Cause::Kind::configuration, publisher.keep(name)},
                                    "introduced",
                                    {},
                                    routing.peers.snapshot(neighbor.id()),
                                    range,
                                    routes});
  });
}

bool Engine::Assembly::same(rib::PeerIndex peer, bgp::Family family, const bgp::PathView& a,
                            const bgp::PathView& b) const {
  const Neighbor* known = roster.find(peer);
  const bgp::WireContext* context = known == nullptr ? nullptr : known->wire_context();
  if (context == nullptr) return false;
  if (bgp::resolve_next_hop(a.next_hop, family, *context) !=
      bgp::resolve_next_hop(b.next_hop, family, *context))
    return false;
  std::array<std::uint8_t, bgp::message_size_max> bytes_a;
  std::array<std::uint8_t, bgp::message_size_max> bytes_b;
  bgp::ByteWriter out_a(bytes_a);
  bgp::ByteWriter out_b(bytes_b);
  return bgp::write_outbound_attributes(a, family, *context, out_a) &&
         bgp::write_outbound_attributes(b, family, *context, out_b) &&
         base::equal(out_a.written(), out_b.written());
}

// --- what neighbors tell

void Engine::Assembly::on_born() {
  clients.forget_selections();
  policies.refresh_audiences();
}

void Engine::Assembly::on_session(const Neighbor& neighbor, bool up, std::string_view reason) {
  if (up || !control.ending()) return policies.on_session(neighbor, up, reason);
  policies.plans.sessions_changed();
}

// --- timers

base::Tick Engine::Assembly::session_deadline() {
  base::Tick earliest = std::min(routing.out.deadline(), roster.deadline());
  clients.for_each_helper([&](const Helper& helper) {
    earliest = std::min(earliest, helper.restart_at);
    if (!helper.ended.empty()) earliest = std::min(earliest, helper.ended.front().withdraw_at);
  });
  return earliest;
}

base::Tick Engine::Assembly::policy_deadline() const {
  if (control.ending()) return base::never;  // nobody looks any more
  return std::min(policies.deadline(), receipts.deadline());
}

void Engine::Assembly::on_helper_timers() {
  clients.for_each_helper([&](Helper& helper) {
    withdraw_due(helper, routing);
    if (helper.restart_at > turn.now.tick) return;
    helper.restart_at = base::never;
    if (!control.ending()) ports.processes.start_helper(helper.id(), helper.process);
  });
}

}  // namespace openbell::engine
