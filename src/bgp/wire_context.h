#pragma once
// What two speakers agreed on, as far as it changes bytes: the input of every decoder and encoder.

#include <array>
#include <bitset>
#include <cstdint>

#include "bgp/nlri/family.h"
#include "bgp/types.h"

namespace openbell::bgp {

/// Result of session::negotiate, immutable while the session lives. Plain data: equal contexts give
/// equal bytes.
struct WireContext {
  Asn local_as = 0;
  Asn peer_as = 0;
  bool four_octet_as = false;     // RFC 6793: both sides announced capability 65
  bool extended_message = false;  // RFC 8654
  bool aigp = false;              // RFC 7311: session carries AIGP (iBGP, or enabled)
  bool group_updates = true;  // NLRI of equal attributes share an UPDATE where the family allows
  FamilySet families;         // negotiated, in table order
  FamilySet add_path_send;    // RFC 7911: we send path identifiers
  FamilySet add_path_receive;
  FamilySet extended_next_hop;  // RFC 8950: IPv4 family with an IPv6 next hop
  IpAddress local_address;      // of the session: `next-hop self`
  IpAddress local_link_local;   // with link-local-nexthop: added to global IPv6 next hops
  std::uint32_t router_id =
      0;  // ours, host order: `next-hop self` of an IPv4 route on an IPv6 session

  [[nodiscard]] bool ibgp() const { return local_as == peer_as; }
  [[nodiscard]] std::size_t message_size_max() const {
    return extended_message ? extended_message_size_max : bgp::message_size_max;
  }
  bool operator==(const WireContext&) const = default;
};

}  // namespace openbell::bgp
