#pragma once
// Hexadecimal text of bytes, upper case as the ExaBGP events print it.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace openbell::base {

/// Two upper-case digits for each byte.
std::string to_hex(Bytes bytes);

/// Appends the bytes of `text`: pairs of digits of either case; blanks and colons between them are
/// skipped. False, with `out` as it was, on another character or an odd number of digits.
bool from_hex(std::string_view text, std::vector<std::uint8_t>& out);

/// The value of one hexadecimal digit, or -1.
constexpr int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace openbell::base
