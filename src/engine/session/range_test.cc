// Neighbors born of a range: whatever holds for the range holds for them, also for those who come
// later.

#include "engine/told_test.h"

namespace openbell::engine {
namespace {

using base::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string mortal = "process feed { run helper; encoder json; on-exit withdraw; }\n";
const std::string one = "10.1.2.3";
const std::string two = "10.1.2.4";

class RangeTest : public ToldTest {
 protected:
  bool is_neighbor(const std::string& address) {
    return answer("show neighbor summary").find(address + " ") != std::string::npos;
  }
  std::size_t lines_of_summary(std::string_view address) {
    const std::string lines = "\n" + answer("show neighbor summary");
    std::size_t count = 0;
    for (std::size_t at = 0; (at = lines.find("\n" + std::string(address), at)) != lines.npos; ++at)
      ++count;
    return count;
  }
  void say_open(ConnectionId connection) {
    std::uint8_t message[bgp::message_size_max];
    stage_.receive(connection, session::encode_local_open(outside(), 65001, message));
  }
};

// --- what is said before and after a birth

TEST_F(RangeTest, ANewbornIsToldWhatItsRangeIsTold) {
  configure(feed + range(configured(route)));
  say("announce route " + other_route);
  EXPECT_EQ(
      table_of(born(one)).routes(),
      (std::map<std::string, std::string>{{prefix, attributes()}, {other_prefix, attributes()}}));
}

TEST_F(RangeTest, ACommandReachesTheBornAndThoseBornLater) {
  configure(feed + range());
  const ConnectionId first = born_quiet(one);
  say("announce route " + route);
  EXPECT_THAT(sent(first), ElementsAre(announced(prefix)));
  const ConnectionId second = born(two);
  EXPECT_EQ(table_of(second).of(prefix), attributes());
  say("withdraw route 10.1.0.0/16");
  EXPECT_THAT(sent(first), ElementsAre(withdrawn(prefix)));
  EXPECT_THAT(sent(second), ElementsAre(withdrawn(prefix)));
  EXPECT_EQ(table_of(born("10.1.2.5")).of(prefix), "");
}

TEST_F(RangeTest, ASelectorThatNamesTheRangeIsForTheBornAndThoseBornLater) {
  configure(feed + range() + neighbor("10.0.0.2"));
  const ConnectionId other = up("10.0.0.2");
  const ConnectionId first = born_quiet(one);
  EXPECT_EQ(answer("neighbor 10.1.0.0/16 announce route " + route), "done\n");
  EXPECT_THAT(sent(first), ElementsAre(announced(prefix)));
  EXPECT_THAT(sent(other), IsEmpty());
  const ConnectionId second = born(two);
  EXPECT_EQ(table_of(second).of(prefix), attributes());
  EXPECT_EQ(answer("neighbor 10.1.0.0/16 withdraw route 10.1.0.0/16"), "done\n");
  EXPECT_THAT(sent(first), ElementsAre(withdrawn(prefix)));
  EXPECT_THAT(sent(second), ElementsAre(withdrawn(prefix)));
}

TEST_F(RangeTest, ASelectorOfEverybodyIsForThoseBornLater) {
  configure(feed + range() + neighbor("10.0.0.2"));
  const ConnectionId other = up("10.0.0.2");
  EXPECT_EQ(answer("neighbor * announce route " + route), "done\n");
  EXPECT_THAT(sent(other), ElementsAre(announced(prefix)));
  const ConnectionId peer = born(one);
  EXPECT_EQ(table_of(peer).of(prefix), attributes());
  EXPECT_EQ(answer("neighbor * withdraw route 10.1.0.0/16"), "done\n");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
}

TEST_F(RangeTest, WhatIsSaidToOneOfTheBornIsItsOwn) {
  configure(feed + range());
  const ConnectionId first = born_quiet(one);
  const ConnectionId second = born_quiet(two);
  EXPECT_EQ(answer("neighbor 10.1.2.3 announce route " + route), "done\n");
  EXPECT_THAT(sent(first), ElementsAre(announced(prefix)));
  EXPECT_THAT(sent(second), IsEmpty());
  EXPECT_EQ(table_of(born("10.1.2.5")).of(prefix), "");
}

TEST_F(RangeTest, WhatIsSaidToOneOfTheBornEndsWithIt) {
  configure(feed + range());
  const ConnectionId first = born_quiet(one);
  say("neighbor 10.1.2.3 announce route " + route);
  sent(first);
  gone(first);
  stage_.settle();
  EXPECT_EQ(table_of(born(two)).of(prefix), "");
  EXPECT_EQ(table_of(born(one)).of(prefix), "");
}

TEST_F(RangeTest, WhatOneOfTheBornWasToldOtherwiseEndsWithIt) {
  configure(feed + range(configured(route)));
  const ConnectionId first = born_quiet(one);
  const ConnectionId second = born_quiet(two);
  say("neighbor 10.1.2.3 withdraw route 10.1.0.0/16");
  EXPECT_THAT(sent(first), ElementsAre(withdrawn(prefix)));
  EXPECT_THAT(sent(second), IsEmpty());
  gone(first);
  stage_.settle();
  EXPECT_EQ(table_of(born(one)).of(prefix), attributes());
}

TEST_F(RangeTest, APeerThatComesBackInTheSameTurnBeginsAnew) {
  configure(feed + range(configured(route)));
  const ConnectionId first = born_quiet(one);
  say("neighbor 10.1.2.3 announce route " + other_route);
  sent(first);
  gone(first);
  const PeerTable table = table_of(born(one));
  EXPECT_EQ(table.of(prefix), attributes());
  EXPECT_EQ(table.of(other_prefix), "");
}

TEST_F(RangeTest, AnotherWhoGetsTheNumberOfOneWhoLeftInheritsNothing) {
  configure(feed + range(configured(route)) + neighbor("10.0.0.2"));
  for (int round = 0; round < 3; ++round) {
    SCOPED_TRACE(round);
    const ConnectionId first = born_quiet(one);
    say("neighbor 10.1.2.3 announce route " + other_route + " lease 50ms");
    say("neighbor 10.1.2.3 withdraw route 10.1.0.0/16");
    sent(first);
    gone(first);
    stage_.settle();
    const ConnectionId second = born(two);
    EXPECT_EQ(table_of(second).routes(),
              (std::map<std::string, std::string>{{prefix, attributes()}}));
    stage_.wait(milliseconds(60));
    EXPECT_THAT(sent(second), IsEmpty());
    gone(second);
    stage_.settle();
  }
}

TEST_F(RangeTest, OfTwoRangesTheLongerOneGivesBirth) {
  configure(feed + range(configured(route)) +
            neighbor("10.1.2.0/24", "passive true; " + configured(other_route)));
  EXPECT_EQ(table_of(born(one)).routes(),
            (std::map<std::string, std::string>{{other_prefix, attributes()}}));
  EXPECT_EQ(table_of(born("10.1.9.9")).routes(),
            (std::map<std::string, std::string>{{prefix, attributes()}}));
}

// --- what ends words reaches those born later

TEST_F(RangeTest, AHelpersDeathReachesThoseBornAfterItsWords) {
  configure(mortal + range());
  const ConnectionId first = born_quiet(one);
  say("announce route " + route);
  sent(first);
  const ConnectionId second = born_quiet(two);
  stage_.engine.on_helper_exited(HelperId{0}, "signal 9", stage_.now);
  EXPECT_THAT(sent(first), ElementsAre(withdrawn(prefix)));
  EXPECT_THAT(sent(second), ElementsAre(withdrawn(prefix)));
}

TEST_F(RangeTest, ALeaseEndsForThoseBornAfterItsWord) {
  configure(feed + range());
  say("announce route " + route + " lease 50ms");
  stage_.settle();
  const ConnectionId peer = born(one);
  EXPECT_EQ(table_of(peer).of(prefix), attributes());
  stage_.wait(milliseconds(60));
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
}

TEST_F(RangeTest, ARenewedLeaseHoldsForThoseBornAfterItsWord) {
  configure(feed + range());
  say("announce route " + route + " lease 50ms");
  stage_.settle();
  const ConnectionId peer = born_quiet(one);
  stage_.wait(milliseconds(40));
  EXPECT_EQ(answer("renew"), "done\n");
  stage_.wait(milliseconds(40));
  EXPECT_THAT(sent(peer), IsEmpty());
  stage_.wait(milliseconds(20));
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
}

TEST_F(RangeTest, ALeaseOfAPeerThatHasGoneIsNoneToRenew) {
  configure(feed + range());
  const ConnectionId peer = born_quiet(one);
  say("neighbor 10.1.2.3 announce route " + route + " lease 1h");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
  gone(peer);
  stage_.settle();
  EXPECT_EQ(answer("renew"), "error\n");
}

TEST_F(RangeTest, AWatchdogTurnedOffReachesThoseBornBefore) {
  configure(feed + range(configured(route + " watchdog dog")));
  const ConnectionId peer = born(one);
  EXPECT_EQ(table_of(peer).of(prefix), attributes());
  EXPECT_EQ(answer("withdraw watchdog dog"), "done\n");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
  EXPECT_EQ(answer("announce watchdog dog"), "done\n");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
}

TEST_F(RangeTest, AWatchdogTurnedOnIsOnForThoseBornLater) {
  configure(feed + range(configured(route + " watchdog dog withdraw")));
  EXPECT_EQ(answer("announce watchdog dog"), "done\n");
  const ConnectionId peer = born(one);
  EXPECT_EQ(table_of(peer).of(prefix), attributes());
  EXPECT_EQ(answer("withdraw watchdog dog"), "done\n");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
  EXPECT_EQ(table_of(born(two)).of(prefix), "");
}

TEST_F(RangeTest, AWatchdogOfACommandedRouteReachesThoseBornLater) {
  configure(feed + range());
  EXPECT_EQ(answer("announce route " + route + " watchdog dog withdraw"), "done\n");
  const ConnectionId peer = born(one);
  EXPECT_EQ(table_of(peer).of(prefix), "");
  EXPECT_EQ(answer("announce watchdog dog"), "done\n");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
}

TEST_F(RangeTest, AWatchdogOfOneOfTheBornIsItsOwnAndEndsWithIt) {
  configure(feed + range(configured(route + " watchdog dog")));
  const ConnectionId first = born_quiet(one);
  const ConnectionId second = born_quiet(two);
  EXPECT_EQ(answer("neighbor 10.1.2.3 withdraw watchdog dog"), "done\n");
  EXPECT_THAT(sent(first), ElementsAre(withdrawn(prefix)));
  EXPECT_THAT(sent(second), IsEmpty());
  gone(first);
  stage_.settle();
  EXPECT_EQ(table_of(born(one)).of(prefix), attributes());
}

TEST_F(RangeTest, AClearReachesThoseBornBefore) {
  configure(feed + range(configured(route)));
  const ConnectionId peer = born_quiet(one);
  say("clear adj-rib out");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
  EXPECT_EQ(table_of(born(two)).of(prefix), "");
}

TEST_F(RangeTest, AClearForOneOfTheBornEndsWithIt) {
  configure(feed + range(configured(route)));
  const ConnectionId first = born_quiet(one);
  const ConnectionId second = born_quiet(two);
  EXPECT_EQ(answer("neighbor 10.1.2.3 clear adj-rib out"), "done\n");
  EXPECT_THAT(sent(first), ElementsAre(withdrawn(prefix)));
  EXPECT_THAT(sent(second), IsEmpty());
  gone(first);
  stage_.settle();
  EXPECT_EQ(table_of(born(one)).of(prefix), attributes());
}

TEST_F(RangeTest, AFlushAfterAClearBringsTheRoutesOfTheRangeBack) {
  configure(feed + range(configured(route)));
  const ConnectionId peer = born_quiet(one);
  say("clear adj-rib out");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
  EXPECT_EQ(answer("flush adj-rib out"), "done\n");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
  EXPECT_EQ(table_of(born(two)).of(prefix), attributes());
}

TEST_F(RangeTest, AClearLeavesAServiceAtThoseBornWhileItWasUp) {
  configure(feed + range() + service("web", route));
  report("web", true);
  stage_.settle();
  const ConnectionId peer = born(one);
  EXPECT_EQ(table_of(peer).of(prefix), attributes());
  say("clear adj-rib out");
  EXPECT_THAT(sent(peer), IsEmpty());
  report("web", false);
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
}

// --- services and plans

TEST_F(RangeTest, AServiceIsForTheNeighborsThatItsListHasTheTitlesOf) {
  const std::string single = neighbor("10.1.0.0");  // the first address of the range
  for (const bool of_range : {false, true}) {
    Stage stage;
    ASSERT_TRUE(stage.configure(
        feed + single + range() +
        service("web", route, of_range ? "neighbor [ 10.1.0.0/16 ];" : "neighbor [ 10.1.0.0 ];")))
        << stage.refusal;
    const ConnectionId alone = stage.establish("10.1.0.0", outside());
    const ConnectionId member = stage.knock("10.0.0.1", "10.1.2.3");
    stage.introduce(member, outside());
    stage.settle();
    stage.sent(alone);
    stage.sent(member);
    stage.report("web", true, "gone");
    stage.settle();
    EXPECT_EQ(stage.sent(alone).size(), of_range ? 0u : 1u);
    EXPECT_EQ(stage.sent(member).size(), of_range ? 1u : 0u);
  }
}

TEST_F(RangeTest, AServiceFailsForThoseBornWhileItWasUp) {
  for (const char* whom : {"", "neighbor [ 10.1.0.0/16 ];"}) {
    SCOPED_TRACE(whom);
    configure(feed + range() + service("web", route, whom));
    report("web", true);
    stage_.settle();
    const ConnectionId peer = born(one);
    EXPECT_EQ(table_of(peer).of(prefix), attributes());
    report("web", false);
    EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
    report("web", true);
    EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
    gone(peer);
    report("web", false);
    stage_.settle();
  }
}

TEST_F(RangeTest, ANewbornIsToldTheServiceAndNotTheWordBelowIt) {
  configure(feed + range(configured(route + " med 5")) + service("web", route + " med 1"));
  report("web", true);
  stage_.settle();
  const ConnectionId peer = born(one);
  EXPECT_EQ(table_of(peer).of(prefix), attributes("01"));
  report("web", false);
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix, "05")));
}

