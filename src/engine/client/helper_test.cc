// What helpers say until they end, what their end takes with it, and what they are given to read.

#include "engine/told_test.h"

namespace openbell::engine {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string other = "process other { run other; encoder json; }\n";
const std::string both = "feed other";

class HelperTest : public ToldTest {
 protected:
  /// Two neighbors that two helpers may command; `feed` is mortal.
  void two_of_each() {
    configure("process feed { run helper; encoder json; on-exit withdraw; }\n" + other +
              neighbor("10.0.0.2", {}, "ipv4 unicast;", both) +
              neighbor("10.0.0.3", {}, "ipv4 unicast;", both));
    second_ = up("10.0.0.2");
    third_ = up("10.0.0.3");
  }
  void feed_dies() { stage_.engine.on_helper_exited(HelperId{feed_}, "signal 9", stage_.now); }
  void signal() { stage_.engine.on_signal(12, "SIGUSR2", stage_.now); }
  /// The process that was asked to end does, and its helper is started anew.
  void feed_ends_for_another() {
    feed_dies();
    stage_.wait({});
    stage_.start_helpers();
  }
  /// The second neighbor, who had been told `before`.
  bool holds_nothing_of(const Messages& before) {
    PeerTable table;
    table.take(before);
    table.take(sent(second_));
    return table.size() == 0;
  }

