#pragma once
// OPEN (RFC 4271 4.2) with capabilities (RFC 5492) and extended optional parameters (RFC 9072).

#include <string>
#include <vector>

#include "bgp/types.h"

namespace openbell::bgp {

/// One capability as on the wire.
struct CapabilityView {
  std::uint8_t code = 0;
  Bytes value;
};

/// An OPEN read into views of the message's bytes.
struct OpenView {
  std::uint8_t version = 0;
  std::uint16_t as_field = 0;  // two octets, 23456 for a larger AS
  std::uint16_t hold_time_s = 0;
  std::uint32_t router_id = 0;               // host order
  std::vector<CapabilityView> capabilities;  // in the order received
  [[nodiscard]] Asn asn() const;             // of capability 65 when present, else as_field
};

struct OpenError {
  NotificationCode code;
  std::vector<std::uint8_t> data;  // e.g. the version that we speak, the unsupported capability
};

/// Reads the body of an OPEN. False with `error` filled on malformed input (RFC 4271 6.2, RFC 5492
/// 5, RFC 9072 2). Whether values are acceptable to a session is session::negotiate's business.
bool decode_open(Bytes body, OpenView& open, OpenError& error);

/// Writes a whole OPEN message; each capability in an optional parameter of its own, as ExaBGP
/// does, RFC 9072 form when they pass 255 bytes.
Bytes encode_open(Asn asn, std::uint16_t hold_time_s, std::uint32_t router_id,
                  const std::vector<CapabilityView>& capabilities, MutableBytes into);

}  // namespace openbell::bgp
