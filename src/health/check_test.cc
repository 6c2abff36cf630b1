#include "health/check.h"

#include <gtest/gtest.h>

namespace openbell::health {
namespace {

using base::milliseconds;
using base::Tick;

class CheckTest : public testing::Test {
 protected:
  static CheckConfig config(std::uint16_t rise, std::uint16_t fall) {
    CheckConfig config;
    config.interval = milliseconds(100);
    config.timeout = milliseconds(30);
    config.rise = rise;
    config.fall = fall;
    return config;
  }
  /// One attempt at its time.
  bool attempt(Check& check, const ProbeResult& result) {
    now_ = check.deadline();
    EXPECT_EQ(check.on_timer(now_), Check::Duty::attempt);
    return check.on_result(result, now_);
  }

  const ProbeResult ok_{.ok = true};
  const ProbeResult bad_{.ok = false, .error = "refused"};
  Tick now_{1000};
};

TEST_F(CheckTest, RisesAndFallsAfterSoManyInARow) {
  Check check(config(2, 3), 1, now_);
  EXPECT_FALSE(attempt(check, ok_));
  EXPECT_EQ(check.state(), State::unknown);
  EXPECT_TRUE(attempt(check, ok_));
  EXPECT_EQ(check.state(), State::up);
  EXPECT_FALSE(attempt(check, bad_));
  EXPECT_FALSE(attempt(check, bad_));
  EXPECT_FALSE(attempt(check, ok_));
  EXPECT_FALSE(attempt(check, bad_));
  EXPECT_FALSE(attempt(check, bad_));
  EXPECT_TRUE(attempt(check, bad_));
  EXPECT_EQ(check.state(), State::down);
  EXPECT_EQ(check.error(), "refused");
  EXPECT_EQ(check.failures(), 5u);
}

TEST_F(CheckTest, AttemptsStartAnIntervalApart) {
  Check check(config(1, 1), 1, now_);
  attempt(check, ok_);
  const Tick first = now_;
  EXPECT_EQ(check.deadline(), first + milliseconds(100));
  EXPECT_EQ(check.on_timer(first + milliseconds(99)), Check::Duty::nothing);
}

TEST_F(CheckTest, WhatTakesTooLongIsAFailure) {
  Check check(config(1, 1), 1, now_);
  EXPECT_EQ(check.on_timer(now_), Check::Duty::attempt);
  EXPECT_EQ(check.deadline(), now_ + milliseconds(30));
  EXPECT_EQ(check.on_timer(now_ + milliseconds(30)), Check::Duty::give_up);
  EXPECT_TRUE(check.on_timeout(now_ + milliseconds(30)));
  EXPECT_EQ(check.state(), State::down);
  EXPECT_EQ(check.deadline(), now_ + milliseconds(100));
}

TEST_F(CheckTest, AProbeThatReportsByItselfIsLeftAlone) {
  Check check(config(1, 1), 1, now_);
  EXPECT_TRUE(attempt(check, {.ok = true, .again = base::never}));
  EXPECT_EQ(check.deadline(), base::never);
  now_ = now_ + milliseconds(5000);
  EXPECT_TRUE(check.on_result(bad_, now_));
  EXPECT_EQ(check.state(), State::down);
  EXPECT_EQ(check.deadline(), now_ + milliseconds(100));
}

TEST_F(CheckTest, AProbeThatReportsByItselfIsAskedUntilItIsBelieved) {
  Check check(config(3, 1), 1, now_);
  EXPECT_FALSE(attempt(check, {.ok = true, .again = base::never}));
  EXPECT_FALSE(attempt(check, {.ok = true, .again = base::never}));
  EXPECT_TRUE(attempt(check, {.ok = true, .again = base::never}));
  EXPECT_EQ(check.deadline(), base::never);
}

TEST_F(CheckTest, LooksAgainWhenTheAnswerSaysSo) {
  Check check(config(1, 1), 1, now_);
  const Tick fresh_until = now_ + base::microseconds(200);
  attempt(check, {.ok = true, .again = fresh_until});
  EXPECT_EQ(check.deadline(), fresh_until);
}

TEST_F(CheckTest, JitterStaysInItsBoundsAndFollowsTheSeed) {
  CheckConfig jittery = config(1, 1);
  jittery.jitter = milliseconds(10);
  Check check(jittery, 5, now_);
  Check same(jittery, 5, now_);
  bool moved = false;
  for (int i = 0; i < 50; ++i) {
    attempt(check, ok_);
    same.on_timer(now_);
    same.on_result(ok_, now_);
    const base::Duration until = check.deadline() - now_;
    EXPECT_GE(until, milliseconds(100));
    EXPECT_LE(until, milliseconds(110));
    moved |= until != milliseconds(100);
    EXPECT_EQ(check.deadline(), same.deadline());
  }
  EXPECT_TRUE(moved);
}

}  // namespace
}  // namespace openbell::health
