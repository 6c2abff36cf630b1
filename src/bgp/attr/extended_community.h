#pragma once
// Extended communities (RFC 4360) by themselves: the members of attribute 16, route targets of the
// route words and of Route Target Constraint, actions of FlowSpec.

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "bgp/types.h"

namespace openbell::bgp {

using ExtendedCommunity = std::array<std::uint8_t, 8>;

/// Reads the words of one extended community: "target:65000:1", "mark 10", "0x0002FDE800000001".
/// Complains through `in`.
bool parse_extended_community(TextReader& in, ExtendedCommunity& community);

/// What follows the route word `route-target`: "A:B" in every form of `target:`. Adds it to the
/// value of attribute 16, in order. Complains through `in`.
bool parse_route_target(TextReader& in, std::vector<std::uint8_t>& value);

/// Puts one community in its place in the value of attribute 16, which is sorted by bytes.
void insert_extended_community(const ExtendedCommunity& community,
                               std::vector<std::uint8_t>& value);

/// The text of 8 bytes as ExaBGP prints it; 0x and upper-case digits when no form fits.
void print_extended_community(Bytes community, TextWriter& out);

}  // namespace openbell::bgp
