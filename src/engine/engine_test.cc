// The engine as its neighbors and helpers see it: lines in, bytes out.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bgp/message/notification.h"
#include "bgp/message/update.h"
#include "engine/stage_test.h"

namespace openbell::engine {
namespace {

using bgp::Family;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Messages = std::vector<std::string>;

const std::string processes = "process feed { run helper; encoder json; }\n";

/// A neighbor on the outside (AS 65001), commanded by `feed`.
std::string neighbor(std::string_view address, std::string_view more = {},
                     std::string_view families = "ipv4 unicast;") {
  std::string text = "neighbor ";
  base::TextWriter(text)
      .put(address)
      .put(
          " { local-address 10.0.0.1; router-id 10.0.0.1; local-as 65000; peer-as 65001; family { ")
      .put(families)
      .put(" } api { processes [ feed ]; } ")
      .put(more)
      .put(" }\n");
  return text;
}

session::LocalOpen outside(std::initializer_list<Family> families = {Family::ipv4_unicast}) {
  return Stage::speaker(65001, "10.0.0.2", families);
}

const std::string end_of_rib = "00000000";

/// An UPDATE body that announces `nlri` with next hop 10.0.0.1 and maybe a MED.
std::string announced(std::string_view nlri, std::string_view med = {}) {
  std::string text;
  base::TextWriter out(text);
  out.put("0000").put(med.empty() ? "0014" : "001B").put("4001010040020602010000FDE8");
  out.put("4003040A000001");
  if (!med.empty()) out.put("800404000000").put(med);
  return text.append(nlri);
}
std::string withdrawn(std::string_view nlri) {
  std::string text;
  base::TextWriter(text).put("000").number(nlri.size() / 2).put(nlri).put("0000");
  return text;
}

class EngineTest : public testing::Test {
 protected:
  /// One neighbor, its session up and quiet.
  ConnectionId up(std::string_view more = {}) {
    EXPECT_TRUE(stage_.configure(processes + neighbor("10.0.0.2", more))) << stage_.refusal;
    return stage_.establish("10.0.0.2", outside());
  }
  void say(std::string_view line) { stage_.say(0, line); }
  Messages sent(ConnectionId connection) {
    stage_.settle();
    return stage_.sent(connection);
  }
  std::string reply() {
    stage_.settle();
    return stage_.heard();
  }

  Stage stage_;
};

// --- what is written

TEST_F(EngineTest, WritesAnAnnouncementInTheTurnOfItsLine) {
  const ConnectionId peer = up();
  say("announce route 10.0.0.0/24 next-hop 10.0.0.1");
  stage_.engine.flush(stage_.now);
  EXPECT_THAT(stage_.sent(peer), ElementsAre(announced("180A0000")));
  EXPECT_EQ(reply(), "done\n");
}

TEST_F(EngineTest, TheLastWordOnARouteIsTheOneThatIsSent) {
  const ConnectionId peer = up();
  const std::string route = "announce route 10.0.0.0/24 next-hop 10.0.0.1 med ";
  for (const char* med : {"1", "2", "1"}) say(route + med);
  EXPECT_THAT(sent(peer), ElementsAre(announced("180A0000", "01")));
  for (const char* med : {"2", "1"}) say(route + med);
  EXPECT_THAT(sent(peer), ElementsAre(announced("180A0000", "01")));
  say("withdraw route 10.0.0.0/24 next-hop 10.0.0.1");
  say(route + "3");
  EXPECT_THAT(sent(peer), ElementsAre(announced("180A0000", "03")));
  say(route + "4");
  say("withdraw route 10.0.0.0/24 next-hop 10.0.0.1");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn("180A0000")));
}

TEST_F(EngineTest, WithdrawalsOfATurnGoFirst) {
  const ConnectionId peer = up();
  say("announce route 10.0.0.0/24 next-hop 10.0.0.1");
  EXPECT_THAT(sent(peer), ElementsAre(announced("180A0000")));
  say("announce route 10.0.1.0/24 next-hop 10.0.0.1");
  say("withdraw route 10.0.0.0/24 next-hop 10.0.0.1");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn("180A0000"), announced("180A0001")));
}

