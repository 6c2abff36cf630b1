// Who claims a prefix and what its peers are told: plans above services above the last word.

#include "engine/told_test.h"

namespace openbell::engine {
namespace {

using base::milliseconds;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

class ClaimsTest : public ToldTest {
 protected:
  /// One neighbor, its session up and quiet.
  ConnectionId with(const std::string& more, std::string_view of_neighbor = {}) {
    configure(feed + neighbor("10.0.0.2", of_neighbor) + more);
    return up("10.0.0.2");
  }
};

// --- services on one prefix

TEST_F(ClaimsTest, WhenTheFirstServiceFallsTheSecondIsToldInOneUpdate) {
  const ConnectionId peer =
      with(service("first", route + " med 1") + service("second", route + " med 2"));
  report("second", true);
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix, "02")));
  report("first", true);
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix, "01")));
  report("first", false);
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix, "02")));
  report("second", false);
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
}

TEST_F(ClaimsTest, AServiceBelowAnotherComesAndGoesInSilence) {
  const ConnectionId peer =
      with(service("first", route + " med 1") + service("second", route + " med 2"));
  report("first", true);
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix, "01")));
  report("second", true);
  EXPECT_THAT(sent(peer), IsEmpty());
  report("second", false);
  EXPECT_THAT(sent(peer), IsEmpty());
}

TEST_F(ClaimsTest, ServicesOfEqualBytesChangeHandsInSilence) {
  const ConnectionId peer = with(service("first", route) + service("second", route));
  report("first", true);
  report("second", true);
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
  report("first", false);
  EXPECT_THAT(sent(peer), IsEmpty());
  report("second", false);
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
}

TEST_F(ClaimsTest, AFallenServiceThatStaysWithOtherAttributesKeepsItsPlace) {
  const ConnectionId peer = with(service("first", route + " med 1", "when down { med 9; }") +
                                 service("second", route + " med 2"));
  report("first", true);
  report("second", true);
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix, "01")));
  report("first", false);
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix, "09")));
}

TEST_F(ClaimsTest, AReloadWithoutTheFirstServiceLeavesThePrefixToTheSecond) {
  const std::string rest = feed + neighbor("10.0.0.2") + service("second", route + " med 2");
  configure(rest + service("third", other_route));
  const ConnectionId peer = up("10.0.0.2");
  report("second", true);
  configure(feed + neighbor("10.0.0.2") + service("first", route + " med 1") +
            service("second", route + " med 2"));
  report("first", true);
  sent(peer);
  configure(rest);
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix, "02")));
}

TEST_F(ClaimsTest, AReloadInAnotherOrderTellsTheServiceThatIsFirstNow) {
  const std::string one = service("one", route + " med 1");
  const std::string two = service("two", route + " med 2");
  const ConnectionId peer = with(one + two);
  report("one", true);
  report("two", true);
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix, "01")));
  configure(feed + neighbor("10.0.0.2") + two + one);
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix, "02")));
}

TEST_F(ClaimsTest, TheConfigurationIsToldToHaveTwoOwnersOfAPrefix) {
  configure(feed + neighbor("10.0.0.2", configured(route)) + service("web", route));
  EXPECT_THAT(stage_.complaints, Contains(AllOf(HasSubstr("10.1.0.0/16"), HasSubstr("web"))));
  configure(feed + neighbor("10.0.0.2") + service("first", route) + service("second", route));
  EXPECT_THAT(stage_.complaints,
              Contains(AllOf(HasSubstr("10.1.0.0/16"), HasSubstr("first"), HasSubstr("second"))));
}

// --- words below a service

TEST_F(ClaimsTest, AStaticRouteUnderAServiceShowsAgainWhenItFalls) {
  const ConnectionId peer = with(service("web", route + " med 1"), configured(route + " med 5"));
  report("web", true);
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix, "01")));
  report("web", false);
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix, "05")));
}

TEST_F(ClaimsTest, AHelpersRouteUnderAServiceWaitsUntilItFalls) {
  const ConnectionId peer = with(service("web", route + " med 1"));
  report("web", true);
  sent(peer);
  EXPECT_EQ(answer("announce route " + route + " med 5"), "done\n");
  EXPECT_THAT(sent(peer), IsEmpty());
  report("web", false);
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix, "05")));
  EXPECT_EQ(answer("withdraw route " + route), "done\n");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
}

