// ATOMIC_AGGREGATE, code 6, well-known, without a value. RFC 4271 5.1.6.

#include "bgp/attr/attribute.h"

namespace openbell::bgp {

namespace {

// RFC 7606 7.6: a length other than 0 is malformed.
bool decode(Bytes& value, const WireContext&, std::vector<std::uint8_t>&) {
  return value.empty();
}

bool parse(TextReader& in, std::vector<std::uint8_t>&) {
  return in.ok();
}

void print(Bytes, Dialect, TextWriter& out) {
  out.put("atomic-aggregate");
}

void json(Bytes, Dialect, TextWriter& out) {
  out.put("\"atomic-aggregate\": true");
}

}  // namespace

extern const AttributeOps atomic_aggregate_attribute = {.code = attr::atomic_aggregate,
                                                        .flags = attr::transitive_flag,
                                                        .name = "atomic-aggregate",
                                                        .rfc_name = "ATOMIC_AGGREGATE",
                                                        .on_error = Treatment::discard_attribute,
                                                        .decode = decode,
                                                        .parse = parse,
                                                        .print = print,
                                                        .json = json};

}  // namespace openbell::bgp
