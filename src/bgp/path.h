#pragma once
// A path: next hop plus canonical attributes, the unit that routes share.

#include <cstdint>

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

}  // namespace openbell::bgp