TEST_F(ClaimsTest, AWordOfTheServicesOwnBytesIsNoNewsWhenItFalls) {
  const ConnectionId peer = with(service("web", route));
  report("web", true);
  sent(peer);
  EXPECT_EQ(answer("announce route " + route), "done\n");
  report("web", false);
  EXPECT_THAT(sent(peer), IsEmpty());
}

TEST_F(ClaimsTest, AWordUnderAServiceIsWithdrawnInSilence) {
  const ConnectionId peer = with(service("web", route + " med 1"), configured(route + " med 5"));
  report("web", true);
  sent(peer);
  EXPECT_EQ(answer("withdraw route " + route), "done\n");
  EXPECT_THAT(sent(peer), IsEmpty());
  report("web", false);
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
}

TEST_F(ClaimsTest, ALeaseUnderAServiceEndsInSilence) {
  const ConnectionId peer = with(service("web", route + " med 1"));
  report("web", true);
  sent(peer);
  EXPECT_EQ(answer("announce route " + route + " med 5 lease 50ms"), "done\n");
  stage_.wait(milliseconds(60));
  EXPECT_THAT(sent(peer), IsEmpty());
  report("web", false);
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
}

TEST_F(ClaimsTest, AWatchdogUnderAServiceIsTurnedOffInSilence) {
  const ConnectionId peer =
      with(service("web", route + " med 1"), configured(route + " med 5 watchdog dog"));
  report("web", true);
  sent(peer);
  EXPECT_EQ(answer("withdraw watchdog dog"), "done\n");
  EXPECT_THAT(sent(peer), IsEmpty());
  report("web", false);
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
}

// --- withdrawing what is not one's own

TEST_F(ClaimsTest, AWithdrawOfWhatOnlyAServiceAnnouncesIsAnErrorThatNamesTheCommand) {
  const ConnectionId peer = with(service("web", route));
  report("web", true);
  sent(peer);
  const std::string receipt = answer("withdraw route 10.1.0.0/16 id x");
  EXPECT_THAT(receipt, HasSubstr("web announces it: service web down"));
  EXPECT_TRUE(receipt.ends_with("error\n")) << receipt;
  EXPECT_THAT(stage_.logged, HasSubstr("web announces it: service web down"));
  EXPECT_THAT(sent(peer), IsEmpty());
}

TEST_F(ClaimsTest, AWithdrawOfWhatOnlyAPlanAnnouncesIsAnErrorThatNamesTheCommand) {
  const ConnectionId peer = with(plan("move", "route " + route + ";"));
  EXPECT_EQ(answer("plan run move"), "done\n");
  sent(peer);
  const std::string receipt = answer("withdraw route 10.1.0.0/16 id x");
  EXPECT_THAT(receipt, HasSubstr("plan move announces it: plan revert move"));
  EXPECT_TRUE(receipt.ends_with("error\n")) << receipt;
  EXPECT_THAT(sent(peer), IsEmpty());
}

TEST_F(ClaimsTest, AWithdrawTakesTheWordsThatThereAreBesideAService) {
  configure(feed + neighbor("10.0.0.2") + neighbor("10.0.0.3") +
            service("web", route + " med 1", "neighbor [ 10.0.0.2 ];"));
  const ConnectionId second = up("10.0.0.2");
  const ConnectionId third = up("10.0.0.3");
  report("web", true);
  say("announce route " + route + " med 5");
  EXPECT_THAT(sent(second), ElementsAre(announced(prefix, "01")));
  EXPECT_THAT(sent(third), ElementsAre(announced(prefix, "05")));
  EXPECT_EQ(answer("withdraw route 10.1.0.0/16"), "done\n");
  EXPECT_THAT(sent(second), IsEmpty());
  EXPECT_THAT(sent(third), ElementsAre(withdrawn(prefix)));
}

TEST_F(ClaimsTest, AWithdrawOfWhatNobodyAnnouncesIsSentAllTheSame) {
  const ConnectionId peer = with(service("web", route));
  EXPECT_EQ(answer("withdraw route 10.1.0.0/16"), "done\n");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
}

