// From one file to another: what takes the place of a route is there before the route goes, in
// however many slices.

#include "engine/told_test.h"

namespace openbell::engine {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string elsewhere = "11.0.0.0/8 next-hop 10.0.0.1 split /20";

class ChangeoverTest : public OnePeerTest {
 protected:
  /// Of what is sent now nothing withdraws the late route.
  void expect_no_withdrawal(ConnectionId peer) {
    for (const std::string& message : sent(peer)) {
      table_.take({message});
      EXPECT_NE(table_.of(late), "") << message.substr(0, 100);
    }
  }
  /// What the peer holds of the late route.
  std::string late_held(ConnectionId peer) {
    table_.take(sent(peer));
    return table_.of(late);
  }
};

TEST_F(ChangeoverTest, WhatMovesFromAServiceToTheFileIsNotWithdrawnBetween) {
  const ConnectionId peer = with(file("") + service("web", late_route + " med 1"));
  report("web", true);
  EXPECT_EQ(late_held(peer), attributes("01"));
  configure(file(configured(many)));
  expect_no_withdrawal(peer);
  EXPECT_EQ(table_.of(late), attributes());
}

TEST_F(ChangeoverTest, WhatMovesFromTheFileToAServiceIsNotWithdrawnBetween) {
  const ConnectionId peer = with(file(configured(late_route)) + service("web", route));
  report("web", true);
  EXPECT_EQ(late_held(peer), attributes());
  configure(file(configured(elsewhere)) +
            service("web", late_route + " med 1; route " + std::string(route)));
  expect_no_withdrawal(peer);
  EXPECT_EQ(table_.of(late), attributes("01"));
}

TEST_F(ChangeoverTest, WhatMovesFromAServiceOfManyRoutesToAnotherIsNotWithdrawnBetween) {
  const ConnectionId peer = with(file("") + service("web", many) + service("db", route));
  report("web", true);
  report("db", true);
  EXPECT_EQ(late_held(peer), attributes());
  configure(file("") + service("db", many + " med 1"));
  expect_no_withdrawal(peer);
  EXPECT_EQ(table_.of(late), attributes("01"));
}

TEST_F(ChangeoverTest, AServiceThatFallsMeanwhileKeepsWhatTheFileHasYetToSay) {
  const ConnectionId peer = with(file("") + service("web", late_route + " med 1"));
  report("web", true);
  EXPECT_EQ(late_held(peer), attributes("01"));
  hand_in(file(configured(many)) + service("web", route));
  turn();
  report("web", false);
  expect_no_withdrawal(peer);
  EXPECT_EQ(table_.of(late), attributes());
}

TEST_F(ChangeoverTest, AServiceThatClaimsItAgainMeanwhileKeepsIt) {
  const ConnectionId peer = with(file("") + service("web", late_route + " med 1"));
  report("web", true);
  EXPECT_EQ(late_held(peer), attributes("01"));
  hand_in(file(configured(elsewhere)) + service("web", route));
  turn();
  hand_in(file(configured(elsewhere)) + service("web", late_route + " med 2"));
  EXPECT_EQ(late_held(peer), attributes("02"));
  report("web", false);
  EXPECT_EQ(late_held(peer), "");
}

TEST_F(ChangeoverTest, ALaterFileTakesOverWhatAnEarlierOneHadToGiveUp) {
  const ConnectionId peer = with(file("") + service("web", late_route + " med 1"));
  report("web", true);
  EXPECT_EQ(late_held(peer), attributes("01"));
  hand_in(file(configured(many)));
  turn();
  hand_in(file(configured(many + " med 2")));
  expect_no_withdrawal(peer);
  EXPECT_EQ(table_.of(late), attributes("02"));
  configure(file(""));
  EXPECT_EQ(late_held(peer), "");
}

TEST_F(ChangeoverTest, WhomAServiceIsNotForAnyMoreHearsTheFileFirst) {
  const std::string other = neighbor("10.0.0.3");
  const ConnectionId peer = with(file("") + other + service("web", late_route + " med 1"));
  report("web", true);
  EXPECT_EQ(late_held(peer), attributes("01"));
  configure(file(configured(many)) + other +
            service("web", late_route + " med 2", "neighbor 10.0.0.3;"));
  expect_no_withdrawal(peer);
  EXPECT_EQ(table_.of(late), attributes());
}

TEST_F(ChangeoverTest, ANarrowedServiceKeepsItsPlaceAmongOthersWhereItStays) {
  const std::string other = neighbor("10.0.0.3");
  const std::string second = service("second", route + " med 2");
  const ConnectionId peer = with(file("") + other + service("first", route + " med 1") + second);
  const ConnectionId third = up("10.0.0.3");
  report("first", true);
  report("second", true);
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix, "01")));
  EXPECT_THAT(sent(third), ElementsAre(announced(prefix, "01")));
  configure(file("") + other + service("first", route + " med 1", "neighbor 10.0.0.2;") + second);
  EXPECT_THAT(sent(peer), IsEmpty());
  EXPECT_THAT(sent(third), ElementsAre(announced(prefix, "02")));
}

