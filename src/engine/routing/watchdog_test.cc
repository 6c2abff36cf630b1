// Watchdogs: where they stand for whom, what their routes do to the words that stood there, and
// what ends that a route belongs to one.

#include <nlohmann/json.hpp>

#include "engine/told_test.h"

namespace openbell::engine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Routes = std::map<std::string, std::string>;

const std::string third_route = "10.3.0.0/16 next-hop 10.0.0.1";
const std::string third_prefix = "100A03";
const std::string mortal = "process feed { run helper; encoder json; on-exit withdraw; }\n";
const std::string other = "process other { run other; encoder json; }\n";
constexpr std::uint32_t feed_helper = 0;
constexpr std::uint32_t other_helper = 1;

class WatchdogTest : public ToldTest {
 protected:
  ConnectionId with(std::string_view of_neighbor = {}, const std::string& more = {}) {
    configure(feed + neighbor("10.0.0.2", of_neighbor) + more);
    return first_of("10.0.0.2");
  }
  void two_neighbors(const std::string& helpers = feed, std::string_view names = "feed") {
    configure(helpers + neighbor("10.0.0.2", {}, "ipv4 unicast;", names) +
              neighbor("10.0.0.3", {}, "ipv4 unicast;", names));
    second_ = first_of("10.0.0.2");
    third_ = first_of("10.0.0.3");
  }
  void reload(std::string_view of_neighbor) { configure(feed + neighbor("10.0.0.2", of_neighbor)); }
  /// What a peer holds when all is quiet.
  const Routes& held(ConnectionId peer) {
    tables_[peer].take(sent(peer));
    return tables_[peer].routes();
  }
  void done(std::string_view line, std::uint32_t helper = 0) {
    EXPECT_EQ(answer(line, helper), "done\n") << line;
  }
  void dies(std::uint32_t helper) {
    stage_.engine.on_helper_exited(HelperId{helper}, "signal 9", stage_.now);
  }

  ConnectionId second_ = no_connection;
  ConnectionId third_ = no_connection;

 private:
  ConnectionId first_of(std::string_view peer) {
    const ConnectionId connection = stage_.dialled(peer);
    stage_.answer(connection);
    stage_.introduce(connection, outside());
    held(connection);
    return connection;
  }

  std::map<ConnectionId, PeerTable> tables_;
};

// --- where it stands

TEST_F(WatchdogTest, EachConfiguredRouteFollowsItsOwnWordUntilTheWatchdogIsTurned) {
  const ConnectionId peer = with(configured(route + " watchdog dog withdraw") +
                                 configured(other_route + " watchdog dog"));
  EXPECT_EQ(held(peer), (Routes{{other_prefix, attributes()}}));
  done("announce watchdog dog");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
  done("withdraw watchdog dog");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix + other_prefix)));
}

TEST_F(WatchdogTest, WhatWasNotAnnouncedIsNotWithdrawn) {
  const ConnectionId peer = with(configured(route + " watchdog dog withdraw") +
                                 configured(other_route + " watchdog cat"));
  done("withdraw watchdog dog");
  EXPECT_THAT(sent(peer), IsEmpty());
  done("withdraw watchdog cat");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(other_prefix)));
  done("withdraw watchdog cat");
  EXPECT_THAT(sent(peer), IsEmpty());
}

TEST_F(WatchdogTest, EachCommandedRouteFollowsItsOwnWordUntilTheWatchdogIsTurned) {
  const ConnectionId peer = with();
  done("announce route " + route + " watchdog dog withdraw");
  EXPECT_THAT(sent(peer), IsEmpty());
  done("announce route " + other_route + " watchdog dog");
  EXPECT_THAT(sent(peer), ElementsAre(announced(other_prefix)));
  done("announce route " + third_route + " watchdog dog withdraw");
  EXPECT_THAT(sent(peer), IsEmpty());
  done("announce watchdog dog");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix + third_prefix)));
}

TEST_F(WatchdogTest, OnceTurnedItStandsSoForRoutesThatAreSaidLater) {
  const ConnectionId peer = with();
  done("announce watchdog on");
  done("withdraw watchdog off");
  done("announce route " + route + " watchdog on withdraw");
  done("announce route " + other_route + " watchdog off");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
}

