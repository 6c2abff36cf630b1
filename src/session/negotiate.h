#pragma once
// What both OPEN messages together mean for a session: a function of our configuration and the
// peer's OPEN.

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "bgp/capability/capability.h"
#include "bgp/message/open.h"
#include "bgp/wire_context.h"

namespace openbell::session {

/// What the configuration says of our side.
struct LocalOpen {
  std::optional<bgp::Asn> local_as;  // absent (auto): the peer's, so its OPEN must come first
  std::optional<bgp::Asn> peer_as;   // absent (auto): whatever the peer says
  std::uint16_t hold_time_s = 180;   // 0, or 3 and more
  std::uint32_t router_id = 0;       // host order
  bgp::Capabilities capabilities;    // `four_octet_as`: announced when set, with local_as as value
  bool aigp = false;                 // on external sessions too (RFC 7311 3.1)
  bool group_updates = true;
  bgp::IpAddress local_address;     // of the connection
  bgp::IpAddress local_link_local;  // for link-local-nexthop, none where it does not apply
};

enum class Refresh : std::uint8_t { absent, normal, enhanced };

struct Negotiated {
  bgp::WireContext context;
  std::uint16_t hold_time_s = 0;  // 0: no KEEPALIVEs, no hold timer
  std::uint32_t peer_router_id = 0;
  Refresh refresh = Refresh::absent;
  bool multisession = false;  // both announced it; there is one session all the same
  bool operational = false;
  std::vector<bgp::Family> families;  // those of the context, in the peer's order
  std::optional<bgp::GracefulRestart> graceful_restart;  // the peer's, when both announced it
};

/// Why a session cannot be: the NOTIFICATION to send.
struct Refusal {
  bgp::NotificationCode code;
  std::string data;  // bytes; ExaBGP's texts
};

/// RFC 4271 6.2 and the RFCs of the capabilities.
std::expected<Negotiated, Refusal> negotiate(const LocalOpen& ours, const bgp::OpenView& theirs);

/// Our AS number in a session with that peer.
bgp::Asn local_as_for(const LocalOpen& ours, const bgp::OpenView& theirs);

/// Our whole OPEN message. `local_as` as from the configuration or local_as_for. 4096 bytes are
/// always enough.
bgp::Bytes encode_local_open(const LocalOpen& ours, bgp::Asn local_as, bgp::MutableBytes into);

}  // namespace openbell::session
