#pragma once
// Capabilities that have no value: present or absent.

#include "bgp/capability/capability.h"

namespace openbell::bgp {

template <bool Capabilities::* member>
bool decode_flag(Bytes value, Capabilities& set) {
  set.*member = true;
  return value.empty();
}

template <bool Capabilities::* member, std::uint8_t code>
void encode_flag(const Capabilities& set, CapabilityList& out) {
  if (set.*member) out.add(code, {});
}

}  // namespace openbell::bgp
