#pragma once
// Two connections with one peer: which one stays (RFC 4271 6.8).

#include <cstdint>
#include <optional>

#include "bgp/types.h"
#include "session/fsm.h"

namespace openbell::session {

enum class Initiator : std::uint8_t { us, peer };

struct Speaker {
  std::uint32_t router_id = 0;  // host order
  bgp::Asn as = 0;
};

enum class Collision : std::uint8_t {
  keep_existing,  // the new one gets Cease / Connection Collision Resolution
  keep_new,       // the existing one gets it
  undecided,      // serve both until an OPEN of the peer tells its identifier
};

/// Decides between the connection that a session has (`existing`, in state `existing_state`) and a
/// new one. `peer` is known once an OPEN came on either of them.
Collision resolve_collision(State existing_state, Initiator existing, Initiator incoming,
                            const Speaker& us, const std::optional<Speaker>& peer);

}  // namespace openbell::session
