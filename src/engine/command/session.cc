// Commands about sessions: End-of-RIB, route refresh, teardown, flush and clear.

#include "engine/command/command.h"
#include "engine/routing/configured_words.h"
#include "engine/routing/routing.h"
#include "engine/session/roster.h"

namespace openbell::engine {

namespace {

/// The neighbors of a call whose session is established.
rib::Snapshot established(const Invocation& call) {
  return call.audience & call.parts.routing.out.listening();
}

/// `[afi safi]`, ipv4 unicast when both are left out and that is allowed.
bool read_family(base::TextReader& in, bool optional, bgp::Family& family) {
  family = bgp::Family::ipv4_unicast;
  if (in.at_end()) return optional;
  const std::string_view afi = in.word();
  return bgp::find_family(afi, in.word(), family);
}

Reply send_eor(Invocation& call, bgp::Family family) {
  const rib::Snapshot peers = established(call);
  if (peers.empty()) return call.refuse("no session is established");
  peers.for_each([&](rib::PeerIndex peer) { call.parts.routing.out.end_of_rib(peer, family); });
  call.note("done", peers);
  return Reply::done;
}

Reply ask_refresh(Invocation& call, bgp::Family family) {
  const rib::Snapshot peers = established(call);
  if (peers.empty()) return call.refuse("no session is established");
  call.parts.roster.for_each(peers, [&](Neighbor& neighbor) { neighbor.ask_refresh(family); });
  call.note("done", peers);
  return Reply::done;
}

Reply tear_down(Invocation& call, bgp::NotificationCode code) {
  // ExaBGP: without a selector nothing happens, and the answer is done.
  if (!call.selected) return Reply::done;
  call.note("done", call.parts.routing.peers.snapshot(call.audience));
  call.parts.roster.for_each(call.audience, [&](Neighbor& neighbor) {
    neighbor.tear_down(code, bgp::subcode_name(code));
  });
  return Reply::done;
}

Reply flush(Invocation& call) {
  Parts& parts = call.parts;
  const rib::Snapshot peers = established(call);
  if (peers.empty()) return call.refuse("no session is established");
  parts.roster.for_each(peers, [&](Neighbor& neighbor) { neighbor.resend_everything(); });
  std::vector<ConfiguredList> configured;
  parts.roster.for_each_configured([&](const Neighbor& neighbor) {
    rib::Audience whom = neighbor.audience() & call.audience;
    if (!whom.empty() && !neighbor.routes().empty())
      configured.push_back({std::move(whom), neighbor.shared_routes()});
  });
  call.outcome = begin_words(parts.routing,
                             restore_configured(parts.routing, std::move(configured), call.cause));
  call.outcome.reached = peers;
  call.note("done", peers);
  return Reply::done;
}

Reply clear_out(Invocation& call) {
  Routing& routing = call.parts.routing;
  call.outcome = begin_words(routing, clear_words(routing, call.audience, call.cause));
  call.outcome.reached = routing.peers.snapshot(call.audience);
  call.note("done", call.outcome.reached);
  return Reply::done;
}

Reply clear_in(Invocation& call) {
  call.parts.roster.for_each(call.audience, [](Neighbor& neighbor) { neighbor.forget_received(); });
  return Reply::done;
}

}  // namespace

ActionPtr announce_eor(CommandText& text) {
  bgp::Family family{};
  if (!read_family(text.in, true, family))
    return text.refuse("wanted a family, as in: announce eor ipv4 unicast");
  return action([family](Invocation& call) { return send_eor(call, family); });
}

ActionPtr announce_route_refresh(CommandText& text) {
  bgp::Family family{};
  if (!read_family(text.in, false, family))
    return text.refuse("wanted a family, as in: announce route-refresh ipv4 unicast");
  return action([family](Invocation& call) { return ask_refresh(call, family); });
}

/// ExaBGP's private OPERATIONAL message breaks its own sessions (every version); it is not carried
/// over.
ActionPtr announce_operational(CommandText& text) {
  return text.refuse("operational messages are not sent");
}

ActionPtr teardown(CommandText& text) {
  std::uint64_t subcode = 0;
  if (!base::parse_decimal(text.in.word(), 255, subcode) || !text.in.at_end())
    return text.refuse("wanted the subcode of the cease notification, a number from 0 to 255");
  const bgp::NotificationCode code{6, static_cast<std::uint8_t>(subcode)};
  return action([code](Invocation& call) { return tear_down(call, code); });
}

ActionPtr flush_adj_rib_out(CommandText&) {
  return action(flush);
}

ActionPtr clear_adj_rib(CommandText& text) {
  if (text.in.accept("in")) return action(clear_in);
  if (!text.in.at_end() && !text.in.accept("out")) return text.refuse("wanted 'in' or 'out'");
  return action(clear_out);
}

}  // namespace openbell::engine
