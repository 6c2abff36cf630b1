#pragma once
// Attributes that a session writes and reads itself: they are no part of a path, so the canonical
// string never holds them and they have no row in attributes.def.

#include <cstdint>
#include <string_view>

#include "bgp/types.h"

namespace openbell::bgp {

struct SessionAttribute {
  std::uint8_t code;
  std::uint8_t flags;  // the optional and transitive bits
  std::string_view rfc_name;
  Treatment wrong_flags;
  Treatment twice;  // what a second one in an UPDATE does
};

/// The row of a code; null for every other attribute.
const SessionAttribute* find_session_attribute(std::uint8_t code);

/// "AS_PATH", "MP_REACH_NLRI"; "attribute" for a code that we do not know.
std::string_view attribute_rfc_name(std::uint8_t code);

}  // namespace openbell::bgp
