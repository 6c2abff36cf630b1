#include "engine/door.h"

namespace openbell::engine {

namespace {

/// ExaBGP sends the attributes of a withdraw command, and the defaults, with every family but
/// unicast.
bool withdraw_carries_attributes(bgp::Family family) {
  return family != bgp::Family::ipv4_unicast && family != bgp::Family::ipv6_unicast;
}

rib::PeerSet apply_family(State& state, rib::RouteStore& store, const Change& change,
                          const grammar::RouteView& route, bgp::Family family,
                          rib::PeerSet audience) {
  const rib::PeerSet reached =
      state.peers.intersect(audience, state.family_peers[static_cast<std::size_t>(family)]);
  if (reached == rib::nobody) return reached;
  bgp::NlriView nlri = route.nlri;
  nlri.family = family;
  rib::Path path = rib::no_path;
  if (change.purpose == bgp::Purpose::announce || withdraw_carries_attributes(family))
    path = state.paths.acquire(route.path);
  if (change.purpose == bgp::Purpose::announce) {
    store.announce(nlri, path, reached, change.origin);
  } else {
    store.withdraw(nlri, path, reached, state.adj_rib_out.listening(), change.origin.priority);
  }
  state.paths.release(path);
  return reached;
}

}  // namespace

rib::PeerSet apply_to(State& state, rib::RouteStore& store, const Change& change,
                      const grammar::RouteView& route) {
  if (!route.multicast_group)
    return apply_family(state, store, change, route, route.nlri.family, change.audience);
  // A group of 224.0.0.0/4 goes out as SAFI 2 where that is configured, else as unicast.
  const rib::PeerSet multicast =
      apply_family(state, store, change, route, bgp::Family::ipv4_multicast, change.audience);
  const rib::PeerSet others = state.peers.subtract(change.audience, multicast);
  return state.peers.unite(
      multicast, apply_family(state, store, change, route, bgp::Family::ipv4_unicast, others));
}

rib::PeerSet apply(State& state, const Change& change, const grammar::RouteView& route) {
  state.urgent |= change.origin.priority == rib::Priority::urgent;
  // The last word on a route counts: a lease on what was said before is over.
  if (!state.leases.empty()) state.leases.forget(route.nlri, change.audience);
  return apply_to(state, state.routes, change, route);
}

void Applier::route(const grammar::RouteView& route) {
  Change change = change_;
  if (!route.watchdog.empty() && change.purpose == bgp::Purpose::announce) {
    state_.for_each_neighbor(change_.audience, [&](Neighbor& neighbor) {
      neighbor.watch(route);
      if (!neighbor.watchdog_lets(route))
        change.audience =
            state_.peers.subtract(change.audience, state_.peers.single(neighbor.id()));
    });
  }
  const rib::PeerSet reached = apply(state_, change, route);
  reached_ = state_.peers.unite(reached_, reached);
  ++count_;
  if (route.lease.ns != 0 && change.purpose == bgp::Purpose::announce)
    leased_ &= state_.leases.grant(route, change, default_group_);
}

void record_change(State& state, const Cause& cause, std::string_view result,
                   rib::PeerSet reached) {
  record(state, audit::Kind::change, cause, result, {}, reached);
}

void record(State& state, audit::Kind kind, const Cause& cause, std::string_view result,
            std::string_view detail, rib::PeerSet neighbors) {
  if (state.trail == nullptr) return;
  base::IpAddress addresses[audit::neighbors_max];
  std::size_t count = 0;
  state.for_each_neighbor(neighbors, [&](const Neighbor& neighbor) {
    if (count < audit::neighbors_max) addresses[count++] = neighbor.peer_address();
  });
  state.trail->append({.utc_ns = state.now.utc_ns,
                       .mono_ns = state.now.tick.ns,
                       .kind = kind,
                       .cause = {cause.kind, cause.name, cause.number},
                       .command = cause.command,
                       .result = result,
                       .detail = detail,
                       .neighbors = {addresses, count}});
}

}  // namespace openbell::engine