// --- plans on a prefix

TEST_F(ClaimsTest, AHelperThatSaysItsRouteAgainDoesNotUndoAPlan) {
  const ConnectionId peer = with(plan("cut", "withdraw route 10.1.0.0/16;"));
  say("announce route " + route);
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
  EXPECT_EQ(answer("plan run cut"), "done\n");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
  EXPECT_EQ(answer("announce route " + route), "done\n");
  EXPECT_EQ(answer("announce route " + route + " med 5"), "done\n");
  EXPECT_THAT(sent(peer), IsEmpty());
  EXPECT_EQ(answer("plan revert cut"), "done\n");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix, "05")));
}

TEST_F(ClaimsTest, APlanSuppressesAServiceThatComesUp) {
  const ConnectionId peer =
      with(service("web", route) + plan("cut", "withdraw route 10.1.0.0/16;"));
  report("web", true);
  sent(peer);
  say("plan run cut");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
  report("web", false);
  report("web", true);
  EXPECT_THAT(sent(peer), IsEmpty());
  say("plan revert cut");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
}

TEST_F(ClaimsTest, APlanSuppressesForItsPeersOnly) {
  configure(feed + neighbor("10.0.0.2") + neighbor("10.0.0.3") +
            plan("cut", "withdraw route 10.1.0.0/16; neighbor [ 10.0.0.2 ];"));
  const ConnectionId second = up("10.0.0.2");
  const ConnectionId third = up("10.0.0.3");
  say("plan run cut");
  sent(second);
  say("announce route " + route);
  EXPECT_THAT(sent(second), IsEmpty());
  EXPECT_THAT(sent(third), ElementsAre(announced(prefix)));
}

TEST_F(ClaimsTest, ASuppressedPrefixIsNotToldToASessionThatComesUp) {
  configure(feed + neighbor("10.0.0.2", configured(route)) +
            plan("cut", "withdraw route 10.1.0.0/16;"));
  say("plan run cut");
  say("announce route " + route + " med 5");
  stage_.settle();
  const ConnectionId peer = stage_.dialled("10.0.0.2");
  stage_.answer(peer);
  stage_.introduce(peer, outside());
  EXPECT_EQ(table_of(peer).of(prefix), "");
}

TEST_F(ClaimsTest, ARevertRestoresNothingThatWasTakenBackMeanwhile) {
  const ConnectionId peer = with(plan("move", "route " + route + " med 1;"));
  say("announce route " + route + " med 5");
  sent(peer);
  say("plan run move");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix, "01")));
  EXPECT_EQ(answer("withdraw route 10.1.0.0/16"), "done\n");
  EXPECT_THAT(sent(peer), IsEmpty());
  say("plan revert move");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
}

TEST_F(ClaimsTest, AServiceUnderAPlanShowsAsItIsAfterTheRevert) {
  const ConnectionId peer =
      with(service("web", route + " med 1") + plan("move", "route " + route + " med 7;"));
  report("web", true);
  sent(peer);
  say("plan run move");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix, "07")));
  report("web", false);
  EXPECT_THAT(sent(peer), IsEmpty());
  say("plan revert move");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
}

TEST_F(ClaimsTest, OfSeveralPlansOnAPrefixTheOneRunLastIsTold) {
  const ConnectionId peer =
      with(plan("a", "route " + route + " med 1;") + plan("b", "route " + route + " med 2;"));
  say("plan run b");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix, "02")));
  say("plan run a");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix, "01")));
  say("plan revert a");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix, "02")));
  say("plan run a");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix, "01")));
  say("plan revert b");
  EXPECT_THAT(sent(peer), IsEmpty());
  say("plan revert a");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
}

TEST_F(ClaimsTest, APlanThatAnnouncesIsAboveOneThatSuppressedBefore) {
  const ConnectionId peer =
      with(plan("cut", "withdraw route 10.1.0.0/16;") + plan("move", "route " + route + ";"));
  say("plan run cut");
  sent(peer);
  say("plan run move");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
  say("plan revert move");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
  say("announce route " + route + " med 5");
  EXPECT_THAT(sent(peer), IsEmpty());
  say("plan revert cut");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix, "05")));
}

