// ORIGINATOR_ID, code 9, optional. RFC 4456 8.
//
//   4 B   BGP identifier of the originator

#include "bgp/attr/attribute.h"
#include "bgp/attr/list.h"

namespace openbell::bgp {

namespace {

// RFC 7606 7.9: a length other than 4 is malformed.
bool decode(Bytes& value, const WireContext&, std::vector<std::uint8_t>&) {
  return value.size() == 4;
}

bool parse(TextReader& in, std::vector<std::uint8_t>& value) {
  std::uint32_t address = 0;
  if (!base::parse_ipv4(in.peek(), address)) return in.fail("an IPv4 address");
  append32(value, address);
  in.word();
  return true;
}

void print(Bytes value, Dialect, TextWriter& out) {
  IpAddress::from_bytes(value).print(out.put("originator-id "));
}

void json(Bytes value, Dialect, TextWriter& out) {
  IpAddress::from_bytes(value).print(out.put("\"originator-id\": \""));
  out.put('"');
}

}  // namespace

extern const AttributeOps originator_id_attribute = {.code = attr::originator_id,
                                                     .flags = attr::optional_flag,
                                                     .name = "originator-id",
                                                     .rfc_name = "ORIGINATOR_ID",
                                                     .on_error = Treatment::treat_as_withdraw,
                                                     .taken_from = Scope::internal,  // RFC 7606 7.9
                                                     .decode = decode,
                                                     .parse = parse,
                                                     .print = print,
                                                     .json = json};

}  // namespace openbell::bgp
