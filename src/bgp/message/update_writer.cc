// Writing an UPDATE, RFC 4271 4.3 and RFC 4760 3, 4; the order of everything is ExaBGP's.
//
//   19 B  header
//    2 B  withdrawn length      0, or the classic withdrawals and then attributes length 0
//    2 B  attributes length
//         attributes            ascending codes
//         MP_(UN)REACH_NLRI     last: flags (1), code (1), length (1 or 2), AFI (2), SAFI (1),
//                               next hop length (1), next hop, reserved (1), NLRI
//         classic NLRI          classic_family with an IPv4 next hop

#include <algorithm>
#include <array>
#include <cstring>

#include "base/check.h"
#include "bgp/message/header.h"
#include "bgp/message/update.h"

namespace openbell::bgp {

namespace {

// The MP attribute is begun with room for a two-octet length and moved down by one byte when its
// value turns out to be short, so that no long one ever moves.
constexpr std::size_t mp_head_size = 4;
constexpr std::size_t short_value_max = 255;
constexpr std::uint8_t mp_flags = attr::optional_flag;

/// The next hop bytes of MP_REACH_NLRI without a route distinguisher.
std::size_t mp_next_hop(const IpAddress& address, const FamilyOps& family,
                        const WireContext& context, std::array<std::uint8_t, 32>& out) {
  const Bytes global = address.bytes();
  std::copy(global.begin(), global.end(), out.begin());
  const Bytes link_local = context.local_link_local.bytes();
  // RFC 2545 3: the link-local address goes after a global one, and never twice.
  const bool pair = family.afi == afi_ipv6 && family.next_hop.form == NextHopForm::address &&
                    address.is_v6() && !address.is_link_local() && link_local.size() == 16;
  if (!pair) return global.size();
  std::copy(link_local.begin(), link_local.end(), out.begin() + 16);
  return 32;
}

/// memcpy for keys of prefixes: two moves of a fixed size that may overlap, without a call.
inline void copy_key(std::uint8_t* to, Bytes key) {
  const std::uint8_t* from = key.data();
  const std::size_t size = key.size();
  if (size >= 4 && size <= 8) {
    std::uint32_t head;
    std::uint32_t tail;
    std::memcpy(&head, from, 4);
    std::memcpy(&tail, from + size - 4, 4);
    std::memcpy(to, &head, 4);
    std::memcpy(to + size - 4, &tail, 4);
  } else {
    std::memcpy(to, from, size);
  }
}

}  // namespace

UpdateWriter::UpdateWriter(MutableBytes into, const WireContext& context)
    : into_(into), context_(context), limit_(context.message_size_max()) {
  OPENBELL_CHECK(into.size() >= limit_);
}

void UpdateWriter::start(Family family, Purpose purpose) {
  ops_ = &ops(family);
  family_ = family;
  purpose_ = purpose;
  key_is_wire_ = ops_->shape == NlriShape::prefix;
  path_ids_ = context_.add_path_send.contains(family);
  one_only_ = !(context_.group_updates && ops_->groups);
  mp_at_ = 0;
  ByteWriter out(into_);
  write_header(MessageType::update, out);
  out.u16(0);
  at_ = out.size();
}

/// Writes the attributes after an empty withdrawn field.
bool UpdateWriter::start_attributes(Bytes outbound_attributes) {
  attributes_at_ = at_;
  at_ += 2;
  if (at_ + outbound_attributes.size() >= limit_) return false;
  if (!outbound_attributes.empty())
    std::memcpy(into_.data() + at_, outbound_attributes.data(), outbound_attributes.size());
  at_ += outbound_attributes.size();
  return true;
}

bool UpdateWriter::start_mp(std::uint8_t code, Bytes next_hop, bool rd) {
  mp_at_ = at_;
  ByteWriter out(into_.subspan(at_, limit_ - at_));
  out.u8(mp_flags);
  out.u8(code);
  out.u16(0);
  out.u16(ops_->afi);
  out.u8(ops_->safi);
  if (code == attr::mp_reach) {
    const std::size_t length = out.open8();
    // RFC 4364 4.3.2, RFC 4659 3.2.1: a route distinguisher of zero before each address.
    for (Bytes rest = next_hop; !rest.empty();) {
      const std::size_t size = std::min<std::size_t>(rest.size(), 16);
      if (rd) out.u64(0);
      out.bytes(rest.first(size));
      rest = rest.subspan(size);
    }
    out.close8(length);
    out.u8(0);
  }
  at_ += out.size();
  nlri_at_ = at_;
  return out.ok() && at_ < limit_;
}

bool UpdateWriter::begin_announce(Family family, const NextHop& next_hop,
                                  Bytes outbound_attributes) {
  start(family, Purpose::announce);
  const IpAddress address = resolve_next_hop(next_hop, family, context_);
  if (!next_hop_fits(family, address, context_.extended_next_hop.contains(family))) return false;
  if (!start_attributes(outbound_attributes)) return false;
  if (family == classic_family && address.is_v4()) {
    nlri_at_ = at_;
    return true;
  }
  std::array<std::uint8_t, 32> bytes;
  const std::size_t size = mp_next_hop(address, *ops_, context_, bytes);
  return start_mp(attr::mp_reach, Bytes(bytes).first(size),
                  ops_->next_hop.form == NextHopForm::rd_address);
}

bool UpdateWriter::begin_withdraw(Family family, Bytes outbound_attributes) {
  start(family, Purpose::withdraw);
  if (family == classic_family) {
    nlri_at_ = at_;
    return true;
  }
  const Bytes attributes = ops_->withdraw_with_attributes ? outbound_attributes : Bytes{};
  return start_attributes(attributes) && start_mp(attr::mp_unreach, {}, false);
}

bool UpdateWriter::add(const NlriView& nlri) {
  if (one_only_ && at_ != nlri_at_) return false;
  // What must stay free: the attribute length after classic withdrawals.
  const bool classic_withdraw = mp_at_ == 0 && purpose_ == Purpose::withdraw;
  const std::size_t end = limit_ - (classic_withdraw ? 2 : 0);
  const std::size_t before = at_;
  if (path_ids_) {
    if (end - at_ < 4) return false;
    base::store32(into_.data() + at_, nlri.path_id);
    at_ += 4;
  }
  if (key_is_wire_) [[likely]] {
    if (end - at_ < nlri.key.size()) {
      at_ = before;
      return false;
    }
    copy_key(into_.data() + at_, nlri.key);
    at_ += nlri.key.size();
    return true;
  }
  ByteWriter out(into_.subspan(at_, end - at_));
  ops_->encode(nlri, purpose_, out);
  at_ = out.ok() ? at_ + out.size() : before;
  return out.ok();
}

Bytes UpdateWriter::finish() {
  if (at_ == nlri_at_) return {};
  std::uint8_t* message = into_.data();
  if (mp_at_ != 0) {
    const std::size_t size = at_ - mp_at_ - mp_head_size;
    if (size > short_value_max) {
      message[mp_at_] |= attr::extended_length_flag;
      base::store16(message + mp_at_ + 2, static_cast<std::uint16_t>(size));
    } else {
      message[mp_at_ + 2] = static_cast<std::uint8_t>(size);
      std::memmove(message + mp_at_ + 3, message + mp_at_ + mp_head_size, size);
      --at_;
    }
    nlri_at_ = at_;
  }
  if (mp_at_ == 0 && purpose_ == Purpose::withdraw) {
    base::store16(message + header_size, static_cast<std::uint16_t>(at_ - nlri_at_));
    base::store16(message + at_, 0);
    at_ += 2;
  } else {
    base::store16(message + attributes_at_,
                  static_cast<std::uint16_t>(nlri_at_ - attributes_at_ - 2));
  }
  finish_message(into_.first(at_));
  return into_.first(at_);
}

Bytes write_end_of_rib(Family family, MutableBytes into) {
  ByteWriter out(into);
  write_header(MessageType::update, out);
  out.u16(0);
  const std::size_t attributes = out.open16();
  // RFC 4724 2: an empty UPDATE for ipv4 unicast, an empty MP_UNREACH_NLRI for any other family.
  if (family != classic_family) {
    out.u8(attr::optional_flag | attr::extended_length_flag);
    out.u8(attr::mp_unreach);
    const std::size_t value = out.open16();
    out.u16(ops(family).afi);
    out.u8(ops(family).safi);
    out.close16(value);
  }
  out.close16(attributes);
  OPENBELL_CHECK(out.ok());
  finish_message(into.first(out.size()));
  return out.written();
}

}  // namespace openbell::bgp
