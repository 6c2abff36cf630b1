#include "health/service_state.h"

#include <gtest/gtest.h>
#include <vector>

namespace openbell::health {
namespace {

constexpr State up = State::up;
constexpr State down = State::down;
constexpr State unknown = State::unknown;

TEST(ServiceState, AQuorumIsReachedMissedOrOpen) {
  struct Row {
    std::vector<State> checks;
    std::size_t needed;
    State verdict;
  };
  const Row rows[] = {
      {{}, 0, up},
      {{up, up}, 0, up},
      {{up, down}, 0, down},
      {{up, unknown}, 0, unknown},
      {{down, unknown}, 0, down},
      {{up, down, down}, 1, up},
      {{down, down, unknown}, 1, unknown},
      {{down, down, down}, 1, down},
      {{up, up, down, unknown}, 2, up},
      {{up, down, unknown, down}, 2, unknown},
      {{up, down, down, down}, 2, down},
  };
  for (const Row& row : rows)
    EXPECT_EQ(verdict(row.checks, row.needed), row.verdict)
        << row.checks.size() << " checks, " << row.needed << " needed";
}

TEST(ServiceState, DisablingBeatsOrdersAndOrdersBeatChecks) {
  for (const State checks : {unknown, up, down}) {
    for (const Order order : {Order::none, Order::up, Order::down}) {
      for (const bool dampened : {false, true}) {
        ServiceSays says{ServiceStatus::up, checks, order, true, dampened};
        EXPECT_EQ(wanted_status(says), ServiceStatus::disabled);
        says.disabled = false;
        if (order == Order::none) continue;
        EXPECT_EQ(wanted_status(says),
                  order == Order::up ? ServiceStatus::up : ServiceStatus::down);
      }
    }
  }
}

TEST(ServiceState, ChecksThatSayNothingChangeNothing) {
  EXPECT_EQ(wanted_status({.status = ServiceStatus::up}), ServiceStatus::up);
  EXPECT_EQ(wanted_status({.status = ServiceStatus::down}), ServiceStatus::down);
  EXPECT_EQ(wanted_status({.status = ServiceStatus::unknown}), ServiceStatus::unknown);
  EXPECT_EQ(wanted_status({.status = ServiceStatus::disabled}), ServiceStatus::unknown)
      << "it is enabled again, and nothing has been looked at";
}

TEST(ServiceState, DampeningHoldsWhatChecksWouldBringUp) {
  EXPECT_EQ(wanted_status({.checks = up, .dampened = true}), ServiceStatus::down);
  EXPECT_EQ(wanted_status({.checks = up}), ServiceStatus::up);
  EXPECT_EQ(wanted_status({.checks = down}), ServiceStatus::down);
}

class DampeningTest : public testing::Test {
 protected:
  DampeningTest() {
    dampening_.configure({.after = 3, .within = base::seconds(60), .hold = base::seconds(30)});
  }
  static base::Tick at(std::int64_t s) { return base::Tick{} + base::seconds(1000 + s); }
  Dampening dampening_;
};

TEST_F(DampeningTest, SoManyFailuresWithinTheTimeBeginIt) {
  dampening_.note_failure(at(0), true);
  dampening_.note_failure(at(30), true);
  EXPECT_FALSE(dampening_.holds(at(30)));
  dampening_.note_failure(at(60), true);
  EXPECT_TRUE(dampening_.holds(at(89)));
  EXPECT_EQ(dampening_.deadline(), at(90));
  EXPECT_FALSE(dampening_.end(at(89)));
  EXPECT_TRUE(dampening_.end(at(90)));
  EXPECT_FALSE(dampening_.end(at(90))) << "once";
  EXPECT_EQ(dampening_.deadline(), base::never);
}

TEST_F(DampeningTest, OldFailuresDoNotCount) {
  dampening_.note_failure(at(0), true);
  dampening_.note_failure(at(61), true);
  dampening_.note_failure(at(122), true);
  EXPECT_FALSE(dampening_.holds(at(122)));
}

TEST_F(DampeningTest, AFailureWhileItHoldsMakesItLonger) {
  for (const int s : {0, 1, 2}) dampening_.note_failure(at(s), true);
  dampening_.note_failure(at(20), false);
  EXPECT_EQ(dampening_.deadline(), at(50));
}

TEST_F(DampeningTest, WithoutAConfigurationItNeverHolds) {
  Dampening none;
  for (int s = 0; s < 10; ++s) none.note_failure(at(s), true);
  EXPECT_FALSE(none.holds(at(10)));
}

}  // namespace
}  // namespace openbell::health