TEST_F(WatchdogTest, OnceTurnedItStandsSoAfterAReload) {
  const ConnectionId peer = with(configured(route + " watchdog dog withdraw"));
  done("announce watchdog dog");
  sent(peer);
  reload(configured(other_route + " watchdog dog withdraw"));
  EXPECT_EQ(held(peer), (Routes{{other_prefix, attributes()}}));
}

TEST_F(WatchdogTest, AReloadSaysAgainWhatEachRouteSaysOfItself) {
  const ConnectionId peer = with(configured(route + " watchdog dog"));
  reload(configured(route + " watchdog dog withdraw") + configured(other_route + " watchdog dog"));
  EXPECT_EQ(held(peer), (Routes{{other_prefix, attributes()}}));
  say("clear adj-rib out");
  EXPECT_THAT(held(peer), IsEmpty());
  done("flush adj-rib out");
  EXPECT_EQ(held(peer), (Routes{{other_prefix, attributes()}}));
}

TEST_F(WatchdogTest, ItIsTurnedForTheNeighborsOfTheCommandAlone) {
  two_neighbors();
  done("neighbor 10.0.0.3 withdraw watchdog dog");
  done("announce route " + route + " watchdog dog");
  EXPECT_THAT(sent(second_), ElementsAre(announced(prefix)));
  EXPECT_THAT(sent(third_), IsEmpty());
}

TEST_F(WatchdogTest, WhoIsBornHasTheStateOfItsRangeUntilToldOtherwise) {
  configure(feed + range(configured(route + " watchdog dog")));
  done("withdraw watchdog dog");
  const ConnectionId first = born("10.1.2.3");
  const ConnectionId second = born("10.1.2.4");
  EXPECT_THAT(held(first), IsEmpty());
  done("announce route " + other_route + " watchdog dog");
  EXPECT_THAT(held(first), IsEmpty());
  done("neighbor 10.1.2.3 announce watchdog dog");
  done("announce route " + third_route + " watchdog dog");
  EXPECT_EQ(held(first).size(), 3u);
  EXPECT_THAT(held(second), IsEmpty());
}

TEST_F(WatchdogTest, ACommandedRouteBelongsToTheWatchdogThatItWasLastSaidWith) {
  const ConnectionId peer = with();
  done("announce route " + route + " med 5 watchdog dog");
  done("announce route " + route + " watchdog cat");
  EXPECT_EQ(held(peer), (Routes{{prefix, attributes()}}));
  done("withdraw watchdog dog");
  done("announce watchdog dog");
  EXPECT_THAT(sent(peer), IsEmpty());
  done("withdraw watchdog cat");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
}

// --- what stood there

TEST_F(WatchdogTest, ARouteThatIsHeldBackTakesThePlaceOfTheWordThatStoodThere) {
  const ConnectionId peer = with();
  done("withdraw watchdog dog");
  done("announce route " + route);
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
  done("announce route " + route + " med 5 watchdog dog");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
  done("announce watchdog dog");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix, "05")));
}

TEST_F(WatchdogTest, ARouteThatIsHeldBackByItsOwnWordTakesThePlaceToo) {
  const ConnectionId peer = with();
  done("announce route " + route + " watchdog dog");
  sent(peer);
  done("announce route " + route + " med 5 watchdog dog withdraw");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
  done("announce route " + route + " med 5 watchdog dog withdraw");
  EXPECT_THAT(sent(peer), IsEmpty());
}

TEST_F(WatchdogTest, WhatStoodThereEndsForThoseThatAreHeldBackAlone) {
  two_neighbors();
  done("announce route " + route);
  done("neighbor 10.0.0.3 withdraw watchdog dog");
  sent(second_);
  sent(third_);
  done("announce route " + route + " med 5 watchdog dog");
  EXPECT_THAT(sent(second_), ElementsAre(announced(prefix, "05")));
  EXPECT_THAT(sent(third_), ElementsAre(withdrawn(prefix)));
}

TEST_F(WatchdogTest, WhatStoodThereStaysWhereTheRouteCannotGo) {
  configure(feed + neighbor("10.0.0.2") + neighbor("10.0.0.3", {}, "ipv6 unicast;"));
  const ConnectionId peer = stage_.dialled("10.0.0.2");
  stage_.answer(peer);
  stage_.introduce(peer, outside());
  done("announce route " + route + " watchdog dog");
  EXPECT_EQ(answer("announce route 10.1.0.0/16 next-hop 2001:db8::1 watchdog dog withdraw"),
            "error\n");
  EXPECT_EQ(held(peer), (Routes{{prefix, attributes()}}));
  done("withdraw watchdog dog");
  done("announce watchdog dog");
  EXPECT_EQ(held(peer), (Routes{{prefix, attributes()}}));
}

