// CLUSTER_LIST, code 10, optional. RFC 4456 8.
//
//   4 B   cluster identifier, any number of them, the nearest first

#include "bgp/attr/list.h"

namespace openbell::bgp {

namespace {

// RFC 7606 7.10: the length is a non-zero multiple of 4.
bool decode(Bytes& value, const WireContext&, std::vector<std::uint8_t>&) {
  return is_list_of<4>(value);
}

bool parse(TextReader& in, std::vector<std::uint8_t>& value) {
  return parse_list(in, value, [&value](TextReader& item) {
    std::uint32_t address = 0;
    if (!base::parse_ipv4(item.peek(), address)) return item.fail("an IPv4 address");
    append32(value, address);
    item.word();
    return true;
  });
}

void print(Bytes value, Dialect, TextWriter& out) {
  print_list<4>("cluster-list", value, out,
                [&out](const std::uint8_t* id) { base::print_ipv4(id, out); });
}

void json(Bytes value, Dialect, TextWriter& out) {
  json_list<4>("cluster-list", value, out, [&out](const std::uint8_t* id) {
    out.put('"');
    base::print_ipv4(id, out);
    out.put('"');
  });
}

}  // namespace

extern const AttributeOps cluster_list_attribute = {.code = attr::cluster_list,
                                                    .flags = attr::optional_flag,
                                                    .name = "cluster-list",
                                                    .rfc_name = "CLUSTER_LIST",
                                                    .on_error = Treatment::treat_as_withdraw,
                                                    .taken_from = Scope::internal,  // RFC 7606 7.10
                                                    .list = true,
                                                    .decode = decode,
                                                    .parse = parse,
                                                    .print = print,
                                                    .json = json};

}  // namespace openbell::bgp
