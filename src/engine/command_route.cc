// announce and withdraw: route, attributes, ipv4, ipv6, flow, watchdog.

#include "engine/command.h"

namespace openbell::engine {

namespace {

Reply change_routes(Invocation& call, base::TextReader& in, grammar::RouteForm form,
                    bgp::Family family, bgp::Purpose purpose) {
  State& state = call.state;
  if (call.audience == rib::nobody) return call.refuse("no neighbor lists this helper");
  Applier applier(state, {purpose, call.audience, {call.priority, call.helper.owner()}},
                  call.helper.name());
  if (!state.parser.parse(in, form, family, purpose, applier)) {
    const base::Complaint& complaint = in.complaint();
    return call.refuse("wanted " + complaint.wanted + ", found '" + complaint.found +
                       "' at column " + std::to_string(complaint.offset + 1));
  }
  call.reached = applier.reached();
  state.guard.count(applier.count());
  if (!applier.leased())
    return call.refuse("more than " + std::to_string(LeaseTable::leases_max) +
                       " leases: the route was announced without one");
  if (!in.at_end()) {
    record_change(state, call.cause, "done up to the end of the statement", applier.reached());
    return call.refuse("wanted nothing after the end of the statement, found '" +
                       std::string(in.peek()) + "'");
  }
  if (applier.reached() == rib::nobody)
    state.host.log(
        4, "api",
        "no neighbor has the family of: " + std::string(call.cause.command.substr(0, 512)));
  record_change(state, call.cause,
                applier.reached() == rib::nobody ? "done, no neighbor has the family" : "done",
                applier.reached());
  return Reply::done;
}

Reply change_family(Invocation& call, base::TextReader& in, std::string_view afi,
                    bgp::Purpose purpose) {
  bgp::Family family{};
  const std::string_view safi = in.peek();
  if (!bgp::find_family(afi, safi, family))
    return call.refuse("wanted a family of " + std::string(afi));
  if (!bgp::originates(family)) return later_family(call, in);
  in.word();
  return change_routes(call, in, grammar::RouteForm::family, family, purpose);
}

Reply change_flow(Invocation& call, base::TextReader& in, bgp::Purpose purpose) {
  if (!in.accept("route")) return call.refuse("wanted 'route' after flow");
  return change_routes(call, in, grammar::RouteForm::flow, bgp::Family::ipv4_flow, purpose);
}

/// Flips the routes of a watchdog on the neighbors of the command.
Reply change_watchdog(Invocation& call, base::TextReader& in, bgp::Purpose purpose) {
  const std::string name(in.at_end() ? std::string_view(call.helper.name()) : in.peek());
  State& state = call.state;
  rib::PeerSet reached = rib::nobody;
  state.for_each_neighbor(call.audience, [&](Neighbor& neighbor) {
    neighbor.set_watchdog(name, purpose == bgp::Purpose::announce);
    const Change change{purpose, state.peers.single(neighbor.id())};
    neighbor.for_each_watched(name, [&](const grammar::RouteView& route) {
      reached = state.peers.unite(reached, apply(state, change, route));
      state.guard.count(1);
    });
  });
  call.reached = reached;
  record_change(state, call.cause, "done", reached);
  return Reply::done;
}

}  // namespace

Reply announce_route(Invocation& call, base::TextReader& in) {
  return change_routes(call, in, grammar::RouteForm::route, {}, bgp::Purpose::announce);
}
Reply withdraw_route(Invocation& call, base::TextReader& in) {
  return change_routes(call, in, grammar::RouteForm::route, {}, bgp::Purpose::withdraw);
}
Reply announce_attributes(Invocation& call, base::TextReader& in) {
  return change_routes(call, in, grammar::RouteForm::attributes, {}, bgp::Purpose::announce);
}
Reply withdraw_attributes(Invocation& call, base::TextReader& in) {
  return change_routes(call, in, grammar::RouteForm::attributes, {}, bgp::Purpose::withdraw);
}
Reply announce_ipv4(Invocation& call, base::TextReader& in) {
  return change_family(call, in, "ipv4", bgp::Purpose::announce);
}
Reply announce_ipv6(Invocation& call, base::TextReader& in) {
  return change_family(call, in, "ipv6", bgp::Purpose::announce);
}
Reply withdraw_ipv4(Invocation& call, base::TextReader& in) {
  return change_family(call, in, "ipv4", bgp::Purpose::withdraw);
}
Reply withdraw_ipv6(Invocation& call, base::TextReader& in) {
  return change_family(call, in, "ipv6", bgp::Purpose::withdraw);
}
Reply announce_flow(Invocation& call, base::TextReader& in) {
  return change_flow(call, in, bgp::Purpose::announce);
}
Reply withdraw_flow(Invocation& call, base::TextReader& in) {
  return change_flow(call, in, bgp::Purpose::withdraw);
}
Reply announce_watchdog(Invocation& call, base::TextReader& in) {
  return change_watchdog(call, in, bgp::Purpose::announce);
}
Reply withdraw_watchdog(Invocation& call, base::TextReader& in) {
  return change_watchdog(call, in, bgp::Purpose::withdraw);
}
Reply later_family(Invocation& call, base::TextReader&) {
  return call.refuse("routes of this family cannot be originated yet");
}

}  // namespace openbell::engine
