#include "bfd/packet.h"

#include <array>
#include <vector>

#include "gtest/gtest.h"

namespace openbell::bfd {
namespace {

// Written down from the layout of RFC 5880 4.1, not printed by the encoder.
constexpr std::array<std::uint8_t, 24> golden = {
    0x23,                    // version 1, diagnostic 3
    0xE2,                    // state 3 (up), P, D
    0x05,                    // detect mult
    0x18,                    // length
    0x11, 0x22, 0x33, 0x44,  // my discriminator
    0xAA, 0xBB, 0xCC, 0xDD,  // your discriminator
    0x00, 0x04, 0x93, 0xE0,  // desired min TX 300 ms
    0x00, 0x00, 0x03, 0xE8,  // required min RX 1 ms
    0x00, 0x00, 0x00, 0x07,  // required min echo RX
};

using Packet = std::vector<std::uint8_t>;

Packet golden_packet() {
  return {golden.begin(), golden.end()};
}

ControlPacket golden_fields() {
  ControlPacket packet;
  packet.diagnostic = Diagnostic::neighbor_signaled_session_down;
  packet.state = State::up;
  packet.poll = true;
  packet.demand = true;
  packet.multiplier = 5;
  packet.length = 24;
  packet.my_discriminator = 0x11223344;
  packet.your_discriminator = 0xAABBCCDD;
  packet.desired_min_tx_us = 300'000;
  packet.required_min_rx_us = 1'000;
  packet.required_min_echo_rx_us = 7;
  return packet;
}

Refusal refusal_of(const Packet& bytes) {
  ControlPacket packet;
  return decode(bytes, packet);
}

Packet with(std::size_t at, std::uint8_t value) {
  Packet bytes = golden_packet();
  bytes[at] = value;
  return bytes;
}

TEST(BfdPacket, Decodes) {
  ControlPacket packet;
  ASSERT_EQ(decode(golden, packet), Refusal::none);
  EXPECT_EQ(packet, golden_fields());
}

TEST(BfdPacket, Encodes) {
  std::array<std::uint8_t, 24> bytes{};
  base::ByteWriter out(bytes);
  encode(golden_fields(), out);
  EXPECT_TRUE(out.ok());
  EXPECT_EQ(bytes, golden);
}

TEST(BfdPacket, EveryBitOfTheFlagsByteHasItsName) {
  ControlPacket packet;
  decode(with(1, 0x20), packet);
  EXPECT_TRUE(packet.poll);
  decode(with(1, 0x10), packet);
  EXPECT_TRUE(packet.final);
  EXPECT_FALSE(packet.poll);
  decode(with(1, 0x08), packet);
  EXPECT_TRUE(packet.control_plane_independent);
  decode(with(1, 0x04), packet);
  EXPECT_TRUE(packet.authenticated);
  decode(with(1, 0x02), packet);
  EXPECT_TRUE(packet.demand);
  decode(with(1, 0x80), packet);
  EXPECT_EQ(packet.state, State::init);
}

TEST(BfdPacket, IsRefusedForTheFirstReasonOfTheList) {
  EXPECT_EQ(refusal_of({}), Refusal::truncated);
  EXPECT_EQ(refusal_of({0x20, 0xC0, 0x03}), Refusal::truncated);
  EXPECT_EQ(refusal_of(with(0, 0x03)), Refusal::version);
  EXPECT_EQ(refusal_of(with(0, 0x43)), Refusal::version);
  EXPECT_EQ(refusal_of(with(3, 23)), Refusal::length_too_small);
  EXPECT_EQ(refusal_of(with(3, 25)), Refusal::length_too_large);
  EXPECT_EQ(refusal_of(with(2, 0)), Refusal::multiplier_zero);
  EXPECT_EQ(refusal_of(with(1, 0xC1)), Refusal::multipoint);
  Packet bytes = golden_packet();
  std::fill(bytes.begin() + 4, bytes.begin() + 8, std::uint8_t{0});
  EXPECT_EQ(refusal_of(bytes), Refusal::my_discriminator_zero);
  bytes[0] = 0;  // several at once: the version comes first
  bytes[2] = 0;
  EXPECT_EQ(refusal_of(bytes), Refusal::version);
}

TEST(BfdPacket, NeedsYourDiscriminatorInInitAndUp) {
  Packet bytes = golden_packet();
  std::fill(bytes.begin() + 8, bytes.begin() + 12, std::uint8_t{0});
  const auto in_state = [&](State state) {
    bytes[1] = static_cast<std::uint8_t>(static_cast<std::uint8_t>(state) << 6);
    return refusal_of(bytes);
  };
  EXPECT_EQ(in_state(State::admin_down), Refusal::none);
  EXPECT_EQ(in_state(State::down), Refusal::none);
  EXPECT_EQ(in_state(State::init), Refusal::state_without_discriminator);
  EXPECT_EQ(in_state(State::up), Refusal::state_without_discriminator);
}

TEST(BfdPacket, WithAuthenticationHasAtLeastItsTypeAndLength) {
  Packet bytes = with(1, 0xC4);
  bytes.resize(28);
  bytes[3] = 25;
  EXPECT_EQ(refusal_of(bytes), Refusal::length_too_small);
  bytes[3] = 26;
  EXPECT_EQ(refusal_of(bytes), Refusal::none);
}

TEST(BfdPacket, IgnoresWhatStandsBehindItsLength) {
  Packet bytes = golden_packet();
  bytes.push_back(0xFF);
  EXPECT_EQ(refusal_of(bytes), Refusal::none);
}

TEST(BfdPacket, CutAnywhereIsRefused) {
  for (std::size_t size = 0; size < golden.size(); ++size)
    EXPECT_NE(refusal_of(Packet(golden.begin(), golden.begin() + static_cast<long>(size))),
              Refusal::none)
        << size;
}

TEST(BfdPacket, EveryRefusalHasWordsOfItsOwn) {
  std::vector<std::string_view> seen;
  for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(Refusal::authentication_digest); ++i) {
    const std::string_view words = reason(static_cast<Refusal>(i));
    EXPECT_EQ(std::find(seen.begin(), seen.end(), words), seen.end()) << words;
    seen.push_back(words);
  }
  EXPECT_EQ(name(static_cast<Diagnostic>(31)), "reserved");
}

}  // namespace
}  // namespace openbell::bfd
