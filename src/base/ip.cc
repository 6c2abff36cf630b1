#include "base/ip.h"

#include <algorithm>

#include "base/hex.h"

namespace openbell::base {

IpAddress IpAddress::from_bytes(Bytes bytes) {
  IpAddress address;
  if (bytes.size() != 4 && bytes.size() != 16) return address;
  std::copy(bytes.begin(), bytes.end(), address.bytes_.begin());
  address.size_ = static_cast<std::uint8_t>(bytes.size());
  return address;
}

IpAddress IpAddress::v4(std::uint32_t host_order) {
  IpAddress address;
  store32(address.bytes_.data(), host_order);
  address.size_ = 4;
  return address;
}

std::string IpAddress::text() const {
  std::string result;
  TextWriter out(result);
  print(out);
  return result;
}

void IpAddress::print(TextWriter& out) const {
  if (is_v4()) print_ipv4(bytes_.data(), out);
  if (is_v6()) print_ipv6(bytes_.data(), out);
}

bool parse_ipv4(std::string_view text, std::uint32_t& host_order) {
  const char* at = text.data();
  const char* const end = at + text.size();
  const auto digit = [&] { return at == end ? 10u : static_cast<std::uint8_t>(*at - '0'); };
  std::uint32_t value = 0;
  for (unsigned octets = 0; octets < 4; ++octets) {
    if (octets != 0 && (at == end || *at++ != '.')) return false;
    unsigned octet = digit();
    if (octet > 9) return false;
    ++at;
    // No octet of several digits begins with 0.
    for (unsigned next; octet != 0 && (next = digit()) <= 9; ++at)
      if ((octet = octet * 10 + next) > 255) return false;
    value = value << 8 | octet;
  }
  host_order = value;
  return at == end;
}

namespace {

/// Groups of an IPv6 text between (or beside) "::"; a dotted quad may be the last. Returns the
/// bytes written, or -1.
int parse_groups(std::string_view text, std::uint8_t* out, int room) {
  int written = 0;
  while (!text.empty()) {
    const std::size_t colon = text.find(':');
    const std::string_view group = text.substr(0, colon);
    std::uint32_t value = 0;
    if (colon == std::string_view::npos && group.find('.') != std::string_view::npos) {
      if (written + 4 > room || !parse_ipv4(group, value)) return -1;
      store32(out + written, value);
      return written + 4;
    }
    if (group.empty() || group.size() > 4 || written + 2 > room) return -1;
    for (const char c : group) {
      const int digit = hex_digit(c);
      if (digit < 0) return -1;
      value = value << 4 | static_cast<std::uint32_t>(digit);
    }
    store16(out + written, static_cast<std::uint16_t>(value));
    written += 2;
    if (colon == std::string_view::npos) break;
    text.remove_prefix(colon + 1);
    if (text.empty()) return -1;
  }
  return written;
}

bool parse_ipv6(std::string_view text, std::uint8_t* out) {
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) return parse_groups(text, out, 16) == 16;
  std::uint8_t tail[16];
  const int head_size = parse_groups(text.substr(0, gap), out, 14);
  const int tail_size = parse_groups(text.substr(gap + 2), tail, 14);
  if (head_size < 0 || tail_size < 0 || head_size + tail_size > 14) return false;
  std::fill(out + head_size, out + 16 - tail_size, std::uint8_t{0});
  std::copy(tail, tail + tail_size, out + 16 - tail_size);
  return true;
}

}  // namespace

bool parse_ip(std::string_view text, IpAddress& address) {
  std::uint32_t v4 = 0;
  if (parse_ipv4(text, v4)) {
    address = IpAddress::v4(v4);
    return true;
  }
  std::uint8_t v6[16];
  if (text.size() < 2 || text.size() > 45 || !parse_ipv6(text, v6)) return false;
  address = IpAddress::from_bytes(v6);
  return true;
}

bool IpPrefix::is_canonical() const {
  const Bytes bytes = address.bytes();
  for (std::size_t bit = length; bit < bytes.size() * 8; bit = (bit / 8 + 1) * 8) {
    const auto mask = static_cast<std::uint8_t>(0xFF >> (bit % 8));
    if ((bytes[bit / 8] & mask) != 0) return false;
  }
  return true;
}

std::string IpPrefix::text() const {
  std::string text;
  TextWriter out(text);
  print(out);
  return text;
}

void IpPrefix::print(TextWriter& out) const {
  address.print(out);
  if (!is_host()) out.put('/').number(length);
}

bool IpPrefix::contains(const IpAddress& other) const {
  const Bytes ours = address.bytes();
  const Bytes theirs = other.bytes();
  if (ours.size() != theirs.size()) return false;
  const std::size_t whole = length / 8u;
  if (!equal(ours.first(whole), theirs.first(whole))) return false;
  if (length % 8 == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xFF << (8 - length % 8));
  return ((ours[whole] ^ theirs[whole]) & mask) == 0;
}

bool parse_prefix(std::string_view text, IpPrefix& prefix) {
  const std::size_t slash = text.find('/');
  if (!parse_ip(text.substr(0, slash), prefix.address)) return false;
  const std::uint64_t bits = prefix.address.bytes().size() * 8;
  std::uint64_t length = bits;
  if (slash != std::string_view::npos && !parse_decimal(text.substr(slash + 1), bits, length))
    return false;
  prefix.length = static_cast<std::uint8_t>(length);
  return true;
}

void print_ipv4(const std::uint8_t* octets, TextWriter& out) {
  char text[16];
  char* at = text;
  for (int i = 0; i < 4; ++i) {
    const unsigned v = octets[i];
    if (i != 0) *at++ = '.';
    if (v >= 100) *at++ = static_cast<char>('0' + v / 100);
    if (v >= 10) *at++ = static_cast<char>('0' + v / 10 % 10);
    *at++ = static_cast<char>('0' + v % 10);
  }
  out.put(std::string_view(text, static_cast<std::size_t>(at - text)));
}

void print_ipv6(const std::uint8_t* octets, TextWriter& out) {
  constexpr std::string_view digits = "0123456789abcdef";
  int best_at = -1;
  int best_size = 1;
  for (int i = 0; i < 8;) {
    int j = i;
    while (j < 8 && octets[2 * j] == 0 && octets[2 * j + 1] == 0) ++j;
    if (j - i > best_size) {
      best_at = i;
      best_size = j - i;
    }
    i = j + 1;
  }
  // RFC 5952 5: an IPv4-mapped address is shown with its dotted quad.
  const bool mapped = best_at == 0 && best_size == 5 && octets[10] == 0xFF && octets[11] == 0xFF;
  for (int i = 0; i < (mapped ? 6 : 8); ++i) {
    if (i == best_at) {
      out.put("::");
      i += best_size - 1;
      continue;
    }
    if (i != 0 && i != best_at + best_size) out.put(':');
    const unsigned group = load16(octets + 2 * i);
    for (unsigned shift = 16; shift != 0; shift -= 4)
      if (shift == 4 || group >> (shift - 4) != 0) out.put(digits[group >> (shift - 4) & 15]);
  }
  if (mapped) {
    out.put(':');
    print_ipv4(octets + 12, out);
  }
}

void print_prefix(Bytes octets, std::uint8_t length, bool v6, TextWriter& out) {
  std::uint8_t whole[16] = {};
  std::copy_n(octets.begin(), std::min<std::size_t>(octets.size(), v6 ? 16 : 4), whole);
  if (v6) {
    print_ipv6(whole, out);
  } else {
    print_ipv4(whole, out);
  }
  out.put('/').number(length);
}

}  // namespace openbell::base
