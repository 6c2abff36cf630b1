// The last word counts, wherever the slices of earlier ones are.

#include "engine/told_test.h"

namespace openbell::engine {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Routes = std::map<std::string, std::string>;

const std::string mortal = "process feed { run helper; encoder json; on-exit withdraw; }\n";

class LastWordTest : public OnePeerTest {
 protected:
  /// What the peer holds when all is quiet.
  const Routes& held(ConnectionId peer) {
    table_.take(sent(peer));
    return table_.routes();
  }
};

// --- reload after reload

TEST_F(LastWordTest, OfTwoReloadsInQuickSuccessionTheLastCounts) {
  const ConnectionId peer = with(file(configured(route)));
  hand_in(file(configured(route) + configured(many)));
  turn();
  hand_in(file(configured(route)));
  EXPECT_EQ(held(peer), (Routes{{prefix, attributes()}}));
}

TEST_F(LastWordTest, AReloadThatIsTakenBackLeavesEverythingInPlace) {
  const ConnectionId peer = with(file(configured(many)));
  ASSERT_EQ(table_.size(), many_count);
  hand_in(file(configured(route)));
  turn();
  turn();
  hand_in(file(configured(many)));
  EXPECT_EQ(held(peer).size(), many_count);
  EXPECT_EQ(table_.of(early), attributes());
  EXPECT_EQ(table_.of(prefix), "");
}

TEST_F(LastWordTest, OfManyReloadsTheLastCounts) {
  const ConnectionId peer = with(file(configured(many)));
  for (int med = 1; med <= 4; ++med) {
    hand_in(file(configured(many + " med " + std::to_string(med))));
    turn();
    turn();
  }
  hand_in(file(configured(late_route + " med 9")));
  EXPECT_EQ(held(peer), (Routes{{late, attributes("09")}}));
}

TEST_F(LastWordTest, TwoReloadsInOneTurnAreOne) {
  const ConnectionId peer = with(file(configured(route)));
  hand_in(file(configured(many)));
  hand_in(file(configured(route)));
  EXPECT_EQ(held(peer), (Routes{{prefix, attributes()}}));
}

TEST_F(LastWordTest, OfThreeHundredThousandRoutesThatAReloadTakesBackNoneStays) {
  // 262,144 and 32,768 and 8,192.
  const std::string crowd =
      "static { route 10.0.0.0/8 next-hop 10.0.0.1 split /26; "
      "route 11.0.0.0/8 next-hop 10.0.0.1 split /23; "
      "route 12.0.0.0/8 next-hop 10.0.0.1 split /21; } ";
  const std::string single = configured("13.0.0.0/8 next-hop 10.0.0.1");
  const ConnectionId peer = with(file(single));
  hand_in(file(single + crowd));
  for (int i = 0; i < 100; ++i) turn();
  hand_in(file(single));
  EXPECT_EQ(held(peer), (Routes{{"080D", attributes()}}));
}

// --- commands while a reload runs

TEST_F(LastWordTest, ACommandOnARouteThatARunningReloadRemovesStays) {
  const ConnectionId peer = with(file(configured(many)));
  hand_in(file(""));
  turn();
  say("announce route " + early_route + " med 5");
  say("announce route " + late_route + " med 5");
  EXPECT_EQ(held(peer), (Routes{{early, attributes("05")}, {late, attributes("05")}}));
}

TEST_F(LastWordTest, TheVeryRouteSaidWhileAReloadRemovesItStays) {
  const ConnectionId peer = with(file(configured(many)));
  hand_in(file(""));
  turn();
  say("announce route " + early_route);
  say("announce route " + late_route);
  EXPECT_EQ(held(peer), (Routes{{early, attributes()}, {late, attributes()}}));
}

TEST_F(LastWordTest, ARouteWithdrawnWhileAReloadAddsItIsGone) {
  const ConnectionId peer = with(file(""));
  hand_in(file(configured(many)));
  turn();
  say("withdraw route " + early_route);
  say("withdraw route " + late_route);
  EXPECT_EQ(held(peer).size(), many_count - 2);
  EXPECT_EQ(table_.of(early), "");
  EXPECT_EQ(table_.of(late), "");
}

TEST_F(LastWordTest, AnotherPathSaidWhileAReloadAddsTheRouteStays) {
  const ConnectionId peer = with(file(""));
  hand_in(file(configured(many)));
  turn();
  say("announce route " + late_route + " med 5");
  EXPECT_EQ(held(peer).size(), many_count);
  EXPECT_EQ(table_.of(late), attributes("05"));
}

TEST_F(LastWordTest, AWatchdogTurnedOffWhileAReloadAddsItsRoutesCounts) {
  const ConnectionId peer = with(file(""));
  hand_in(file(configured(many + " watchdog dog")));
  turn();
  say("withdraw watchdog dog");
  EXPECT_THAT(held(peer), IsEmpty());
}

// --- clear

TEST_F(LastWordTest, AClearWhileAReloadAddsRoutesTakesThemAll) {
  const ConnectionId peer = with(file(""));
  hand_in(file(configured(many)));
  turn();
  say("clear adj-rib out");
  EXPECT_THAT(held(peer), IsEmpty());
}

TEST_F(LastWordTest, AReloadWhileAClearRunsSaysEverythingAgain) {
  const ConnectionId peer = with(file(configured(many)));
  say("clear adj-rib out");
  turn();
  hand_in(file(configured(many)));
  EXPECT_EQ(held(peer).size(), many_count);
}

TEST_F(LastWordTest, ARouteSaidWhileAClearRunsStays) {
  const ConnectionId peer = with(file(configured(many)));
  say("clear adj-rib out");
  turn();
  say("announce route " + early_route);
  say("announce route " + late_route);
  EXPECT_EQ(held(peer), (Routes{{early, attributes()}, {late, attributes()}}));
}

TEST_F(LastWordTest, AFlushWhileAClearRunsBringsConfiguredRoutesBack) {
  const ConnectionId peer = with(file(configured(many)));
  say("clear adj-rib out");
  turn();
  EXPECT_EQ(answer("flush adj-rib out"), "done\n");
  EXPECT_EQ(held(peer).size(), many_count);
}

TEST_F(LastWordTest, AFlushThatIsAheadOfTheClearBeforeItBringsConfiguredRoutesBack) {
  const ConnectionId peer = with(file(configured(many)));
  configure(file(configured(other_route) + configured(many)));
  ASSERT_EQ(held(peer).size(), many_count + 1);
  say("clear adj-rib out");
  say("flush adj-rib out");
  EXPECT_EQ(held(peer).size(), many_count + 1);
}

TEST_F(LastWordTest, AFlushBehindALongWithdrawBringsConfiguredRoutesBack) {
  const ConnectionId peer = with(file(configured(late_route)));
  say("announce route " + many + " med 7");
  ASSERT_EQ(held(peer).size(), many_count);
  say("withdraw route 10.0.0.0/8 split /20");
  say("flush adj-rib out");
  EXPECT_EQ(held(peer), (std::map<std::string, std::string>{{late, attributes()}}));
}

TEST_F(LastWordTest, AFlushBehindALongStatementAndAClearBringsConfiguredRoutesBack) {
  const ConnectionId peer = with(file(configured(many)));
  say("announce route " + many + " med 8");
  say("clear adj-rib out");
  say("flush adj-rib out");
  const auto& routes = held(peer);
  EXPECT_EQ(routes.size(), many_count);
  EXPECT_EQ(routes.at(late), attributes());
}

TEST_F(LastWordTest, AFlushLeavesTheVeryLastWord) {
  const ConnectionId peer = with(file(configured(route)));
  say("announce route " + route + " med 5");
  say("flush adj-rib out");
  EXPECT_EQ(held(peer).at(prefix), attributes("05"));
}

TEST_F(LastWordTest, WhatIsSaidWhileAFlushWaitsIsLater) {
  const ConnectionId peer = with(file(configured(many)));
  say("withdraw route 10.0.0.0/8 split /20");
  say("flush adj-rib out");
  say("announce route " + late_route + " med 7");
  say("withdraw route 10.0.0.0/20");
  const auto& routes = held(peer);
  EXPECT_EQ(routes.size(), many_count - 1);
  EXPECT_EQ(routes.at(late), attributes("07"));
}

// --- helpers that die

TEST_F(LastWordTest, WhatAHelperStartedAnewSaysWhileTheOldRoutesAreWithdrawnStays) {
  const ConnectionId peer = with(file("", mortal));
  say("announce route " + many);
  table_.take(sent(peer));
  ASSERT_EQ(table_.size(), many_count);
  stage_.engine.on_helper_exited(HelperId{0}, "signal 9", stage_.now);
  stage_.engine.on_helper_started(HelperId{0}, 1001, stage_.now);
  say("announce route " + late_route);
  EXPECT_EQ(held(peer), (Routes{{late, attributes()}}));
}

TEST_F(LastWordTest, AReloadWhileADeadHelpersRoutesAreWithdrawnCounts) {
  const ConnectionId peer = with(file(configured(late_route), mortal));
  say("announce route " + many + " med 5");
  table_.take(sent(peer));
  stage_.engine.on_helper_exited(HelperId{0}, "signal 9", stage_.now);
  hand_in(file(configured(late_route), mortal));
  EXPECT_EQ(held(peer), (Routes{{late, attributes()}}));
}

// --- births

class BirthTest : public LastWordTest {
 protected:
  /// In the middle of being born: what is there to tell has not been told.
  ConnectionId being_born() {
    const ConnectionId peer = born("10.1.2.3");
    turn();
    return peer;
  }
};

TEST_F(BirthTest, AWithdrawWhileAPeerIsBornCounts) {
  configure(feed + range(configured(many)));
  const ConnectionId peer = being_born();
  say("withdraw route " + early_route);
  say("withdraw route " + late_route);
  EXPECT_EQ(held(peer).size(), many_count - 2);
  EXPECT_EQ(table_.of(late), "");
}

TEST_F(BirthTest, AnotherPathSaidWhileAPeerIsBornCounts) {
  configure(feed + range(configured(many)));
  const ConnectionId peer = being_born();
  say("announce route " + late_route + " med 5");
  say("neighbor 10.1.2.3 announce route " + early_route + " med 6");
  EXPECT_EQ(held(peer).size(), many_count);
  EXPECT_EQ(table_.of(late), attributes("05"));
  EXPECT_EQ(table_.of(early), attributes("06"));
}

TEST_F(BirthTest, AClearWhileAPeerIsBornTakesEverything) {
  configure(feed + range(configured(many)));
  const ConnectionId peer = being_born();
  say("clear adj-rib out");
  EXPECT_THAT(held(peer), IsEmpty());
}

TEST_F(BirthTest, AReloadWhileAPeerIsBornReachesIt) {
  configure(feed + range(configured(many)));
  const ConnectionId peer = being_born();
  hand_in(feed + range(configured(late_route + " med 5")));
  EXPECT_EQ(held(peer), (Routes{{late, attributes("05")}}));
}

TEST_F(BirthTest, AHelpersDeathWhileAPeerIsBornReachesIt) {
  configure(mortal + range());
  say("announce route " + many);
  stage_.settle();
  const ConnectionId peer = being_born();
  stage_.engine.on_helper_exited(HelperId{0}, "signal 9", stage_.now);
  EXPECT_THAT(held(peer), IsEmpty());
}

TEST_F(BirthTest, APeerBornWhileAReloadRunsHoldsWhatTheFileSays) {
  configure(feed + range(configured(many)));
  hand_in(feed + range(configured(late_route + " med 5")));
  turn();
  EXPECT_EQ(held(being_born()), (Routes{{late, attributes("05")}}));
}

TEST_F(BirthTest, APeerBornWhileAClearRunsHoldsNothing) {
  configure(feed + range(configured(many)));
  say("clear adj-rib out");
  turn();
  EXPECT_THAT(held(being_born()), IsEmpty());
}

TEST_F(BirthTest, APeerThatIsGoneBeforeItWasToldEverythingBeginsAnew) {
  configure(feed + range(configured(many)));
  const ConnectionId first = being_born();
  say("neighbor 10.1.2.3 withdraw route " + late_route);
  gone(first);
  EXPECT_EQ(held(being_born()).size(), many_count);
}

// --- services with many routes

TEST_F(LastWordTest, AServiceThatFlapsWhileItsRoutesAreInSlicesEndsAsItIs) {
  const ConnectionId peer = with(file("") + service("web", many));
  for (const bool up : {true, false, true, false}) {
    report("web", up);
    turn();
  }
  EXPECT_THAT(held(peer), IsEmpty());
  for (const bool up : {true, false, true}) {
    report("web", up);
    turn();
  }
  EXPECT_EQ(held(peer).size(), many_count);
}

TEST_F(LastWordTest, AWordSaidWhileAServiceFallsInSlicesShows) {
  const ConnectionId peer = with(file("") + service("web", many));
  report("web", true);
  table_.take(sent(peer));
  report("web", false);
  turn();
  say("announce route " + late_route + " med 5");
  EXPECT_EQ(held(peer), (Routes{{late, attributes("05")}}));
}

TEST_F(LastWordTest, AWordSaidWhileAServiceRisesInSlicesWaitsBelowIt) {
  const ConnectionId peer = with(file("") + service("web", many));
  report("web", true);
  turn();
  say("announce route " + late_route + " med 5");
  EXPECT_EQ(held(peer).size(), many_count);
  EXPECT_EQ(table_.of(late), attributes());
  report("web", false);
  EXPECT_EQ(held(peer), (Routes{{late, attributes("05")}}));
}

// --- a watchdog of many routes

TEST_F(LastWordTest, WhatIsSaidWhileAWatchdogIsTurnedStays) {
  const ConnectionId peer = with(file(configured(many + " watchdog dog")));
  say("withdraw watchdog dog");
  turn();
  say("announce route " + early_route);
  say("announce route " + late_route);
  EXPECT_EQ(held(peer), (Routes{{early, attributes()}, {late, attributes()}}));
  say("announce watchdog dog");
  turn();
  say("withdraw route " + late_route);
  EXPECT_EQ(held(peer).size(), many_count - 1);
  EXPECT_EQ(table_.of(late), "");
}

TEST_F(LastWordTest, AWatchdogThatIsTurnedBackMeanwhileStandsAsWasSaidLast) {
  const ConnectionId peer = with(file(configured(many + " watchdog dog")));
  say("withdraw watchdog dog");
  turn();
  say("announce watchdog dog");
  EXPECT_EQ(held(peer).size(), many_count);
  say("withdraw watchdog dog");
  say("announce watchdog dog");
  say("withdraw watchdog dog");
  EXPECT_THAT(held(peer), IsEmpty());
}

// The routes of the command are those that the watchdog had, whatever it gets meanwhile.
TEST_F(LastWordTest, ACommandedRouteThatGetsAnotherPathWhileItsWatchdogIsTurnedOffIsWithdrawn) {
  const ConnectionId peer = with(file({}));
  say("announce route " + many + " watchdog dog");
  ASSERT_EQ(held(peer).size(), many_count);
  say("announce route 11.0.0.0/8 next-hop 10.0.0.1");
  say("withdraw watchdog dog");
  turn();
  say("announce route " + late_route + " med 5 watchdog dog");
  say("announce route 11.0.0.0/8 next-hop 10.0.0.1 med 5 watchdog dog");
  EXPECT_THAT(held(peer), IsEmpty());
  say("announce watchdog dog");
  EXPECT_EQ(held(peer).size(), many_count + 1);
  EXPECT_EQ(table_.of(late), attributes("05"));
  EXPECT_EQ(table_.of("080B"), attributes("05"));
}

// --- the answer to many routes

TEST_F(LastWordTest, AServiceRefusesAlsoWhatIsSaidInLaterSlices) {
  const ConnectionId peer = with(file(configured(many)) + service("web", late_route + " med 5"));
  report("web", true);
  say("withdraw route " + late_route);  // the word below it
  EXPECT_EQ(held(peer).size(), many_count);
  EXPECT_EQ(answer("withdraw route " + many), "error\n");
  EXPECT_EQ(held(peer), (Routes{{late, attributes("05")}})) << "the others are withdrawn";
}

TEST_F(LastWordTest, AWordBelowAServiceIsWithdrawnInSilenceInLaterSlices) {
  const ConnectionId peer = with(file(configured(many)) + service("web", late_route + " med 5"));
  report("web", true);
  EXPECT_EQ(answer("withdraw route " + many), "done\n");
  EXPECT_EQ(held(peer), (Routes{{late, attributes("05")}}));
}

TEST_F(LastWordTest, ANextHopThatNobodyCanBeSentIsAnErrorAlsoInLaterSlices) {
  const ConnectionId peer = with(feed + neighbor("10.0.0.2", "", "ipv4 unicast; ipv6 unicast;"));
  std::string line = "announce attributes next-hop 10.0.0.1 nlri";
  for (int i = 0; i < 1024; ++i)
    line += " 10." + std::to_string(i / 256) + "." + std::to_string(i % 256) + ".0/24";
  EXPECT_EQ(answer(line), "done\n");
  EXPECT_EQ(answer(line + " 2001:db8::/32"), "error\n");
  EXPECT_EQ(held(peer).size(), 1024u);
}

// --- leases of many routes

TEST_F(LastWordTest, EveryRouteOfALongStatementIsLeased) {
  const ConnectionId peer = with(file({}));
  stage_.say(0, "announce route " + many + " lease 50ms");
  EXPECT_EQ(held(peer).size(), 4096u) << "more than are said at once";
  stage_.wait(base::milliseconds(60));
  EXPECT_THAT(held(peer), IsEmpty());
}

TEST_F(LastWordTest, ARouteOfALongStatementThatIsWithdrawnMeanwhileIsNotLeased) {
  const ConnectionId peer = with(file({}));
  say("announce route " + many + " lease 50ms lease-group all");
  say("withdraw route " + late_route);
  EXPECT_EQ(held(peer).size(), many_count - 1);
  EXPECT_EQ(answer("show leases"), "lease all routes 4095 expired 0\ndone\n");
}

TEST_F(LastWordTest, ALeasedRouteOfAWatchdogKeepsTheNameOfItsGroup) {
  const ConnectionId peer = with(file({}));
  stage_.say(0,
             "announce route " + route + " watchdog dog lease 50ms lease-group a-long-name-of-it");
  stage_.say(0, "announce route " + other_route);  // the parser's memory is another's now
  stage_.say(0, "withdraw watchdog dog");
  EXPECT_EQ(held(peer).size(), 1u);
  stage_.say(0, "announce watchdog dog");
  stage_.say(0, "renew a-long-name-of-it");
  stage_.settle();
  EXPECT_THAT(stage_.heard(0), testing::EndsWith("done\n"));
  stage_.wait(base::milliseconds(60));
  EXPECT_EQ(held(peer).size(), 1u);
}

}  // namespace
}  // namespace openbell::engine
