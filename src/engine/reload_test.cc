// A reload is the configuration speaking again: its words are the last ones.

#include "engine/told_test.h"

namespace openbell::engine {
namespace {

using base::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

class ReloadTest : public ToldTest {
 protected:
  ConnectionId with(std::string_view of_neighbor) {
    configure(feed + neighbor("10.0.0.2", of_neighbor));
    return up("10.0.0.2");
  }
  void reload(std::string_view of_neighbor) { configure(feed + neighbor("10.0.0.2", of_neighbor)); }
  /// The session of a neighbor that was dialled just now: what it is told.
  PeerTable table_at(std::string_view address) {
    const ConnectionId peer = stage_.dialled(address);
    EXPECT_NE(peer, no_connection) << address;
    if (peer == no_connection) return {};
    stage_.answer(peer);
    stage_.introduce(peer, outside());
    return table_of(peer);
  }
};

// --- a family comes and goes

class FamilyTest : public ReloadTest {
 protected:
  static constexpr std::string_view both = "ipv4 unicast; ipv6 unicast;";
  static constexpr std::string_view without = "ipv6 unicast;";

  /// What the neighbor holds after the start, or a reload that takes ipv4 unicast from it or gives
  /// it back. Another neighbor has it all the time.
  std::map<std::string, std::string> after(std::string_view families) {
    configure(feed + neighbor("10.0.0.2", "", families) + neighbor("10.0.0.3", "", both) +
              service("web", "10.9.1.0/24 next-hop 10.0.0.1") +
              plan("move", "withdraw route 10.9.2.0/24; route 10.9.3.0/24 next-hop 10.0.0.1;"));
    stage_.wait(milliseconds(1));
    const ConnectionId peer = stage_.dialled("10.0.0.2");
    if (peer == no_connection) return {{"it was not dialled", ""}};
    stage_.answer(peer);
    stage_.introduce(peer, outside({bgp::Family::ipv4_unicast, bgp::Family::ipv6_unicast}));
    return table_of(peer).routes();
  }
  static std::pair<const std::string, std::string> held(std::string_view nlri,
                                                        std::string_view med = {}) {
    return {std::string(nlri), attributes(med)};
  }
};

TEST_F(FamilyTest, WhatIsSaidWhileANeighborLacksItHoldsWhenItComesBack) {
  EXPECT_THAT(after(both), IsEmpty());
  for (const char* number : {"1", "2", "3"})
    say("announce route 10." + std::string(number) + ".0.0/16 next-hop 10.0.0.1");
  say("announce route 10.4.0.0/16 next-hop 10.0.0.1 watchdog dog");
  say("announce route 10.9.2.0/24 next-hop 10.0.0.1");
  EXPECT_THAT(after(without), IsEmpty());
  say("withdraw route 10.1.0.0/16");
  say("announce route 10.2.0.0/16 next-hop 10.0.0.1 med 7");
  say("withdraw watchdog dog");
  say("announce route 10.5.0.0/16 next-hop 10.0.0.1");
  report("web", true);
  say("plan run move");
  EXPECT_THAT(after(both),
              UnorderedElementsAre(held("100A02", "07"), held("100A03"), held("100A05"),
                                   held("180A0901"), held("180A0903")));
}

TEST_F(FamilyTest, APlanThatRunsReachesIt) {
  EXPECT_THAT(after(without), IsEmpty());
  say("announce route 10.9.2.0/24 next-hop 10.0.0.1");
  say("plan run move");
  EXPECT_THAT(after(both), UnorderedElementsAre(held("180A0903")));
  say("plan revert move");
  EXPECT_THAT(table_of(stage_.dialled("10.0.0.2")).routes(),
              UnorderedElementsAre(held("180A0902")));
}

TEST_F(FamilyTest, AWordOnAGroupEndsInTheFamilyInWhichItWasSaid) {
  const std::string multicast = "ipv4 unicast; ipv4 multicast; ipv6 unicast;";
  EXPECT_THAT(after(both), IsEmpty());
  say("announce route 224.1.0.0/16 next-hop 10.0.0.1");
  EXPECT_THAT(after(multicast), UnorderedElementsAre(held("10E001")));
  say("withdraw route 224.1.0.0/16");
  EXPECT_THAT(after(both), IsEmpty());
}

TEST_F(FamilyTest, WhoLacksItIsNotNamedAsOneWhoWasTold) {
  EXPECT_THAT(after(without), IsEmpty());
  say("announce route " + route);
  EXPECT_THAT(answer("show adj-rib out"), Not(HasSubstr("10.1.0.0/16")));
  EXPECT_THAT(answer("show route 10.1.0.0/16"),
              HasSubstr("10.0.0.2 has no such family configured"));
}

// --- configured routes are said again

TEST_F(ReloadTest, AnotherPathThatAHelperSaidIsReplaced) {
  const ConnectionId peer = with(configured(route));
  say("announce route " + route + " med 5");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix, "05")));
  reload(configured(route));
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
}