TEST_F(EngineTest, AnEqualAnnouncementIsNotSentAgain) {
  const ConnectionId peer = up();
  say("announce route 10.0.0.0/24 next-hop 10.0.0.1");
  EXPECT_EQ(sent(peer).size(), 1u);
  say("announce route 10.0.0.0/24 next-hop 10.0.0.1");
  EXPECT_THAT(sent(peer), IsEmpty());
}

TEST_F(EngineTest, AWithdrawalPassesQueuedAnnouncements) {
  const ConnectionId peer = up();
  say("announce route 172.16.0.0/24 next-hop 10.0.0.1");
  EXPECT_EQ(sent(peer).size(), 1u);
  stage_.wires[peer].blocked = true;
  say("announce route 10.0.0.0/16 next-hop 10.0.0.1");
  EXPECT_EQ(sent(peer).size(), 1u);
  say("announce route 10.0.0.0/8 next-hop 10.0.0.1 split /20");
  say("withdraw route 172.16.0.0/24 next-hop 10.0.0.1");
  EXPECT_THAT(sent(peer), IsEmpty());
  stage_.drain(peer);
  const Messages messages = sent(peer);
  ASSERT_GT(messages.size(), 2u);
  EXPECT_EQ(messages.front(), withdrawn("18AC1000"));
}

TEST_F(EngineTest, ARouteForOneNeighborIsNeverWrittenToAnother) {
  ASSERT_TRUE(stage_.configure(processes + neighbor("10.0.0.2") + neighbor("10.0.0.3")));
  const ConnectionId second = stage_.establish("10.0.0.2", outside());
  const ConnectionId third = stage_.establish("10.0.0.3", outside());
  say("neighbor 10.0.0.3 announce route 10.0.0.0/24 next-hop 10.0.0.1");
  EXPECT_THAT(sent(third), ElementsAre(announced("180A0000")));
  EXPECT_THAT(sent(second), IsEmpty());
  say("neighbor 10.0.0.3 withdraw route 10.0.0.0/24 next-hop 10.0.0.1");
  EXPECT_THAT(sent(third), ElementsAre(withdrawn("180A0000")));
  EXPECT_THAT(sent(second), IsEmpty());
}

TEST_F(EngineTest, OnlyNegotiatedFamiliesAreSent) {
  ASSERT_TRUE(
      stage_.configure(processes + neighbor("10.0.0.2", {}, "ipv4 unicast; ipv6 unicast;")));
  const ConnectionId peer = stage_.establish("10.0.0.2", outside());
  say("announce route 2001:db8::/32 next-hop 2001:db8::1");
  say("announce route 10.0.0.0/24 next-hop 10.0.0.1");
  EXPECT_THAT(sent(peer), ElementsAre(announced("180A0000")));
}

TEST_F(EngineTest, ASelectorThatMatchesNobodyTouchesNobody) {
  const ConnectionId peer = up();
  say("neighbor 10.0.0.9 announce route 10.0.0.0/24 next-hop 10.0.0.1");
  EXPECT_EQ(reply(), "error\n");
  EXPECT_THAT(sent(peer), IsEmpty());
}

TEST_F(EngineTest, WhatIsAnnouncedWhileDownIsSentAtUpAndThenEndOfRib) {
  ASSERT_TRUE(stage_.configure(
      processes + neighbor("10.0.0.2", "static { route 10.0.0.0/24 next-hop 10.0.0.1; }")));
  say("announce route 10.0.1.0/24 next-hop 10.0.0.1");
  say("announce route 10.0.2.0/24 next-hop 10.0.0.1");
  say("withdraw route 10.0.2.0/24 next-hop 10.0.0.1");
  const ConnectionId peer = stage_.dialled("10.0.0.2");
  stage_.answer(peer);
  stage_.introduce(peer, outside());
  const Messages messages = sent(peer);
  ASSERT_EQ(messages.size(), 4u);
  EXPECT_TRUE(messages[0].starts_with("1:"));
  EXPECT_EQ(messages[1], "4:");
  EXPECT_EQ(messages[2], announced("180A0000180A0001"));
  EXPECT_EQ(messages[3], end_of_rib);
}

