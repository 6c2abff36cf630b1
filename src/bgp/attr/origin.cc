// ORIGIN, code 1, well-known. RFC 4271 5.1.1.
//
//   1 B   0 igp, 1 egp, 2 incomplete

#include "bgp/attr/attribute.h"

namespace openbell::bgp {

namespace {

constexpr std::string_view names[] = {"igp", "egp", "incomplete"};

// RFC 7606 7.1: a length other than 1 or an undefined value is malformed.
bool decode(Bytes& value, const WireContext&, std::vector<std::uint8_t>&) {
  return value.size() == 1 && value[0] < std::size(names);
}

void fill(const WireContext&, ByteWriter& out) {
  out.u8(static_cast<std::uint8_t>(Origin::igp));
}

bool parse(TextReader& in, std::vector<std::uint8_t>& value) {
  const std::string_view word = in.peek();
  for (std::size_t i = 0; i < std::size(names); ++i) {
    const auto same = [](char a, char b) { return (a | 0x20) == b; };
    if (!std::equal(word.begin(), word.end(), names[i].begin(), names[i].end(), same)) continue;
    value.push_back(static_cast<std::uint8_t>(i));
    in.word();
    return true;
  }
  return in.fail("one of igp, egp, incomplete");
}

std::string_view name_of(Bytes value) {
  return value.size() == 1 && value[0] < std::size(names) ? names[value[0]] : "invalid";
}

void print(Bytes value, Dialect, TextWriter& out) {
  out.put("origin ").put(name_of(value));
}

void json(Bytes value, Dialect, TextWriter& out) {
  out.put("\"origin\": \"").put(name_of(value)).put('"');
}

}  // namespace

extern const AttributeOps origin_attribute = {.code = attr::origin,
                                              .flags = attr::transitive_flag,
                                              .name = "origin",
                                              .rfc_name = "ORIGIN",
                                              .on_error = Treatment::treat_as_withdraw,
                                              .mandatory = true,
                                              .decode = decode,
                                              .fill = fill,
                                              .parse = parse,
                                              .print = print,
                                              .json = json};

}  // namespace openbell::bgp
