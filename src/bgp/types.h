#pragma once
// The small vocabulary of BGP-4 (RFC 4271) shared by every folder.

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/ip.h"

namespace openbell::bgp {

using base::ByteReader;
using base::Bytes;
using base::ByteWriter;
using base::IpAddress;
using base::MutableBytes;
using base::TextReader;
using base::TextWriter;

using Afi = std::uint16_t;
using Safi = std::uint8_t;
using Asn = std::uint32_t;

/// RFC 6793 9: stands for a four-octet AS number in a two-octet field.
inline constexpr Asn as_trans = 23456;

inline constexpr Afi afi_ipv4 = 1;
inline constexpr Afi afi_ipv6 = 2;
inline constexpr Afi afi_l2vpn = 25;
inline constexpr Afi afi_bgp_ls = 16388;

inline constexpr std::size_t header_size = 19;
inline constexpr std::size_t message_size_max = 4096;            // RFC 4271 4
inline constexpr std::size_t extended_message_size_max = 65535;  // RFC 8654

enum class MessageType : std::uint8_t {
  open = 1,
  update = 2,
  notification = 3,
  keepalive = 4,
  route_refresh = 5,
  operational = 6  // ExaBGP's own, where both sides announced capability 185
};

enum class Direction : std::uint8_t { receive, send };

enum class Origin : std::uint8_t { igp = 0, egp = 1, incomplete = 2 };

/// What malformed input does, mildest first (RFC 7606 2). The worst of an UPDATE decides.
enum class Treatment : std::uint8_t {
  none,
  discard_attribute,
  treat_as_withdraw,
  disable_family,
  reset_session
};

constexpr Treatment worse(Treatment a, Treatment b) {
  return a < b ? b : a;
}

/// A NOTIFICATION to send or received: codes of RFC 4271 4.5 and its registries, with data.
struct NotificationCode {
  std::uint8_t code = 0;
  std::uint8_t subcode = 0;
  auto operator<=>(const NotificationCode&) const = default;
};

namespace notification {
inline constexpr NotificationCode not_synchronized{1, 1};
inline constexpr NotificationCode bad_length{1, 2};
inline constexpr NotificationCode bad_type{1, 3};
inline constexpr NotificationCode open_unspecific{2, 0};
inline constexpr NotificationCode unsupported_version{2, 1};
inline constexpr NotificationCode bad_peer_as{2, 2};
inline constexpr NotificationCode bad_identifier{2, 3};
inline constexpr NotificationCode unsupported_parameter{2, 4};
inline constexpr NotificationCode unacceptable_hold_time{2, 6};
inline constexpr NotificationCode unsupported_capability{2, 7};
inline constexpr NotificationCode malformed_attributes{3, 1};
inline constexpr NotificationCode unrecognized_well_known{3, 2};
inline constexpr NotificationCode missing_well_known{3, 3};
inline constexpr NotificationCode attribute_flags{3, 4};
inline constexpr NotificationCode attribute_length{3, 5};
inline constexpr NotificationCode invalid_origin{3, 6};
inline constexpr NotificationCode invalid_next_hop{3, 8};
inline constexpr NotificationCode optional_attribute{3, 9};
inline constexpr NotificationCode invalid_network{3, 10};
inline constexpr NotificationCode malformed_as_path{3, 11};
inline constexpr NotificationCode hold_timer_expired{4, 0};
inline constexpr NotificationCode send_hold_timer_expired{8, 0};  // RFC 9687 6
inline constexpr NotificationCode unexpected_in_open_sent{5, 1};  // RFC 6608 3
inline constexpr NotificationCode unexpected_in_open_confirm{5, 2};
inline constexpr NotificationCode unexpected_in_established{5, 3};
inline constexpr NotificationCode maximum_prefixes{6, 1};  // RFC 4486 4
inline constexpr NotificationCode administrative_shutdown{6, 2};
inline constexpr NotificationCode peer_deconfigured{6, 3};
inline constexpr NotificationCode administrative_reset{6, 4};
inline constexpr NotificationCode connection_rejected{6, 5};
inline constexpr NotificationCode other_configuration_change{6, 6};
inline constexpr NotificationCode connection_collision{6, 7};
inline constexpr NotificationCode out_of_resources{6, 8};
inline constexpr NotificationCode hard_reset{6, 9};      // RFC 8538 3
inline constexpr NotificationCode bfd_down{6, 10};       // RFC 9384 3
inline constexpr NotificationCode refresh_length{7, 1};  // RFC 7313 5
inline constexpr NotificationCode refresh_subtype{7, 2};
}  // namespace notification

/// How text and JSON differ between ExaBGP's versions; chosen per helper.
enum class Dialect : std::uint8_t { v4_2, v5_0, v6_0 };

}  // namespace openbell::bgp