// --- plans that order services

TEST_F(ClaimsTest, AnOrderOfTheOperatorWaitsUntilThePlanIsReverted) {
  const ConnectionId peer = with(service("web", route) + plan("dr", "service web down;"));
  report("web", true);
  sent(peer);
  say("plan run dr");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
  EXPECT_EQ(answer("service web up"), "done\n");
  report("web", false);
  EXPECT_THAT(sent(peer), IsEmpty());
  say("plan revert dr");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
}

TEST_F(ClaimsTest, AnOperatorsEnableWaitsUntilThePlanIsReverted) {
  const ConnectionId peer = with(service("web", route) + plan("dr", "service web up;"));
  report("web", true);
  say("service web down");
  sent(peer);
  say("plan run dr");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
  report("web", false);
  EXPECT_EQ(answer("service web enable"), "done\n");
  EXPECT_THAT(sent(peer), IsEmpty());
  say("plan revert dr");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
}

TEST_F(ClaimsTest, APlanThatRunsFollowsANeighborOfItsListAndNobodyElse) {
  const auto file = [](std::string_view one, std::string_view two) {
    return feed + neighbor(one) + neighbor(two) + range() +
           plan("move", "route " + route + "; neighbor [ " + std::string(one) + " 10.1.0.0/16 ];");
  };
  configure(file("10.0.0.2", "10.1.0.4"));
  say("plan run move");
  configure(file("10.0.0.8", "10.1.0.4"));
  configure(file("10.0.0.8", "10.0.0.9"));
  stage_.wait(milliseconds(1));
  const ConnectionId follows = stage_.dialled("10.0.0.8");
  stage_.answer(follows);
  stage_.introduce(follows, outside());
  EXPECT_EQ(table_of(follows).of(prefix), attributes());
  const ConnectionId other = stage_.dialled("10.0.0.9");
  stage_.answer(other);
  stage_.introduce(other, outside());
  EXPECT_EQ(table_of(other).of(prefix), "");
}

TEST_F(ClaimsTest, OfSeveralPlansOrdersTheOneOfTheLastRunHolds) {
  const ConnectionId peer = with(service("web", route) + plan("off", "service web down;") +
                                 plan("on", "service web up;"));
  report("web", true);
  sent(peer);
  say("plan run off");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
  say("plan run on");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
  say("plan revert off");
  EXPECT_THAT(sent(peer), IsEmpty());
  say("plan revert on");
  EXPECT_THAT(sent(peer), IsEmpty());
}

TEST_F(ClaimsTest, ARevertGivesAServiceBackToTheOrderOfAPlanThatStillRuns) {
  const ConnectionId peer = with(service("web", route) + plan("off", "service web down;") +
                                 plan("on", "service web up;"));
  report("web", true);
  say("plan run off");
  say("plan run on");
  sent(peer);
  say("plan revert on");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
  say("plan revert off");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
}

// --- consequences

TEST_F(ClaimsTest, APlanThatAPlanCausesReachesThePeers) {
  const ConnectionId peer =
      with(service("web", route) + plan("first", "service web down;") +
           plan("second", "route " + other_route + "; when service web down;"));
  report("web", true);
  sent(peer);
  stage_.wait(milliseconds(20));
  ASSERT_THAT(answer("show plans"), HasSubstr("plan first armed"));
  say("plan run first");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix), announced(other_prefix)));
  EXPECT_EQ(answer("show adj-rib out"),
            "10.0.0.2 ipv4 unicast 10.2.0.0/16 next-hop 10.0.0.1\ndone\n");
}

TEST_F(ClaimsTest, APlanThatAPlanCausesRunsAfterItAndIsAboveIt) {
  const ConnectionId peer = with(
      service("web", route) + plan("first", "service web down; route " + other_route + " med 1;") +
      plan("second", "route " + other_route + " med 2; when service web down;"));
  report("web", true);
  sent(peer);
  say("plan run first");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix), announced(other_prefix, "02")));
  say("plan revert second");
  EXPECT_THAT(sent(peer), ElementsAre(announced(other_prefix, "01")));
}

