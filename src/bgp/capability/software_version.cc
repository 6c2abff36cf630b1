// Software version, code 75 (draft-abraitis-bgp-version-capability).
//
//   1 B  length, version in UTF-8

#include <array>

#include "bgp/capability/capability.h"

namespace openbell::bgp {

namespace {

constexpr std::size_t version_max = 64;

bool decode(Bytes value, Capabilities& set) {
  ByteReader in(value);
  set.software_version = base::text_of(in.take(in.u8()));
  return in.done();
}

void encode(const Capabilities& set, CapabilityList& out) {
  if (!set.software_version) return;
  const std::string_view kept = std::string_view(*set.software_version).substr(0, version_max);
  std::array<std::uint8_t, version_max + 1> value;
  ByteWriter to(value);
  to.u8(static_cast<std::uint8_t>(kept.size()));
  to.bytes(base::bytes_of(kept));
  out.add(capability::software_version, to.written());
}

void json(const Capabilities& set, Dialect, TextWriter& out) {
  out.put("{ \"software\": ").json_string(*set.software_version).put(" }");
}

/// A peer chooses these bytes: control characters must not reach a line of text.
void print(const Capabilities& set, TextWriter& out) {
  out.put("software(");
  for (const char c : *set.software_version) out.put(c >= ' ' && c < 0x7F ? c : '?');
  out.put(')');
}

}  // namespace

extern const CapabilityOps software_version_capability;
constexpr CapabilityOps software_version_capability = {
    capability::software_version, "software-version", decode, encode, json, print};

}  // namespace openbell::bgp
