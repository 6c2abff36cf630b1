#include "bgp/nlri/flow_component.h"

#include "bgp/nlri/prefix.h"

namespace openbell::bgp::flow {

namespace {

// ExaBGP's names; RFC 8955 4.2.2.3, IANA protocol numbers.
constexpr NamedValue protocols[] = {
    {"icmp", 1}, {"igmp", 2}, {"tcp", 6},   {"egp", 8},   {"udp", 17},  {"rsvp", 46}, {"gre", 47},
    {"esp", 50}, {"ah", 51},  {"ospf", 89}, {"ipip", 94}, {"pim", 103}, {"sctp", 132}};
constexpr NamedValue icmp_types[] = {{"echo-reply", 0},
                                     {"unreachable", 3},
                                     {"redirect", 5},
                                     {"echo-request", 8},
                                     {"router-advertisement", 9},
                                     {"router-solicit", 10},
                                     {"time-exceeded", 11},
                                     {"parameter-problem", 12},
                                     {"timestamp", 13},
                                     {"timestamp-reply", 14},
                                     {"photuris", 40},
                                     {"experimental-mobility", 41},
                                     {"extended-echo-request", 42},
                                     {"extended-echo-reply", 43},
                                     {"experimental-one", 253},
                                     {"experimental-two", 254}};
// A code's meaning depends on the type: names are read, never printed.
constexpr NamedValue icmp_codes[] = {
    {"network-unreachable", 0},          {"host-unreachable", 1},
    {"protocol-unreachable", 2},         {"port-unreachable", 3},
    {"fragmentation-needed", 4},         {"source-route-failed", 5},
    {"destination-network-unknown", 6},  {"destination-host-unknown", 7},
    {"source-host-isolated", 8},         {"destination-network-prohibited", 9},
    {"destination-host-prohibited", 10}, {"network-unreachable-for-tos", 11},
    {"host-unreachable-for-tos", 12},    {"communication-prohibited-by-filtering", 13},
    {"host-precedence-violation", 14},   {"precedence-cutoff-in-effect", 15},
    {"redirect-for-network", 0},         {"redirect-for-host", 1},
    {"redirect-for-tos-and-net", 2},     {"redirect-for-tos-and-host", 3},
    {"ttl-eq-zero-during-transit", 0},   {"ttl-eq-zero-during-reassembly", 1},
    {"required-option-missing", 1},      {"ip-header-bad", 2}};
// Of several names of one value the first is printed.
constexpr NamedValue tcp_flags[] = {{"fin", 0x01}, {"syn", 0x02}, {"rst", 0x04},   {"push", 0x08},
                                    {"ack", 0x10}, {"urg", 0x20}, {"ece", 0x40},   {"cwr", 0x80},
                                    {"ns", 0x100}, {"psh", 0x08}, {"urgent", 0x20}};
constexpr NamedValue fragments[] = {{"dont-fragment", 1},
                                    {"is-fragment", 2},
                                    {"first-fragment", 4},
                                    {"last-fragment", 8},
                                    {"not-a-fragment", 0}};

constexpr Type types[] = {
    {1, Kind::prefix, "destination-ipv4", "destination-ipv6"},
    {2, Kind::prefix, "source-ipv4", "source-ipv6"},
    {3, Kind::numeric, "protocol", "next-header", 8, Shown::name, protocols},
    {4, Kind::numeric, "port", "port", 8, Shown::service},
    {5, Kind::numeric, "destination-port", "destination-port", 8, Shown::service},
    {6, Kind::numeric, "source-port", "source-port", 8, Shown::service},
    {7, Kind::numeric, "icmp-type", "icmp-type", 8, Shown::name, icmp_types},
    {8, Kind::numeric, "icmp-code", "icmp-code", 8, Shown::number, icmp_codes},
    // RFC 8955 4.2.2.9: the bitmask MUST be of 1 or 2 octets.
    {9, Kind::flags, "tcp-flags", "tcp-flags", 2, Shown::name, tcp_flags},
    {10, Kind::numeric, "packet-length", "packet-length"},
    // RFC 8955 4.2.2.11: MUST be a single octet.
    {11, Kind::numeric, "dscp", "traffic-class", 1},
    // RFC 8955 4.2.2.12: MUST be a single octet.
    {12, Kind::flags, "fragment", "fragment", 1, Shown::name, fragments},
    // RFC 8956 3.7
    {13, Kind::numeric, "", "flow-label"},
};

}  // namespace

const Type* find_type(Afi afi, std::uint8_t code) {
  if (code == 0 || code > std::size(types) || types[code - 1].name(afi).empty()) return nullptr;
  return &types[code - 1];
}

Reader::Reader(Bytes components, Afi afi) : in_(components), afi_(afi), form_(PrefixForm::whole) {
  if (afi == afi_ipv6 && !well_formed(components, afi, PrefixForm::whole))
    form_ = PrefixForm::shifted;
}

bool Reader::next(Component& component) {
  if (in_.empty()) return false;
  const Bytes rest = in_.rest();
  const std::uint8_t code = in_.u8();
  const Type* type = find_type(afi_, code);
  // RFC 8955 4.2: types ascend, each at most once; an unknown one makes the NLRI malformed.
  if (type == nullptr || code <= last_type_ ||
      !(type->kind == Kind::prefix ? skip_prefix() : skip_pairs(type->value_size_max))) {
    in_.fail();
    return false;
  }
  last_type_ = code;
  component = {type, rest.first(rest.size() - in_.left()), form_};
  return true;
}

bool Reader::skip_prefix() {
  const std::size_t bits = in_.u8();
  std::size_t pattern_bits = bits;
  if (afi_ == afi_ipv6) {
    const std::size_t offset = in_.u8();
    // RFC 8956 3.1: length 0 with offset 0, else offset < length < 129.
    if (offset >= bits && (offset != 0 || bits != 0)) return false;
    if (form_ == PrefixForm::shifted) pattern_bits -= offset;
  }
  in_.take(prefix_octets(pattern_bits));
  return in_.ok() && bits <= prefix_bits_max(afi_);
}

bool Reader::skip_pairs(std::size_t value_size_max) {
  std::uint8_t op = 0;
  do {
    op = in_.u8();
    in_.take(value_size(op));
    if (!in_.ok() || value_size(op) > value_size_max) return false;
  } while ((op & end_of_list) == 0);
  return true;
}

bool Reader::well_formed(Bytes components, Afi afi, PrefixForm form) {
  Reader in(components, afi, form);
  Component component;
  while (in.next(component)) {
  }
  return in.ok();
}

bool well_formed(Bytes components, Afi afi) {
  Reader in(components, afi);
  Component component;
  while (in.next(component)) {
  }
  return in.ok();
}

bool PairReader::next(Pair& pair) {
  if (in_.empty()) return false;
  pair.op = in_.u8();
  pair.value = 0;
  for (const std::uint8_t octet : in_.take(value_size(pair.op)))
    pair.value = pair.value << 8 | octet;
  return true;
}

}  // namespace openbell::bgp::flow
