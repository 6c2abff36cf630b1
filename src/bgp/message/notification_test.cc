#include "bgp/message/notification.h"

#include <array>

#include "gtest/gtest.h"

#include "base/hex.h"
#include "bgp/message/header.h"

namespace openbell::bgp {
namespace {

TEST(Notification, EncodesCodeSubcodeAndData) {
  std::array<std::uint8_t, 4096> into;
  const auto data = cease_data(notification::administrative_reset, "Administrative Reset");
  const Bytes message = encode_notification(notification::administrative_reset, data, into);
  EXPECT_EQ(base::to_hex(message.subspan(header_size, 3)), "060414");
  EXPECT_EQ(describe_notification_data(notification::administrative_reset,
                                       message.subspan(header_size + 2)),
            "Shutdown Communication: \"Administrative Reset\"");
}

TEST(Notification, DataIsCutToTheMessage) {
  std::array<std::uint8_t, 4096> into;
  const std::vector<std::uint8_t> data(5000, 1);
  EXPECT_EQ(encode_notification({3, 1}, data, into).size(), 4096u);
}

TEST(Notification, CommunicationIsCutAtACharacter) {
  std::string text(254, 'a');
  text += "é";  // two bytes: the second would be byte 256
  const auto data = cease_data(notification::administrative_shutdown, text);
  EXPECT_EQ(data.size(), 255u);
  EXPECT_EQ(data[0], 254u);
}

TEST(Notification, OtherCeaseTextsHaveNoLength) {
  EXPECT_EQ(base::text_of(cease_data(notification::peer_deconfigured, "Peer De-configured")),
            "Peer De-configured");
}

TEST(Notification, NamesAreExaBgps) {
  EXPECT_EQ(code_name({6, 4}), "Cease");
  EXPECT_EQ(subcode_name({6, 4}), "Administrative Reset");
  EXPECT_EQ(subcode_name({5, 3}), "Receive Unexpected Message in Established State");
  EXPECT_EQ(code_name({99, 0}), "unknown error");
  EXPECT_EQ(subcode_name({6, 99}), "unknown reason");
}

TEST(Notification, DataForTheOperator) {
  const auto describe = [](NotificationCode code, std::string_view bytes) {
    return describe_notification_data(code, base::bytes_of(bytes));
  };
  using namespace std::string_view_literals;
  EXPECT_EQ(describe({6, 2}, ""), "");
  EXPECT_EQ(describe({6, 2}, "\0"sv), "empty Shutdown Communication");
  EXPECT_EQ(describe({6, 2}, "\5a\nb\rc"sv), "Shutdown Communication: \"a b c\"");
  EXPECT_EQ(describe({6, 2}, "\5ab"sv),
            "invalid Shutdown Communication (length 5 of 2 bytes): 0x6162");
  EXPECT_EQ(describe({2, 2}, "ASN in OPEN"), "ASN in OPEN");
  EXPECT_EQ(describe({2, 1}, "\0\4"sv), "0x0004");
}

TEST(Refresh, ReadsWhatItWrites) {
  std::array<std::uint8_t, 64> into;
  const Bytes message = encode_refresh(Family::ipv6_unicast, RefreshSubtype::begin, into);
  EXPECT_EQ(base::to_hex(message.subspan(header_size)), "00020101");
  RefreshView refresh;
  ASSERT_TRUE(decode_refresh(message.subspan(header_size), refresh));
  EXPECT_EQ(refresh.afi, 2);
  EXPECT_EQ(refresh.safi, 1);
  EXPECT_EQ(refresh.subtype, 1);
}

TEST(Refresh, Rfc7313Section5OtherLengthsAreRefused) {
  const std::array<std::uint8_t, 5> bytes{0, 1, 0, 1, 0};
  RefreshView refresh;
  for (const std::size_t n : {0u, 1u, 2u, 3u, 5u})
    EXPECT_FALSE(decode_refresh(Bytes(bytes).first(n), refresh)) << n;
}

}  // namespace
}  // namespace openbell::bgp
