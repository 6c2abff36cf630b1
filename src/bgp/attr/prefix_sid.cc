// BGP Prefix-SID, code 40, optional transitive. RFC 8669 3, RFC 9252 2 (SRv6 services).
//
//   1 B   TLV type, 2 B length, value:                          any number of TLVs
//     1   label index     1 B reserved, 2 B flags, 4 B index
//     3   originator SRGB 2 B flags, then 3 B base and 3 B range, any number
//     5   SRv6 L3 service 1 B reserved, sub-TLVs
//     6   SRv6 L2 service 1 B reserved, sub-TLVs
//   sub-TLV (1 B type, 2 B length) 1, SID information: 1 B reserved, 16 B SID, 1 B flags,
//     2 B behavior, 1 B reserved, then 1 B type 1, 2 B length 6 and six bytes of SID structure

#include "bgp/attr/prefix_sid.h"

#include <bitset>

#include "bgp/attr/list.h"

namespace openbell::bgp {

namespace {

constexpr std::uint8_t label_index = 1;
constexpr std::uint8_t originator_srgb = 3;
constexpr std::uint8_t l3_service = 5;
constexpr std::uint8_t l2_service = 6;
constexpr std::uint8_t sid_information = 1;
constexpr std::uint8_t sid_structure = 1;
constexpr std::size_t sid_information_min = 21;

struct Tlv {
  std::uint8_t type = 0;
  Bytes value;
};

bool next_tlv(ByteReader& in, Tlv& tlv) {
  if (in.empty()) return false;
  tlv.type = in.u8();
  tlv.value = in.take(in.u16());
  return in.ok();
}

bool well_formed_service(Bytes service) {
  if (service.empty()) return false;
  ByteReader in(service.subspan(1));
  for (Tlv tlv; next_tlv(in, tlv);) {
    if (tlv.type != sid_information) continue;
    if (tlv.value.size() < sid_information_min) return false;
    ByteReader inner(tlv.value.subspan(sid_information_min));
    for (Tlv part; next_tlv(inner, part);)
      if (part.type == sid_structure && part.value.size() != 6) return false;
    if (!inner.ok()) return false;
  }
  return in.ok();
}

bool well_formed(const Tlv& tlv) {
  switch (tlv.type) {
    case label_index:
      return tlv.value.size() == 7;
    case originator_srgb:
      return tlv.value.size() >= 2 && (tlv.value.size() - 2) % 6 == 0;
    case l3_service:
    case l2_service:
      return well_formed_service(tlv.value);
    default:
      return true;
  }
}

void json_srgbs(Bytes value, TextWriter& out) {
  out.put("\"sr-srgbs\": [");
  const Bytes ranges = value.subspan(2);
  for_each_member<6>(ranges, [&](const std::uint8_t* range) {
    ByteReader in({range, 6});
    out.put(range == ranges.data() ? "[" : ", [").number(in.u24());
    out.put(", ").number(in.u24()).put(']');
  });
  out.put(']');
}

void json_structure(Bytes structure, TextWriter& out) {
  constexpr std::string_view names[] = {"locator-block-length", "locator-node-length",
                                        "function-length",      "argument-length",
                                        "transposition-length", "transposition-offset"};
  out.put(", \"structure\": {");
  for (std::size_t i = 0; i < std::size(names); ++i)
    out.put(i == 0 ? "\"" : ", \"").put(names[i]).put("\": ").number(structure[i]);
  out.put('}');
}

// ExaBGP 5.0 leaves placeholders where the SID and the behavior belong.
void json_sid(Bytes value, TextWriter& out) {
  base::print_ipv6(value.data() + 1, out.put("{ \"sid\": \""));
  out.put("\", \"flags\": ").number(value[17]);
  out.put(", \"endpoint_behavior\": ").number(base::load16(value.data() + 18));
  ByteReader in(value.subspan(sid_information_min));
  for (Tlv part; next_tlv(in, part);) {
    if (part.type != sid_structure) continue;
    json_structure(part.value, out);
    break;
  }
  out.put(" }");
}

void json_service(std::string_view name, Bytes value, TextWriter& out) {
  out.put('"').put(name).put("\": [ ");
  ByteReader in(value.subspan(1));
  bool first = true;
  for (Tlv tlv; next_tlv(in, tlv);) {
    if (tlv.type != sid_information) continue;
    if (!first) out.put(", ");
    json_sid(tlv.value, out);
    first = false;
  }
  out.put(" ]");
}

void json_tlv(const Tlv& tlv, TextWriter& out) {
  switch (tlv.type) {
    case label_index:
      out.put("\"sr-label-index\": ").number(base::load32(tlv.value.data() + 3));
      return;
    case originator_srgb:
      return json_srgbs(tlv.value, out);
    case l3_service:
      return json_service("l3-service", tlv.value, out);
    case l2_service:
      return json_service("l2-service", tlv.value, out);
    default:
      out.put("\"attribute-not-implemented-").number(tlv.type).put("\": \"0x");
      out.hex(tlv.value).put('"');
  }
}

void text_labels(const Tlv& index, const Tlv& srgb, TextWriter& out) {
  out.put("[ ").number(base::load32(index.value.data() + 3));
  if (srgb.type == originator_srgb) {
    const Bytes ranges = srgb.value.subspan(2);
    out.put(", [ ");
    for_each_member<6>(ranges, [&](const std::uint8_t* range) {
      ByteReader in({range, 6});
      out.put(range == ranges.data() ? "( " : ", ( ").number(in.u24());
      out.put(',').number(in.u24()).put(" )");
    });
    out.put(" ]");
  }
  out.put(" ]");
}

void text_service(const Tlv& service, TextWriter& out) {
  ByteReader in(service.value.subspan(1));
  Tlv sid;
  if (!next_tlv(in, sid) || sid.type != sid_information) return;
  out.put(service.type == l3_service ? "( l3-service " : "( l2-service ");
  base::print_ipv6(sid.value.data() + 1, out);
  out.put(" 0x").hex(sid.value.subspan(18, 2));
  ByteReader inner(sid.value.subspan(sid_information_min));
  Tlv structure;
  if (next_tlv(inner, structure) && structure.type == sid_structure) {
    for (std::size_t i = 0; i < 6; ++i) out.put(i == 0 ? " [" : ",").number(structure.value[i]);
    out.put(']');
  }
  out.put(" )");
}

/// Reads one `( base,range )`.
bool parse_srgb(TextReader& in, std::vector<std::uint8_t>& value) {
  constexpr std::uint64_t label_max = 0xFFFFFF;
  if (!in.expect("(")) return false;
  const auto base = static_cast<std::uint32_t>(in.number(label_max, "the base of a label range"));
  in.expect(",");
  const auto range = static_cast<std::uint32_t>(in.number(label_max, "the size of a label range"));
  value.push_back(static_cast<std::uint8_t>(base >> 16));
  append16(value, static_cast<std::uint16_t>(base));
  value.push_back(static_cast<std::uint8_t>(range >> 16));
  append16(value, static_cast<std::uint16_t>(range));
  return in.ok() && in.expect(")");
}

/// Opens a TLV: its length is written by close_tlv.
std::size_t open_tlv(std::uint8_t type, std::vector<std::uint8_t>& value) {
  value.push_back(type);
  append16(value, 0);
  return value.size();
}

void close_tlv(std::size_t opened, std::vector<std::uint8_t>& value) {
  base::store16(value.data() + opened - 2, static_cast<std::uint16_t>(value.size() - opened));
}

/// `[64,24,16,0,0,0]` behind a SID.
bool parse_structure(TextReader& in, std::vector<std::uint8_t>& value) {
  if (!in.expect("[")) return false;
  const std::size_t structure = open_tlv(sid_structure, value);
  for (unsigned i = 0; i < 6; ++i) {
    if (i != 0) in.expect(",");
    value.push_back(static_cast<std::uint8_t>(in.number(255, "a length in bits")));
  }
  close_tlv(structure, value);
  return in.ok() && in.expect("]");
}

}  // namespace

// RFC 8669 6: TLVs that do not fit or have the wrong length make the attribute malformed.
bool decode_prefix_sid(Bytes& value, const WireContext&, std::vector<std::uint8_t>&) {
  ByteReader in(value);
  for (Tlv tlv; next_tlv(in, tlv);)
    if (!well_formed(tlv)) return false;
  return in.ok() && !value.empty();
}

bool parse_prefix_sid(TextReader& in, std::vector<std::uint8_t>& value) {
  if (!in.expect("[")) return false;
  const std::size_t index = open_tlv(label_index, value);
  value.resize(value.size() + 3);
  append32(value, static_cast<std::uint32_t>(in.number(UINT32_MAX, "a label index")));
  close_tlv(index, value);
  if (in.ok() && in.accept(",")) {
    if (!in.expect("[")) return false;
    const std::size_t srgb = open_tlv(originator_srgb, value);
    value.resize(value.size() + 2);
    do {
      if (!parse_srgb(in, value) || !fits_attribute(in, value)) return false;
    } while (in.accept(","));
    close_tlv(srgb, value);
    in.expect("]");
  }
  return in.ok() && in.expect("]");
}

bool parse_prefix_sid_srv6(TextReader& in, std::vector<std::uint8_t>& value) {
  constexpr std::uint64_t any_behavior = 0xFFFF;  // RFC 8986 10.2: opaque
  if (!in.expect("(")) return false;
  const bool l3 = in.accept("l3-service");
  if (!l3 && !in.accept("l2-service")) return in.fail("l3-service or l2-service");
  IpAddress sid;
  if (!base::parse_ip(in.peek(), sid) || !sid.is_v6()) return in.fail("an SRv6 SID");
  in.word();
  std::uint64_t behavior = any_behavior;
  if (in.peek() != "[" && in.peek() != ")") {
    if (!base::parse_integer(in.peek(), UINT16_MAX, behavior))
      return in.fail("an endpoint behavior of 16 bits, decimal or after 0x");
    in.word();
  }
  const std::size_t service = open_tlv(l3 ? l3_service : l2_service, value);
  value.push_back(0);
  const std::size_t information = open_tlv(sid_information, value);
  value.push_back(0);
  append_bytes(value, sid.bytes());
  value.push_back(0);
  append16(value, static_cast<std::uint16_t>(behavior));
  value.push_back(0);
  if (in.peek() == "[" && !parse_structure(in, value)) return false;
  close_tlv(information, value);
  close_tlv(service, value);
  return in.expect(")");
}

void print_prefix_sid(Bytes value, Dialect, TextWriter& out) {
  ByteReader in(value);
  Tlv first;
  Tlv second;
  next_tlv(in, first);
  next_tlv(in, second);
  std::string text;
  TextWriter words(text);
  const bool service = first.type == l3_service || first.type == l2_service;
  if (service) text_service(first, words);
  if (first.type == label_index) text_labels(first, second, words);
  // The words say less than the bytes can hold: they are shown only when they give all of them.
  std::vector<std::uint8_t> again;
  TextReader reader(text);
  const bool parsed =
      service ? parse_prefix_sid_srv6(reader, again) : parse_prefix_sid(reader, again);
  if (parsed && base::equal(again, value)) {
    out.put(service ? "bgp-prefix-sid-srv6 " : "bgp-prefix-sid ").put(text);
  } else {
    out.put("attribute [ 0x28 0xC0 0x").hex(value).put(" ]");
  }
}

// RFC 8669 3: of several TLVs of a type the first counts.
void json_prefix_sid(Bytes value, Dialect, TextWriter& out) {
  out.put("\"bgp-prefix-sid\": { ");
  ByteReader in(value);
  std::bitset<256> seen;
  for (Tlv tlv; next_tlv(in, tlv);) {
    if (seen.test(tlv.type)) continue;
    if (seen.any()) out.put(", ");
    seen.set(tlv.type);
    json_tlv(tlv, out);
  }
  out.put(" }");
}

extern const AttributeOps prefix_sid_attribute = {
    .code = attr::prefix_sid,
    .flags = attr::optional_flag | attr::transitive_flag,
    .name = "bgp-prefix-sid",
    .rfc_name = "PREFIX_SID",
    .on_error = Treatment::discard_attribute,
    .decode = decode_prefix_sid,
    .parse = parse_prefix_sid,
    .print = print_prefix_sid,
    .json = json_prefix_sid};

}  // namespace openbell::bgp
