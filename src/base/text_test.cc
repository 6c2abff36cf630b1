#include "base/text.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace openbell::base {
namespace {

std::vector<std::string> words_of(std::string_view text, TextSource source = TextSource::line) {
  TextReader in(text, source);
  std::vector<std::string> words;
  while (!in.at_end()) words.emplace_back(in.word());
  return words;
}

using Words = std::vector<std::string>;

TEST(TextReader, SplitsAtBlanksAndPunctuation) {
  EXPECT_EQ(words_of("a  b\tc"), (Words{"a", "b", "c"}));
  EXPECT_EQ(words_of("[1:1 2:2],(3);{x}"),
            (Words{"[", "1:1", "2:2", "]", ",", "(", "3", ")", ";", "{", "x", "}"}));
  EXPECT_EQ(words_of(""), Words{});
  EXPECT_EQ(words_of(" \t "), Words{});
}

TEST(TextReader, QuotesMakeOneWord) {
  EXPECT_EQ(words_of("'a b' \"c;{\" ''"), (Words{"a b", "c;{", ""}));
  EXPECT_EQ(words_of(R"("a\"b\\" 'it\n')"), (Words{"a\"b\\", "it\n"}));
  TextReader in("\"[\" [");
  EXPECT_FALSE(in.accept("["));
  EXPECT_TRUE(in.quoted());
  in.word();
  EXPECT_TRUE(in.accept("["));
}

TEST(TextReader, UnescapesAsExabgp) {
  EXPECT_EQ(words_of(R"(a\;b)"), (Words{"a;b"}));
  EXPECT_EQ(words_of(R"(a\nb)"), (Words{"a", "b"}));
  EXPECT_EQ(words_of(R"(\n match)"), (Words{"match"}));
  EXPECT_EQ(words_of(R"(caf\u00e9)"), (Words{"caf\u00e9"}));
}

TEST(TextReader, EscapedBlanksAreNoWords) {
  std::string text;
  for (int i = 0; i < 100000; ++i) text += "\\n ";
  EXPECT_EQ(words_of(text + "x"), (Words{"x"}));
}

TEST(TextReader, ComplainsOfBrokenQuotesAndEscapes) {
  TextReader quote("a 'b c");
  quote.word();
  EXPECT_FALSE(quote.ok());
  EXPECT_EQ(quote.complaint().offset, 2u);
  EXPECT_EQ(quote.complaint().wanted, "a closing quote");
  TextReader end(R"(a\)");
  EXPECT_FALSE(end.ok());
  TextReader unicode(R"(\u12G4)");
  EXPECT_FALSE(unicode.ok());
  TextReader surrogate(R"(\ud800)");
  EXPECT_FALSE(surrogate.ok());
}

TEST(TextReader, FileHasCommentsAndContinuedLines) {
  EXPECT_EQ(words_of("a # b ;\nc", TextSource::file), (Words{"a", "c"}));
  EXPECT_EQ(words_of("a#b", TextSource::file), (Words{"a"}));
  EXPECT_EQ(words_of("a#b"), (Words{"a#b"}));
  EXPECT_EQ(words_of("'a#b'", TextSource::file), (Words{"a#b"}));
  EXPECT_EQ(words_of("a \\\n\tb\\\nnext", TextSource::file), (Words{"a", "b", "next"}));
  EXPECT_EQ(words_of("a \\  \r\n b", TextSource::file), (Words{"a", "b"}));
  EXPECT_EQ(words_of("a # b \\\n c\nd", TextSource::file), (Words{"a", "d"}));
}

TEST(TextReader, QuotesOfAFileEndOnTheirLine) {
  TextReader in("'a\nb", TextSource::file);
  EXPECT_FALSE(in.ok());
  in.restart(2);
  EXPECT_TRUE(in.ok());
  EXPECT_EQ(in.word(), "b");
}

TEST(TextReader, FreeWordsMayHoldParentheses) {
  TextReader in("x(1) y(2);");
  EXPECT_EQ(in.free_word(), "x(1)");
  EXPECT_EQ(in.word(), "y");
  EXPECT_EQ(in.word(), "(");
  EXPECT_EQ(in.free_word(), "2)");
  EXPECT_TRUE(in.accept(";"));
  EXPECT_TRUE(in.at_end());
}

TEST(TextReader, KeepsTheFirstComplaint) {
  TextReader in("abc 70000");
  EXPECT_EQ(in.number(10, "a count"), 0u);
  EXPECT_FALSE(in.fail("something else"));
  EXPECT_EQ(in.complaint().text(), "wanted a count, a number from 0 to 10, found 'abc'");
}

TEST(TextReader, NamesTheNearestWord) {
  TextReader in("neigbor");
  in.fail_unknown("a word of the root section", "process neighbor template");
  EXPECT_EQ(in.complaint().nearest, "neighbor");
}

TEST(TextReader, RestAndTakenAreOffsetsOfTheText) {
  TextReader in("ab  cd ef");
  in.word();
  EXPECT_EQ(in.taken(), 2u);
  EXPECT_EQ(in.rest(), "cd ef");
  in.skip_to(7);
  EXPECT_EQ(in.peek(), "ef");
}

TEST(ParseNumbers, RefuseWhatIsNotWhole) {
  std::uint64_t value = 0;
  EXPECT_TRUE(parse_decimal("4294967295", 0xFFFFFFFF, value));
  EXPECT_EQ(value, 4294967295u);
  for (const char* bad : {"", "-1", "1x", "4294967296", "+1", "99999999999999999999"})
    EXPECT_FALSE(parse_decimal(bad, 0xFFFFFFFF, value)) << bad;
  EXPECT_TRUE(parse_integer("0xFf", 255, value));
  EXPECT_EQ(value, 255u);
  EXPECT_FALSE(parse_integer("0x", 255, value));
  EXPECT_FALSE(parse_integer("0x100", 255, value));
}

TEST(JsonString, IsAlwaysValid) {
  std::string out;
  TextWriter(out).json_string(std::string_view("a\"\\\n\t\x01\x80\xC3\xA9", 9));
  EXPECT_EQ(out, "\"a\\\"\\\\\\n\\t\\u0001\\u0080\xC3\xA9\"");
}

TEST(NearestWord, IsNearOrEmpty) {
  EXPECT_EQ(nearest_word("next_hop", "next-hop med origin"), "next-hop");
  EXPECT_EQ(nearest_word("zzzzzz", "next-hop med origin"), "");
}

}  // namespace
}  // namespace openbell::base