  static constexpr std::uint32_t feed_ = 0;
  static constexpr std::uint32_t other_ = 1;
  ConnectionId second_ = no_connection;
  ConnectionId third_ = no_connection;
};

// --- last words of a process that ends by our word

TEST_F(HelperTest, WhatARemovedHelperSaysUntilItEndsIsCarriedOut) {
  configure(feed + other + neighbor("10.0.0.2", {}, "ipv4 unicast;", both));
  const ConnectionId peer = up("10.0.0.2");
  say("announce route " + route);
  sent(peer);
  configure(other + neighbor("10.0.0.2", {}, "ipv4 unicast;", "other"));
  ASSERT_TRUE(stage_.helpers[feed_].stopped);
  say("withdraw route 10.1.0.0/16");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
  say("announce route " + other_route);
  EXPECT_THAT(sent(peer), ElementsAre(announced(other_prefix)));
}

TEST_F(HelperTest, WhatARemovedHelperSaysIsForTheNeighborsThatItHad) {
  configure(feed + other + neighbor("10.0.0.2", {}, "ipv4 unicast;", both) +
            neighbor("10.0.0.3", {}, "ipv4 unicast;", "other"));
  const ConnectionId second = up("10.0.0.2");
  const ConnectionId third = up("10.0.0.3");
  configure(other + neighbor("10.0.0.2", {}, "ipv4 unicast;", "other") +
            neighbor("10.0.0.3", {}, "ipv4 unicast;", "other"));
  say("announce route " + route);
  EXPECT_THAT(sent(second), ElementsAre(announced(prefix)));
  EXPECT_THAT(sent(third), IsEmpty());
}

TEST_F(HelperTest, TheEndOfARemovedHelperTakesWhatItSaidLastToo) {
  two_of_each();
  say("announce route " + route);
  sent(second_);
  configure(other + neighbor("10.0.0.2", {}, "ipv4 unicast;", "other") +
            neighbor("10.0.0.3", {}, "ipv4 unicast;", "other"));
  say("announce route " + other_route);
  PeerTable table;
  table.take({announced(prefix)});
  table.take(sent(second_));
  ASSERT_EQ(table.size(), 2u);
  feed_dies();
  table.take(sent(second_));
  EXPECT_EQ(table.size(), 0u);
  EXPECT_THAT(stage_.log_lines, Contains(HasSubstr("the configuration has their helper no more")));
}

TEST_F(HelperTest, WhatAHelperSaysThatIsStartedAnewIsCarriedOut) {
  configure(feed + neighbor("10.0.0.2"));
  const ConnectionId peer = up("10.0.0.2");
  stage_.engine.on_signal(12, "SIGUSR2", stage_.now);
  ASSERT_TRUE(stage_.helpers[feed_].stopped);
  say("announce route " + route);
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
}

TEST_F(HelperTest, WhatAHelperSaysWhoseProgramIsAnotherIsCarriedOut) {
  configure(feed + neighbor("10.0.0.2"));
  const ConnectionId peer = up("10.0.0.2");
  configure("process feed { run another; encoder json; }\n" + neighbor("10.0.0.2"));
  ASSERT_TRUE(stage_.helpers[feed_].stopped);
  say("announce route " + route);
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
}

TEST_F(HelperTest, TheProcessThatIsStartedAnewSpeaksForTheNeighborsOfTheNewFile) {
  configure(feed + neighbor("10.0.0.2"));
  up("10.0.0.2");
  stage_.engine.on_signal(12, "SIGUSR2", stage_.now);
  configure(feed + neighbor("10.0.0.2") + neighbor("10.0.0.3"));
  const ConnectionId third = up("10.0.0.3");
  const std::string line = "neighbor 10.0.0.3 announce route " + route;
  EXPECT_EQ(answer(line), "error\n");
  feed_dies();
  stage_.engine.on_helper_started(HelperId{feed_}, 1001, stage_.now);
  EXPECT_EQ(answer(line), "done\n");
  EXPECT_THAT(sent(third), ElementsAre(announced(prefix)));
}

// --- the same said by two

TEST_F(HelperTest, WhoHasHeardWhatTwoHaveSaidIsNotToldAgainWhenItEndsForAnother) {
  two_of_each();
  sent(second_);
  // It has not read what the other has.
  stage_.wires[third_].blocked = true;
  say("announce route " + other_route);
  sent(second_);
  say("announce route " + route);
  EXPECT_THAT(sent(second_), ElementsAre(announced(prefix)));
  say("neighbor 10.0.0.2 announce route " + route, other_);
  EXPECT_THAT(sent(second_), IsEmpty());
  say("neighbor 10.0.0.3 withdraw route 10.1.0.0/16");
  EXPECT_THAT(sent(second_), IsEmpty());
  stage_.drain(third_);
  EXPECT_EQ(table_of(third_).of(prefix), "");
}

// --- on-exit withdraw

TEST_F(HelperTest, ADeathTakesAWordOnlyFromThePeersItWasTheLastSaidTo) {
  two_of_each();
  say("announce route " + route);
  say("neighbor 10.0.0.3 announce route " + route + " med 5", other_);
  sent(second_);
  sent(third_);
  feed_dies();
  EXPECT_THAT(sent(second_), ElementsAre(withdrawn(prefix)));
  EXPECT_THAT(sent(third_), IsEmpty());
}

TEST_F(HelperTest, ADeathLeavesWhatAnotherSaidTheSameLater) {
  two_of_each();
  say("announce route " + route);
  say("announce route " + route, other_);
  sent(second_);
  feed_dies();
  EXPECT_THAT(sent(second_), IsEmpty());
}

TEST_F(HelperTest, ADeathTakesWhatAnotherSaidTheSameBefore) {
  two_of_each();
  say("announce route " + route, other_);
  say("announce route " + route);
  sent(second_);
  feed_dies();
  EXPECT_THAT(sent(second_), ElementsAre(withdrawn(prefix)));
}

TEST_F(HelperTest, ADeathUnderAServiceIsSilent) {
  configure("process feed { run helper; encoder json; on-exit withdraw; }\n" +
            neighbor("10.0.0.2") + service("web", route + " med 1"));
  const ConnectionId peer = up("10.0.0.2");
  report("web", true);
  say("announce route " + route + " med 5");
  sent(peer);
  feed_dies();
  EXPECT_THAT(sent(peer), IsEmpty());
  report("web", false);
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
}

TEST_F(HelperTest, ADeathTakesAlsoWhatALongStatementHadYetToTakeOver) {
  two_of_each();
  PeerTable table;
  for (const char* med : {"", " med 5"}) {
    say("announce route " + many, other_);
    table.take(sent(second_));
    ASSERT_EQ(table.size(), many_count);
    say("announce route " + many + med);
    feed_dies();
    table.take(sent(second_));
    EXPECT_EQ(table.size(), 0u) << med;
    stage_.engine.on_helper_started(HelperId{feed_}, 1001, stage_.now);
  }
}

TEST_F(HelperTest, ADeathLeavesALongWithdrawToItsEnd) {
  two_of_each();
  say("announce route " + many, other_);
  PeerTable table;
  table.take(sent(second_));
  ASSERT_EQ(table.size(), many_count);
  say("withdraw route 10.0.0.0/8 split /20");
  feed_dies();
  table.take(sent(second_));
  EXPECT_EQ(table.size(), 0u);
}

TEST_F(HelperTest, ADeathDuringAPlanTakesTheWordBelowIt) {
  configure("process feed { run helper; encoder json; on-exit withdraw; }\n" + other +
            neighbor("10.0.0.2", {}, "ipv4 unicast;", both) +
            plan("move", "route " + route + " med 1;"));
  const ConnectionId peer = up("10.0.0.2");
  say("announce route " + route + " med 5");
  say("plan run move", other_);
  sent(peer);
  feed_dies();
  EXPECT_THAT(sent(peer), IsEmpty());
  say("plan revert move", other_);
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
}

TEST_F(HelperTest, ADeathGoesAheadOfBulk) {
  two_of_each();
  say("announce route " + route);
  sent(second_);
  say("announce route 172.0.0.0/8 next-hop 10.0.0.1 split /22", other_);
  feed_dies();
  turn();
  const Messages messages = stage_.sent(second_);
  ASSERT_FALSE(messages.empty());
  EXPECT_EQ(messages.front(), withdrawn(prefix));
}

TEST_F(HelperTest, ADeathTakesARouteOfAWatchdogThatTheHelperSaid) {
  two_of_each();
  say("announce route " + route + " watchdog dog");
  sent(second_);
  feed_dies();
  EXPECT_THAT(sent(second_), ElementsAre(withdrawn(prefix)));
}

TEST_F(HelperTest, AProcessThatDiesBeforeTheDelayOfTheLastOneIsOverTakesOnlyItsOwnAway) {
  configure("process feed { run helper; encoder json; on-exit withdraw after 250ms; }\n" +
            neighbor("10.0.0.2"));
  const ConnectionId peer = up("10.0.0.2");
  say("announce route " + route);
  sent(peer);
  feed_dies();
  stage_.wait(base::milliseconds(100));
  stage_.engine.on_helper_started(HelperId{feed_}, 1001, stage_.now);
  say("announce route " + other_route);
  EXPECT_THAT(sent(peer), ElementsAre(announced(other_prefix)));
  feed_dies();
  stage_.wait(base::milliseconds(160));
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
  stage_.wait(base::milliseconds(100));
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(other_prefix)));
}