TEST_F(ClaimsTest, WhatFollowsFromOneHeldChangeComesBeforeTheNextIsReleased) {
  const ConnectionId peer =
      with(service("web", other_route) + plan("first", "route " + route + ";") +
           plan("second", "route " + route + " med 1; when service web down;") +
           "guard { frozen mon 10:00-11:00 UTC; }\n");
  report("web", true);
  PeerTable table;
  table.take(sent(peer));
  stage_.minute = 630;
  say("service web down");
  say("plan run first");
  ASSERT_THAT(sent(peer), IsEmpty());
  say("guard release all");
  table.take(sent(peer));
  EXPECT_EQ(table.routes(), (std::map<std::string, std::string>{{prefix, attributes()}}));
}

TEST_F(ClaimsTest, AChainOfConsequencesEndsInTheTurnInWhichItBegan) {
  const ConnectionId peer =
      with(service("web", route) + service("db", other_route) +
           plan("first", "service db down; when service web down;") +
           plan("second", "route 10.3.0.0/16 next-hop 10.0.0.1; when service db down;"));
  report("web", true);
  report("db", true);
  PeerTable table;
  table.take(sent(peer));
  stage_.wait(milliseconds(20));
  ASSERT_EQ(table.size(), 2u);
  report("web", false);
  turn();
  table.take(stage_.sent(peer));
  EXPECT_THAT(table.routes(), ElementsAre(Pair("100A03", attributes())));
}

TEST_F(ClaimsTest, WhatAPlanCausesStaysWhenThePlanIsRunArmedInATurnWithOtherNews) {
  const ConnectionId peer =
      with(service("web", route) + plan("first", "service web down;") +
           plan("second", "route " + other_route + "; when service web down;"));
  report("web", true);
  PeerTable table;
  table.take(sent(peer));
  stage_.wait(milliseconds(20));
  say("plan run first");
  say("announce route 10.3.0.0/16 next-hop 10.0.0.1");
  turn();
  table.take(stage_.sent(peer));
  EXPECT_EQ(table.of(prefix), "");
  EXPECT_EQ(table.of(other_prefix), attributes());
  EXPECT_EQ(table.of("100A03"), attributes());
}

TEST_F(ClaimsTest, ArmedBytesAreStaleWhenAHiddenWordHasChanged) {
  const ConnectionId peer = with(service("web", route) + plan("first", "service web down;"));
  report("web", true);
  sent(peer);
  stage_.wait(milliseconds(20));
  say("announce route " + route + " med 7");
  ASSERT_THAT(sent(peer), IsEmpty());
  say("plan run first");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix, "07")));
  say("plan revert first");
  say("withdraw route 10.1.0.0/16");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
  stage_.wait(milliseconds(20));
  EXPECT_THAT(answer("show plans"), HasSubstr("plan first armed"));
  say("plan run first");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
}

TEST_F(ClaimsTest, ArmedBytesAreNotWrittenWhenAPlanThatFollowsSaysSomethingElse) {
  const ConnectionId peer = with(
      service("web", route) + plan("first", "service web down; route " + other_route + " med 1;") +
      plan("second", "route " + other_route + " med 2; when service web down;"));
  report("web", true);
  sent(peer);
  stage_.wait(milliseconds(20));
  ASSERT_THAT(answer("show plans"), HasSubstr("plan first armed"));
  say("plan run first");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix), announced(other_prefix, "02")));
}

TEST_F(ClaimsTest, AnArmedPlanReachesAPeerThatWasBehind) {
  configure(feed + neighbor("10.0.0.2") + neighbor("10.0.0.3") + service("web", route) +
            plan("first", "service web down; route " + other_route + ";"));
  const ConnectionId quick = up("10.0.0.2");
  const ConnectionId slow = up("10.0.0.3");
  report("web", true);
  PeerTable table;
  table.take(sent(slow));
  stage_.wires[slow].blocked = true;
  say("announce route 10.3.0.0/16 next-hop 10.0.0.1");
  say("announce route 10.4.0.0/16 next-hop 10.0.0.1 med 1");
  sent(quick);
  stage_.wait(milliseconds(20));
  say("plan run first");
  EXPECT_THAT(sent(quick), ElementsAre(withdrawn(prefix), announced(other_prefix)));
  stage_.drain(slow);
  table.take(sent(slow));
  EXPECT_THAT(table.routes(),
              ElementsAre(Pair(other_prefix, attributes()), Pair("100A03", attributes()),
                          Pair("100A04", attributes("01"))));
}