TEST_F(RangeTest, ARevertReachesThoseBornWhileThePlanRan) {
  configure(feed + range() + plan("move", "route " + route + ";"));
  say("plan run move");
  stage_.settle();
  const ConnectionId peer = born(one);
  EXPECT_EQ(table_of(peer).of(prefix), attributes());
  EXPECT_EQ(answer("plan revert move"), "done\n");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
}

TEST_F(RangeTest, APlanSuppressesForThoseBornWhileItRuns) {
  configure(feed + range(configured(route)) + plan("cut", "withdraw route 10.1.0.0/16;"));
  say("plan run cut");
  stage_.settle();
  const ConnectionId peer = born(one);
  EXPECT_EQ(table_of(peer).of(prefix), "");
  EXPECT_EQ(answer("plan revert cut"), "done\n");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
}

TEST_F(RangeTest, AnArmedPlanReachesThoseBornSinceItWasArmed) {
  configure(feed + range() + plan("move", "route " + route + ";"));
  const ConnectionId first = born_quiet(one);
  stage_.wait(milliseconds(20));
  const ConnectionId second = born_quiet(two);
  EXPECT_EQ(answer("plan run move"), "done\n");
  EXPECT_THAT(sent(first), ElementsAre(announced(prefix)));
  EXPECT_THAT(sent(second), ElementsAre(announced(prefix)));
}