// --- a process that takes the place of another

TEST_F(HelperTest, ADeathTakesAlsoWhatTheProcessSaidThatWeEndedForThisOne) {
  two_of_each();
  say("announce route " + route);
  signal();
  feed_ends_for_another();
  say("announce route " + other_route);
  EXPECT_THAT(sent(second_), ElementsAre(announced(prefix), announced(other_prefix)));
  feed_dies();
  EXPECT_TRUE(holds_nothing_of({announced(prefix), announced(other_prefix)}));
}

TEST_F(HelperTest, ADeathTakesWhatAllProcessesSaidThatWeEndedOneForTheOther) {
  two_of_each();
  say("announce route " + route);
  signal();
  feed_ends_for_another();
  signal();
  feed_ends_for_another();
  EXPECT_THAT(sent(second_), ElementsAre(announced(prefix)));
  feed_dies();
  EXPECT_THAT(sent(second_), ElementsAre(withdrawn(prefix)));
}

TEST_F(HelperTest, ADeathTakesAlsoWhatTheProgramSaidThatTheFileHadBefore) {
  two_of_each();
  say("announce route " + route);
  sent(second_);
  const std::string neighbors = neighbor("10.0.0.2", {}, "ipv4 unicast;", both);
  configure("process feed { run another; encoder json; on-exit withdraw; }\n" + other + neighbors);
  feed_ends_for_another();
  EXPECT_THAT(sent(second_), IsEmpty());
  feed_dies();
  EXPECT_THAT(sent(second_), ElementsAre(withdrawn(prefix)));
}

TEST_F(HelperTest, ADeathTakesOnlyWhatWasSaidSinceTheLastDeath) {
  configure("process feed { run helper; encoder json; on-exit withdraw after 250ms; }\n" +
            neighbor("10.0.0.2"));
  const ConnectionId peer = up("10.0.0.2");
  say("announce route " + route);
  feed_dies();
  stage_.wait(base::milliseconds(100));
  stage_.start_helpers();
  say("announce route " + other_route);
  signal();
  feed_ends_for_another();
  sent(peer);
  feed_dies();
  stage_.wait(base::milliseconds(160));
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
  stage_.wait(base::milliseconds(100));
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(other_prefix)));
}

TEST_F(HelperTest, ALeaseThatTheNextProcessRenewsIsItsOwn) {
  two_of_each();
  say("announce route " + route + " lease 50ms");
  sent(second_);
  signal();
  feed_ends_for_another();
  say("renew");
  EXPECT_THAT(sent(second_), IsEmpty());
  feed_dies();
  EXPECT_THAT(sent(second_), ElementsAre(withdrawn(prefix)));
}