TEST_F(ClaimsTest, AnArmedPlanReachesAllToWhomAServiceWasWidened) {
  const auto text = [](std::string_view whom) {
    return feed + neighbor("10.0.0.2") + neighbor("10.0.0.3") + service("web", route, whom) +
           plan("first", "service web down;");
  };
  configure(text("neighbor 10.0.0.2;"));
  const ConnectionId second = up("10.0.0.2");
  const ConnectionId third = up("10.0.0.3");
  report("web", true);
  EXPECT_THAT(sent(second), ElementsAre(announced(prefix)));
  configure(text(""));
  EXPECT_THAT(sent(third), ElementsAre(announced(prefix)));
  stage_.wait(milliseconds(20));
  ASSERT_THAT(answer("show plans"), HasSubstr("plan first armed"));
  say("plan run first");
  EXPECT_THAT(sent(second), ElementsAre(withdrawn(prefix)));
  EXPECT_THAT(sent(third), ElementsAre(withdrawn(prefix)));
}

TEST_F(ClaimsTest, ACycleOfPlansEnds) {
  const ConnectionId peer = with(service("web", route) + service("db", other_route) +
                                 plan("a", "service db down; when service web down;") +
                                 plan("b", "service web up; when service db down;"));
  report("web", true);
  report("db", true);
  PeerTable table;
  table.take(sent(peer));
  report("web", false);
  table.take(sent(peer));
  EXPECT_EQ(table.of(prefix), attributes());
  EXPECT_EQ(table.of(other_prefix), "");
  EXPECT_EQ(answer("show plans"), "plan a running runs 1\nplan b running runs 1\ndone\n");
}

// --- clear

TEST_F(ClaimsTest, AClearLeavesAServiceAndTakesTheWordBelowIt) {
  const ConnectionId peer = with(service("web", route + " med 1"), configured(route + " med 5"));
  report("web", true);
  sent(peer);
  EXPECT_EQ(answer("clear adj-rib out"), "done\n");
  EXPECT_THAT(sent(peer), IsEmpty());
  report("web", false);
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
}

TEST_F(ClaimsTest, AClearLeavesAPlanAndTakesTheWordBelowIt) {
  const ConnectionId peer = with(plan("move", "route " + route + " med 1;"));
  say("announce route " + route + " med 5");
  say("plan run move");
  sent(peer);
  say("clear adj-rib out");
  EXPECT_THAT(sent(peer), IsEmpty());
  say("plan revert move");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
}

TEST_F(ClaimsTest, AClearEndsWordsOfEveryKind) {
  const std::string empty = feed + neighbor("10.0.0.2");
  configure(empty);
  const ConnectionId peer = up("10.0.0.2");
  configure(feed +
            neighbor("10.0.0.2", configured(route) + configured(other_route + " watchdog dog")));
  say("announce route 10.3.0.0/16 next-hop 10.0.0.1");
  say("announce route 10.4.0.0/16 next-hop 10.0.0.1 lease 50ms");
  PeerTable table;
  table.take(sent(peer));
  ASSERT_EQ(table.size(), 4u);
  say("clear adj-rib out");
  table.take(sent(peer));
  EXPECT_EQ(table.size(), 0u);
  stage_.wait(milliseconds(60));
  EXPECT_THAT(sent(peer), IsEmpty());
}

TEST_F(ClaimsTest, AClearIsForThePeersOfTheCommand) {
  configure(feed + neighbor("10.0.0.2") + neighbor("10.0.0.3"));
  const ConnectionId second = up("10.0.0.2");
  const ConnectionId third = up("10.0.0.3");
  say("announce route " + route);
  sent(second);
  sent(third);
  EXPECT_EQ(answer("neighbor 10.0.0.2 clear adj-rib out"), "done\n");
  EXPECT_THAT(sent(second), ElementsAre(withdrawn(prefix)));
  EXPECT_THAT(sent(third), IsEmpty());
}

