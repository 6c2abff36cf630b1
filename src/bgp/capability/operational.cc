// Operational messages, code 185: ExaBGP's own (draft-ietf-idr-operational-message).
#include "bgp/capability/flag.h"

namespace openbell::bgp {

namespace {

void json(const Capabilities&, Dialect, TextWriter& out) {
  out.put(R"({ "name": "operational" })");
}

void print(const Capabilities&, TextWriter& out) {
  out.put("operational");
}

}  // namespace

extern const CapabilityOps operational_capability;
constexpr CapabilityOps operational_capability = {
    capability::operational,
    "operational",
    decode_flag<&Capabilities::operational>,
    encode_flag<&Capabilities::operational, capability::operational>,
    json,
    print};

}  // namespace openbell::bgp