TEST_F(WatchdogTest, TheLeaseOfWhatStoodThereIsOver) {
  const ConnectionId peer = with();
  done("announce route " + route + " lease 50ms lease-group all");
  done("announce route " + route + " watchdog dog withdraw lease 50ms lease-group all");
  EXPECT_THAT(held(peer), IsEmpty());
  EXPECT_EQ(answer("show leases"), "lease all routes 0 expired 0\ndone\n");
}

TEST_F(WatchdogTest, ARouteThatIsHeldBackUnderAServiceIsNoError) {
  const ConnectionId peer = with({}, service("web", route + " med 1"));
  report("web", true);
  EXPECT_EQ(held(peer), (Routes{{prefix, attributes("01")}}));
  done("announce route " + route + " watchdog dog withdraw");
  done("announce route " + route + " med 5");
  done("announce route " + route + " watchdog dog withdraw");
  EXPECT_THAT(sent(peer), IsEmpty());
  report("web", false);
  EXPECT_THAT(held(peer), IsEmpty());
}

TEST_F(WatchdogTest, AReceiptSaysWhoLostWhatStoodThere) {
  two_neighbors();
  done("announce route " + route);
  done("neighbor 10.0.0.3 withdraw watchdog dog");
  heard();
  say("announce route " + route + " watchdog dog id r");
  std::map<std::string, std::string> states;
  const std::string lines = heard();
  const std::size_t begin = lines.find("{ \"id\"");
  ASSERT_NE(begin, std::string::npos) << lines;
  const auto receipt = nlohmann::json::parse(lines.substr(begin, lines.find('\n', begin) - begin));
  for (const auto& each : receipt["neighbors"]) states[each["neighbor"]] = each["state"];
  EXPECT_THAT(states, ElementsAre(testing::Pair("10.0.0.2", "unchanged"),
                                  testing::Pair("10.0.0.3", "written")));
}

TEST_F(WatchdogTest, ManyRoutesThatAreHeldBackTakeThePlacesOfWhatStoodThere) {
  const ConnectionId peer = with();
  say("announce route " + many);
  EXPECT_EQ(held(peer).size(), many_count);
  say("announce route " + many + " med 5 watchdog dog withdraw");
  say("announce route " + route);
  EXPECT_EQ(held(peer), (Routes{{prefix, attributes()}}));
  done("announce watchdog dog");
  EXPECT_EQ(held(peer).size(), many_count + 1);
  EXPECT_EQ(held(peer).at(late), attributes("05"));
}

TEST_F(WatchdogTest, ManyRoutesThatAreHeldBackAreNoNewsForWhoWasNeverTold) {
  const ConnectionId peer = with();
  say("announce route " + many + " watchdog dog withdraw");
  EXPECT_THAT(sent(peer), IsEmpty());
}

TEST_F(WatchdogTest, ARouteThatIsHeldBackIsALaterWordThanSlicesThatCome) {
  const ConnectionId peer = with();
  say("announce route " + many);
  say("announce route " + late_route + " watchdog dog withdraw");
  EXPECT_EQ(held(peer).size(), many_count - 1);
  EXPECT_FALSE(held(peer).contains(late));
  say("withdraw route " + many);
  say("announce route " + late_route + " med 5 watchdog dog withdraw");
  EXPECT_THAT(held(peer), IsEmpty());
  done("announce watchdog dog");
  EXPECT_EQ(held(peer), (Routes{{late, attributes("05")}}));
}

// --- what ends that a route belongs to a watchdog

TEST_F(WatchdogTest, ARouteThatWaitsBelowAServiceIsWithdrawnWithoutAnError) {
  const ConnectionId peer = with({}, service("web", route + " med 1"));
  report("web", true);
  say("withdraw watchdog dog");
  say("announce route " + route + " med 3 watchdog dog");
  EXPECT_EQ(answer("withdraw route 10.1.0.0/16"), "done\n");
  EXPECT_THAT(answer("withdraw route 10.1.0.0/16"), HasSubstr("error"));
  say("announce watchdog dog");
  sent(peer);
  report("web", false);
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
}

