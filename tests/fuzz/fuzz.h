#pragma once
// What the drivers share: inputs cut into choices and a rest, and the contexts that sessions can
// have agreed on.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "bgp/wire_context.h"

namespace openbell::fuzz {

/// Everything a decoder reads differently: AS width, sides, path identifiers, next hops, sizes.
inline bgp::WireContext context_of(std::uint8_t choice) {
  bgp::WireContext context;
  context.local_as = 65000;
  context.peer_as = (choice & 1) != 0 ? 65000 : 4'200'000'001;
  context.four_octet_as = (choice & 2) != 0;
  context.extended_message = (choice & 4) != 0;
  context.aigp = (choice & 8) != 0;
  context.local_address = bgp::IpAddress::v4(0x0A000001);
  context.router_id = 0x0A000001;
  for (std::size_t i = 0; i < bgp::family_count; ++i) {
    const auto family = static_cast<bgp::Family>(i);
    context.families.insert(family);
    if ((choice & 16) != 0) context.add_path_receive.insert(family);
    if ((choice & 32) != 0) context.add_path_send.insert(family);
    if ((choice & 64) != 0) context.extended_next_hop.insert(family);
  }
  return context;
}

inline constexpr std::array dialects = {bgp::Dialect::v4_2, bgp::Dialect::v5_0, bgp::Dialect::v6_0};

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace openbell::fuzz