TEST_F(ReloadTest, AConfiguredRouteThatACommandWithdrewComesBack) {
  const ConnectionId peer = with(configured(route));
  say("withdraw route 10.1.0.0/16");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
  reload(configured(route));
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
}

TEST_F(ReloadTest, WhatIsAsItWasIsNotSentAgain) {
  const ConnectionId peer = with(configured(route));
  say("announce route " + other_route);
  sent(peer);
  reload(configured(route));
  EXPECT_THAT(sent(peer), IsEmpty());
}

TEST_F(ReloadTest, ARouteThatTheFileHasNoMoreIsWithdrawnWhateverAHelperSaidOfIt) {
  const ConnectionId peer = with(configured(route));
  say("announce route " + route + " med 5");
  sent(peer);
  reload("");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
}

TEST_F(ReloadTest, AWatchdogThatWasTurnedOffStaysOff) {
  const ConnectionId peer = with(configured(route + " watchdog dog"));
  say("withdraw watchdog dog");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
  reload(configured(route + " watchdog dog") + configured(other_route + " watchdog dog"));
  EXPECT_THAT(sent(peer), IsEmpty());
  say("announce watchdog dog");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix + other_prefix)));
}

TEST_F(ReloadTest, AReloadIsTheLastWordOnARouteThatAHelperSaidToo) {
  const std::string mortal = "process feed { run helper; encoder json; on-exit withdraw; }\n";
  configure(mortal + neighbor("10.0.0.2", configured(route)));
  const ConnectionId peer = up("10.0.0.2");
  say("announce route " + route + " med 5");
  sent(peer);
  configure(mortal + neighbor("10.0.0.2", configured(route)));
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
  stage_.engine.on_helper_exited(HelperId{0}, "signal 9", stage_.now);
  EXPECT_THAT(sent(peer), IsEmpty());
}

TEST_F(ReloadTest, UnderAServiceAReloadIsSilent) {
  const std::string web = service("web", route + " med 1");
  configure(feed + neighbor("10.0.0.2", configured(route + " med 5")) + web);
  const ConnectionId peer = up("10.0.0.2");
  report("web", true);
  sent(peer);
  configure(feed + neighbor("10.0.0.2", configured(route + " med 6")) + web);
  EXPECT_THAT(sent(peer), IsEmpty());
  report("web", false);
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix, "06")));
}

TEST_F(ReloadTest, ARunningPlanIsAboveWhatAReloadSays) {
  const std::string cut = plan("cut", "withdraw route 10.1.0.0/16;");
  configure(feed + neighbor("10.0.0.2", configured(route)) + cut);
  const ConnectionId peer = up("10.0.0.2");
  say("plan run cut");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
  configure(feed + neighbor("10.0.0.2", configured(route + " med 5")) + cut);
  EXPECT_THAT(sent(peer), IsEmpty());
  say("plan revert cut");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix, "05")));
}