TEST_F(WatchdogTest, AWithdrawnRouteIsNotBroughtBack) {
  const ConnectionId peer = with();
  done("announce route " + route + " watchdog dog");
  done("announce route " + other_route + " watchdog dog withdraw");
  done("announce route " + third_route + " watchdog dog");
  done("withdraw route " + route);
  done("withdraw route " + other_route);
  EXPECT_EQ(held(peer), (Routes{{third_prefix, attributes()}}));
  done("announce watchdog dog");
  EXPECT_EQ(held(peer), (Routes{{third_prefix, attributes()}}));
}

TEST_F(WatchdogTest, AWithdrawnRouteIsNotBroughtBackToTheNeighborsOfTheCommand) {
  two_neighbors();
  done("announce route " + route + " watchdog dog");
  done("neighbor 10.0.0.3 withdraw route " + route);
  done("withdraw watchdog dog");
  done("announce watchdog dog");
  EXPECT_EQ(held(second_), (Routes{{prefix, attributes()}}));
  EXPECT_THAT(held(third_), IsEmpty());
}

TEST_F(WatchdogTest, AWithdrawnRouteOfTheFileIsBroughtBack) {
  const ConnectionId peer = with(configured(route + " watchdog dog"));
  done("withdraw route " + route);
  EXPECT_THAT(held(peer), IsEmpty());
  done("announce watchdog dog");
  EXPECT_EQ(held(peer), (Routes{{prefix, attributes()}}));
}

TEST_F(WatchdogTest, EveryCommandThatWithdrawsARouteTakesItOut) {
  const ConnectionId peer = with();
  for (const std::string withdrawal :
       {"withdraw attributes next-hop 10.0.0.1 nlri 10.1.0.0/16",
        "withdraw ipv4 unicast 10.1.0.0/16", "withdraw route 10.0.0.0/8 split /16"}) {
    done("announce route " + route + " watchdog dog");
    done(withdrawal);
    done("announce watchdog dog");
    EXPECT_THAT(held(peer), IsEmpty()) << withdrawal;
  }
}

TEST_F(WatchdogTest, ManyWithdrawnRoutesAreNotBroughtBack) {
  const ConnectionId peer = with();
  say("announce route " + many + " watchdog dog");
  held(peer);
  say("withdraw route 10.0.0.0/8 split /20");
  say("announce watchdog dog");
  EXPECT_THAT(held(peer), IsEmpty());
  done("announce route " + late_route + " watchdog dog");
  done("withdraw watchdog dog");
  done("announce watchdog dog");
  EXPECT_EQ(held(peer), (Routes{{late, attributes()}}));
}

TEST_F(WatchdogTest, ARouteThatIsWithdrawnBeforeItsSliceCameIsNotBroughtBack) {
  const ConnectionId peer = with();
  say("announce route " + many + " watchdog dog withdraw");
  say("withdraw route " + late_route);
  done("announce watchdog dog");
  EXPECT_EQ(held(peer).size(), many_count - 1);
  EXPECT_FALSE(held(peer).contains(late));
}

TEST_F(WatchdogTest, APlainWordBeforeItsSliceCameDoesNotTakeARouteOut) {
  const ConnectionId peer = with();
  for (const std::string& routes : {late_route, many}) {
    say("announce route " + routes + " watchdog dog");
    say("announce route " + late_route + " med 5");
    EXPECT_EQ(held(peer).at(late), attributes("05")) << routes;
    done("withdraw watchdog dog");
    EXPECT_THAT(held(peer), IsEmpty()) << routes;
    done("announce watchdog dog");
    EXPECT_EQ(held(peer).at(late), attributes()) << routes;
    done("clear adj-rib out");
  }
}

TEST_F(WatchdogTest, AClearBeforeItsSliceCameTakesARouteOutWhateverIsSaidThen) {
  const ConnectionId peer = with();
  say("announce route " + many + " watchdog dog");
  say("clear adj-rib out");
  say("announce route " + late_route + " med 5");
  EXPECT_EQ(held(peer), (Routes{{late, attributes("05")}}));
  done("withdraw watchdog dog");
  EXPECT_EQ(held(peer), (Routes{{late, attributes("05")}}));
}

