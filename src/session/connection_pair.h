#pragma once
// The connections with one peer: one, or two until RFC 4271 6.8 has decided which of them stays.
// Pure: it is told how both are and answers what has to be done; the engine does it.

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

/// A session's connection, as far as it matters to another one.
struct Connection {
  State state{};
  bool connected = false;         // by TCP: in Connect and Active while the peer's OPEN is awaited
  Initiator initiator{};          // of one that is connected
  std::optional<Speaker> peer{};  // as its OPEN on this connection has introduced it
};

struct ConnectionPair {
  Connection current;                     // of the session that there always is
  std::optional<Connection> contender{};  // the newer one, on which a second session was begun
};

/// What becomes of a connection that the peer has made.
struct Admission {
  enum class As : std::uint8_t { current, contender, refused } as{};
  bgp::NotificationCode refusal{};  // for refused: what the peer is told
};

/// `over`: the neighbor is being removed, or has no attempts left.
Admission admit(const ConnectionPair& pair, bool over);

/// What has to be done about the pair.
enum class Settlement : std::uint8_t {
  keep_waiting,      // nothing collides, or no OPEN of the peer has told its identifier yet
  forget_contender,  // it has ended by itself
  drop_contender,    // it gets Cease / Connection Collision Resolution
  promote,           // the current one has ended by itself: the contender takes its place
  replace_current,   // the current one gets the Cease, the contender takes its place
};

Settlement settle(const ConnectionPair& pair, const Speaker& us);

}  // namespace openbell::session
