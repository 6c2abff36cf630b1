#pragma once
// IPv6 address specific extended communities (RFC 5701), for the FlowSpec actions that need them.

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "bgp/types.h"

namespace openbell::bgp {

using ExtendedCommunityIpv6 = std::array<std::uint8_t, 20>;

/// RFC 8956 6.1: redirect to the VRF of a route target `address:number`.
ExtendedCommunityIpv6 redirect_ipv6(const IpAddress& address, std::uint16_t number);
/// draft-ietf-idr-flowspec-redirect-ip: redirect to `address`.
ExtendedCommunityIpv6 redirect_to_address_ipv6(const IpAddress& address);

/// Puts one in its place in the value of attribute 25, which is sorted by bytes.
void insert_extended_community_ipv6(const ExtendedCommunityIpv6& community,
                                    std::vector<std::uint8_t>& value);

}  // namespace openbell::bgp
