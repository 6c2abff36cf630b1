// Commands about sessions: End-of-RIB, route refresh, teardown, flush and clear.

#include "engine/bulk_words.h"
#include "engine/command.h"

namespace openbell::engine {

namespace {

/// The neighbors of a call whose session is established.
rib::Snapshot established(const Invocation& call) {
  return call.audience & call.state.routing.out.listening();
}

/// The command itself, on record; what it changes has records of its own.
void note_done(Invocation& call, const rib::Snapshot& neighbors) {
  Publisher& publisher = call.state.publisher;
  publisher.publish(call.state.now,
                    RoutesChanged{publisher.keep(call.cause), "done", {}, neighbors, {}, 0});
}

/// `[afi safi]`, ipv4 unicast when both are left out and that is allowed.
bool read_family(base::TextReader& in, bool optional, bgp::Family& family) {
  family = bgp::Family::ipv4_unicast;
  if (in.at_end()) return optional;
  const std::string_view afi = in.word();
  return bgp::find_family(afi, in.word(), family);
}

}  // namespace

Reply announce_eor(Invocation& call, base::TextReader& in) {
  bgp::Family family{};
  if (!read_family(in, true, family))
    return call.refuse("wanted a family, as in: announce eor ipv4 unicast");
  const rib::Snapshot peers = established(call);
  if (peers.empty()) return call.refuse("no session is established");
  call.state.for_each_neighbor(peers, [&](const Neighbor& neighbor) {
    call.state.routing.out.end_of_rib(neighbor.id(), family);
  });
  note_done(call, peers);
  return Reply::done;
}

Reply announce_route_refresh(Invocation& call, base::TextReader& in) {
  bgp::Family family{};
  if (!read_family(in, false, family))
    return call.refuse("wanted a family, as in: announce route-refresh ipv4 unicast");
  const rib::Snapshot peers = established(call);
  if (peers.empty()) return call.refuse("no session is established");
  call.state.for_each_neighbor(peers, [&](Neighbor& neighbor) { neighbor.ask_refresh(family); });
  note_done(call, peers);
  return Reply::done;
}

/// ExaBGP's private OPERATIONAL message breaks its own sessions (every version); it is not carried
/// over.
Reply announce_operational(Invocation& call, base::TextReader&) {
  return call.refuse("operational messages are not sent");
}

Reply teardown(Invocation& call, base::TextReader& in) {
  std::uint64_t subcode = 0;
  if (!base::parse_decimal(in.word(), 255, subcode) || !in.at_end())
    return call.refuse("wanted the subcode of the cease notification, a number from 0 to 255");
  // ExaBGP: without a selector nothing happens, and the answer is done.
  if (!call.selected) return Reply::done;
  note_done(call, call.state.routing.peers.snapshot(call.audience));
  const bgp::NotificationCode code{6, static_cast<std::uint8_t>(subcode)};
  call.state.for_each_neighbor(call.audience, [&](Neighbor& neighbor) {
    neighbor.tear_down(code, bgp::subcode_name(code));
  });
  return Reply::done;
}

Reply flush_adj_rib_out(Invocation& call, base::TextReader&) {
  const rib::Snapshot peers = established(call);
  if (peers.empty()) return call.refuse("no session is established");
  call.state.for_each_neighbor(peers, [&](Neighbor& neighbor) { neighbor.resend_everything(); });
  call.outcome = begin_words(call.state, restore_configured(call.state, call.audience, call.cause));
  call.outcome.reached = peers;
  note_done(call, peers);
  return Reply::done;
}

Reply clear_adj_rib(Invocation& call, base::TextReader& in) {
  if (in.accept("in")) {
    call.state.for_each_neighbor(call.audience,
                                 [](Neighbor& neighbor) { neighbor.forget_received(); });
    return Reply::done;
  }
  if (!in.at_end() && !in.accept("out")) return call.refuse("wanted 'in' or 'out'");
  call.outcome = begin_words(call.state, clear_words(call.state, call.audience, call.cause));
  call.outcome.reached = call.state.routing.peers.snapshot(call.audience);
  note_done(call, call.state.routing.peers.snapshot(call.audience));
  return Reply::done;
}

}  // namespace openbell::engine
