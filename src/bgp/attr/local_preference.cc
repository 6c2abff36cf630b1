// LOCAL_PREF, code 5, well-known. RFC 4271 5.1.5: never to an external peer. What such a peer sends
// is discarded (RFC 7606 7.5).
//
//   4 B   preference, higher is better

#include "bgp/attr/attribute.h"
#include "bgp/attr/list.h"

namespace openbell::bgp {

namespace {

// RFC 7606 7.5: a length other than 4 is malformed.
bool decode(Bytes& value, const WireContext&, std::vector<std::uint8_t>&) {
  return value.size() == 4;
}

void fill(const WireContext&, ByteWriter& out) {
  out.u32(100);  // ExaBGP
}

bool parse(TextReader& in, std::vector<std::uint8_t>& value) {
  append32(value, static_cast<std::uint32_t>(in.number(UINT32_MAX, "local-preference")));
  return in.ok();
}

void print(Bytes value, Dialect, TextWriter& out) {
  out.put("local-preference ").number(ByteReader(value).u32());
}

void json(Bytes value, Dialect, TextWriter& out) {
  out.put("\"local-preference\": ").number(ByteReader(value).u32());
}

}  // namespace

extern const AttributeOps local_preference_attribute = {
    .code = attr::local_preference,
    .flags = attr::transitive_flag,
    .name = "local-preference",
    .rfc_name = "LOCAL_PREF",
    .on_error = Treatment::treat_as_withdraw,
    .sent_to = Scope::internal,
    .taken_from = Scope::internal,  // RFC 7606 7.5
    .decode = decode,
    .fill = fill,
    .parse = parse,
    .print = print,
    .json = json};

}  // namespace openbell::bgp
