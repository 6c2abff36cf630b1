// Paths limit, code 76 (draft-abraitis-idr-addpath-paths-limit).
//
//   2 B  AFI      \ for each family
//   1 B  SAFI     |
//   2 B  limit    /   paths for a prefix that the sender wants at most

#include <array>

#include "bgp/capability/capability.h"

namespace openbell::bgp {

namespace {

constexpr std::size_t entry_size = 5;
constexpr std::size_t value_max = 255;

bool decode(Bytes value, Capabilities& set) {
  ByteReader in(value);
  while (!in.empty()) {
    PathsLimitEntry entry;
    entry.family.afi = in.u16();
    entry.family.safi = in.u8();
    entry.limit = in.u16();
    if (in.ok()) set.paths_limit.push_back(entry);
  }
  return in.ok();
}

void encode(const Capabilities& set, CapabilityList& out) {
  if (set.paths_limit.empty()) return;
  std::array<std::uint8_t, value_max / entry_size * entry_size> value;
  ByteWriter to(value);
  for (const PathsLimitEntry& entry : set.paths_limit) {
    if (to.room() < entry_size) break;
    to.u16(entry.family.afi);
    to.u8(entry.family.safi);
    to.u16(entry.limit);
  }
  out.add(capability::paths_limit, to.written());
}

void json(const Capabilities& set, Dialect, TextWriter& out) {
  out.put("{ \"name\": \"paths-limit\"");
  for (const PathsLimitEntry& entry : set.paths_limit) {
    out.put(", \"");
    print_numbers(entry.family, '/', out);
    out.put("\": ").number(entry.limit);
  }
  out.put(" }");
}

void print(const Capabilities& set, TextWriter& out) {
  out.put("paths-limit(");
  bool first = true;
  for (const PathsLimitEntry& entry : set.paths_limit) {
    if (!first) out.put(',');
    first = false;
    print_numbers(entry.family, ' ', out);
    out.put(' ').number(entry.limit);
  }
  out.put(')');
}

}  // namespace

extern const CapabilityOps paths_limit_capability;
constexpr CapabilityOps paths_limit_capability = {
    capability::paths_limit, "paths-limit", decode, encode, json, print};

}  // namespace openbell::bgp
