// Reading an UPDATE, RFC 4271 4.3 and 6.3, RFC 4760, with the error handling of RFC 7606.
//
// What deviates:
// - LOCAL_PREF is not required from internal peers: ExaBGP helpers are such peers, and do without.
// - Where RFC 7606 leaves the choice between "AFI/SAFI disable" and "session reset", it is a reset.
// - NLRI of a family that was not negotiated are ignored with a reason; the session stays.

#include <algorithm>

#include "bgp/attr/aggregator.h"
#include "bgp/attr/as_path.h"
#include "bgp/message/update.h"

namespace openbell::bgp {

namespace {

constexpr std::uint8_t kind_flags = attr::optional_flag | attr::transitive_flag;
/// RFC 4271 6.3: a valid IP host address.
bool is_host_address(Bytes v4) {
  constexpr std::uint8_t first_multicast = 224;
  return base::load32(v4.data()) != 0 && v4[0] < first_multicast;
}

/// Lengths of NLRI that are prefixes alone, without looking at the prefixes.
bool prefixes_are_sound(Bytes bytes, bool add_path, std::uint8_t length_max) {
  const std::size_t id_size = add_path ? 4 : 0;
  const std::uint8_t* at = bytes.data();
  const std::uint8_t* const end = at + bytes.size();
  while (at != end) {
    if (static_cast<std::size_t>(end - at) < id_size + 1) return false;
    const std::uint8_t length = at[id_size];
    const std::size_t size = id_size + 1 + (length + 7u) / 8u;
    if (length > length_max || static_cast<std::size_t>(end - at) < size) return false;
    at += size;
  }
  return true;
}

}  // namespace

const UpdateView& UpdateDecoder::decode(Bytes body, const WireContext& context) {
  view_ = {};
  builder_.clear();
  as4_path_.clear();
  seen_.reset();
  reason_.clear();
  mp_announced_ = {};
  mp_withdrawn_ = {};
  next_hop_ = {};
  as4_aggregator_ = {};
  reaches_ = false;

  ByteReader in(body);
  const Bytes withdrawn = in.take(in.u16());
  const Bytes attributes = in.take(in.u16());
  if (!in.ok()) {
    // RFC 7606 3(a): lengths that pass the end of the message.
    fault(Treatment::reset_session, "UPDATE", "lengths pass the end of the message",
          notification::malformed_attributes);
    view_.reason = reason_;
    return view_;
  }
  const Bytes announced = in.rest();
  if (body.size() == 4) {
    view_.end_of_rib = context.families.contains(classic_family);
    view_.end_of_rib_family = classic_family;
    return view_;
  }
  read_attributes(attributes, context);
  read_classic(withdrawn, announced, context);
  merge_as4();
  check_whole();
  view_.attributes = builder_.canonical();
  view_.reason = reason_;
  return view_;
}

void UpdateDecoder::read_attributes(Bytes attributes, const WireContext& context) {
  ByteReader in(attributes);
  while (!in.empty()) {
    const Bytes from = in.rest();
    Raw raw;
    raw.view.flags = in.u8();
    raw.view.code = in.u8();
    const bool extended = (raw.view.flags & attr::extended_length_flag) != 0;
    const std::size_t size = extended ? in.u16() : in.u8();
    raw.view.value = in.take(size);
    if (!in.ok()) {
      // RFC 7606 4: the total length still tells where the NLRI begin.
      return fault(Treatment::treat_as_withdraw, attribute_rfc_name(from.size() > 1 ? from[1] : 0),
                   "passes the end of the attributes", notification::attribute_length, from);
    }
    raw.whole = from.first(from.size() - in.left());
    read_attribute(raw, context);
  }
}

void UpdateDecoder::read_attribute(const Raw& raw, const WireContext& context) {
  const std::uint8_t code = raw.view.code;
  const AttributeOps* known = find_attribute_ops(code);
  const SessionAttribute* own = known == nullptr ? find_session_attribute(code) : nullptr;
  if (seen_.test(code)) {
    // RFC 7606 3(g)
    const Treatment treatment = own != nullptr ? own->twice : Treatment::discard_attribute;
    const bool ends = treatment == Treatment::reset_session;
    return fault(treatment, attribute_rfc_name(code), "appears twice",
                 ends ? notification::malformed_attributes : NotificationCode{});
  }
  seen_.set(code);
  if (known != nullptr) return read_known(raw, *known, context);
  if (own != nullptr) return read_own(raw, *own, context);
  builder_.add(raw.view.flags, code, raw.view.value);
  // RFC 4271 6.3: an attribute that we do not know must be optional.
  if ((raw.view.flags & attr::optional_flag) == 0)
    fault(Treatment::reset_session, attribute_rfc_name(code), "unrecognized well-known attribute",
          notification::unrecognized_well_known, raw.whole);
}

void UpdateDecoder::read_own(const Raw& raw, const SessionAttribute& row,
                             const WireContext& context) {
  struct Reader {
    std::uint8_t code;
    void (UpdateDecoder::*read)(const Raw& raw, const WireContext& context);
  };
  static constexpr Reader readers[] = {
      {attr::next_hop, &UpdateDecoder::read_next_hop},
      {attr::mp_reach, &UpdateDecoder::read_mp_reach},
      {attr::mp_unreach, &UpdateDecoder::read_mp_unreach},
      {attr::as4_path, &UpdateDecoder::read_as4_path},
      {attr::as4_aggregator, &UpdateDecoder::read_as4_aggregator},
  };
  if ((raw.view.flags & kind_flags) != row.flags) {
    fault(row.wrong_flags, row.rfc_name, "wrong flags", notification::attribute_flags, raw.whole);
    if (row.wrong_flags == Treatment::discard_attribute) return;
  }
  for (const Reader& reader : readers)
    if (reader.code == row.code) return (this->*reader.read)(raw, context);
}

void UpdateDecoder::read_known(const Raw& raw, const AttributeOps& row,
                               const WireContext& context) {
  if (!in_scope(row.taken_from, context)) {
    // RFC 7606 7.5, 7.9, 7.10: not for external peers. RFC 7311 3.1: AIGP is as if unrecognized.
    if (row.taken_from == Scope::internal)
      fault(Treatment::discard_attribute, row.rfc_name, "from an external peer");
    return;
  }
  // RFC 7606 3(c): flags in conflict make it malformed.
  if ((raw.view.flags & kind_flags) != (row.flags & kind_flags))
    return fault(row.on_error, row.rfc_name, "wrong flags", notification::attribute_flags,
                 raw.whole);
  Bytes value = raw.view.value;
  if (!row.decode(value, context, scratch_))
    return fault(row.on_error, row.rfc_name, "malformed", notification::malformed_attributes,
                 raw.whole);
  builder_.add(raw.view.flags, row.code, value);
}

void UpdateDecoder::read_next_hop(const Raw& raw, const WireContext&) {
  // RFC 7606 7.3
  if (raw.view.value.size() != 4)
    return fault(Treatment::treat_as_withdraw, "NEXT_HOP", "bad length",
                 notification::attribute_length, raw.whole);
  if (!is_host_address(raw.view.value))
    return fault(Treatment::treat_as_withdraw, "NEXT_HOP", "not a host address",
                 notification::invalid_next_hop, raw.whole);
  next_hop_ = raw.view.value;
}

void UpdateDecoder::read_mp_reach(const Raw& raw, const WireContext& context) {
  ByteReader in(raw.view.value);
  const Afi afi = in.u16();
  const Safi safi = in.u8();
  NlriField field;
  field.next_hop = in.take(in.u8());
  in.u8();  // reserved
  field.bytes = in.rest();
  // RFC 7606 7.11: without a sound next hop the NLRI cannot be found.
  if (!in.ok())
    return fault(Treatment::reset_session, "MP_REACH_NLRI", "bad length",
                 notification::optional_attribute, raw.whole);
  // RFC 4760 7: what was not negotiated is ignored.
  if (!find_family(afi, safi, field.family) || !context.families.contains(field.family))
    return fault(Treatment::none, "MP_REACH_NLRI", "family not negotiated");
  if (!next_hop_size_fits(field.family, field.next_hop.size(),
                          context.extended_next_hop.contains(field.family)))
    return fault(Treatment::reset_session, "MP_REACH_NLRI", "bad next hop length",
                 notification::optional_attribute, raw.whole);
  field.add_path = context.add_path_receive.contains(field.family);
  // RFC 7606 5.3
  if (!field_is_sound(field, context))
    return fault(Treatment::reset_session, "MP_REACH_NLRI", "malformed NLRI",
                 notification::optional_attribute, raw.whole);
  mp_announced_ = field;
}

void UpdateDecoder::read_mp_unreach(const Raw& raw, const WireContext& context) {
  ByteReader in(raw.view.value);
  const Afi afi = in.u16();
  const Safi safi = in.u8();
  NlriField field;
  field.bytes = in.rest();
  // RFC 7606 7.12
  if (!in.ok())
    return fault(Treatment::reset_session, "MP_UNREACH_NLRI", "bad length",
                 notification::optional_attribute, raw.whole);
  if (!find_family(afi, safi, field.family) || !context.families.contains(field.family))
    return fault(Treatment::none, "MP_UNREACH_NLRI", "family not negotiated");
  field.add_path = context.add_path_receive.contains(field.family);
  if (!field_is_sound(field, context))
    return fault(Treatment::reset_session, "MP_UNREACH_NLRI", "malformed NLRI",
                 notification::optional_attribute, raw.whole);
  // RFC 4724 2: End-of-RIB, if nothing else turns up in this UPDATE (check_whole).
  view_.end_of_rib = field.bytes.empty();
  view_.end_of_rib_family = field.family;
  mp_withdrawn_ = field;
}

void UpdateDecoder::read_as4_path(const Raw& raw, const WireContext& context) {
  // RFC 6793 4.1: two speakers with four-octet numbers have no use for it.
  if (context.four_octet_as) return;
  if (!decode_as4_path(raw.view.value, as4_path_))
    fault(Treatment::discard_attribute, "AS4_PATH", "malformed");
}

void UpdateDecoder::read_as4_aggregator(const Raw& raw, const WireContext& context) {
  // RFC 6793 4.1
  if (context.four_octet_as) return;
  if (!valid_as4_aggregator(raw.view.value))
    return fault(Treatment::discard_attribute, "AS4_AGGREGATOR", "malformed");
  as4_aggregator_ = raw.view.value;
}

void UpdateDecoder::read_classic(Bytes withdrawn, Bytes announced, const WireContext& context) {
  constexpr Family family = classic_family;
  const bool add_path = context.add_path_receive.contains(family);
  NlriField out{family, withdrawn, add_path, {}};
  NlriField in{family, announced, add_path, next_hop_};
  if (!withdrawn.empty() || !announced.empty()) {
    if (!context.families.contains(family)) {
      // RFC 4760 7: what was not negotiated is ignored.
      fault(Treatment::none, "UPDATE", "family not negotiated");
      out.bytes = {};
      in.bytes = {};
    }
    // RFC 7606 3(i), 3(j), 5.3: a field that cannot be read ends the session.
    if (!field_is_sound(out, context))
      fault(Treatment::reset_session, "withdrawn routes", "malformed",
            notification::invalid_network);
    if (!field_is_sound(in, context))
      fault(Treatment::reset_session, "NLRI", "malformed", notification::invalid_network);
  }
  if (!mp_announced_.bytes.empty()) view_.announced[view_.announced_count++] = mp_announced_;
  if (!in.bytes.empty()) view_.announced[view_.announced_count++] = in;
  if (!out.bytes.empty()) view_.withdrawn[view_.withdrawn_count++] = out;
  if (!mp_withdrawn_.bytes.empty()) view_.withdrawn[view_.withdrawn_count++] = mp_withdrawn_;
  reaches_ = !announced.empty() || seen_.test(attr::mp_reach);
  // RFC 7606 3(d), RFC 4271 5.1.3: the classic field needs a next hop of its own.
  if (!in.bytes.empty() && !seen_.test(attr::next_hop))
    fault(Treatment::treat_as_withdraw, "NEXT_HOP", "missing", notification::missing_well_known);
}

bool UpdateDecoder::field_is_sound(const NlriField& field, const WireContext& context) {
  const FamilyOps& row = ops(field.family);
  if (row.shape == NlriShape::prefix)
    return prefixes_are_sound(field.bytes, field.add_path, row.afi == afi_ipv4 ? 32 : 128);
  ByteReader in(field.bytes);
  NlriView nlri;
  while (!in.empty()) {
    if (field.add_path) in.u32();
    if (!in.ok() || !row.decode(in, context, nlri_scratch_, nlri) || !in.ok()) return false;
  }
  return true;
}

void UpdateDecoder::merge_as4() {
  if (as4_path_.empty() && as4_aggregator_.empty()) return;
  if (builder_.contains(attr::aggregator)) {
    // RFC 6793 4.2.3: an AGGREGATOR with a real AS number means that both AS4 attributes are stale.
    if (aggregator_as(builder_.value(attr::aggregator)) != as_trans) return;
    if (!as4_aggregator_.empty())
      builder_.replace(attr::optional_flag | attr::transitive_flag, attr::aggregator,
                       as4_aggregator_);
  }
  if (as4_path_.empty() || !builder_.contains(attr::as_path)) return;
  merge_as4_path(builder_.value(attr::as_path), as4_path_, scratch_);
  builder_.replace(attr::transitive_flag, attr::as_path, scratch_);
}

/// What can only be said when everything was read.
void UpdateDecoder::check_whole() {
  const bool announces = view_.announced_count != 0;
  // RFC 7606 3(d); an attribute that came and was malformed has its own complaint.
  for (const AttributeOps* row : mandatory_attributes())
    if (announces && !seen_.test(row->code))
      fault(Treatment::treat_as_withdraw, row->rfc_name, "missing",
            notification::missing_well_known);
  seen_.reset(attr::mp_unreach);
  // RFC 7606 5.2: with nothing announced there is nothing to treat as withdrawn.
  if (!reaches_ && seen_.any() && view_.treatment == Treatment::treat_as_withdraw)
    view_.treatment = Treatment::reset_session;
  const bool alone = !reaches_ && view_.withdrawn_count == 0 && seen_.none();
  view_.end_of_rib = view_.end_of_rib && alone && view_.treatment == Treatment::none;
}

void UpdateDecoder::fault(Treatment treatment, std::string_view subject, std::string_view what,
                          NotificationCode code, Bytes data) {
  if (!reason_.empty() && treatment <= view_.treatment) return;
  view_.treatment = treatment;
  view_.notification = code;
  view_.notification_data = data;
  reason_.assign(subject).append(": ").append(what);
}

bool NlriReader::next(NlriView& view) {
  if (in_.empty()) return false;
  const std::uint32_t path_id = field_.add_path ? in_.u32() : 0;
  if (!in_.ok() || !ops(field_.family).decode(in_, context_, scratch_, view) || !in_.ok()) {
    in_.fail();
    return false;
  }
  view.family = field_.family;
  view.has_path_id = field_.add_path;
  view.path_id = path_id;
  return true;
}

IpAddress next_hop_address(const NlriField& field) {
  Bytes bytes = field.next_hop;
  if (ops(field.family).next_hop.form == NextHopForm::rd_address && bytes.size() >= 8)
    bytes = bytes.subspan(8);
  return IpAddress::from_bytes(bytes.size() > 16 ? bytes.first(16) : bytes);
}

}  // namespace openbell::bgp
