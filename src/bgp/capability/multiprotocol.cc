// Multiprotocol extensions, code 1. RFC 4760 8: one capability for each family.
//
//   2 B  AFI
//   1 B  reserved
//   1 B  SAFI

#include <array>

#include "bgp/capability/capability.h"

namespace openbell::bgp {

namespace {

bool decode(Bytes value, Capabilities& set) {
  ByteReader in(value);
  FamilyNumbers family;
  family.afi = in.u16();
  in.u8();
  family.safi = in.u8();
  if (!in.done()) return false;
  for (const FamilyNumbers& known : set.families)
    if (known == family) return true;
  set.families.push_back(family);
  return true;
}

void encode(const Capabilities& set, CapabilityList& out) {
  for (const FamilyNumbers& family : set.families) {
    std::array<std::uint8_t, 4> value{};
    base::store16(value.data(), family.afi);
    value[3] = family.safi;
    out.add(capability::multiprotocol, value);
  }
}

void json(const Capabilities& set, Dialect, TextWriter& out) {
  out.put("{ \"name\": \"multiprotocol\", \"families\": [ ");
  for (std::size_t i = 0; i < set.families.size(); ++i) {
    out.put(i == 0 ? "\"" : ", \"");
    print_numbers(set.families[i], '/', out);
    out.put('"');
  }
  out.put(" ] }");
}

void print(const Capabilities& set, TextWriter& out) {
  out.put("multiprotocol(");
  for (std::size_t i = 0; i < set.families.size(); ++i) {
    if (i != 0) out.put(',');
    print_numbers(set.families[i], ' ', out);
  }
  out.put(')');
}

}  // namespace

extern const CapabilityOps multiprotocol_capability;
constexpr CapabilityOps multiprotocol_capability = {
    capability::multiprotocol, "multiprotocol", decode, encode, json, print};

}  // namespace openbell::bgp
