#include "bfd/packet.h"

namespace openbell::bfd {

namespace {

constexpr std::uint8_t version = 1;
constexpr std::uint8_t poll_bit = 0x20;
constexpr std::uint8_t final_bit = 0x10;
constexpr std::uint8_t control_plane_bit = 0x08;
constexpr std::uint8_t authentication_bit = 0x04;
constexpr std::uint8_t demand_bit = 0x02;
constexpr std::uint8_t multipoint_bit = 0x01;
constexpr std::size_t authentication_size_min = 2;

std::uint8_t bit(bool set, std::uint8_t value) {
  return set ? value : std::uint8_t{0};
}

}  // namespace

std::string_view reason(Refusal refusal) {
  switch (refusal) {
    case Refusal::none:
      return "accepted";
    case Refusal::truncated:
      return "shorter than 4 bytes";
    case Refusal::version:
      return "version is not 1";
    case Refusal::length_too_small:
      return "length field below the least possible";
    case Refusal::length_too_large:
      return "length field above the size of the datagram";
    case Refusal::multiplier_zero:
      return "detect mult is zero";
    case Refusal::multipoint:
      return "multipoint bit is set";
    case Refusal::my_discriminator_zero:
      return "my discriminator is zero";
    case Refusal::state_without_discriminator:
      return "your discriminator is zero in state init or up";
    case Refusal::authentication_unexpected:
      return "authenticated, but no authentication is configured";
    case Refusal::authentication_missing:
      return "not authenticated";
    case Refusal::authentication_type:
      return "another authentication type than configured";
    case Refusal::authentication_key:
      return "another key id than configured";
    case Refusal::authentication_length:
      return "wrong length of the authentication section";
    case Refusal::authentication_sequence:
      return "sequence number outside of the window";
    case Refusal::authentication_digest:
      return "wrong digest";
  }
  return "unknown";
}

// RFC 5880 6.8.6: the packet is discarded at the first of these that holds, in this order.
Refusal decode(base::Bytes payload, ControlPacket& packet) {
  base::ByteReader in(payload);
  const std::uint8_t first = in.u8();
  const std::uint8_t second = in.u8();
  packet.multiplier = in.u8();
  packet.length = in.u8();
  if (!in.ok()) return Refusal::truncated;
  packet.diagnostic = static_cast<Diagnostic>(first & 0x1F);
  packet.state = static_cast<State>(second >> 6);
  packet.poll = (second & poll_bit) != 0;
  packet.final = (second & final_bit) != 0;
  packet.control_plane_independent = (second & control_plane_bit) != 0;
  packet.authenticated = (second & authentication_bit) != 0;
  packet.demand = (second & demand_bit) != 0;
  if (first >> 5 != version) return Refusal::version;
  const std::size_t least = header_size + (packet.authenticated ? authentication_size_min : 0);
  if (packet.length < least) return Refusal::length_too_small;
  if (packet.length > payload.size()) return Refusal::length_too_large;
  if (packet.multiplier == 0) return Refusal::multiplier_zero;
  if ((second & multipoint_bit) != 0) return Refusal::multipoint;
  packet.my_discriminator = in.u32();
  packet.your_discriminator = in.u32();
  packet.desired_min_tx_us = in.u32();
  packet.required_min_rx_us = in.u32();
  packet.required_min_echo_rx_us = in.u32();
  if (packet.my_discriminator == 0) return Refusal::my_discriminator_zero;
  const bool quiet = packet.state == State::down || packet.state == State::admin_down;
  if (packet.your_discriminator == 0 && !quiet) return Refusal::state_without_discriminator;
  return Refusal::none;
}

void encode(const ControlPacket& packet, base::ByteWriter& out) {
  out.u8(static_cast<std::uint8_t>(version << 5 | static_cast<std::uint8_t>(packet.diagnostic)));
  out.u8(static_cast<std::uint8_t>(
      static_cast<std::uint8_t>(packet.state) << 6 | bit(packet.poll, poll_bit) |
      bit(packet.final, final_bit) | bit(packet.control_plane_independent, control_plane_bit) |
      bit(packet.authenticated, authentication_bit) | bit(packet.demand, demand_bit)));
  out.u8(packet.multiplier);
  out.u8(packet.length);
  out.u32(packet.my_discriminator);
  out.u32(packet.your_discriminator);
  out.u32(packet.desired_min_tx_us);
  out.u32(packet.required_min_rx_us);
  out.u32(packet.required_min_echo_rx_us);
}

}  // namespace openbell::bfd
