// AGGREGATOR, code 7, optional transitive. RFC 4271 5.1.7, RFC 6793 (width).
//
//   4 B   AS number; 2 B from and to a peer without RFC 6793
//   4 B   IPv4 address of the aggregating speaker

#include "bgp/attr/aggregator.h"

#include "bgp/attr/as_path.h"
#include "bgp/attr/attribute.h"
#include "bgp/attr/list.h"

namespace openbell::bgp {

namespace {

// RFC 7606 7.7: a length other than 8 (6 without four-octet AS numbers) is malformed.
// RFC 7607 2: so is AS 0.
bool decode(Bytes& value, const WireContext& context, std::vector<std::uint8_t>& scratch) {
  if (context.four_octet_as) return valid_as4_aggregator(value);
  if (value.size() != 6 || base::load16(value.data()) == 0) return false;
  scratch.assign(2, 0);
  append_bytes(scratch, value);
  value = scratch;
  return true;
}

void narrow(Bytes value, ByteWriter& out) {
  const Asn asn = aggregator_as(value);
  out.u16(static_cast<std::uint16_t>(asn > UINT16_MAX ? as_trans : asn));
  out.bytes(value.subspan(4));
}

bool as4(Bytes value, ByteWriter& out) {
  // RFC 6793 4.2.2
  if (aggregator_as(value) <= UINT16_MAX) return false;
  out.bytes(value);
  return true;
}

/// `asn:ip`, in parentheses or not.
bool parse(TextReader& in, std::vector<std::uint8_t>& value) {
  const bool parenthesis = in.accept("(");
  const std::string_view word = in.peek();
  const std::size_t colon = word.find(':');
  Asn asn = 0;
  std::uint32_t address = 0;
  if (colon == std::string_view::npos || !parse_asn(word.substr(0, colon), asn) || asn == 0 ||
      !base::parse_ipv4(word.substr(colon + 1), address))
    return in.fail("an AS number and an IPv4 address, as in 65000:192.0.2.1");
  in.word();
  append32(value, asn);
  append32(value, address);
  return !parenthesis || in.expect(")");
}

void put_text(Bytes value, TextWriter& out) {
  ByteReader in(value);
  out.number(in.u32()).put(':');
  IpAddress::v4(in.u32()).print(out);
}

void print(Bytes value, Dialect, TextWriter& out) {
  put_text(value, out.put("aggregator ( "));
  out.put(" )");
}

void json(Bytes value, Dialect, TextWriter& out) {
  put_text(value, out.put("\"aggregator\": \""));
  out.put('"');
}

}  // namespace

Asn aggregator_as(Bytes canonical) {
  return ByteReader(canonical).u32();
}

bool valid_as4_aggregator(Bytes value) {
  return value.size() == 8 && aggregator_as(value) != 0;
}

extern const AttributeOps aggregator_attribute = {
    .code = attr::aggregator,
    .flags = attr::optional_flag | attr::transitive_flag,
    .name = "aggregator",
    .rfc_name = "AGGREGATOR",
    .on_error = Treatment::discard_attribute,
    .as4_code = attr::as4_aggregator,
    .decode = decode,
    .narrow = narrow,
    .as4 = as4,
    .parse = parse,
    .print = print,
    .json = json};

}  // namespace openbell::bgp
