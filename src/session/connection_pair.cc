#include "session/connection_pair.h"

namespace openbell::session {

namespace {

/// RFC 4271 6.8: the speaker with the higher identifier keeps the connection that it made;
/// RFC 6286 2.3: the higher AS number where the identifiers are equal.
Initiator winner(const Speaker& us, const Speaker& peer) {
  if (us.router_id != peer.router_id)
    return us.router_id > peer.router_id ? Initiator::us : Initiator::peer;
  return us.as > peer.as ? Initiator::us : Initiator::peer;
}

/// Both have an OPEN of ours on them, and neither is established.
Settlement resolve(const Connection& current, const Connection& contender, const Speaker& us) {
  // A speaker that connects twice has given up its first connection.
  if (current.initiator == contender.initiator) return Settlement::replace_current;
  const std::optional<Speaker>& peer = current.peer ? current.peer : contender.peer;
  if (!peer) return Settlement::keep_waiting;
  return winner(us, *peer) == contender.initiator ? Settlement::replace_current
                                                  : Settlement::drop_contender;
}

}  // namespace

Admission admit(const ConnectionPair& pair, bool over) {
  using enum Admission::As;
  if (over) return {refused, bgp::notification::connection_rejected};
  // RFC 4271 6.8: what is established stays. A third connection would not even be heard.
  if (pair.current.state == State::established || pair.contender)
    return {refused, bgp::notification::connection_collision};
  return {pair.current.connected ? contender : current, {}};
}

Settlement settle(const ConnectionPair& pair, const Speaker& us) {
  const Connection& current = pair.current;
  if (!pair.contender) return Settlement::keep_waiting;
  if (!pair.contender->connected) return Settlement::forget_contender;
  if (!current.connected) return Settlement::promote;
  switch (current.state) {
    case State::idle:
    case State::connect:
    case State::active:
      return Settlement::replace_current;  // nothing was said on it, nothing is lost with it
    case State::established:
      return Settlement::drop_contender;  // RFC 4271 6.8
    case State::open_sent:
    case State::open_confirm:
      return resolve(current, *pair.contender, us);
  }
  return Settlement::keep_waiting;
}

}  // namespace openbell::session
