// Multisession, code 68, and its older code 131 (draft-ietf-idr-bgp-multisession): flags, then the
// codes that tell sessions apart. ExaBGP sends it twice with one byte each, 0 and 1, and keeps one
// session all the same; so do we.

#include <algorithm>
#include <array>

#include "bgp/capability/capability.h"

namespace openbell::bgp {

namespace {

template <std::vector<std::uint8_t> Capabilities::* member>
bool decode(Bytes value, Capabilities& set) {
  auto& codes = set.*member;
  for (const std::uint8_t code : value)
    if (std::ranges::find(codes, code) == codes.end()) codes.push_back(code);
  return true;
}

template <std::vector<std::uint8_t> Capabilities::* member, std::uint8_t code>
void encode(const Capabilities& set, CapabilityList& out) {
  for (const std::uint8_t session : set.*member)
    out.add(code, std::array<std::uint8_t, 1>{session});
}

void json_variant(std::string_view variant, const std::vector<std::uint8_t>& codes,
                  TextWriter& out) {
  out.put("{ \"name\": \"multisession\", \"variant\": \"").put(variant);
  out.put("\", \"capabilities\": [");
  bool first = true;
  for (const std::uint8_t code : codes) {
    if (code == 0) continue;
    out.put(first ? " \"" : ", \"").number(code).put('"');
    first = false;
  }
  out.put(" ] }");
}

void json_standard(const Capabilities& set, Dialect, TextWriter& out) {
  json_variant("RFC", set.multisession, out);
}

void json_cisco(const Capabilities& set, Dialect, TextWriter& out) {
  json_variant("Cisco", set.cisco_multisession, out);
}

void print_standard(const Capabilities&, TextWriter& out) {
  out.put("multisession");
}

void print_cisco(const Capabilities&, TextWriter& out) {
  out.put("cisco multisession");
}

}  // namespace

extern const CapabilityOps multisession_capability;
constexpr CapabilityOps multisession_capability = {
    capability::multisession,
    "multi-session",
    decode<&Capabilities::multisession>,
    encode<&Capabilities::multisession, capability::multisession>,
    json_standard,
    print_standard};

extern const CapabilityOps cisco_multisession_capability;
constexpr CapabilityOps cisco_multisession_capability = {
    capability::cisco_multisession,
    "cisco-multi-session",
    decode<&Capabilities::cisco_multisession>,
    encode<&Capabilities::cisco_multisession, capability::cisco_multisession>,
    json_cisco,
    print_cisco};

}  // namespace openbell::bgp
