#include "bgp/path.h"

namespace openbell::bgp {

IpAddress resolve_next_hop(const NextHop& next_hop, Family family, const WireContext& context) {
  if (next_hop.kind != NextHop::Kind::self) return next_hop.address;
  const Afi afi = ops(family).afi;
  if (afi == afi_ipv4 && context.local_address.is_v4()) return context.local_address;
  if (afi == afi_ipv6 && context.local_address.is_v6()) return context.local_address;
  // ExaBGP: an IPv4 route on an IPv6 session goes out with the router id.
  if (afi == afi_ipv4 && context.local_address.is_v6() && context.router_id != 0)
    return IpAddress::v4(context.router_id);
  return {};
}

}  // namespace openbell::bgp
