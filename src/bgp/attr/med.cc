// MULTI_EXIT_DISC, code 4, optional. RFC 4271 5.1.4.
//
//   4 B   metric

#include "bgp/attr/attribute.h"
#include "bgp/attr/list.h"

namespace openbell::bgp {

namespace {

// RFC 7606 7.4: a length other than 4 is malformed.
bool decode(Bytes& value, const WireContext&, std::vector<std::uint8_t>&) {
  return value.size() == 4;
}

bool parse(TextReader& in, std::vector<std::uint8_t>& value) {
  append32(value, static_cast<std::uint32_t>(in.number(UINT32_MAX, "med")));
  return in.ok();
}

void print(Bytes value, Dialect, TextWriter& out) {
  out.put("med ").number(ByteReader(value).u32());
}

void json(Bytes value, Dialect, TextWriter& out) {
  out.put("\"med\": ").number(ByteReader(value).u32());
}

}  // namespace

extern const AttributeOps med_attribute = {.code = attr::med,
                                           .flags = attr::optional_flag,
                                           .name = "med",
                                           .rfc_name = "MULTI_EXIT_DISC",
                                           .on_error = Treatment::treat_as_withdraw,
                                           .decode = decode,
                                           .parse = parse,
                                           .print = print,
                                           .json = json};

}  // namespace openbell::bgp