TEST_F(HelperTest, AWatchdogsRouteOfTheProcessBeforeEndsWithTheNextOne) {
  two_of_each();
  say("announce route " + route + " watchdog dog");
  signal();
  feed_ends_for_another();
  sent(second_);
  feed_dies();
  EXPECT_THAT(sent(second_), ElementsAre(withdrawn(prefix)));
  say("announce watchdog dog", other_);
  EXPECT_THAT(sent(second_), IsEmpty());
}

TEST_F(HelperTest, AHelperThatIsBackInTheFileBeforeItHasEndedIsStartedAnew) {
  two_of_each();
  const std::string before = "process feed { run helper; encoder json; on-exit withdraw; }\n" +
                             other + neighbor("10.0.0.2", {}, "ipv4 unicast;", both);
  say("announce route " + route);
  sent(second_);
  configure(other + neighbor("10.0.0.2", {}, "ipv4 unicast;", "other"));
  const int starts = stage_.starts;
  configure(before);
  EXPECT_EQ(stage_.starts, starts);
  feed_ends_for_another();
  EXPECT_EQ(stage_.starts, starts + 1);
  say("announce route " + other_route);
  EXPECT_THAT(sent(second_), ElementsAre(announced(other_prefix)));
  feed_dies();
  EXPECT_TRUE(holds_nothing_of({announced(prefix), announced(other_prefix)}));
}

TEST_F(HelperTest, WhatAProcessSaidThatNobodyTookThePlaceOfEndsWithItsHelper) {
  two_of_each();
  say("announce route " + route);
  sent(second_);
  signal();
  feed_dies();
  hand_in(other + neighbor("10.0.0.2", {}, "ipv4 unicast;", "other"));
  stage_.wait(base::milliseconds(1));
  EXPECT_THAT(sent(second_), ElementsAre(withdrawn(prefix)));
}

TEST_F(HelperTest, NobodyWaitsForADeadProcessThatTheFileHasNoMore) {
  configure("process feed { run helper; encoder json; on-exit withdraw after 250ms; }\n" +
            neighbor("10.0.0.2"));
  const ConnectionId peer = up("10.0.0.2");
  say("announce route " + route);
  say("announce route " + other_route);
  sent(peer);
  feed_dies();
  EXPECT_THAT(sent(peer), IsEmpty());
  configure(other + neighbor("10.0.0.2", configured(other_route), "ipv4 unicast;", "other"));
  stage_.wait(base::milliseconds(1));
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
}

// --- raw messages

class RawMessagesTest : public ToldTest {
 protected:
  /// An UPDATE of the peer; what the helper hears of it.
  std::string heard_of(std::initializer_list<std::uint8_t> body) {
    configure(
        "process feed { run helper; encoder json; }\n"
        "neighbor 10.0.0.2 { local-address 10.0.0.1; router-id 10.0.0.1; local-as 65000; "
        "peer-as 65001; family { ipv4 unicast; } "
        "api { processes [ feed ]; receive { packets; update; } } }\n");
    peer_ = up("10.0.0.2");
    heard();
    std::vector<std::uint8_t> message(16, 0xFF);
    const auto size = static_cast<std::uint8_t>(bgp::header_size + body.size());
    message.insert(message.end(), {0, size, 2});
    message.insert(message.end(), body);
    stage_.receive(peer_, message);
    return heard();
  }

  ConnectionId peer_ = no_connection;
};

TEST_F(RawMessagesTest, AHelperIsGivenTheBytesOfAnUpdateThatEndsTheSession) {
  // The withdrawn routes reach beyond the message.
  const std::string events = heard_of({0xFF, 0xFF, 0, 0});
  EXPECT_TRUE(stage_.wires[peer_].closed);
  EXPECT_THAT(events, HasSubstr("\"category\": 2"));
  EXPECT_THAT(events, HasSubstr("\"body\": \"0xFFFF0000\""));
}

TEST_F(RawMessagesTest, AHelperIsGivenTheBytesOfAnUpdateTreatedAsAWithdrawal) {
  // A prefix without any attribute.
  const std::string events = heard_of({0, 0, 0, 0, 0x10, 0x0A, 0x01});
  EXPECT_FALSE(stage_.wires[peer_].closed);
  EXPECT_THAT(events, HasSubstr("\"body\": \"0x00000000100A01\""));
}

}  // namespace
}  // namespace openbell::engine
