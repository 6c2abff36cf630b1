#include "session/collision.h"

namespace openbell::session {

namespace {

/// RFC 4271 6.8: the speaker with the higher identifier keeps the connection that it made;
/// RFC 6286 2.3: the higher AS number where the identifiers are equal.
Initiator winner(const Speaker& us, const Speaker& peer) {
  if (us.router_id != peer.router_id)
    return us.router_id > peer.router_id ? Initiator::us : Initiator::peer;
  return us.as > peer.as ? Initiator::us : Initiator::peer;
}

}  // namespace

Collision resolve_collision(State existing_state, Initiator existing, Initiator incoming,
                            const Speaker& us, const std::optional<Speaker>& peer) {
  switch (existing_state) {
    case State::idle:
    case State::connect:
    case State::active:
      return Collision::keep_new;  // nothing is there that could collide
    case State::established:
      return Collision::keep_existing;  // RFC 4271 6.8
    case State::open_sent:
    case State::open_confirm:
      break;
  }
  // A speaker that connects twice has given up its first connection.
  if (existing == incoming) return Collision::keep_new;
  if (!peer) return Collision::undecided;
  return winner(us, *peer) == incoming ? Collision::keep_new : Collision::keep_existing;
}

}  // namespace openbell::session