TEST_F(EngineTest, ManualEndOfRibWaitsForTheCommand) {
  ASSERT_TRUE(stage_.configure(processes + neighbor("10.0.0.2", "manual-eor true;")))
      << stage_.refusal;
  const ConnectionId peer = stage_.dialled("10.0.0.2");
  stage_.answer(peer);
  stage_.introduce(peer, outside());
  for (const std::string& message : sent(peer)) EXPECT_NE(message, end_of_rib);
  say("announce eor ipv4 unicast");
  EXPECT_THAT(sent(peer), ElementsAre(end_of_rib));
}

TEST_F(EngineTest, ARefreshIsFramedOnlyWhereNegotiated) {
  for (const bool enhanced : {false, true}) {
    Stage stage;
    ASSERT_TRUE(stage.configure(processes + neighbor("10.0.0.2", "capability { route-refresh; }")));
    session::LocalOpen open = outside();
    open.capabilities.route_refresh = true;
    open.capabilities.enhanced_refresh = enhanced;
    const ConnectionId peer = stage.establish("10.0.0.2", open);
    stage.say(0, "announce route 10.0.0.0/24 next-hop 10.0.0.1");
    stage.settle();
    stage.sent(peer);
    std::uint8_t message[bgp::header_size + 4];
    stage.receive(peer,
                  bgp::encode_refresh(Family::ipv4_unicast, bgp::RefreshSubtype::request, message));
    stage.settle();
    const Messages plain = {announced("180A0000")};
    const Messages framed = {"5:00010101", announced("180A0000"), "5:00010201"};
    EXPECT_EQ(stage.sent(peer), enhanced ? framed : plain);
  }
}

TEST_F(EngineTest, ASlowPeerDelaysNobodyAndEndsWithTheLatestState) {
  ASSERT_TRUE(stage_.configure(processes + neighbor("10.0.0.2") + neighbor("10.0.0.3")));
  const ConnectionId slow = stage_.establish("10.0.0.2", outside());
  const ConnectionId quick = stage_.establish("10.0.0.3", outside());
  stage_.wires[slow].blocked = true;
  say("announce route 10.0.0.0/24 next-hop 10.0.0.1");
  EXPECT_EQ(sent(slow).size(), 1u);  // the one that filled its socket
  for (const char* med : {"1", "2", "3"}) {
    say("announce route 10.0.1.0/24 next-hop 10.0.0.1 med " + std::string(med));
    stage_.settle();
  }
  say("withdraw route 10.0.0.0/24 next-hop 10.0.0.1");
  EXPECT_EQ(sent(quick).size(), 5u);
  EXPECT_THAT(sent(slow), IsEmpty());
  stage_.drain(slow);
  EXPECT_THAT(sent(slow), ElementsAre(withdrawn("180A0000"), announced("180A0001", "03")));
  say("announce route 10.0.2.0/24 next-hop 10.0.0.1");
  EXPECT_THAT(sent(slow), ElementsAre(announced("180A0002")));
  EXPECT_THAT(sent(quick), ElementsAre(announced("180A0002")));
}

TEST_F(EngineTest, TwoSessionsThatComeUpTogetherGetEverything) {
  ASSERT_TRUE(stage_.configure(processes + neighbor("10.0.0.2") + neighbor("10.0.0.3")));
  say("announce route 10.0.0.0/24 next-hop 10.0.0.1");
  for (const std::string_view peer : {"10.0.0.2", "10.0.0.3"}) {
    stage_.answer(stage_.dialled(peer));
    stage_.introduce(stage_.dialled(peer), outside());
  }
  for (const std::string_view peer : {"10.0.0.2", "10.0.0.3"}) {
    const Messages messages = sent(stage_.dialled(peer));
    ASSERT_EQ(messages.size(), 4u);
    EXPECT_EQ(messages[2], announced("180A0000"));
    EXPECT_EQ(messages[3], end_of_rib);
  }
}

