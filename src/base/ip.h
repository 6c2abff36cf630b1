#pragma once
// IP addresses and prefixes as bytes and text.

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/text.h"

namespace openbell::base {

/// An IPv4 or IPv6 address, or none. Sixteen bytes in network order, the first four used for IPv4.
class IpAddress {
 public:
  IpAddress() = default;
  /// 4 or 16 bytes in network order; any other size gives no address.
  static IpAddress from_bytes(Bytes bytes);
  static IpAddress v4(std::uint32_t host_order);

  [[nodiscard]] bool is_v4() const { return size_ == 4; }
  [[nodiscard]] bool is_v6() const { return size_ == 16; }
  /// False for "no address".
  [[nodiscard]] explicit operator bool() const { return size_ != 0; }
  [[nodiscard]] Bytes bytes() const { return {bytes_.data(), size_}; }
  [[nodiscard]] std::uint32_t v4_host_order() const { return load32(bytes_.data()); }
  [[nodiscard]] bool is_link_local() const {
    return is_v6() && bytes_[0] == 0xFE && (bytes_[1] & 0xC0) == 0x80;
  }
  [[nodiscard]] std::string text() const;
  void print(TextWriter& out) const;
  auto operator<=>(const IpAddress&) const = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
  std::uint8_t size_ = 0;
};

/// Dotted quad or RFC 4291 text (embedded IPv4 included). No zone, no mask, no blanks.
bool parse_ip(std::string_view text, IpAddress& address);
bool parse_ipv4(std::string_view text, std::uint32_t& host_order);

/// An address with a prefix length. Bits after the length may be set: the caller decides whether
/// that is an error.
struct IpPrefix {
  IpAddress address;
  std::uint8_t length = 0;
  [[nodiscard]] std::size_t octets() const { return (length + 7u) / 8u; }
  /// One address.
  [[nodiscard]] bool is_host() const { return length >= address.bytes().size() * 8; }
  /// The address has no bit set after the length.
  [[nodiscard]] bool is_canonical() const;
  [[nodiscard]] bool contains(const IpAddress& other) const;
  /// "10.0.0.0/8"; of a host the address alone.
  [[nodiscard]] std::string text() const;
  void print(TextWriter& out) const;
  auto operator<=>(const IpPrefix&) const = default;
};

/// `address/length`, or an address alone for a host prefix.
bool parse_prefix(std::string_view text, IpPrefix& prefix);

/// Text of `octets` bytes of a prefix followed by zeros: "10.0.0.0/8" for {10}, 8.
void print_prefix(Bytes octets, std::uint8_t length, bool v6, TextWriter& out);
/// Dotted quad of four bytes in network order.
void print_ipv4(const std::uint8_t* octets, TextWriter& out);
/// RFC 5952 text of sixteen bytes (longest zero run shortened; IPv4-mapped shown dotted).
void print_ipv6(const std::uint8_t* octets, TextWriter& out);

}  // namespace openbell::base