TEST_F(ClaimsTest, TheVeryRouteSaidAfterAClearInItsTurnStays) {
  const ConnectionId peer = with("");
  PeerTable table;
  say("announce route " + route);
  table.take(sent(peer));
  say("clear adj-rib out");
  say("announce route " + route);
  table.take(sent(peer));
  EXPECT_EQ(table.of(prefix), attributes());
}

TEST_F(ClaimsTest, AfterAClearAReloadBringsConfiguredRoutesBack) {
  const ConnectionId peer = with("", configured(route));
  say("clear adj-rib out");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
  configure(feed + neighbor("10.0.0.2", configured(route)));
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
}

TEST_F(ClaimsTest, AfterAClearAFlushBringsConfiguredRoutesBack) {
  const ConnectionId peer = with("", configured(route));
  say("clear adj-rib out");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
  EXPECT_EQ(answer("flush adj-rib out"), "done\n");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
}

TEST_F(ClaimsTest, OfAPrefixThatAFileHasTwiceAFlushBringsTheLastBack) {
  const ConnectionId peer = with("", configured(route) + configured(route + " med 5"));
  say("clear adj-rib out");
  sent(peer);
  say("flush adj-rib out");
  PeerTable table;
  table.take(sent(peer));
  EXPECT_EQ(table.of(prefix), attributes("05"));
}

TEST_F(ClaimsTest, AFlushBringsBackOnlyWhatNobodyHasSaidOtherwise) {
  const ConnectionId peer = with("", "static { route " + route + "; route " + other_route +
                                         "; route 10.3.0.0/16 next-hop 10.0.0.1 watchdog dog; } ");
  say("announce route " + route + " med 5");
  say("withdraw route 10.2.0.0/16");
  say("withdraw watchdog dog");
  PeerTable table;
  sent(peer);
  EXPECT_EQ(answer("flush adj-rib out"), "done\n");
  table.take(sent(peer));
  EXPECT_EQ(table.of(prefix), attributes("05"));
  EXPECT_EQ(table.of(other_prefix), attributes());
  EXPECT_EQ(table.of("100A03"), "");
}

// --- leases and watchdogs

TEST_F(ClaimsTest, ALaterWordEndsALeaseForThePeersThatItIsFor) {
  configure(feed + neighbor("10.0.0.2") + neighbor("10.0.0.3"));
  const ConnectionId second = up("10.0.0.2");
  const ConnectionId third = up("10.0.0.3");
  say("announce route " + route + " lease 50ms");
  say("neighbor 10.0.0.3 announce route " + route);
  sent(second);
  sent(third);
  stage_.wait(milliseconds(60));
  EXPECT_THAT(sent(second), ElementsAre(withdrawn(prefix)));
  EXPECT_THAT(sent(third), IsEmpty());
}

TEST_F(ClaimsTest, ALeaseEndsWithTheWordThatItBelongsTo) {
  const ConnectionId peer = with("", configured(route));
  say("announce route " + route + " med 5 lease 50ms");
  sent(peer);
  configure(feed + neighbor("10.0.0.2", configured(route)));
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
  stage_.wait(milliseconds(60));
  EXPECT_THAT(sent(peer), IsEmpty());
}

TEST_F(ClaimsTest, AWatchdogIsForThePeersOfTheCommand) {
  const std::string watched = configured(route + " watchdog dog withdraw");
  configure(feed + neighbor("10.0.0.2", watched) + neighbor("10.0.0.3", watched));
  const ConnectionId second = up("10.0.0.2");
  const ConnectionId third = up("10.0.0.3");
  EXPECT_EQ(answer("neighbor 10.0.0.3 announce watchdog dog"), "done\n");
  EXPECT_THAT(sent(second), IsEmpty());
  EXPECT_THAT(sent(third), ElementsAre(announced(prefix)));
}

// --- what is shown is what is told

