#include "healthcheck/machine.h"

#include "gtest/gtest.h"

namespace openbell::healthcheck {
namespace {

/// The states after each letter: s(uccess), f(ailure), d(isabled).
std::string states(std::string_view observations, std::uint32_t rise, std::uint32_t fall) {
  Machine machine;
  std::string text;
  for (const char c : observations) {
    const Observation observation = c == 's'   ? Observation::success
                                    : c == 'f' ? Observation::failure
                                               : Observation::disabled;
    machine = step(machine, observation, rise, fall);
    text.append(text.empty() ? "" : " ").append(name_of(machine.state));
  }
  return text;
}

TEST(HealthcheckMachine, CountsUpAndDown) {
  EXPECT_EQ(states("sss", 3, 3), "RISING RISING UP");
  EXPECT_EQ(states("fff", 3, 3), "FALLING FALLING DOWN");
  EXPECT_EQ(states("sssfffsss", 3, 3), "RISING RISING UP FALLING FALLING DOWN RISING RISING UP");
}

TEST(HealthcheckMachine, ASecondThoughtStartsTheCountAgain) {
  EXPECT_EQ(states("ssfss", 3, 3), "RISING RISING FALLING RISING RISING");
  EXPECT_EQ(states("sssfsfs", 3, 3), "RISING RISING UP FALLING RISING FALLING RISING");
}

TEST(HealthcheckMachine, OneAndNoneAreAtOnce) {
  for (const std::uint32_t limit : {0u, 1u})
    EXPECT_EQ(states("sfsff", limit, limit), "UP DOWN UP DOWN DOWN");
}

TEST(HealthcheckMachine, DisabledComesFromEverywhereAndLeavesByInit) {
  EXPECT_EQ(states("d", 3, 3), "DISABLED");
  EXPECT_EQ(states("sdds", 1, 1), "UP DISABLED DISABLED INIT");
  EXPECT_EQ(states("fdfs", 3, 3), "FALLING DISABLED INIT RISING");
}

class Commands : public ::testing::Test {
 protected:
  Commands() {
    for (const char* text : {"10.0.0.1/32", "2001:db8::/48"}) {
      base::IpPrefix prefix;
      EXPECT_TRUE(base::parse_prefix(text, prefix));
      prefixes_.push_back(prefix);
    }
  }
  using Lines = std::vector<std::string>;
  Lines commands(State state) { return commands_for(state, prefixes_, options_); }

  Options options_;
  std::vector<base::IpPrefix> prefixes_;
};

TEST_F(Commands, MetricSaysTheState) {
  EXPECT_EQ(commands(State::up), (Lines{"announce route 10.0.0.1/32 next-hop self med 100",
                                        "announce route 2001:db8::/48 next-hop self med 101"}));
  EXPECT_EQ(commands(State::down)[1], "announce route 2001:db8::/48 next-hop self med 1001");
  EXPECT_EQ(commands(State::disabled)[1], "announce route 2001:db8::/48 next-hop self med 501");
}

TEST_F(Commands, AttributesInTheOrderOfExabgp) {
  options_.neighbors = {"10.0.0.9", "*"};
  options_.local_preference = 0;
  options_.community = "1:1 2:2";
  options_.extended_community = "target:1:1";
  options_.large_community = "1:1:1";
  options_.as_path = "65001";
  options_.path_id = 7;
  prefixes_.pop_back();
  EXPECT_EQ(commands(State::up)[0],
            "neighbor 10.0.0.9, neighbor * announce route 10.0.0.1/32 next-hop self med 100 "
            "local-preference 0 community [ 1:1 2:2 ] extended-community [ target:1:1 ] "
            "large-community [ 1:1:1 ] as-path [ 65001 ] path-information 7");
  EXPECT_EQ(withdrawals(prefixes_, options_),
            Lines{"neighbor 10.0.0.9, neighbor * withdraw route 10.0.0.1/32 next-hop self "
                  "path-information 7"});
}

TEST_F(Commands, WhatIsSpecialGoesBeforeWhatIsGeneral) {
  prefixes_.pop_back();
  options_.community = "1:1";
  options_.disabled_community = "6:6";
  options_.as_path = "1";
  options_.down_as_path = "2 2";
  const std::string start = "announce route 10.0.0.1/32 next-hop self med ";
  EXPECT_EQ(commands(State::up)[0], start + "100 community [ 1:1 ] as-path [ 1 ]");
  EXPECT_EQ(commands(State::down)[0], start + "1000 community [ 6:6 ] as-path [ 2 2 ]");
  EXPECT_EQ(commands(State::disabled)[0], start + "500 community [ 6:6 ] as-path [ 1 ]");
}

TEST_F(Commands, WithdrawOnDownAlsoWhenDisabled) {
  options_.withdraw_on_down = true;
  EXPECT_EQ(commands(State::down), withdrawals(prefixes_, options_));
  EXPECT_EQ(commands(State::disabled), withdrawals(prefixes_, options_));
  EXPECT_NE(commands(State::up), withdrawals(prefixes_, options_));
}

}  // namespace
}  // namespace openbell::healthcheck