TEST_F(ReloadTest, ARunningPlanStaysAsItWasRunAndIsTheNewSectionFromItsRevertOn) {
  const std::string neighbors = feed + neighbor("10.0.0.2") + neighbor("10.0.0.3");
  const std::string old = plan("p", "route " + route + " med 1; neighbor [ 10.0.0.2 ];");
  const std::string next = plan("p", "route " + route + " med 2; neighbor [ 10.0.0.3 ];");
  configure(neighbors + old);
  const ConnectionId second = up("10.0.0.2");
  const ConnectionId third = up("10.0.0.3");
  say("plan run p");
  EXPECT_THAT(sent(second), ElementsAre(announced(prefix, "01")));
  configure(neighbors + next);
  EXPECT_THAT(sent(second), IsEmpty());
  EXPECT_THAT(sent(third), IsEmpty());
  say("plan revert p");
  EXPECT_THAT(sent(second), ElementsAre(withdrawn(prefix)));
  say("plan run p");
  EXPECT_THAT(sent(second), IsEmpty());
  EXPECT_THAT(sent(third), ElementsAre(announced(prefix, "02")));
}

TEST_F(ReloadTest, ThePlanThatIsAsTheFileSaysAfterARevertIsArmed) {
  const std::string neighbors = feed + neighbor("10.0.0.2");
  configure(neighbors + plan("p", "route " + route + " med 1;"));
  const ConnectionId peer = up("10.0.0.2");
  say("plan run p");
  configure(neighbors + plan("p", "route " + route + " med 2;"));
  say("plan revert p");
  sent(peer);
  stage_.wait(milliseconds(20));
  EXPECT_THAT(answer("show plans json"), HasSubstr("\"state\": \"armed\""));
  say("plan run p");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix, "02")));
}

TEST_F(ReloadTest, AfterItsRevertAPlanThatTheFileHasNoMoreIsNone) {
  const std::string neighbors = feed + neighbor("10.0.0.2");
  configure(neighbors + plan("p", "route " + route + ";"));
  const ConnectionId peer = up("10.0.0.2");
  say("plan run p");
  configure(neighbors);
  EXPECT_EQ(answer("plan revert p"), "done\n");
  EXPECT_EQ(table_of(peer).size(), 0u);
  EXPECT_EQ(answer("plan run p"), "error\n");
  EXPECT_EQ(answer("show plans").find("plan p"), std::string::npos);
  EXPECT_THAT(sent(peer), IsEmpty());
}

TEST_F(ReloadTest, ARunningPlanThatIsBackInTheFileCanBeRunAgain) {
  const std::string neighbors = feed + neighbor("10.0.0.2");
  configure(neighbors + plan("p", "route " + route + ";"));
  const ConnectionId peer = up("10.0.0.2");
  say("plan run p");
  configure(neighbors);
  configure(neighbors + plan("p", "route " + other_route + ";"));
  say("plan revert p");
  sent(peer);
  say("plan run p");
  EXPECT_THAT(sent(peer), ElementsAre(announced(other_prefix)));
}

TEST_F(ReloadTest, ARunningPlanGivesBackTheServicesOfItsOldSection) {
  const std::string rest = feed + neighbor("10.0.0.2") + service("web", route);
  configure(rest + plan("dr", "service web down;"));
  const ConnectionId peer = up("10.0.0.2");
  report("web", true);
  say("plan run dr");
  sent(peer);
  configure(rest + plan("dr", "route " + other_route + ";"));
  say("plan revert dr");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
  say("plan run dr");
  EXPECT_THAT(sent(peer), ElementsAre(announced(other_prefix)));
}

TEST_F(ReloadTest, ARunningPlanFollowsANeighborThatOnlyGetsAnotherAddress) {
  const std::string stays = feed + neighbor("10.0.0.3");
  const auto cut = [](const std::string& to) {
    return plan("p", "route " + route + " med 1; neighbor [ " + to + " ];");
  };
  configure(stays + neighbor("10.0.0.2", "hold-time 30;") + cut("10.0.0.2"));
  const ConnectionId third = up("10.0.0.3");
  say("plan run p");
  EXPECT_THAT(sent(third), IsEmpty());
  configure(stays + neighbor("10.0.0.9", "hold-time 30;") + cut("10.0.0.9"));
  EXPECT_EQ(table_at("10.0.0.9").of(prefix), attributes("01"));
  configure(stays + neighbor("10.0.0.8", "hold-time 30;") + cut("10.0.0.8"));
  EXPECT_EQ(table_at("10.0.0.8").of(prefix), attributes("01"));
  // Who gets the old address is another.
  configure(stays + neighbor("10.0.0.8", "hold-time 30;") + neighbor("10.0.0.2") + cut("10.0.0.8"));
  EXPECT_EQ(table_at("10.0.0.2").size(), 0u);
  EXPECT_THAT(sent(third), IsEmpty());
  say("plan revert p");
  EXPECT_THAT(sent(stage_.dialled("10.0.0.8")), ElementsAre(withdrawn(prefix)));
}