// --- commands on everything

TEST_F(EngineTest, WhatIsAnnouncedAfterAClearStays) {
  const ConnectionId peer = up();
  say("announce route 10.0.0.0/24 next-hop 10.0.0.1");
  say("announce route 10.0.1.0/24 next-hop 10.0.0.1");
  sent(peer);
  say("clear adj-rib out");
  say("announce route 10.0.0.0/24 next-hop 10.0.0.1");
  say("announce route 10.0.2.0/24 next-hop 10.0.0.1");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn("180A0001"), announced("180A0000180A0002")));
}

TEST_F(EngineTest, TheAnswerToAReportComesWithoutAnotherEvent) {
  up();
  say("announce route 10.0.0.0/24 next-hop 10.0.0.1");
  reply();
  say("show adj-rib out");
  EXPECT_EQ(reply(), "10.0.0.2 ipv4 unicast 10.0.0.0/24 next-hop 10.0.0.1\ndone\n");
}

TEST_F(EngineTest, AnswersKeepTheOrderOfTheCommands) {
  up();
  say("announce route 10.0.0.0/24 next-hop 10.0.0.1");
  reply();
  say("show adj-rib out");
  say("version");
  say("show adj-rib out");
  say("nonsense");
  const std::string line = "10.0.0.2 ipv4 unicast 10.0.0.0/24 next-hop 10.0.0.1\n";
  EXPECT_EQ(reply(), line + "done\nexabgp 5.0.0 (OpenBell 0.1.0)\ndone\n" + line + "done\nerror\n");
}

TEST_F(EngineTest, EventsBeyondTheQueueAreLostAndCountedAnswersAreKept) {
  ASSERT_TRUE(stage_.configure(
      "process feed { run helper; encoder json; queue 65536; }\n" +
      neighbor("10.0.0.2", "", "ipv4 unicast;") +
      "neighbor 10.0.0.3 { local-address 10.0.0.1; router-id 10.0.0.1; local-as 65000; peer-as "
      "65001; family { ipv4 unicast; } api { processes [ feed ]; receive { parsed; update; } } "
      "}\n"))
      << stage_.refusal;
  const ConnectionId peer = stage_.establish("10.0.0.3", outside());
  reply();
  stage_.helpers[0].asleep = true;
  std::uint8_t update[64];
  for (int i = 0; i < 400; ++i) {
    stage_.receive(peer, bgp::write_end_of_rib(Family::ipv4_unicast, update));
    stage_.settle();
  }
  say("version");
  const std::string text = reply();
  EXPECT_THAT(text, HasSubstr("exabgp 5.0.0 (OpenBell 0.1.0)\ndone\n"));
  EXPECT_LE(text.size(), 65536u + 100);
  stage_.helpers[0].unread = 0;
  stage_.engine.on_helper_writable(HelperId{0}, 0, stage_.now);
  EXPECT_THAT(reply(), HasSubstr("\"lost\""));
}

// --- sessions

TEST_F(EngineTest, TeardownSaysItsSubcode) {
  const ConnectionId peer = up();
  say("neighbor 10.0.0.2 teardown 4");
  const Messages messages = sent(peer);
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_TRUE(messages[0].starts_with("3:0604")) << messages[0];
  EXPECT_TRUE(stage_.wires[peer].closed);
  stage_.wait(base::milliseconds(1));
  EXPECT_NE(stage_.dialled("10.0.0.2"), no_connection);
}

TEST_F(EngineTest, ShutdownEndsEverySession) {
  const ConnectionId peer = up();
  stage_.engine.shutdown("test", stage_.now);
  const Messages messages = sent(peer);
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_TRUE(messages[0].starts_with("3:0602")) << messages[0];
  EXPECT_EQ(stage_.exits, 1);
  EXPECT_THAT(reply(), HasSubstr("shutdown"));
}

