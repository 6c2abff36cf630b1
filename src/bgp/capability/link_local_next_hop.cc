// Link-local next hops, code 77 (draft-ietf-idr-linklocal-capability).
#include "bgp/capability/flag.h"

namespace openbell::bgp {

namespace {

void json(const Capabilities&, Dialect, TextWriter& out) {
  out.put(R"({ "name": "link-local-nexthop" })");
}

void print(const Capabilities&, TextWriter& out) {
  out.put("link-local-nexthop");
}

}  // namespace

extern const CapabilityOps link_local_next_hop_capability;
constexpr CapabilityOps link_local_next_hop_capability = {
    capability::link_local_next_hop,
    "link-local-nexthop",
    decode_flag<&Capabilities::link_local_next_hop>,
    encode_flag<&Capabilities::link_local_next_hop, capability::link_local_next_hop>,
    json,
    print};

}  // namespace openbell::bgp
