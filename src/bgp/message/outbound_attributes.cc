// The attributes of a path as one peer must see them.

#include <algorithm>
#include <array>
#include <span>

#include "bgp/message/update.h"

namespace openbell::bgp {

namespace {

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

class OutboundWriter {
 public:
  OutboundWriter(const PathView& path, Family family, const WireContext& context, ByteWriter& out)
      : context_(context), out_(out), fills_(filled_attributes()) {
    const IpAddress address = resolve_next_hop(path.next_hop, family, context);
    if (address.is_v4() && (family == classic_family || ops(family).next_hop.beside_mp))
      next_hop_ = address;
  }

  void write(Bytes attributes) {
    AttributeReader in(attributes);
    for (AttributeView attribute; in.next(attribute);) {
      write_missing(attribute.code);
      write_given(attribute);
    }
    write_missing(UINT8_MAX);
  }

 private:
  /// What the path does not say and stands before `code`; its next hop in its place.
  void write_missing(std::uint8_t code) {
    write_fills(std::min(code, attr::next_hop));
    if (code <= attr::next_hop) return;
    if (next_hop_) write_attribute(well_known, attr::next_hop, next_hop_.bytes(), out_);
    next_hop_ = {};
    write_fills(code);
  }

  void write_fills(std::uint8_t before) {
    for (; !fills_.empty() && fills_.front()->code < before; fills_ = fills_.subspan(1)) {
      const AttributeOps& row = *fills_.front();
      if (!in_scope(row.sent_to, context_)) continue;
      std::array<std::uint8_t, fill_size_max> value;
      ByteWriter fill(value);
      row.fill(context_, fill);
      write_row(row, {row.flags, row.code, fill.written()});
    }
  }

  void write_given(const AttributeView& attribute) {
    if (!fills_.empty() && fills_.front()->code == attribute.code) fills_ = fills_.subspan(1);
    const AttributeOps* row = find_attribute_ops(attribute.code);
    if (row == nullptr)
      return write_attribute(attribute.flags, attribute.code, attribute.value, out_);
    if (in_scope(row->sent_to, context_)) write_row(*row, attribute);
  }

  void write_row(const AttributeOps& row, const AttributeView& attribute) {
    if (context_.four_octet_as || row.narrow == nullptr)
      return write_attribute(attribute.flags, attribute.code, attribute.value, out_);
    ByteWriter narrow(scratch_);
    row.narrow(attribute.value, narrow);
    write_attribute(attribute.flags, attribute.code, narrow.written(), out_);
    // RFC 6793 4.2.2; ExaBGP's place is right after the attribute.
    ByteWriter as4(scratch_);
    if (row.as4(attribute.value, as4))
      write_attribute(optional_transitive, row.as4_code, as4.written(), out_);
  }

  static constexpr std::size_t fill_size_max = 16;

  const WireContext& context_;
  ByteWriter& out_;
  IpAddress next_hop_;
  std::span<const AttributeOps* const> fills_;  // that have not been passed
  std::array<std::uint8_t, extended_message_size_max> scratch_;
};

}  // namespace

bool write_outbound_attributes(const PathView& path, Family family, const WireContext& context,
                               ByteWriter& into) {
  OutboundWriter(path, family, context, into).write(path.attributes);
  return into.ok();
}

}  // namespace openbell::bgp
