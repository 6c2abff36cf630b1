// OPEN, RFC 4271 4.2.
//
//    1 B  version, 4
//    2 B  AS number, 23456 for one that needs four octets (RFC 6793 9)
//    2 B  hold time in seconds
//    4 B  BGP identifier
//    1 B  length of the optional parameters
//         each: type (1), length (1), value; type 2 holds capabilities: code (1), length (1), value
//
// RFC 9072 2: when the first parameter's type is 255 a two-octet length follows it, and every
// parameter has a two-octet length.
#include "bgp/message/open.h"

#include "base/check.h"
#include "bgp/message/header.h"

namespace openbell::bgp {

namespace {

constexpr std::uint8_t version_4 = 4;
constexpr std::uint8_t capabilities_parameter = 2;
constexpr std::uint8_t extended_marker = 255;
constexpr std::uint8_t four_octet_as_code = 65;

bool refuse(OpenError& error, NotificationCode code, std::vector<std::uint8_t> data = {}) {
  error.code = code;
  error.data = std::move(data);
  return false;
}

/// RFC 5492 4: one or more capabilities in the value of a parameter.
bool read_capabilities(ByteReader in, std::vector<CapabilityView>& capabilities) {
  while (!in.empty()) {
    CapabilityView capability;
    capability.code = in.u8();
    capability.value = in.take(in.u8());
    if (!in.ok()) return false;
    capabilities.push_back(capability);
  }
  return in.ok();
}

}  // namespace

Asn OpenView::asn() const {
  for (const CapabilityView& capability : capabilities)
    if (capability.code == four_octet_as_code && capability.value.size() == 4)
      return base::load32(capability.value.data());
  return as_field;
}

bool decode_open(Bytes body, OpenView& open, OpenError& error) {
  ByteReader in(body);
  open.capabilities.clear();
  open.version = in.u8();
  // RFC 4271 6.2: the data is the version that we speak; another version may have another layout.
  if (in.ok() && open.version != version_4)
    return refuse(error, notification::unsupported_version, {0, version_4});
  open.as_field = in.u16();
  open.hold_time_s = in.u16();
  open.router_id = in.u32();
  std::size_t parameters_size = in.u8();
  const bool extended = parameters_size != 0 && !in.empty() && in.rest().front() == extended_marker;
  if (extended) {
    in.u8();
    parameters_size = in.u16();
  }
  ByteReader parameters = in.sub(parameters_size);
  if (!in.done()) return refuse(error, notification::open_unspecific);
  while (!parameters.empty()) {
    const std::uint8_t type = parameters.u8();
    const std::size_t size = extended ? parameters.u16() : parameters.u8();
    const ByteReader value = parameters.sub(size);
    if (!parameters.ok()) return refuse(error, notification::open_unspecific);
    if (type != capabilities_parameter) return refuse(error, notification::unsupported_parameter);
    if (!read_capabilities(value, open.capabilities))
      return refuse(error, notification::open_unspecific);
  }
  return true;
}

Bytes encode_open(Asn asn, std::uint16_t hold_time_s, std::uint32_t router_id,
                  const std::vector<CapabilityView>& capabilities, MutableBytes into) {
  std::size_t total = 0;
  bool extended = false;
  for (const CapabilityView& capability : capabilities) {
    OPENBELL_CHECK(capability.value.size() <= 255);
    total += capability.value.size() + 4;
    extended |= capability.value.size() > 253;
  }
  extended |= total >= extended_marker;

  ByteWriter out(into);
  write_header(MessageType::open, out);
  out.u8(version_4);
  out.u16(static_cast<std::uint16_t>(asn > 0xFFFF ? as_trans : asn));
  out.u16(hold_time_s);
  out.u32(router_id);
  if (extended) {
    out.u8(extended_marker);
    out.u8(extended_marker);
    out.u16(static_cast<std::uint16_t>(total + capabilities.size()));
  } else {
    out.u8(static_cast<std::uint8_t>(total));
  }
  for (const CapabilityView& capability : capabilities) {
    const auto size = static_cast<std::uint8_t>(capability.value.size());
    out.u8(capabilities_parameter);
    if (extended) {
      out.u16(static_cast<std::uint16_t>(size + 2));
    } else {
      out.u8(static_cast<std::uint8_t>(size + 2));
    }
    out.u8(capability.code);
    out.u8(size);
    out.bytes(capability.value);
  }
  OPENBELL_CHECK(out.ok());
  finish_message(into.first(out.size()));
  return out.written();
}

}  // namespace openbell::bgp
