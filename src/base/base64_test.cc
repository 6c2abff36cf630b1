#include "base/base64.h"

#include <gtest/gtest.h>

namespace openbell::base {
namespace {

// RFC 4648 10.
TEST(Base64, TestVectors) {
  constexpr std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                       {"f", "Zg=="},
                                                                       {"fo", "Zm8="},
                                                                       {"foo", "Zm9v"},
                                                                       {"foob", "Zm9vYg=="},
                                                                       {"fooba", "Zm9vYmE="},
                                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(to_base64(bytes), text);
    std::string back;
    EXPECT_TRUE(from_base64(text, back));
    EXPECT_EQ(back, bytes);
  }
}

TEST(Base64, RefusesWhatIsNotCanonical) {
  std::string bytes;
  for (const char* bad : {"Zg=", "Zg", "Zh==", "Z===", "====", "Zm9v!!!!", "Zm=v", "Zm 9"})
    EXPECT_FALSE(from_base64(bad, bytes)) << bad;
}

}  // namespace
}  // namespace openbell::base
