// Route refresh, code 2, and its older code 128 of Cisco. RFC 2918 2.
#include "bgp/capability/flag.h"

namespace openbell::bgp {

namespace {

void json_standard(const Capabilities&, Dialect, TextWriter& out) {
  out.put(R"({ "name": "route-refresh", "variant": "RFC" })");
}

void json_cisco(const Capabilities&, Dialect, TextWriter& out) {
  out.put(R"({ "name": "route-refresh", "variant": "Cisco" })");
}

void print_standard(const Capabilities&, TextWriter& out) {
  out.put("route refresh");
}

void print_cisco(const Capabilities&, TextWriter& out) {
  out.put("cisco route refresh");
}

}  // namespace

extern const CapabilityOps route_refresh_capability;
constexpr CapabilityOps route_refresh_capability = {
    capability::route_refresh,
    "route-refresh",
    decode_flag<&Capabilities::route_refresh>,
    encode_flag<&Capabilities::route_refresh, capability::route_refresh>,
    json_standard,
    print_standard};

extern const CapabilityOps cisco_route_refresh_capability;
constexpr CapabilityOps cisco_route_refresh_capability = {
    capability::cisco_route_refresh,
    "cisco-route-refresh",
    decode_flag<&Capabilities::cisco_route_refresh>,
    encode_flag<&Capabilities::cisco_route_refresh, capability::cisco_route_refresh>,
    json_cisco,
    print_cisco};

}  // namespace openbell::bgp
