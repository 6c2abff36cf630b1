// Extended next hop encoding, code 5. RFC 8950 4.
//
//   2 B  AFI of the NLRI        \ for each pair
//   2 B  SAFI of the NLRI       |
//   2 B  AFI of the next hop    /

#include <array>

#include "bgp/capability/capability.h"

namespace openbell::bgp {

namespace {

constexpr std::size_t entry_size = 6;
constexpr std::size_t value_max = 255;

bool decode(Bytes value, Capabilities& set) {
  if (!set.extended_next_hop) set.extended_next_hop.emplace();
  ByteReader in(value);
  while (!in.empty()) {
    ExtendedNextHopEntry entry;
    entry.family.afi = in.u16();
    const std::uint16_t safi = in.u16();
    entry.family.safi = static_cast<Safi>(safi);
    entry.next_hop = in.u16();
    if (in.ok() && safi <= UINT8_MAX) set.extended_next_hop->push_back(entry);
  }
  return in.ok();
}

void encode(const Capabilities& set, CapabilityList& out) {
  if (!set.extended_next_hop) return;
  std::array<std::uint8_t, value_max / entry_size * entry_size> value;
  ByteWriter to(value);
  for (const ExtendedNextHopEntry& entry : *set.extended_next_hop) {
    if (to.room() < entry_size) break;
    to.u16(entry.family.afi);
    to.u16(entry.family.safi);
    to.u16(entry.next_hop);
  }
  out.add(capability::extended_next_hop, to.written());
}

void print_entry(const ExtendedNextHopEntry& entry, char separator, TextWriter& out) {
  print_numbers(entry.family, separator, out);
  out.put(separator);
  if (entry.next_hop == afi_ipv4 || entry.next_hop == afi_ipv6) {
    out.put(entry.next_hop == afi_ipv4 ? "ipv4" : "ipv6");
  } else {
    out.number(entry.next_hop);
  }
}

void json(const Capabilities& set, Dialect, TextWriter& out) {
  out.put("{ \"name\": \"nexthop\", \"conversion\": [");
  bool first = true;
  for (const ExtendedNextHopEntry& entry : *set.extended_next_hop) {
    out.put(first ? " \"" : ", \"");
    first = false;
    print_entry(entry, '/', out);
    out.put('"');
  }
  out.put(" ] }");
}

void print(const Capabilities& set, TextWriter& out) {
  out.put("nexthop(");
  bool first = true;
  for (const ExtendedNextHopEntry& entry : *set.extended_next_hop) {
    if (!first) out.put(',');
    first = false;
    print_entry(entry, ' ', out);
  }
  out.put(')');
}

}  // namespace

extern const CapabilityOps extended_next_hop_capability;
constexpr CapabilityOps extended_next_hop_capability = {
    capability::extended_next_hop, "nexthop", decode, encode, json, print};

}  // namespace openbell::bgp
