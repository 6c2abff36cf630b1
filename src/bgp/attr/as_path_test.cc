#include "bgp/attr/as_path.h"

#include "gtest/gtest.h"

#include "base/hex.h"
#include "bgp/attr/attribute.h"

namespace openbell::bgp {
namespace {

using Buffer = std::vector<std::uint8_t>;

/// The canonical value of the words after `as-path`.
Buffer path(std::string_view text) {
  Buffer value;
  TextReader in(text);
  EXPECT_TRUE(find_attribute_ops(attr::as_path)->parse(in, value)) << text;
  return value;
}

std::string shown(Bytes value) {
  std::string text;
  TextWriter out(text);
  find_attribute_ops(attr::as_path)->print(value, Dialect::v4_2, out);
  return text.substr(std::string_view("as-path ").size());
}

TEST(AsPath, LengthCountsASetAsOneAndConfederationsAsNothing) {
  EXPECT_EQ(as_path_length(path("[ ]")), 0u);
  EXPECT_EQ(as_path_length(path("[ 1 2 3 ]")), 3u);
  EXPECT_EQ(as_path_length(path("[ 1 2 ] ( 3 4 5 )")), 3u);
  EXPECT_EQ(as_path_length(path("confed [ 1 2 ] [ 3 ] confed ( 4 )")), 1u);
}

TEST(AsPath, SplitsAfter255) {
  std::string text = "[";
  for (int asn = 1; asn <= 300; ++asn) text += ' ' + std::to_string(asn);
  const Buffer value = path(text + " ]");
  ASSERT_EQ(value.size(), 4u + 300u * 4u);
  EXPECT_EQ(value[0], 2);
  EXPECT_EQ(value[1], 255);
  EXPECT_EQ(value[2 + 255 * 4], 2);
  EXPECT_EQ(value[2 + 255 * 4 + 1], 45);
  EXPECT_EQ(as_path_length(value), 300u);
}

TEST(AsPath, TextThatIsTooLongIsRefused) {
  std::string text = "[";
  for (int i = 0; i < 20000; ++i) text += " 65000";
  text += " ]";
  Buffer value;
  TextReader in(text);
  EXPECT_FALSE(find_attribute_ops(attr::as_path)->parse(in, value));
}

TEST(AsPath, WidenedPathThatIsTooLongIsMalformed) {
  // 127 segments of 255 two-octet AS numbers fit into an attribute, their wide form does not.
  Buffer narrow;
  for (int segment = 0; segment < 127; ++segment) {
    narrow.insert(narrow.end(), {2, 255});
    for (int i = 0; i < 255; ++i) narrow.insert(narrow.end(), {0xFD, 0xE8});
  }
  ASSERT_LE(narrow.size(), 65535u);
  Bytes value = narrow;
  Buffer scratch;
  EXPECT_FALSE(find_attribute_ops(attr::as_path)->decode(value, WireContext(), scratch));
}

TEST(AsPath, AnOldPeersPathIsWidened) {
  const Buffer narrow = {2, 2, 0xFD, 0xE9, 0x5B, 0xA0, 1, 1, 0, 7};
  Bytes value = narrow;
  Buffer scratch;
  ASSERT_TRUE(find_attribute_ops(attr::as_path)->decode(value, WireContext(), scratch));
  EXPECT_EQ(shown(value), "[ 65001 23456 ] ( 7 )");
}

/// AS4_PATH for a peer without four-octet AS numbers, "none" when it needs none.
std::string as4_path(std::string_view text) {
  std::uint8_t room[64];
  ByteWriter out(room);
  return find_attribute_ops(attr::as_path)->as4(path(text), out) ? shown(out.written()) : "none";
}

TEST(AsPath, NeedsAs4OnlyForLargeNumbersOutsideConfederations) {
  EXPECT_EQ(as4_path("[ 1 65535 ]"), "none");
  EXPECT_EQ(as4_path("[ 1 65536 ]"), "[ 1 65536 ]");
  EXPECT_EQ(as4_path("[ 1 ] ( 70000 )"), "[ 1 ] ( 70000 )");
  EXPECT_EQ(as4_path("confed [ 70000 ] [ 1 ]"), "none");
}

TEST(AsPath, As4PathLeavesConfederationsOut) {
  EXPECT_EQ(as4_path("confed [ 64600 ] [ 70000 1 ] ( 2 )"), "[ 70000 1 ] ( 2 )");

  // RFC 6793 6: what another speaker left in is taken out.
  Buffer decoded;
  ASSERT_TRUE(decode_as4_path(path("confed [ 64600 ] [ 70000 1 ]"), decoded));
  EXPECT_EQ(shown(decoded), "[ 70000 1 ]");
  EXPECT_FALSE(decode_as4_path({}, decoded));
  EXPECT_FALSE(decode_as4_path(Buffer{2, 2, 0, 0, 0, 1}, decoded));
}

struct MergeCase {
  std::string_view as_path;
  std::string_view as4_path;
  std::string_view merged;
};

// RFC 6793 4.2.3
TEST(AsPath, MergesAs4Path) {
  for (const MergeCase& c : {
           MergeCase{"[ 23456 ]", "[ 70000 ]", "[ 70000 ]"},
           {"[ 100 200 23456 300 ]", "[ 70000 300 ]", "[ 100 200 70000 300 ]"},
           // AS4_PATH is the longer one: it is ignored.
           {"[ 100 ]", "[ 70000 300 ]", "[ 100 ]"},
           {"[ 100 23456 ]", "[ ]", "[ 100 23456 ]"},
           // A set counts one.
           {"[ 100 23456 ] ( 1 2 )", "[ 70000 ] ( 1 2 )", "[ 100 70000 ] ( 1 2 )"},
           {"( 1 2 ) [ 100 23456 ]", "[ 100 70000 ]", "( 1 2 ) [ 100 70000 ]"},
           // Confederation segments that lead or are next to what is prepended stay.
           {"confed [ 64600 ] [ 23456 ]", "[ 70000 ]", "confed [ 64600 ] [ 70000 ]"},
           {"[ 5 ] confed [ 64600 ] [ 23456 ]", "[ 70000 ]", "[ 5 ] confed [ 64600 ] [ 70000 ]"},
           {"[ 23456 ] confed [ 64600 ] [ 7 ]", "[ 70000 7 ]", "[ 70000 7 ]"},
       }) {
    Buffer merged;
    merge_as4_path(path(c.as_path), path(c.as4_path), merged);
    EXPECT_EQ(shown(merged), c.merged) << c.as_path << " + " << c.as4_path;
  }
}

TEST(AsPath, MergeDoesNotJoinPast255) {
  std::string text = "[";
  for (int i = 0; i < 255; ++i) text += " 9";
  const Buffer as4 = path(text + " ]");
  Buffer merged;
  merge_as4_path(path(text + " ] [ 23456 ]"), as4, merged);
  EXPECT_EQ(as_path_length(merged), 256u);
  EXPECT_EQ(merged[1], 1);
}

TEST(AsPath, NumbersAreDecimalOrAsdot) {
  Asn asn = 0;
  EXPECT_TRUE(parse_asn("4294967295", asn));
  EXPECT_EQ(asn, 4294967295u);
  EXPECT_TRUE(parse_asn("1.1", asn));
  EXPECT_EQ(asn, 65537u);
  for (const std::string_view bad : {"", "4294967296", "65536.1", "1.65536", "1.", ".1", "1.2.3"})
    EXPECT_FALSE(parse_asn(bad, asn)) << bad;
}

}  // namespace
}  // namespace openbell::bgp