TEST_F(WatchdogTest, ItTakesBackAlsoWhatALongStatementHasYetToSay) {
  const ConnectionId peer = with();
  say("announce route " + many + " med 1 watchdog dog");
  say("announce route " + many + " med 2");
  say("withdraw watchdog dog");
  EXPECT_THAT(held(peer), IsEmpty());
  done("announce watchdog dog");
  EXPECT_EQ(held(peer).size(), many_count);
  EXPECT_EQ(held(peer).at(late), attributes("01"));
}

TEST_F(WatchdogTest, WhatALongStatementTakesToAnotherIsNotBroughtBack) {
  const ConnectionId peer = with();
  say("announce route " + many + " med 1 watchdog dog");
  held(peer);
  say("announce route " + many + " med 2 watchdog cat withdraw");
  say("announce watchdog dog");
  EXPECT_THAT(held(peer), IsEmpty());
  done("announce watchdog cat");
  EXPECT_EQ(held(peer).at(late), attributes("02"));
}

TEST_F(WatchdogTest, ARouteThatIsSaidWhileSlicesWithdrawItStays) {
  const ConnectionId peer = with();
  say("announce route " + many + " watchdog dog");
  held(peer);
  say("withdraw route 10.0.0.0/8 split /20");
  say("announce route " + late_route + " med 5 watchdog dog withdraw");
  EXPECT_THAT(held(peer), IsEmpty());
  done("announce watchdog dog");
  EXPECT_EQ(held(peer), (Routes{{late, attributes("05")}}));
}

TEST_F(WatchdogTest, WhatIsWithdrawnWhileAWatchdogIsTurnedOnIsNotBroughtBack) {
  const ConnectionId peer = with();
  say("announce route " + many + " watchdog dog withdraw");
  EXPECT_THAT(held(peer), IsEmpty());
  say("announce watchdog dog");
  turn();
  say("withdraw route " + late_route);
  EXPECT_EQ(held(peer).size(), many_count - 1);
  done("withdraw watchdog dog");
  done("announce watchdog dog");
  EXPECT_EQ(held(peer).size(), many_count - 1);
}

TEST_F(WatchdogTest, AClearEndsItForAllCommandedRoutes) {
  const ConnectionId peer = with(configured(third_route + " watchdog dog"));
  done("announce route " + route + " watchdog dog");
  done("announce route " + other_route + " watchdog dog withdraw");
  done("clear adj-rib out");
  EXPECT_THAT(held(peer), IsEmpty());
  done("announce watchdog dog");
  EXPECT_EQ(held(peer), (Routes{{third_prefix, attributes()}}));
}

TEST_F(WatchdogTest, AClearEndsItAtOnceHoweverManyRoutesThereAre) {
  const ConnectionId peer = with();
  say("announce route " + many + " watchdog dog");
  held(peer);
  say("clear adj-rib out");
  say("announce route " + route + " watchdog dog withdraw");
  say("announce route " + late_route + " watchdog dog");
  say("withdraw watchdog dog");
  say("announce watchdog dog");
  EXPECT_EQ(held(peer), (Routes{{prefix, attributes()}, {late, attributes()}}));
  done("withdraw watchdog dog");
  done("announce watchdog dog");
  EXPECT_EQ(held(peer), (Routes{{prefix, attributes()}, {late, attributes()}}));
}

TEST_F(WatchdogTest, AClearEndsItForTheNeighborsOfTheCommand) {
  two_neighbors();
  done("announce route " + route + " watchdog dog withdraw");
  done("neighbor 10.0.0.3 clear adj-rib out");
  done("announce watchdog dog");
  EXPECT_EQ(held(second_), (Routes{{prefix, attributes()}}));
  EXPECT_THAT(held(third_), IsEmpty());
}

TEST_F(WatchdogTest, AClearWhileSlicesAreSaidEndsItForTheRest) {
  const ConnectionId peer = with();
  say("announce route " + many + " watchdog dog withdraw");
  say("clear adj-rib out");
  EXPECT_THAT(held(peer), IsEmpty());
  done("announce watchdog dog");
  EXPECT_THAT(held(peer), IsEmpty());
}

