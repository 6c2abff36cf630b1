#pragma once
// What the families of IP prefixes share: canonical prefix bytes, `length(1) prefix`.

#include <string_view>

#include "bgp/nlri/family.h"

namespace openbell::bgp {

constexpr std::size_t prefix_octets(std::size_t bits) {
  return (bits + 7) / 8;
}
constexpr std::size_t prefix_bits_max(Afi afi) {
  return afi == afi_ipv6 ? 128 : 32;
}

/// Clears the bits of the last of `octets` that stand after `bits`. RFC 4271 4.3: their value is
/// irrelevant, so they must not make two routes of one.
inline void clear_trailing_bits(MutableBytes octets, std::size_t bits) {
  if (bits % 8 != 0) octets.back() &= static_cast<std::uint8_t>(0xFF00 >> (bits % 8));
}

/// What a draft lacks to be a prefix of `afi`, empty when nothing.
std::string_view prefix_wanted(const NlriDraft& draft, Afi afi);

/// Appends `length(1) prefix` of a draft that prefix_wanted() has nothing against.
void write_prefix(const base::IpPrefix& prefix, ByteWriter& out);

/// Text of `length(1) prefix bytes`: "10.0.0.0/24".
void print_prefix_key(Bytes key, Afi afi, TextWriter& out);

/// ` path-information 0.0.0.1` when the view has one.
void print_path_information(const NlriView& view, TextWriter& out);
/// ` next-hop 1.2.3.4` when there is one.
void print_next_hop(const IpAddress& next_hop, TextWriter& out);
/// `, "path-information": "0.0.0.1"` when the view has one.
void json_path_information(const NlriView& view, TextWriter& out);

/// ` label 100` or ` label [ 100 200 ]`; nothing without labels.
void print_labels(Bytes labels, TextWriter& out);
/// `, "label": [ [100, 1601] ]`: each its value and, when that is not zero, its three bytes as a
/// number (not in ExaBGP 4.2); nothing without labels.
void json_labels(Bytes labels, Dialect dialect, TextWriter& out);

/// The label stack before a prefix of `bits_left` bits, and what remains of these bits. False when
/// malformed.
bool take_labels(ByteReader& in, std::size_t& bits_left, Bytes& labels);

/// Appends what stands before the prefix of a labelled NLRI: its total length in bits and the
/// labels. RFC 8277 2.4: a withdrawal without labels carries the value 0x800000.
void write_label_head(Bytes labels, Purpose purpose, std::size_t bits_after, ByteWriter& out);

}  // namespace openbell::bgp
