// Four-octet AS numbers, code 65. RFC 6793 3: the sender's AS number.

#include <array>

#include "bgp/capability/capability.h"

namespace openbell::bgp {

namespace {

bool decode(Bytes value, Capabilities& set) {
  ByteReader in(value);
  set.four_octet_as = in.u32();
  return in.done();
}

void encode(const Capabilities& set, CapabilityList& out) {
  if (!set.four_octet_as) return;
  std::array<std::uint8_t, 4> value;
  base::store32(value.data(), *set.four_octet_as);
  out.add(capability::four_octet_as, value);
}

void json(const Capabilities& set, Dialect, TextWriter& out) {
  out.put("{ \"name\": \"asn4\", \"asn4\": ").number(*set.four_octet_as).put(" }");
}

void print(const Capabilities& set, TextWriter& out) {
  out.put("asn4(").number(*set.four_octet_as).put(')');
}

}  // namespace

extern const CapabilityOps four_octet_as_capability;
constexpr CapabilityOps four_octet_as_capability = {
    capability::four_octet_as, "asn4", decode, encode, json, print};

}  // namespace openbell::bgp