TEST_F(RangeTest, AHeldCommandIsForThoseBornMeanwhileToo) {
  configure(feed + range() + "guard { frozen mon 09:30-16:00 UTC; }");
  stage_.minute = 10 * 60;
  say("announce route " + route);
  stage_.settle();
  const ConnectionId peer = born_quiet(one);
  EXPECT_EQ(answer("guard release all"), "done\n");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
  EXPECT_EQ(table_of(born(two)).of(prefix), attributes());
}

// --- reloads

TEST_F(RangeTest, AReloadOfRoutesReachesTheBorn) {
  configure(feed + range("static { route " + route + "; route " + other_route + "; } "));
  const ConnectionId peer = born(one);
  PeerTable table = table_of(peer);
  configure(feed +
            range("static { route " + route + " med 5; route 10.3.0.0/16 next-hop 10.0.0.1; } "));
  table.take(sent(peer));
  EXPECT_EQ(table.routes(), (std::map<std::string, std::string>{{prefix, attributes("05")},
                                                                {"100A03", attributes()}}));
  EXPECT_FALSE(stage_.wires[peer].closed);
}

TEST_F(RangeTest, AReloadOfOtherSettingsEndsTheSessionsAndHoldsForTheNext) {
  configure(feed + range());
  const ConnectionId peer = born_quiet(one);
  configure(feed + range("hold-time 30;"));
  const Messages messages = stage_.sent(peer);
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_TRUE(messages[0].starts_with("3:0606")) << messages[0];
  EXPECT_TRUE(stage_.wires[peer].closed);
  const ConnectionId next = born(one);
  const Messages anew = sent(next);
  ASSERT_FALSE(anew.empty());
  EXPECT_TRUE(anew[0].starts_with("1:04FDE8001E")) << anew[0];
}

