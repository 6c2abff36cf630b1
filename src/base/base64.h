#pragma once
// Base64 with padding (RFC 4648 4).

#include <string>
#include <string_view>

namespace openbell::base {

std::string to_base64(std::string_view bytes);
/// False when `text` is not the whole base64 form of some bytes; `bytes` is then unspecified.
bool from_base64(std::string_view text, std::string& bytes);

}  // namespace openbell::base
