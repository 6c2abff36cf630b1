#include "grammar/duration.h"

#include <gtest/gtest.h>

namespace openbell::grammar {
namespace {

std::int64_t read(std::string_view text) {
  base::Duration value;
  return read_duration(text, value) ? value.ns : -1;
}

std::string printed(base::Duration value) {
  std::string text;
  base::TextWriter out(text);
  print_duration(value, out);
  return text;
}

TEST(Duration, HasAUnit) {
  EXPECT_EQ(read("0"), 0);
  EXPECT_EQ(read("7ns"), 7);
  EXPECT_EQ(read("200us"), 200'000);
  EXPECT_EQ(read("5ms"), 5'000'000);
  EXPECT_EQ(read("90s"), 90'000'000'000);
  EXPECT_EQ(read("2m"), 120'000'000'000);
  EXPECT_EQ(read("1h"), 3'600'000'000'000);
  for (const char* bad : {"", "5", "00", "ms", "5 ms", "5MS", "-5ms", "+5ms", "5mss", "5d", "1e3s"})
    EXPECT_EQ(read(bad), -1) << bad;
}

TEST(Duration, MayHaveAnExactFraction) {
  EXPECT_EQ(read("1.5s"), 1'500'000'000);
  EXPECT_EQ(read("0.5us"), 500);
  EXPECT_EQ(read("0.000000001s"), 1);
  EXPECT_EQ(read("0.25h"), 900'000'000'000);
  for (const char* bad : {"1.5ns", "0.0001us", ".5s", "1.s", "1..5s", "1.5.5s", "0.0000000001s"})
    EXPECT_EQ(read(bad), -1) << bad;
}

TEST(Duration, DoesNotOverflow) {
  EXPECT_EQ(read("2562046h"), 2'562'046 * 3'600'000'000'000);
  EXPECT_EQ(read("2562047.9h"), -1);
  EXPECT_EQ(read("9223372036854775807h"), -1);
  EXPECT_EQ(read("99999999999999999999ns"), -1);
}

TEST(Duration, PrintsWhatReadsBackTheSame) {
  for (const std::int64_t ns : {1l, 999l, 1'000l, 1'500l, 1'000'000l, 1'500'000'000l,
                                60'000'000'000l, 90'000'000'000l, 3'600'000'000'000l})
    EXPECT_EQ(read(printed({ns})), ns);
  EXPECT_EQ(printed({}), "0");
  EXPECT_EQ(printed(base::microseconds(1500)), "1500us");
  EXPECT_EQ(printed(base::seconds(120)), "2m");
}

TEST(Duration, ComplainsWithItsBounds) {
  const DurationBounds bounds{base::milliseconds(1), base::seconds(60)};
  base::Duration value = base::seconds(7);
  for (const char* text : {"999us", "61s", "0", "x"}) {
    base::TextReader in(text);
    EXPECT_FALSE(parse_duration(in, bounds, value)) << text;
    EXPECT_EQ(in.complaint().wanted, "a time from 1ms to 1m, such as 5ms or 1.5s");
  }
  EXPECT_EQ(value, base::seconds(7));
  base::TextReader in("0 1ms");
  EXPECT_TRUE(parse_duration(in, {bounds.least, bounds.most, true}, value));
  EXPECT_EQ(value, base::Duration{});
  EXPECT_TRUE(parse_duration(in, bounds, value));
  EXPECT_EQ(value, base::milliseconds(1));
}

}  // namespace
}  // namespace openbell::grammar
