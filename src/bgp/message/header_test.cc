#include "bgp/message/header.h"

#include <vector>

#include "gtest/gtest.h"

namespace openbell::bgp {
namespace {

std::vector<std::uint8_t> message(std::uint8_t type, std::uint16_t length, std::size_t body) {
  std::vector<std::uint8_t> bytes(16, 0xFF);
  bytes.push_back(static_cast<std::uint8_t>(length >> 8));
  bytes.push_back(static_cast<std::uint8_t>(length));
  bytes.push_back(type);
  bytes.resize(header_size + body);
  return bytes;
}

TEST(Header, KeepaliveIsNineteenBytes) {
  const FrameResult frame = read_frame(keepalive_message(), message_size_max);
  ASSERT_EQ(frame.kind, FrameResult::Kind::message);
  EXPECT_EQ(frame.type, MessageType::keepalive);
  EXPECT_EQ(frame.message.size(), 19u);
  EXPECT_TRUE(frame.body.empty());
}

TEST(Header, EveryProperPrefixIsIncomplete) {
  const auto bytes = message(2, 23, 4);
  for (std::size_t n = 0; n < bytes.size(); ++n)
    EXPECT_EQ(read_frame(Bytes(bytes).first(n), message_size_max).kind,
              FrameResult::Kind::incomplete)
        << n;
  EXPECT_EQ(read_frame(bytes, message_size_max).kind, FrameResult::Kind::message);
}

TEST(Header, BytesOfTheNextMessageAreLeftAlone) {
  auto bytes = message(2, 23, 4);
  bytes.push_back(0xFF);
  EXPECT_EQ(read_frame(bytes, message_size_max).message.size(), 23u);
}

struct BadHeader {
  const char* what;
  std::uint8_t type;
  std::uint16_t length;
  std::size_t size_max;
  NotificationCode error;
};

TEST(Header, ErrorsOfRfc4271Section61) {
  const BadHeader cases[] = {
      {"shorter than a header", 4, 18, message_size_max, notification::bad_length},
      {"longer than allowed", 2, 4097, message_size_max, notification::bad_length},
      {"KEEPALIVE with a body", 4, 20, message_size_max, notification::bad_length},
      {"OPEN too short", 1, 28, message_size_max, notification::bad_length},
      {"UPDATE too short", 2, 22, message_size_max, notification::bad_length},
      {"NOTIFICATION too short", 3, 20, message_size_max, notification::bad_length},
      {"RFC 8654 4: OPEN never extended", 1, 4097, extended_message_size_max,
       notification::bad_length},
      {"type 0", 0, 19, message_size_max, notification::bad_type},
      {"type 255", 255, 19, message_size_max, notification::bad_type},
  };
  for (const BadHeader& c : cases) {
    const auto bytes = message(c.type, c.length, 0);
    const FrameResult frame = read_frame(bytes, c.size_max);
    ASSERT_EQ(frame.kind, FrameResult::Kind::error) << c.what;
    EXPECT_EQ(frame.error, c.error) << c.what;
    EXPECT_EQ(frame.error_data.size(), c.error == notification::bad_length ? 2u : 1u) << c.what;
  }
}

TEST(Header, EveryMarkerByteCounts) {
  for (std::size_t i = 0; i < 16; ++i) {
    auto bytes = message(4, 19, 0);
    bytes[i] = 0xFE;
    EXPECT_EQ(read_frame(bytes, message_size_max).error, notification::not_synchronized);
  }
}

TEST(Header, ExtendedMessagesMayBeLonger) {
  const auto bytes = message(2, 5000, 5000 - header_size);
  EXPECT_EQ(read_frame(bytes, message_size_max).kind, FrameResult::Kind::error);
  EXPECT_EQ(read_frame(bytes, extended_message_size_max).message.size(), 5000u);
}

}  // namespace
}  // namespace openbell::bgp