// --- another address

TEST_F(ReloadTest, ANeighborWithAnotherAddressKeepsWhatItWasTold) {
  with(configured(route));
  say("announce route " + other_route + " med 5");
  stage_.settle();
  configure(feed + neighbor("10.0.0.9", configured(route)));
  EXPECT_EQ(table_at("10.0.0.9").routes(),
            (std::map<std::string, std::string>{{prefix, attributes()},
                                                {other_prefix, attributes("05")}}));
}

TEST_F(ReloadTest, ARangeWithAnotherAddressIsLoggedWithItsLength) {
  configure(feed + range());
  configure(feed + neighbor("10.2.0.0/16", "passive true; "));
  EXPECT_THAT(stage_.log_lines,
              testing::Contains("10.1.0.0/16 is 10.2.0.0/16 now, and keeps what it was told"));
}

TEST_F(ReloadTest, AnotherAddressAndAnotherProcessInThePlaceOfTheOldOneAreAnotherNeighbor) {
  with(configured(route));
  say("announce route " + other_route);
  stage_.settle();
  const std::string other = "process other { run other; encoder json; }\n";
  configure(other + neighbor("10.0.0.9", configured(route), "ipv4 unicast;", "other"));
  EXPECT_EQ(table_at("10.0.0.9").routes(),
            (std::map<std::string, std::string>{{prefix, attributes()}}));
}

TEST_F(ReloadTest, ALeaseGoesOverToTheOtherAddress) {
  with("");
  say("announce route " + route + " lease 50ms");
  stage_.settle();
  configure(feed + neighbor("10.0.0.9"));
  const PeerTable table = table_at("10.0.0.9");
  EXPECT_EQ(table.of(prefix), attributes());
  stage_.wait(milliseconds(60));
  EXPECT_THAT(sent(stage_.dialled("10.0.0.9")), ElementsAre(withdrawn(prefix)));
}

TEST_F(ReloadTest, ANeighborThatStaysKeepsItsOwnWhenAnotherChangesItsAddress) {
  configure(feed + neighbor("10.0.0.2") + neighbor("10.0.0.3"));
  const ConnectionId third = up("10.0.0.3");
  say("neighbor 10.0.0.2 announce route " + route);
  say("neighbor 10.0.0.3 announce route " + other_route);
  EXPECT_THAT(sent(third), ElementsAre(announced(other_prefix)));
  configure(feed + neighbor("10.0.0.9") + neighbor("10.0.0.3"));
  EXPECT_THAT(sent(third), IsEmpty());
  EXPECT_EQ(table_at("10.0.0.9").routes(),
            (std::map<std::string, std::string>{{prefix, attributes()}}));
}

TEST_F(ReloadTest, WhenItIsNotClearWhoIsWhoNobodyInherits) {
  configure(feed + neighbor("10.0.0.2") + neighbor("10.0.0.3"));
  say("neighbor 10.0.0.2 announce route " + route);
  stage_.settle();
  configure(feed + neighbor("10.0.0.8") + neighbor("10.0.0.9"));
  EXPECT_EQ(table_at("10.0.0.8").size(), 0u);
  EXPECT_EQ(table_at("10.0.0.9").size(), 0u);
}

TEST_F(ReloadTest, AnotherAddressAndOtherSettingsAreAnotherNeighbor) {
  with("");
  say("announce route " + route);
  stage_.settle();
  configure(feed + neighbor("10.0.0.9", "hold-time 30;"));
  EXPECT_EQ(table_at("10.0.0.9").size(), 0u);
}