// RFC 4271 6.8: the connection made by the speaker with the higher identifier stays.
TEST_F(EngineTest, ACollisionKeepsTheConnectionOfTheHigherIdentifier) {
  for (const bool peer_is_higher : {false, true}) {
    Stage stage;
    ASSERT_TRUE(stage.configure(processes + neighbor("10.0.0.2")));
    const ConnectionId ours = stage.dialled("10.0.0.2");
    stage.answer(ours);
    const ConnectionId theirs = stage.knock("10.0.0.1", "10.0.0.2");
    ASSERT_NE(theirs, no_connection);
    const session::LocalOpen open =
        Stage::speaker(65001, peer_is_higher ? "10.0.0.2" : "9.0.0.2", {Family::ipv4_unicast});
    std::uint8_t message[bgp::message_size_max];
    stage.receive(theirs, session::encode_local_open(open, 65001, message));
    stage.settle();
    EXPECT_EQ(stage.wires[ours].closed, peer_is_higher);
    EXPECT_EQ(stage.wires[theirs].closed, !peer_is_higher);
    EXPECT_EQ(stage.sent(peer_is_higher ? ours : theirs).back(), "3:0607");
    const ConnectionId kept = peer_is_higher ? theirs : ours;
    if (peer_is_higher) {
      stage.receive(kept, bgp::keepalive_message());
    } else {
      stage.introduce(kept, open);
    }
    stage.settle();
    stage.say(0, "announce route 10.0.0.0/24 next-hop 10.0.0.1");
    stage.settle();
    EXPECT_EQ(stage.sent(kept).back(), announced("180A0000"));
  }
}

TEST_F(EngineTest, AnEstablishedSessionRefusesAnotherConnection) {
  const ConnectionId peer = up();
  EXPECT_EQ(stage_.knock("10.0.0.1", "10.0.0.2"), no_connection);
  EXPECT_THAT(stage_.sent(stage_.refused), ElementsAre("3:0607"));
  EXPECT_FALSE(stage_.wires[peer].closed);
}

TEST_F(EngineTest, AnUnknownPeerIsRefused) {
  up();
  EXPECT_EQ(stage_.knock("10.0.0.1", "10.9.9.9"), no_connection);
  const Messages messages = stage_.sent(stage_.refused);
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_TRUE(messages[0].starts_with("3:0605"));
}

TEST_F(EngineTest, ANeighborOfARangeIsBornAndRemoved) {
  ASSERT_TRUE(stage_.configure(
      processes +
      neighbor("10.1.0.0/16", "passive true; static { route 10.0.0.0/24 next-hop 10.0.0.1; }")))
      << stage_.refusal;
  for (int round = 0; round < 3; ++round) {
    const ConnectionId peer = stage_.knock("10.0.0.1", "10.1.2.3");
    ASSERT_NE(peer, no_connection);
    stage_.introduce(peer, outside());
    const Messages messages = sent(peer);
    EXPECT_THAT(messages, testing::Contains(announced("180A0000")));
    say("show neighbor summary");
    EXPECT_THAT(reply(), HasSubstr("10.1.2.3"));
    stage_.engine.on_closed(peer, "test", stage_.now);
    reply();
    say("show neighbor summary");
    EXPECT_THAT(reply(), testing::Not(HasSubstr("10.1.2.3")));
  }
}

TEST_F(EngineTest, AttemptsEndTheDaemon) {
  Options options;
  options.attempts = 2;
  Stage stage(options);
  ASSERT_TRUE(stage.configure(processes + neighbor("10.0.0.2")));
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(stage.exits, 0);
    const ConnectionId attempt = stage.dialled("10.0.0.2");
    stage.wires[attempt].closed = true;
    stage.engine.on_connect_failed(attempt, "refused", stage.now);
    stage.settle();
    stage.wait(base::seconds(5));
  }
  EXPECT_EQ(stage.exits, 1);
  EXPECT_EQ(stage.wires.size(), 2u);
  EXPECT_EQ(stage.knock("10.0.0.1", "10.0.0.2"), no_connection);
}

