#pragma once
// What the two route words of the BGP Prefix-SID attribute (`bgp-prefix-sid` and
// `bgp-prefix-sid-srv6`) share. Inside bgp/attr only.

#include <string>
#include <vector>

#include "bgp/attr/attribute.h"

namespace openbell::bgp {

/// The attribute is one row for received values, printing and JSON, and a second row for the words
/// of SRv6: both use these.
bool decode_prefix_sid(Bytes& value, const WireContext& context,
                       std::vector<std::uint8_t>& scratch);
void print_prefix_sid(Bytes value, Dialect dialect, TextWriter& out);
void json_prefix_sid(Bytes value, Dialect dialect, TextWriter& out);

/// The words after `bgp-prefix-sid` and after `bgp-prefix-sid-srv6`.
bool parse_prefix_sid(TextReader& in, std::vector<std::uint8_t>& value);
bool parse_prefix_sid_srv6(TextReader& in, std::vector<std::uint8_t>& value);

}  // namespace openbell::bgp