TEST_F(RangeTest, AReloadOfThePasswordEndsTheSessions) {
  configure(feed + range("md5-password old;"));
  const ConnectionId peer = born_quiet(one);
  configure(feed + range("md5-password new;"));
  EXPECT_TRUE(stage_.wires[peer].closed);
}

TEST_F(RangeTest, AReloadOfTheDescriptionLeavesTheSessionsAlone) {
  configure(feed + range("description old;"));
  const ConnectionId peer = born_quiet(one);
  configure(feed + range("description new;"));
  EXPECT_THAT(sent(peer), IsEmpty());
  EXPECT_FALSE(stage_.wires[peer].closed);
}

TEST_F(RangeTest, ARemovedRangeEndsItsSessionsAndRefusesTheNext) {
  configure(feed + range() + neighbor("10.0.0.2"));
  const ConnectionId peer = born_quiet(one);
  configure(feed + neighbor("10.0.0.2"));
  const Messages messages = stage_.sent(peer);
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_TRUE(messages[0].starts_with("3:0603")) << messages[0];
  EXPECT_TRUE(stage_.wires[peer].closed);
  EXPECT_EQ(stage_.knock("10.0.0.1", one), no_connection);
}

// --- from an address to a range and back

TEST_F(RangeTest, ANeighborThatBecomesARangeIsGoneAndTheRangeListens) {
  configure(feed + neighbor(one, "passive true; " + configured(route)));
  const ConnectionId before = born_quiet(one);
  say("announce route " + other_route);
  sent(before);
  configure(feed + range(configured(route)));
  EXPECT_TRUE(stage_.wires[before].closed);
  EXPECT_TRUE(stage_.sent(before).front().starts_with("3:0603"));
  EXPECT_EQ(lines_of_summary("10.1."), 1u);
  // What was said to the one is not for all of the others.
  for (const std::string& address : {one, two})
    EXPECT_EQ(table_of(born(address)).routes(),
              (std::map<std::string, std::string>{{prefix, attributes()}}));
}

