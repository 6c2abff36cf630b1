#include "tests/golden/stanza.h"

#include "gtest/gtest-spi.h"

namespace openbell::golden {
namespace {

std::filesystem::path written(std::string_view name, std::string_view text) {
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / name;
  std::ofstream(path) << text;
  return path;
}

TEST(Stanza, ReadsKeysCommentsAndBlankLines) {
  const auto path = written("ok.golden",
                            "# RFC 4271\n"
                            "text: med 1\n"
                            "wire: 80 04 04 00000001\n"
                            "\n"
                            "# another\n"
                            "\n"
                            "text: med 2\n");
  const std::vector<Stanza> stanzas = read_stanzas(path, {"text", "wire"});
  ASSERT_EQ(stanzas.size(), 2u);
  EXPECT_EQ(stanzas[0].get("text"), "med 1");
  EXPECT_EQ(stanzas[0].bytes("wire"), (Buffer{0x80, 4, 4, 0, 0, 0, 1}));
  EXPECT_EQ(stanzas[0].get_or("print", "text"), "med 1");
  EXPECT_TRUE(stanzas[1].place.ends_with("ok.golden:7"));
  EXPECT_FALSE(stanzas[1].has("wire"));
}

TEST(Stanza, UnknownKeyFailsTheTest) {
  EXPECT_NONFATAL_FAILURE(
      {
        const auto path = written("unknown.golden", "text: med 1\ntexd: med 2\n");
        read_stanzas(path, {"text"});
      },
      "unknown.golden:2");
}

TEST(Stanza, RepeatedKeyFailsTheTest) {
  EXPECT_NONFATAL_FAILURE(
      {
        const auto path = written("repeated.golden", "text: med 1\ntext: med 2\n");
        read_stanzas(path, {"text"});
      },
      "twice in one stanza");
}

TEST(Stanza, PrefixesAreProperAndChangesAreComplete) {
  const Buffer whole{1, 2, 3};
  std::vector<std::size_t> sizes;
  for_each_prefix(whole, [&](base::Bytes prefix) { sizes.push_back(prefix.size()); });
  EXPECT_EQ(sizes, (std::vector<std::size_t>{0, 1, 2}));
  std::size_t changes = 0;
  for_each_change(whole, [&](base::Bytes changed) {
    ++changes;
    EXPECT_FALSE(base::equal(changed, whole));
  });
  EXPECT_EQ(changes, 3u * 255u);
}

}  // namespace
}  // namespace openbell::golden