TEST_F(EngineTest, ABlockedPeerWithARateLimitLetsTheLoopSleep) {
  const ConnectionId peer = up("rate-limit 1;");
  stage_.wait(base::seconds(2));
  say("announce route 10.0.0.0/24 next-hop 10.0.0.1");
  say("announce route 10.0.1.0/24 next-hop 10.0.0.1 med 1");
  EXPECT_EQ(sent(peer).size(), 1u);
  EXPECT_NE(stage_.engine.deadline(), base::never);
  stage_.wires[peer].blocked = true;
  stage_.wait(base::seconds(2));
  EXPECT_EQ(sent(peer).size(), 1u);
  say("announce route 10.0.2.0/24 next-hop 10.0.0.1 med 2");
  stage_.wait(base::seconds(5));
  EXPECT_GT(stage_.engine.deadline(), stage_.now.tick);
}

// --- reload

TEST_F(EngineTest, AReloadSendsTheDifferenceOfTheRoutesAndKeepsTheSession) {
  const ConnectionId peer =
      up("static { route 10.0.0.0/24 next-hop 10.0.0.1; route 10.0.1.0/24 next-hop 10.0.0.1; "
         "route 10.0.2.0/24 next-hop 10.0.0.1; }");
  ASSERT_TRUE(stage_.configure(
      processes + neighbor("10.0.0.2",
                           "static { route 10.0.0.0/24 next-hop 10.0.0.1; route 10.0.1.0/24 "
                           "next-hop 10.0.0.1 med 5; route 10.0.3.0/24 next-hop 10.0.0.1; }")));
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn("180A0002"), announced("180A0001", "05"),
                                      announced("180A0003")));
  EXPECT_FALSE(stage_.wires[peer].closed);
}

TEST_F(EngineTest, ARefusedReloadChangesNothing) {
  const ConnectionId peer = up("static { route 10.0.0.0/24 next-hop 10.0.0.1; }");
  EXPECT_FALSE(stage_.configure(processes + neighbor("10.0.0.2", "nonsense 5;")));
  EXPECT_THAT(sent(peer), IsEmpty());
  EXPECT_FALSE(stage_.wires[peer].closed);
  say("show adj-rib out");
  EXPECT_EQ(reply(), "10.0.0.2 ipv4 unicast 10.0.0.0/24 next-hop 10.0.0.1\ndone\n");
}

TEST_F(EngineTest, OtherSettingsEndTheSessionAndHoldForTheNext) {
  const ConnectionId peer = up();
  ASSERT_TRUE(stage_.configure(processes + neighbor("10.0.0.2", "hold-time 30;")));
  EXPECT_TRUE(stage_.wires[peer].closed);
  stage_.wait(base::milliseconds(1));
  const ConnectionId next = stage_.dialled("10.0.0.2");
  ASSERT_NE(next, no_connection);
  ASSERT_NE(next, peer);
  stage_.answer(next);
  const Messages messages = sent(next);
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_TRUE(messages[0].starts_with("1:04FDE8001E")) << messages[0];
}

TEST_F(EngineTest, ARemovedNeighborIsToldAndForgotten) {
  const ConnectionId peer = up();
  ASSERT_TRUE(stage_.configure(processes + neighbor("10.0.0.3")));
  EXPECT_TRUE(stage_.wires[peer].closed);
  const Messages messages = sent(peer);
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_TRUE(messages[0].starts_with("3:0603")) << messages[0];
  stage_.wait(base::milliseconds(1));
  EXPECT_EQ(stage_.dialled("10.0.0.2"), no_connection);
  EXPECT_NE(stage_.dialled("10.0.0.3"), no_connection);
}

}  // namespace
}  // namespace openbell::engine