TEST_F(RangeTest, ANeighborOutsideOfTheRangeThatTakesItsPlaceIsAnotherToo) {
  configure(feed + neighbor("10.9.0.1", "passive true; "));
  say("announce route " + route);
  stage_.settle();
  configure(feed + range());
  EXPECT_EQ(table_of(born(one)).size(), 0u);
  EXPECT_EQ(stage_.knock("10.0.0.1", "10.9.0.1"), no_connection);
}

TEST_F(RangeTest, TwoNeighborsThatBecomeOneRangeAreGone) {
  configure(feed + neighbor(one, "passive true; ") + neighbor(two, "passive true; "));
  const ConnectionId first = born_quiet(one);
  const ConnectionId second = born_quiet(two);
  configure(feed + range());
  EXPECT_TRUE(stage_.wires[first].closed);
  EXPECT_TRUE(stage_.wires[second].closed);
  EXPECT_EQ(lines_of_summary("10.1."), 1u);
  EXPECT_NE(born(one), no_connection);
  EXPECT_NE(born(two), no_connection);
  EXPECT_EQ(lines_of_summary("10.1."), 3u);
}

TEST_F(RangeTest, ARangeThatBecomesANeighborIsGoneWithItsBorn) {
  configure(feed + range());
  const ConnectionId before = born_quiet(one);
  say("announce route " + route);
  sent(before);
  configure(feed + neighbor(one, "passive true; "));
  EXPECT_TRUE(stage_.wires[before].closed);
  EXPECT_EQ(lines_of_summary("10.1."), 1u);
  EXPECT_EQ(table_of(born(one)).size(), 0u);
  EXPECT_EQ(stage_.knock("10.0.0.1", two), no_connection);
}

