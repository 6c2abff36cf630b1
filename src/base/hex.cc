#include "base/hex.h"

namespace openbell::base {

std::string to_hex(Bytes bytes) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t b : bytes) {
    text.push_back(digits[b >> 4]);
    text.push_back(digits[b & 15]);
  }
  return text;
}

bool from_hex(std::string_view text, std::vector<std::uint8_t>& out) {
  const std::size_t before = out.size();
  int high = -1;
  for (const char c : text) {
    if (c == ' ' || c == ':' || c == '\t' || c == '\n' || c == '\r') continue;
    const int digit = hex_digit(c);
    if (digit < 0) {
      out.resize(before);
      return false;
    }
    if (high < 0) {
      high = digit;
    } else {
      out.push_back(static_cast<std::uint8_t>(high << 4 | digit));
      high = -1;
    }
  }
  if (high >= 0) out.resize(before);
  return high < 0;
}

}  // namespace openbell::base