TEST_F(ChangeoverTest, WhomTheFirstServiceIsNotForIsNotToldWhatItSaidBefore) {
  const std::string other = neighbor("10.0.0.3");
  const std::string first = service("first", route + " med 1");
  const ConnectionId peer = with(file("") + other + first + service("second", route + " med 2"));
  report("first", true);
  report("second", true);
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix, "01")));
  configure(file("") + other + service("second", route + " med 3", "neighbor 10.0.0.3;") + first);
  EXPECT_THAT(sent(peer), IsEmpty());
}

TEST_F(ChangeoverTest, WhomAServiceIsForNowHearsItsRouteAndNotThatOfTheFile) {
  const std::string static_route = route + " med 3";
  const std::string other_static_route = route + " med 4";
  const ConnectionId peer = with(file("") + neighbor("10.0.0.3", configured(static_route)) +
                                 service("web", route + " med 1", "neighbor 10.0.0.2;"));
  const ConnectionId third = up("10.0.0.3");
  report("web", true);
  sent(peer);
  sent(third);
  configure(file("") + neighbor("10.0.0.3", configured(other_static_route)) +
            service("web", route + " med 2", "neighbor 10.0.0.3;"));
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
  EXPECT_THAT(sent(third), ElementsAre(announced(prefix, "02")));
}

TEST_F(ChangeoverTest, ServicesInAnotherOrderThatComesToTheSameAreNoNews) {
  const std::string first = service("first", route + " med 1");
  const std::string second = service("second", route + " med 1");
  const ConnectionId peer = with(file("") + first + second);
  report("first", true);
  report("second", true);
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix, "01")));
  configure(file("") + second + service("first", route + " med 5"));
  EXPECT_THAT(sent(peer), IsEmpty());
  report("second", false);
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix, "05")));
}

// --- processes that a file has no more

const std::string mortal = "process feed { run helper; encoder json; on-exit withdraw; }\n";
const std::string heir = "process heir { run other; encoder json; }\n";

std::string inherited(std::string_view routes) {
  return heir + neighbor("10.0.0.2", routes, "ipv4 unicast;", "heir");
}

TEST_F(ChangeoverTest, WhatTheFileHasOfAProcessThatItEndsStays) {
  const ConnectionId peer = with(file("", mortal));
  say("announce route " + late_route + " med 5");
  EXPECT_EQ(late_held(peer), attributes("05"));
  hand_in(inherited(configured(many)));
  turn();
  stage_.engine.on_helper_exited(HelperId{0}, "signal 15", stage_.now);
  expect_no_withdrawal(peer);
  EXPECT_EQ(table_.of(late), attributes());
}

TEST_F(ChangeoverTest, WhatOnlyAProcessThatItEndsHadGoesWithIt) {
  const ConnectionId peer = with(file("", mortal));
  say("announce route " + route + " med 5");
  sent(peer);
  hand_in(inherited(configured(many)));
  turn();
  stage_.engine.on_helper_exited(HelperId{0}, "signal 15", stage_.now);
  table_.take(sent(peer));
  EXPECT_EQ(table_.of(prefix), "");
  EXPECT_EQ(table_.size(), 4096u);
}

// A process that dies by itself is ahead of what is bulk, and what the file says of its routes
// follows.
TEST_F(ChangeoverTest, WhatTheFileHasOfAProcessThatDiesMeanwhileIsSaid) {
  const ConnectionId peer = with(file("", mortal));
  say("announce route " + late_route + " med 5");
  EXPECT_EQ(late_held(peer), attributes("05"));
  hand_in(file(configured(many), mortal));
  turn();
  stage_.engine.on_helper_exited(HelperId{0}, "signal 9", stage_.now);
  EXPECT_EQ(late_held(peer), attributes());
}

// --- plans

TEST_F(ChangeoverTest, ALongPlanThatIsBeingRevertedIsRevertedToTheEnd) {
  const std::string big = plan("big", "route " + many + ";");
  const ConnectionId peer = with(file("") + big);
  say("plan run big");
  EXPECT_EQ(late_held(peer), attributes());
  say("plan revert big");
  turn();
  hand_in(file("") + big);
  EXPECT_EQ(late_held(peer), "");
}

TEST_F(ChangeoverTest, AServiceThatComesBackHasTheOrdersOfPlansThatRun) {
  const std::string both = service("web", route) + plan("off", "service web down;");
  const ConnectionId peer = with(file("") + both);
  report("web", true);
  say("plan run off");
  EXPECT_THAT(sent(peer), testing::Contains(withdrawn(prefix)));
  configure(file(""));
  configure(file("") + both);
  report("web", true);
  EXPECT_THAT(sent(peer), IsEmpty());
  say("plan revert off");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
}

}  // namespace
}  // namespace openbell::engine
