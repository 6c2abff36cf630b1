#pragma once
// A path: next hop plus canonical attributes, the unit that routes share.

#include <cstdint>
#include <string>

#include "bgp/attr/attribute.h"
#include "bgp/types.h"
#include "bgp/wire_context.h"

namespace openbell::bgp {

/// Where a route points. `self` is replaced by the session's own address when it is sent.
struct NextHop {
  enum class Kind : std::uint8_t { none, address, self };
  Kind kind = Kind::none;
  IpAddress address;
  auto operator<=>(const NextHop&) const = default;
};

struct PathView {
  NextHop next_hop;
  Bytes attributes;  // canonical, see attr/attribute.h
};

/// A next hop as a session would send it.
/// `self`: the session's local address when it has the family's AFI, the router id for IPv4 on an
/// IPv6 session (ExaBGP), none otherwise.
IpAddress resolve_next_hop(const NextHop& next_hop, Family family, const WireContext& context);

/// Whether an UPDATE of the family may say this next hop (none: no address). `extended`: RFC 8950
/// was agreed on for the family.
bool next_hop_fits(Family family, const IpAddress& next_hop, bool extended);
/// Whether a session can send a route of the family with this next hop.
bool can_send(Family family, const NextHop& next_hop, const WireContext& context);
/// The same before there is a session: by what is configured. `local_address` none: not known yet,
/// `self` may turn out to fit.
bool may_send(Family family, const NextHop& next_hop, const IpAddress& local_address,
              bool extended);
/// "next hop 192.0.2.1 cannot be sent with ipv6 unicast"
std::string next_hop_refusal(Family family, const NextHop& next_hop);
/// RFC 7606 7.11: whether the next hop of a received MP_REACH_NLRI may have `size` bytes.
bool next_hop_size_fits(Family family, std::size_t size, bool extended);

}  // namespace openbell::bgp