TEST_F(WatchdogTest, ADeathEndsItForWhatThatProcessWasTheLastToSay) {
  two_neighbors(mortal + other, "feed other");
  say("announce route " + route + " watchdog dog withdraw", feed_helper);
  say("announce route " + other_route + " watchdog dog withdraw", feed_helper);
  say("neighbor 10.0.0.2 announce route " + other_route + " watchdog dog withdraw", other_helper);
  say("announce route " + third_route + " watchdog dog withdraw", other_helper);
  dies(feed_helper);
  say("announce watchdog dog", other_helper);
  EXPECT_EQ(held(second_), (Routes{{other_prefix, attributes()}, {third_prefix, attributes()}}));
  EXPECT_EQ(held(third_), (Routes{{third_prefix, attributes()}}));
}

TEST_F(WatchdogTest, ADeathLeavesWhatTheNextProcessSays) {
  configure("process feed { run helper; encoder json; on-exit withdraw after 250ms; }\n" + other +
            neighbor("10.0.0.2", {}, "ipv4 unicast;", "feed other"));
  const ConnectionId peer = up("10.0.0.2");
  say("announce route " + route + " watchdog dog withdraw", feed_helper);
  say("announce route " + other_route + " watchdog dog withdraw", feed_helper);
  dies(feed_helper);
  stage_.wait(base::milliseconds(100));
  stage_.engine.on_helper_started(HelperId{feed_helper}, 1001, stage_.now);
  say("announce route " + route + " watchdog dog withdraw", feed_helper);
  stage_.wait(base::milliseconds(200));
  say("announce watchdog dog", other_helper);
  EXPECT_EQ(held(peer), (Routes{{prefix, attributes()}}));
}

TEST_F(WatchdogTest, ADeathTakesWhatThatProcessHasSaidWhoeverTurnedTheWatchdog) {
  two_neighbors(mortal + other, "feed other");
  say("announce route " + route + " watchdog dog withdraw", feed_helper);
  say("announce route " + other_route + " watchdog dog", feed_helper);
  say("withdraw watchdog dog", other_helper);
  say("announce watchdog dog", other_helper);
  EXPECT_EQ(held(second_), (Routes{{prefix, attributes()}, {other_prefix, attributes()}}));
  dies(feed_helper);
  EXPECT_THAT(held(second_), IsEmpty());
  EXPECT_THAT(held(third_), IsEmpty());
}

TEST_F(WatchdogTest, ADeathLeavesWhatAnotherSaidThoughThatProcessTurnedTheWatchdog) {
  two_neighbors(mortal + other, "feed other");
  say("announce route " + route + " watchdog dog withdraw", other_helper);
  say("announce watchdog dog", feed_helper);
  dies(feed_helper);
  EXPECT_EQ(held(second_), (Routes{{prefix, attributes()}}));
  say("withdraw watchdog dog", other_helper);
  EXPECT_THAT(held(second_), IsEmpty());
}

TEST_F(WatchdogTest, AReloadLeavesCommandedRoutesWithTheirWatchdog) {
  const ConnectionId peer = with(configured(other_route));
  done("announce route " + route + " watchdog dog withdraw");
  reload({});
  done("announce watchdog dog");
  EXPECT_EQ(held(peer), (Routes{{prefix, attributes()}}));
}

// --- a name that nobody has

TEST_F(WatchdogTest, ANameThatNoRouteHasIsDoneAndTheLogSaysWhichThereAre) {
  with(configured(route + " watchdog dog"));
  done("announce route " + other_route + " watchdog cat");
  stage_.logged.clear();
  done("announce watchdog dgo");
  EXPECT_THAT(stage_.logged, HasSubstr("no route has the watchdog dgo"));
  EXPECT_THAT(stage_.logged, HasSubstr("dog"));
  EXPECT_THAT(stage_.logged, HasSubstr("cat"));
  stage_.logged.clear();
  done("withdraw watchdog dog");
  done("announce watchdog cat");
  EXPECT_THAT(stage_.logged, Not(HasSubstr("no route")));
}

TEST_F(WatchdogTest, ANameThatOnlyOtherNeighborsHaveIsNobodys) {
  two_neighbors();
  done("neighbor 10.0.0.2 announce route " + route + " watchdog dog");
  stage_.logged.clear();
  done("neighbor 10.0.0.3 withdraw watchdog dog");
  EXPECT_THAT(stage_.logged, HasSubstr("no route has the watchdog dog"));
}

}  // namespace
}  // namespace openbell::engine
