#include "bgp/attr/extended_community.h"

#include "gtest/gtest.h"

#include "base/hex.h"
#include "bgp/attr/attribute.h"

namespace openbell::bgp {
namespace {

TEST(ExtendedCommunity, RouteTargetsJoinTheValueInOrder) {
  std::vector<std::uint8_t> value;
  for (const std::string_view text : {"65000:2", "65000:1", "70000:1", "192.0.2.1:7", "65000:1"}) {
    TextReader in(text);
    ASSERT_TRUE(parse_route_target(in, value)) << text;
    EXPECT_TRUE(in.at_end());
  }
  EXPECT_EQ(base::to_hex(value),
            "0002FDE800000001"
            "0002FDE800000001"
            "0002FDE800000002"
            "0102C00002010007"
            "0202000111700001");
}

TEST(ExtendedCommunity, RouteTargetRefuses) {
  for (const std::string_view text : {"", "65000", "70000:70000", "target:65000:1", "a:b"}) {
    std::vector<std::uint8_t> value;
    TextReader in(text);
    EXPECT_FALSE(parse_route_target(in, value)) << text;
    EXPECT_TRUE(value.empty());
  }
}

TEST(ExtendedCommunity, ParsingMergesIntoWhatIsThere) {
  const AttributeOps* ops = find_attribute_ops(attr::extended_community);
  std::vector<std::uint8_t> value;
  TextReader first("[ target:2:2 mark 1 ]");
  ASSERT_TRUE(ops->parse(first, value));
  TextReader second("target:1:1");
  ASSERT_TRUE(ops->parse(second, value));
  EXPECT_EQ(base::to_hex(value),
            "0002000100000001"
            "0002000200000002"
            "8009000000000001");
}

TEST(ExtendedCommunity, ListsHaveALimit) {
  std::string text = "[";
  for (int i = 0; i < 4001; ++i) text += " 65000:1";
  text += " ]";
  std::vector<std::uint8_t> value;
  TextReader in(text);
  EXPECT_FALSE(find_attribute_ops(attr::extended_community)->parse(in, value));
  EXPECT_FALSE(in.complaint().wanted.empty());
}

}  // namespace
}  // namespace openbell::bgp