// --- helpers

TEST_F(ReloadTest, ShowNeighborConfigurationNamesAProcessByItsNewName) {
  configure(feed + neighbor("10.0.0.2"));
  configure("process other { run helper; encoder json; }\n" +
            neighbor("10.0.0.2", {}, "ipv4 unicast;", "other"));
  EXPECT_THAT(answer("show neighbor configuration", stage_.helper_named("other")),
              HasSubstr("processes [ other ]"));
}

TEST_F(ReloadTest, ShowNeighborConfigurationNamesTheProcessThatIsLeftOfTwo) {
  configure("process gone { run helper; }\n" + feed +
            neighbor("10.0.0.2", {}, "ipv4 unicast;", "gone feed"));
  configure(feed + neighbor("10.0.0.2"));
  EXPECT_THAT(answer("show neighbor configuration", stage_.helper_named("feed")),
              HasSubstr("processes [ feed ]"));
}

TEST_F(ReloadTest, ARouteThatGetsAWatchdogThatHoldsItBackIsWithdrawn) {
  configure(feed + neighbor("10.0.0.2", configured(route)));
  const ConnectionId peer = up("10.0.0.2");
  configure(feed + neighbor("10.0.0.2", configured(route + " watchdog dog withdraw")));
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
  configure(feed + neighbor("10.0.0.2", configured(route)));
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
  // What somebody else has said meanwhile is not the file's.
  say("announce route " + route + " med 5");
  sent(peer);
  configure(feed + neighbor("10.0.0.2", configured(route + " watchdog dog withdraw")));
  EXPECT_THAT(sent(peer), IsEmpty());
}

// --- one prefix twice in a file

TEST_F(ReloadTest, OfAPrefixThatAFileHasTwiceBothAreSentWhenASessionComesUp) {
  const std::string twice = configured(route + "; route " + route + " med 5");
  const std::vector<std::string> both = {announced(prefix), announced(prefix, "05")};
  configure(feed + neighbor("10.0.0.2", twice));
  const auto first_two = [&] {
    const ConnectionId peer = stage_.dialled("10.0.0.2");
    stage_.answer(peer);
    stage_.introduce(peer, outside());
    Messages all = sent(peer);
    std::erase_if(all, [](const std::string& message) {
      return message.find(':') != std::string::npos || message == "00000000";
    });
    return all;
  };
  EXPECT_EQ(first_two(), both);
  // Another file that has it twice says so too: to who comes after it.
  const std::string thrice =
      configured(other_route + "; route " + route + "; route " + route + " med 5");
  configure(feed + neighbor("10.0.0.2", thrice));
  say("neighbor 10.0.0.2 teardown 4");
  stage_.settle();
  stage_.wait(base::seconds(5));
  EXPECT_THAT(first_two(), testing::Contains(announced(prefix)));
}

TEST_F(ReloadTest, OfAPrefixThatAFileHasTwiceNothingIsSentWhereItIsWithdrawn) {
  const auto told = [&] {
    const ConnectionId peer = stage_.dialled("10.0.0.2");
    stage_.answer(peer);
    stage_.introduce(peer, outside());
    return sent(peer);
  };
  configure(feed + neighbor("10.0.0.2", configured(route + "; route " + route + " med 5")));
  say("neighbor 10.0.0.2 withdraw route " + route);
  stage_.settle();
  EXPECT_THAT(told(), testing::Not(testing::Contains(announced(prefix))));
  // The same where somebody else's word has taken its place.
  say("neighbor 10.0.0.2 announce route " + route + " med 7");
  say("neighbor 10.0.0.2 teardown 4");
  stage_.settle();
  stage_.wait(base::seconds(5));
  const Messages again = told();
  EXPECT_THAT(again, testing::Not(testing::Contains(announced(prefix))));
  EXPECT_THAT(again, testing::Contains(announced(prefix, "07")));
}

}  // namespace
}  // namespace openbell::engine
