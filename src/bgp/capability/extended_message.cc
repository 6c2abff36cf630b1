// Extended messages, code 6. RFC 8654 3.
#include "bgp/capability/flag.h"

namespace openbell::bgp {

namespace {

void json(const Capabilities&, Dialect, TextWriter& out) {
  out.put(R"({ "name": "extended-message", "size": 65535 })");
}

void print(const Capabilities&, TextWriter& out) {
  out.put("extended message(65535)");
}

}  // namespace

extern const CapabilityOps extended_message_capability;
constexpr CapabilityOps extended_message_capability = {
    capability::extended_message,
    "extended-message",
    decode_flag<&Capabilities::extended_message>,
    encode_flag<&Capabilities::extended_message, capability::extended_message>,
    json,
    print};

}  // namespace openbell::bgp
