#pragma once
// The BFD control packet, RFC 5880 4.1:
//
//   1 B   version (3 bits, 1), diagnostic (5 bits)
//   1 B   state (2 bits), flags P F C A D M
//   1 B   detect mult
//   1 B   length of the whole packet, authentication section included
//   4 B   my discriminator
//   4 B   your discriminator
//   4 B   desired min TX interval, microseconds
//   4 B   required min RX interval, microseconds
//   4 B   required min echo RX interval, microseconds
//   …     authentication section when A is set: see authentication.h

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "bfd/config.h"

namespace openbell::bfd {

inline constexpr std::size_t header_size = 24;
inline constexpr std::size_t packet_size_max = header_size + 28;  // of what we send: keyed SHA1

struct ControlPacket {
  Diagnostic diagnostic = Diagnostic::none;  // received: any of 32 values
  State state = State::down;
  bool poll = false;
  bool final = false;
  bool control_plane_independent = false;
  bool authenticated = false;
  bool demand = false;
  std::uint8_t multiplier = 0;
  std::uint8_t length = header_size;
  std::uint32_t my_discriminator = 0;
  std::uint32_t your_discriminator = 0;
  std::uint32_t desired_min_tx_us = 0;
  std::uint32_t required_min_rx_us = 0;
  std::uint32_t required_min_echo_rx_us = 0;
  bool operator==(const ControlPacket&) const = default;
};

/// Why a packet is discarded, in the order of RFC 5880 6.8.6; none: it is not.
enum class Refusal : std::uint8_t {
  none,
  truncated,  // no room for the length field
  version,
  length_too_small,
  length_too_large,  // more than what arrived
  multiplier_zero,
  multipoint,
  my_discriminator_zero,
  state_without_discriminator,  // your discriminator zero, state init or up
  authentication_unexpected,
  authentication_missing,
  authentication_type,
  authentication_key,
  authentication_length,
  authentication_sequence,
  authentication_digest,
};
std::string_view reason(Refusal refusal);

/// Reads a UDP payload; what stands after its length is ignored. `packet` is whole only when the
/// answer is Refusal::none. The checks that need no session (RFC 5880 6.8.6); which session it is
/// for and whether it is authentic is for the caller.
Refusal decode(base::Bytes payload, ControlPacket& packet);

/// Writes the header of 24 bytes; `packet.length` and `packet.authenticated` say what the caller
/// puts behind it.
void encode(const ControlPacket& packet, base::ByteWriter& out);

}  // namespace openbell::bfd