TEST_F(ClaimsTest, ASessionThatComesBackIsToldTheHighestClaims) {
  configure(feed + neighbor("10.0.0.2", configured(route + " med 5")) +
            service("web", route + " med 1") + plan("cut", "withdraw route " + other_route + ";"));
  report("web", true);
  say("plan run cut");
  say("announce route " + route + " med 6");
  say("announce route " + other_route);
  say("announce route 10.3.0.0/16 next-hop 10.0.0.1");
  stage_.settle();
  for (int round = 0; round < 2; ++round) {
    const ConnectionId peer = stage_.dialled("10.0.0.2");
    ASSERT_NE(peer, no_connection);
    stage_.answer(peer);
    stage_.introduce(peer, outside());
    EXPECT_THAT(table_of(peer).routes(),
                ElementsAre(Pair(prefix, attributes("01")), Pair("100A03", attributes())));
    stage_.wires[peer].closed = true;
    stage_.engine.on_closed(peer, "reset by peer", stage_.now);
    stage_.wait(base::seconds(1));
  }
}

TEST_F(ClaimsTest, ShowAdjRibOutHasWhatPeersAreToldAndNothingElse) {
  const ConnectionId peer =
      with(service("web", route + " med 1") + plan("cut", "withdraw route 10.2.0.0/16;"),
           configured(route + " med 5") + configured(other_route));
  report("web", true);
  say("plan run cut");
  say("announce route " + other_route + " med 5");
  sent(peer);
  const std::string shown = answer("show adj-rib out extensive");
  EXPECT_THAT(shown, HasSubstr("ipv4 unicast 10.1.0.0/16 next-hop 10.0.0.1 med 1\n"));
  EXPECT_THAT(shown, Not(HasSubstr("med 5")));
  EXPECT_THAT(shown, Not(HasSubstr("10.2.0.0/16")));
}

// --- show route

TEST_F(ClaimsTest, ShowRouteListsEveryClaimWithItsClaimantAndWhatPeersWereTold) {
  const ConnectionId peer =
      with(service("web", route + " med 1") + plan("move", "route " + route + " med 7;"));
  say("announce route " + route + " med 5");
  report("web", true);
  say("plan run move");
  sent(peer);
  const std::string shown = answer("show route 10.1.0.0/16");
  EXPECT_TRUE(shown.ends_with("done\n")) << shown;
  EXPECT_THAT(shown, HasSubstr("plan move"));
  EXPECT_THAT(shown, HasSubstr("service web"));
  EXPECT_THAT(shown, HasSubstr("feed"));
  EXPECT_THAT(shown, HasSubstr("announce route " + route + " med 5"));
  EXPECT_THAT(shown, HasSubstr("plan run move"));
  EXPECT_THAT(shown, HasSubstr("10.0.0.2"));
  EXPECT_THAT(shown, HasSubstr("med 7"));
}

TEST_F(ClaimsTest, ShowRouteKnowsWhoSaidWhatWasCoveredMeanwhile) {
  const ConnectionId peer =
      with(service("web", route + " med 1") + plan("move", "route " + route + " med 7;"));
  const std::string said = ": announce route " + route + " med 5\n";
  say("announce route " + route + " med 5");
  const std::string before = answer("show route 10.1.0.0/16");
  ASSERT_THAT(before, HasSubstr(said));
  for (int time = 0; time < 2; ++time) {
    report("web", true);
    EXPECT_THAT(answer("show route 10.1.0.0/16"), HasSubstr(said));
    report("web", false);
    EXPECT_THAT(answer("show route 10.1.0.0/16"), HasSubstr(said));
    say("plan run move");
    say("plan revert move");
    EXPECT_EQ(answer("show route 10.1.0.0/16"), before);
  }
  sent(peer);
}

TEST_F(ClaimsTest, ShowRouteKnowsWhoSaidWhatWasCoveredWhenItWasSaid) {
  const ConnectionId peer = with(service("web", route + " med 1"));
  report("web", true);
  say("announce route " + route + " med 5");
  report("web", false);
  EXPECT_THAT(answer("show route 10.1.0.0/16"),
              HasSubstr(": announce route " + route + " med 5\n"));
  sent(peer);
}

TEST_F(ClaimsTest, ShowRouteOfWhatNobodyClaimsListsNothing) {
  with(service("web", route));
  const std::string shown = answer("show route 10.9.0.0/16");
  EXPECT_TRUE(shown.ends_with("done\n")) << shown;
  EXPECT_THAT(shown, Not(HasSubstr("service")));
}

}  // namespace
}  // namespace openbell::engine