TEST_F(RangeTest, ARangeOfAnotherLengthKeepsTheSessionsOfThoseThatAreStillInIt) {
  configure(feed + range());
  const ConnectionId inside = born_quiet("10.1.0.5");
  const ConnectionId beyond = born_quiet("10.1.9.5");
  say("announce route " + route);
  sent(inside);
  sent(beyond);
  configure(feed + neighbor("10.1.0.0/24", "passive true; "));
  EXPECT_THAT(sent(inside), IsEmpty());
  EXPECT_FALSE(stage_.wires[inside].closed);
  EXPECT_TRUE(stage_.wires[beyond].closed);
  EXPECT_EQ(stage_.knock("10.0.0.1", "10.1.9.5"), no_connection);
  EXPECT_EQ(table_of(born("10.1.0.6")).of(prefix), attributes());
  say("withdraw route 10.1.0.0/16");
  EXPECT_THAT(sent(inside), ElementsAre(withdrawn(prefix)));
  configure(feed + neighbor("10.1.0.0/20", "passive true; "));
  EXPECT_FALSE(stage_.wires[inside].closed);
  EXPECT_NE(stage_.knock("10.0.0.1", "10.1.9.5"), no_connection);
}

TEST_F(RangeTest, ARangeElsewhereListensThereAndEndsTheSessionsOfBefore) {
  configure(feed + range());
  const ConnectionId before = born_quiet(one);
  say("announce route " + route);
  sent(before);
  configure(feed + neighbor("10.2.0.0/16", "passive true; "));
  EXPECT_TRUE(stage_.wires[before].closed);
  EXPECT_EQ(lines_of_summary("10.1."), 0u);
  EXPECT_EQ(stage_.knock("10.0.0.1", one), no_connection);
  EXPECT_EQ(table_of(born("10.2.0.5")).of(prefix), attributes());
}

TEST_F(RangeTest, ANeighborWithTheAddressOfOneOfTheBornTakesItsPlace) {
  configure(feed + range());
  const ConnectionId before = born_quiet(one);
  configure(feed + range() + neighbor(one, "passive true; " + configured(route)));
  EXPECT_TRUE(stage_.wires[before].closed);
  EXPECT_EQ(lines_of_summary("10.1."), 2u);
  EXPECT_EQ(table_of(born(one)).of(prefix), attributes());
  EXPECT_EQ(lines_of_summary("10.1."), 2u);
}

