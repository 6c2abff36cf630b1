// The attributes of a path as one peer must see them.

#include <array>

#include "bgp/attr/aggregator.h"
#include "bgp/attr/as_path.h"
#include "bgp/message/update.h"

namespace openbell::bgp {

namespace {

constexpr std::uint8_t as_sequence = 2;
constexpr std::uint32_t default_local_preference = 100;  // ExaBGP

constexpr std::uint8_t well_known = attr::transitive_flag;
constexpr std::uint8_t optional_transitive = attr::optional_flag | attr::transitive_flag;

/// `flags` may ask for the extended length where the value does not need it: a generic attribute of
/// the operator goes out as given.
void write_attribute(std::uint8_t flags, std::uint8_t code, Bytes value, ByteWriter& out) {
  const bool extended = (flags & attr::extended_length_flag) != 0 || value.size() > 255;
  out.u8(extended ? flags | attr::extended_length_flag : flags);
  out.u8(code);
  if (extended) {
    out.u16(static_cast<std::uint16_t>(value.size()));
  } else {
    out.u8(static_cast<std::uint8_t>(value.size()));
  }
  out.bytes(value);
}

/// Beside the NLRI of another field ExaBGP keeps NEXT_HOP for these families.
bool keeps_next_hop(const FamilyOps& family) {
  switch (family.safi) {
    case 4:    // labelled
    case 5:    // mcast-vpn
    case 85:   // mup
    case 128:  // mpls-vpn
      return true;
    case 1:
    case 2:
      return family.afi == afi_ipv6;
    default:
      return false;
  }
}

class OutboundWriter {
 public:
  OutboundWriter(const PathView& path, Family family, const WireContext& context, ByteWriter& out)
      : context_(context), out_(out) {
    const IpAddress address = resolve_next_hop(path.next_hop, family, context);
    if (address.is_v4() && (family == Family::ipv4_unicast || keeps_next_hop(ops(family))))
      next_hop_ = address;
  }

  void write(Bytes attributes) {
    AttributeReader in(attributes);
    AttributeView attribute;
    while (in.next(attribute)) {
      write_defaults_before(attribute.code);
      write_given(attribute);
      written_ = attribute.code;
    }
    write_defaults_before(UINT8_MAX);
  }

 private:
  void write_defaults_before(std::uint8_t code) {
    const auto due = [&](std::uint8_t wanted) { return written_ < wanted && wanted < code; };
    if (due(attr::origin)) {
      constexpr std::array<std::uint8_t, 1> igp = {static_cast<std::uint8_t>(Origin::igp)};
      write_attribute(well_known, attr::origin, igp, out_);
    }
    if (due(attr::as_path)) write_default_as_path();
    if (due(attr::next_hop)) write_next_hop();
    if (due(attr::local_preference) && context_.ibgp()) {
      std::array<std::uint8_t, 4> value;
      base::store32(value.data(), default_local_preference);
      write_attribute(well_known, attr::local_preference, value, out_);
    }
  }

  void write_default_as_path() {
    std::array<std::uint8_t, 6> path = {as_sequence, 1};
    base::store32(path.data() + 2, context_.local_as);
    const Bytes value = context_.ibgp() ? Bytes{} : Bytes(path);
    write_as_path({well_known, attr::as_path, value});
  }

  void write_next_hop() {
    if (next_hop_) write_attribute(well_known, attr::next_hop, next_hop_.bytes(), out_);
  }

  void write_given(const AttributeView& attribute) {
    switch (attribute.code) {
      case attr::as_path:
        return write_as_path(attribute);
      case attr::next_hop:
        return write_next_hop();  // a generic attribute of that code loses to the route's next hop
      case attr::local_preference:
        // RFC 4271 5.1.5: never to an external peer.
        if (!context_.ibgp()) return;
        break;
      case attr::aggregator:
        return write_aggregator(attribute);
      case attr::aigp:
        // RFC 7311 3.1: only where the session carries AIGP.
        if (!context_.aigp) return;
        break;
      default:
        break;
    }
    write_attribute(attribute.flags, attribute.code, attribute.value, out_);
  }

  void write_narrowed(const AttributeView& attribute) {
    const AttributeOps* row = find_attribute_ops(attribute.code);
    ByteWriter narrow(scratch_);
    row->outbound(attribute.value, context_, narrow);
    write_attribute(attribute.flags, attribute.code, narrow.written(), out_);
  }

  void write_as_path(const AttributeView& attribute) {
    if (context_.four_octet_as)
      return write_attribute(attribute.flags, attribute.code, attribute.value, out_);
    write_narrowed(attribute);
    if (!as_path_needs_as4(attribute.value)) return;
    // RFC 6793 4.2.2; ExaBGP's place is right after AS_PATH.
    ByteWriter as4(scratch_);
    write_as4_path(attribute.value, as4);
    write_attribute(optional_transitive, attr::as4_path, as4.written(), out_);
  }

  void write_aggregator(const AttributeView& attribute) {
    if (context_.four_octet_as)
      return write_attribute(attribute.flags, attribute.code, attribute.value, out_);
    write_narrowed(attribute);
    if (aggregator_needs_as4(attribute.value))
      write_attribute(optional_transitive, attr::as4_aggregator, attribute.value, out_);
  }

  const WireContext& context_;
  ByteWriter& out_;
  IpAddress next_hop_;
  std::uint8_t written_ = 0;
  std::array<std::uint8_t, extended_message_size_max> scratch_;
};

}  // namespace

bool write_outbound_attributes(const PathView& path, Family family, const WireContext& context,
                               ByteWriter& into) {
  OutboundWriter(path, family, context, into).write(path.attributes);
  return into.ok();
}

}  // namespace openbell::bgp
