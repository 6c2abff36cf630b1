#include "bgp/message/open.h"

#include <array>

#include "gtest/gtest.h"

#include "base/hex.h"
#include "bgp/message/header.h"

namespace openbell::bgp {
namespace {

std::vector<std::uint8_t> hex(std::string_view text) {
  std::vector<std::uint8_t> bytes;
  EXPECT_TRUE(base::from_hex(text, bytes)) << text;
  return bytes;
}

TEST(Open, EncodesOneParameterForEachCapability) {
  const auto family = hex("00010001");
  const auto as4 = hex("0000FDE9");
  std::array<std::uint8_t, 4096> into;
  const Bytes message =
      encode_open(65001, 180, 0x01020304, {{1, family}, {65, as4}, {6, {}}}, into);
  EXPECT_EQ(base::to_hex(message.subspan(header_size)),
            "04FDE900B401020304140206010400010001020641040000FDE902020600");
  EXPECT_EQ(read_frame(message, message_size_max).kind, FrameResult::Kind::message);
}

TEST(Open, FourOctetAsGoesAsTrans) {
  const auto as4 = hex("00011170");
  std::array<std::uint8_t, 4096> into;
  const Bytes message = encode_open(70000, 0, 1, {{65, as4}}, into);
  OpenView open;
  OpenError error;
  ASSERT_TRUE(decode_open(message.subspan(header_size), open, error));
  EXPECT_EQ(open.as_field, as_trans);
  EXPECT_EQ(open.asn(), 70000u);
}

TEST(Open, Rfc9072FormFrom255BytesOn) {
  const std::vector<std::uint8_t> value(120, 7);
  std::array<std::uint8_t, 4096> into;
  for (const std::size_t last : {2u, 3u}) {  // 120+4 + 120+4 + last+4 = 254, 255
    const Bytes message =
        encode_open(1, 90, 1, {{200, value}, {201, value}, {202, Bytes(value).first(last)}}, into);
    EXPECT_EQ(message[header_size + 9], last == 2 ? 254 : 255);
    EXPECT_EQ(message[header_size + 10], last == 2 ? 2 : 255);
    OpenView open;
    OpenError error;
    ASSERT_TRUE(decode_open(message.subspan(header_size), open, error));
    ASSERT_EQ(open.capabilities.size(), 3u);
    EXPECT_EQ(open.capabilities[2].value.size(), last);
  }
}

TEST(Open, SeveralCapabilitiesInOneParameter) {
  OpenView open;
  OpenError error;
  const auto body = hex("04 FDE9 00B4 01020304 0C 02 0A 01 04 00010001 02 00 06 00");
  ASSERT_TRUE(decode_open(body, open, error));
  ASSERT_EQ(open.capabilities.size(), 3u);
  EXPECT_EQ(open.capabilities[1].code, 2);
}

TEST(Open, EveryProperPrefixIsRefused) {
  const auto body = hex("04 FDE9 00B4 01020304 0C 02 0A 01 04 00010001 02 00 06 00");
  for (std::size_t n = 0; n < body.size(); ++n) {
    OpenView open;
    OpenError error;
    EXPECT_FALSE(decode_open(Bytes(body).first(n), open, error)) << n;
    EXPECT_EQ(error.code, notification::open_unspecific) << n;
  }
}

TEST(Open, EveryByteMayBeAnything) {
  const auto body = hex("04 FDE9 00B4 01020304 FF FF 000D 02 000A 01 04 00010001 02 00 06 00");
  for (std::size_t at = 0; at < body.size(); ++at) {
    for (unsigned value = 0; value < 256; ++value) {
      auto changed = body;
      changed[at] = static_cast<std::uint8_t>(value);
      OpenView open;
      OpenError error;
      decode_open(changed, open, error);
    }
  }
}

struct BadOpen {
  const char* what;
  const char* body;
  NotificationCode error;
  const char* data;
};

TEST(Open, ErrorsOfRfc4271Section62) {
  const BadOpen cases[] = {
      {"version 5", "05 FDE9 00B4 01020304 00", notification::unsupported_version, "0004"},
      {"parameter 1", "04 FDE9 00B4 01020304 02 01 00", notification::unsupported_parameter, ""},
      {"parameter longer than the rest", "04 FDE9 00B4 01020304 02 02 01",
       notification::open_unspecific, ""},
      {"capability longer than its parameter", "04 FDE9 00B4 01020304 04 02 02 01 04",
       notification::open_unspecific, ""},
      {"bytes after the parameters", "04 FDE9 00B4 01020304 00 00", notification::open_unspecific,
       ""},
      {"extended length too long", "04 FDE9 00B4 01020304 FF FF 0004 02 0000",
       notification::open_unspecific, ""},
  };
  for (const BadOpen& c : cases) {
    OpenView open;
    OpenError error;
    EXPECT_FALSE(decode_open(hex(c.body), open, error)) << c.what;
    EXPECT_EQ(error.code, c.error) << c.what;
    EXPECT_EQ(base::to_hex(error.data), c.data) << c.what;
  }
}

}  // namespace
}  // namespace openbell::bgp