TEST_F(RangeTest, ANeighborThatMovesToTheAddressOfOneOfTheBornTakesItsPlace) {
  configure(feed + range() + neighbor("10.0.0.2", "passive true; hold-time 30;"));
  say("neighbor 10.0.0.2 announce route " + route);
  const ConnectionId before = born_quiet(one);
  configure(feed + range() + neighbor(one, "passive true; hold-time 30;"));
  EXPECT_TRUE(stage_.wires[before].closed);
  EXPECT_EQ(lines_of_summary("10.1."), 2u);
  EXPECT_EQ(table_of(born(one)).of(prefix), attributes());
}

TEST_F(RangeTest, ALongerRangeTakesThoseWhoAreInIt) {
  configure(feed + range());
  const ConnectionId inside = born_quiet(one);
  const ConnectionId beyond = born_quiet("10.1.9.5");
  configure(feed + range() + neighbor("10.1.2.0/24", "passive true; " + configured(route)));
  EXPECT_TRUE(stage_.wires[inside].closed);
  EXPECT_FALSE(stage_.wires[beyond].closed);
  EXPECT_EQ(table_of(born(one)).of(prefix), attributes());
  EXPECT_THAT(sent(beyond), IsEmpty());
}

TEST_F(RangeTest, AReloadGivesTheBornOtherHelpers) {
  configure(feed + "process other { run helper; }\n" + range());
  const ConnectionId peer = born_quiet(one);
  configure(feed + "process other { run helper; }\n" +
            neighbor("10.1.0.0/16", "passive true;", "ipv4 unicast;", "other"));
  EXPECT_EQ(answer("announce route " + route), "error\n");
  EXPECT_EQ(answer("announce route " + route, stage_.helper_named("other")), "done\n");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
}

// --- strangers

TEST_F(RangeTest, AStrangerIsNoNeighborBeforeItsOpenIsAccepted) {
  configure(feed + range());
  const ConnectionId stranger = stage_.knock("10.0.0.1", one);
  ASSERT_NE(stranger, no_connection);
  stage_.settle();
  EXPECT_FALSE(is_neighbor(one));
  EXPECT_EQ(answer("neighbor 10.1.2.3 announce route " + route), "error\n");
  stage_.introduce(stranger, outside());
  stage_.settle();
  EXPECT_TRUE(is_neighbor(one));
}

TEST_F(RangeTest, AStrangerWhoseOpenIsRefusedNeverWasANeighbor) {
  configure(feed + range());
  const ConnectionId stranger = stage_.knock("10.0.0.1", one);
  ASSERT_NE(stranger, no_connection);
  std::uint8_t message[bgp::message_size_max];
  stage_.receive(stranger, session::encode_local_open(
                               Stage::speaker(65009, "10.0.0.2", {bgp::Family::ipv4_unicast}),
                               65009, message));
  const Messages messages = sent(stranger);
  ASSERT_FALSE(messages.empty());
  EXPECT_TRUE(messages.back().starts_with("3:0202")) << messages.back();
  EXPECT_TRUE(stage_.wires[stranger].closed);
  EXPECT_FALSE(is_neighbor(one));
}

TEST_F(RangeTest, StrangersWhoSayNothingAreSentAwayAfterAWhile) {
  configure(feed + range());
  const ConnectionId stranger = stage_.knock("10.0.0.1", one);
  ASSERT_NE(stranger, no_connection);
  stage_.wait(base::seconds(300));
  EXPECT_TRUE(stage_.wires[stranger].closed);
}

TEST_F(RangeTest, StrangersWhoComeAndGoAreNotSeen) {
  configure(feed + range(configured(route)));
  std::vector<ConnectionId> strangers;
  for (int i = 1; i <= 100; ++i)
    strangers.push_back(stage_.knock("10.0.0.1", "10.1.100." + std::to_string(i)));
  stage_.settle();
  EXPECT_EQ(answer("show neighbor summary").find("10.1.100."), std::string::npos);
  for (const ConnectionId stranger : strangers) gone(stranger);
  EXPECT_EQ(table_of(born(one)).of(prefix), attributes());
}

