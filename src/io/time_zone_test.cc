#include "io/time_zone.h"

#include "gtest/gtest.h"

namespace openbell::io {
namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr int monday = 0;
constexpr int wednesday = 2;
constexpr int thursday = 3;
constexpr int saturday = 5;
constexpr int sunday = 6;

constexpr int minute(int day, int hour, int minutes) {
  return (day * 24 + hour) * 60 + minutes;
}

TEST(TimeZone, KnowsTheZonesOfTheSystemAndNoOther) {
  for (const char* zone : {"UTC", "America/New_York", "Europe/London", "Asia/Kolkata"})
    EXPECT_TRUE(zone_exists(zone)) << zone;
  for (const char* zone :
       {"", "New_York", "america/new_york", "../../etc/passwd", "/etc/passwd", "Europe/London "}) {
    EXPECT_FALSE(zone_exists(zone)) << zone;
    EXPECT_EQ(minute_of_week(zone, 0), -1) << zone;
  }
}

TEST(TimeZone, CountsFromMonday) {
  EXPECT_EQ(minute_of_week("UTC", 0), minute(thursday, 0, 0)) << "1970-01-01";
  EXPECT_EQ(minute_of_week("UTC", -1), minute(wednesday, 23, 59));
  EXPECT_EQ(minute_of_week("UTC", 4 * 86'400 * second), minute(monday, 0, 0));
  EXPECT_EQ(minute_of_week("UTC", 4 * 86'400 * second - 1), minutes_per_week - 1);
  EXPECT_EQ(minute_of_week("Asia/Kolkata", 0), minute(thursday, 5, 30));
}

// 2026-03-08 07:00:00Z: 02:00 EST becomes 03:00 EDT.
TEST(TimeZone, NewYorkGoesForward) {
  constexpr std::int64_t change = 1'772'953'200 * second;
  EXPECT_EQ(minute_of_week("America/New_York", change - 1), minute(sunday, 1, 59));
  EXPECT_EQ(minute_of_week("America/New_York", change), minute(sunday, 3, 0));
}

// 2026-11-01 06:00:00Z: 02:00 EDT becomes 01:00 EST.
TEST(TimeZone, NewYorkGoesBack) {
  constexpr std::int64_t change = 1'793'512'800 * second;
  EXPECT_EQ(minute_of_week("America/New_York", change - 1), minute(sunday, 1, 59));
  EXPECT_EQ(minute_of_week("America/New_York", change), minute(sunday, 1, 0));
  EXPECT_EQ(minute_of_week("America/New_York", change + 3600 * second), minute(sunday, 2, 0));
  EXPECT_EQ(minute_of_week("America/New_York", change - 86'400 * second), minute(saturday, 2, 0));
}

// 2026-03-29 01:00:00Z: 01:00 GMT becomes 02:00 BST.
TEST(TimeZone, LondonGoesForward) {
  constexpr std::int64_t change = 1'774'746'000 * second;
  EXPECT_EQ(minute_of_week("Europe/London", change - 1), minute(sunday, 0, 59));
  EXPECT_EQ(minute_of_week("Europe/London", change), minute(sunday, 2, 0));
}

// 2026-10-25 01:00:00Z: 02:00 BST becomes 01:00 GMT.
TEST(TimeZone, LondonGoesBack) {
  constexpr std::int64_t change = 1'792'890'000 * second;
  EXPECT_EQ(minute_of_week("Europe/London", change - 1), minute(sunday, 1, 59));
  EXPECT_EQ(minute_of_week("Europe/London", change), minute(sunday, 1, 0));
}

// The market opens at 09:30 on Mondays whatever the season.
TEST(TimeZone, TheSameMinuteOfTheWeekInSummerAndWinter) {
  EXPECT_EQ(minute_of_week("America/New_York", 1'767'623'400 * second), minute(monday, 9, 30));
  EXPECT_EQ(minute_of_week("America/New_York", 1'783'344'600 * second), minute(monday, 9, 30));
}

}  // namespace
}  // namespace openbell::io
