// Enhanced route refresh, code 70. RFC 7313 3.
#include "bgp/capability/flag.h"

namespace openbell::bgp {

namespace {

void json(const Capabilities&, Dialect, TextWriter& out) {
  out.put(R"({ "name": "enhanced-route-refresh" })");
}

void print(const Capabilities&, TextWriter& out) {
  out.put("enhanced route refresh");
}

}  // namespace

extern const CapabilityOps enhanced_refresh_capability;
constexpr CapabilityOps enhanced_refresh_capability = {
    capability::enhanced_refresh,
    "enhanced-route-refresh",
    decode_flag<&Capabilities::enhanced_refresh>,
    encode_flag<&Capabilities::enhanced_refresh, capability::enhanced_refresh>,
    json,
    print};

}  // namespace openbell::bgp