TEST_F(RangeTest, AStrangerOfARangeThatIsRemovedIsSentAway) {
  configure(feed + range() + neighbor("10.0.0.2"));
  const ConnectionId stranger = stage_.knock("10.0.0.1", one);
  ASSERT_NE(stranger, no_connection);
  stage_.settle();
  configure(feed + neighbor("10.0.0.2"));
  if (!stage_.wires[stranger].closed) stage_.introduce(stranger, outside());
  stage_.settle();
  EXPECT_TRUE(stage_.wires[stranger].closed);
  EXPECT_FALSE(is_neighbor(one));
}

TEST_F(RangeTest, OfTwoConnectionsOfAStrangerOneIsLeft) {
  configure(feed + range(configured(route)));
  const ConnectionId first = stage_.knock("10.0.0.1", one);
  const ConnectionId second = stage_.knock("10.0.0.1", one);
  ASSERT_NE(first, no_connection);
  for (const ConnectionId each : {first, second}) {
    if (each == no_connection || stage_.wires[each].closed) continue;
    stage_.introduce(each, outside());
    stage_.settle();
  }
  const bool first_left = !stage_.wires[first].closed;
  EXPECT_NE(first_left, second != no_connection && !stage_.wires[second].closed);
  EXPECT_EQ(table_of(first_left ? first : second).of(prefix), attributes());
}

TEST_F(RangeTest, ABornPeerRefusesAnotherConnection) {
  configure(feed + range());
  const ConnectionId peer = born_quiet(one);
  const ConnectionId another = stage_.knock("10.0.0.1", one);
  if (another != no_connection) stage_.introduce(another, outside());
  stage_.settle();
  EXPECT_EQ(stage_.sent(another != no_connection ? another : stage_.refused).back(), "3:0607");
  EXPECT_FALSE(stage_.wires[peer].closed);
}

TEST_F(RangeTest, ABornPeerIsNoNeighborAfterItsSession) {
  configure(feed + range());
  const ConnectionId peer = born_quiet(one);
  EXPECT_TRUE(is_neighbor(one));
  gone(peer);
  stage_.settle();
  EXPECT_FALSE(is_neighbor(one));
  EXPECT_EQ(answer("neighbor 10.1.2.3 announce route " + route), "error\n");
}

TEST_F(RangeTest, AConnectionOnWhichNothingWasSaidDoesNotKeepABornPeer) {
  configure(feed + range());
  const ConnectionId first = stage_.knock("10.0.0.1", one);
  say_open(first);
  stage_.settle();
  ASSERT_TRUE(is_neighbor(one));
  say("neighbor 10.1.2.3 announce route " + route);
  // A peer that connects twice has given up its first connection.
  const ConnectionId silent = stage_.knock("10.0.0.1", one);
  ASSERT_NE(silent, no_connection);
  stage_.settle();
  EXPECT_TRUE(stage_.wires[first].closed);
  EXPECT_FALSE(is_neighbor(one));
  EXPECT_EQ(answer("neighbor 10.1.2.3 announce route " + other_route), "error\n");
  EXPECT_FALSE(stage_.wires[silent].closed);
  stage_.introduce(silent, outside());
  stage_.settle();
  EXPECT_TRUE(is_neighbor(one));
  EXPECT_THAT(table_of(silent).routes(), IsEmpty());
}

TEST_F(RangeTest, WhoIsHeardOnAnotherConnectionBeginsAnewAlsoBeforeTheTurnEnds) {
  configure(feed + range(configured(route)));
  const ConnectionId first = stage_.knock("10.0.0.1", one);
  say_open(first);
  say("neighbor 10.1.2.3 announce route " + other_route);
  const ConnectionId second = stage_.knock("10.0.0.1", one);
  ASSERT_NE(second, no_connection);
  gone(first);
  say("neighbor 10.1.2.3 announce route " + other_route);
  stage_.introduce(second, outside());
  EXPECT_THAT(heard(), HasSubstr("error\n"));
  EXPECT_EQ(table_of(second).routes(),
            (std::map<std::string, std::string>{{prefix, attributes()}}));
}

}  // namespace
}  // namespace openbell::engine
