// Services, leases, plans, guards, BFD and receipts as neighbors and helpers see them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hex.h"
#include "engine/stage_test.h"

namespace openbell::engine {
namespace {

using base::milliseconds;
using base::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Messages = std::vector<std::string>;

const std::string process =
    "process feed { run helper; encoder json; subscribe [ service plan guard lease bfd ]; }\n";

std::string neighbor(std::string_view address, std::string_view more = {}) {
  return "neighbor " + std::string(address) +
         " { local-address 10.0.0.1; router-id 10.0.0.1; local-as 65000; peer-as 65001; "
         "family { ipv4 unicast; } api { processes [ feed ]; } " +
         std::string(more) + " }\n";
}

const std::string engine_service =
    "service engine { route 10.1.0.0/16 next-hop 10.0.0.9; "
    "check hold { address 127.0.0.1:7000; } ";

std::string announced(std::string_view nlri, std::string_view med = {}) {
  std::string text = "0000";
  text.append(med.empty() ? "0014" : "001B").append("4001010040020602010000FDE84003040A000009");
  if (!med.empty()) text.append("80040400000").append(med);
  return text.append(nlri);
}
std::string withdrawn(std::string_view nlri) {
  return "000" + std::to_string(nlri.size() / 2) + std::string(nlri) + "0000";
}
const std::string prefix = "100A01";        // 10.1.0.0/16
const std::string other_prefix = "100A02";  // 10.2.0.0/16

class HealthTest : public testing::Test {
 protected:
  void configure(const std::string& more, std::string_view of_neighbor = {}) {
    ASSERT_TRUE(stage_.configure(process + neighbor("10.0.0.2", of_neighbor) + more))
        << stage_.refusal;
  }
  ConnectionId up(const std::string& more, std::string_view of_neighbor = {}) {
    configure(more, of_neighbor);
    const ConnectionId peer = stage_.establish(
        "10.0.0.2", Stage::speaker(65001, "10.0.0.2", {bgp::Family::ipv4_unicast}));
    stage_.heard();
    return peer;
  }
  Messages sent(ConnectionId peer) {
    stage_.settle();
    return stage_.sent(peer);
  }
  /// What was sent by what is urgent alone.
  Messages sent_urgently(ConnectionId peer) {
    stage_.engine.flush_urgent(stage_.now);
    return stage_.sent(peer);
  }
  std::string say(std::string_view line) {
    stage_.settle();
    stage_.heard();
    stage_.say(0, line);
    stage_.settle();
    return stage_.heard();
  }
  std::string heard() {
    stage_.settle();
    return stage_.heard();
  }
  void tick() { stage_.wait(base::microseconds(1)); }

  Stage stage_;
};

// --- services

TEST_F(HealthTest, AServiceLivesAsItsCheckDoes) {
  const ConnectionId peer = up(engine_service + "}");
  EXPECT_THAT(sent(peer), IsEmpty());
  stage_.report("hold", true);
  EXPECT_THAT(sent_urgently(peer), ElementsAre(announced(prefix)));
  EXPECT_THAT(sent(peer), IsEmpty());
  stage_.report("hold", false, "connection reset");
  EXPECT_THAT(sent_urgently(peer), ElementsAre(withdrawn(prefix)));
  EXPECT_THAT(sent(peer), IsEmpty());
  const std::string events = heard();
  EXPECT_THAT(events, HasSubstr("\"type\": \"service\""));
  EXPECT_THAT(events, HasSubstr("\"name\": \"engine\", \"state\": \"down\", \"previous\": \"up\", "
                                "\"reason\": \"check hold: connection reset\""));
}

TEST_F(HealthTest, AServiceMayStayWithOtherAttributes) {
  const ConnectionId peer = up(engine_service + "when down { med 5; } when disabled { med 7; } }");
  stage_.report("hold", true);
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
  stage_.report("hold", false);
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix, "005")));
  EXPECT_THAT(say("service engine disable"), HasSubstr("done"));
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix, "007")));
  EXPECT_THAT(say("service engine enable"), HasSubstr("done"));
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix, "005")));
}

TEST_F(HealthTest, OfSeveralChecksAllAnyOrSomeMustBeUp) {
  const std::string two = engine_service + "check process { name engine; } ";
  const ConnectionId peer = up(two + "}");
  stage_.report("hold", true);
  EXPECT_THAT(sent(peer), IsEmpty());
  stage_.report("process", true);
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
  configure(two + "any; }");
  stage_.report("hold", false);
  EXPECT_THAT(sent(peer), IsEmpty());
  stage_.report("process", false);
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
}

TEST_F(HealthTest, AReloadThatKeepsAServiceDoesNotFlapIt) {
  const ConnectionId peer = up(engine_service + "}");
  stage_.report("hold", true);
  sent(peer);
  configure(engine_service + "check process { name engine; } }");
  EXPECT_THAT(sent(peer), IsEmpty());
  stage_.report("process", true);
  EXPECT_THAT(sent(peer), IsEmpty());
  configure(
      "service engine { route 10.2.0.0/16 next-hop 10.0.0.9; "
      "check hold { address 127.0.0.1:7000; } }");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix), announced(other_prefix)));
  configure("");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(other_prefix)));
  EXPECT_THAT(stage_.probes, IsEmpty());
}

TEST_F(HealthTest, DampeningKeepsAFlappingServiceDown) {
  const ConnectionId peer = up(engine_service + "dampen { after 2; within 60s; hold 30s; } }");
  for (int i = 0; i < 2; ++i) {
    stage_.report("hold", true);
    sent(peer);
    stage_.report("hold", false);
    EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
  }
  stage_.report("hold", true);
  EXPECT_THAT(sent(peer), IsEmpty());
  EXPECT_THAT(say("show services"), HasSubstr("dampened"));
  stage_.wait(seconds(29));
  EXPECT_THAT(sent(peer), IsEmpty());
  stage_.wait(seconds(2));
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
}

TEST_F(HealthTest, DampeningEndsWhenNothingHasFailedForItsTime) {
  const ConnectionId peer = up(engine_service + "dampen { after 1; within 60s; hold 30s; } }");
  stage_.report("hold", true);
  sent(peer);
  stage_.report("hold", false);
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
  stage_.report("hold", true);
  stage_.wait(seconds(20));
  stage_.report("hold", false);
  stage_.report("hold", true);
  stage_.wait(seconds(29));
  EXPECT_THAT(sent(peer), IsEmpty());
  stage_.wait(seconds(2));
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
}

TEST_F(HealthTest, DampeningCountsOnlyWhatTakesTheServiceDown) {
  const ConnectionId peer = up(engine_service +
                               "check process { name engine; } any; "
                               "dampen { after 2; within 60s; hold 30s; } }");
  stage_.report("process", true);
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
  for (int i = 0; i < 3; ++i) {
    stage_.report("hold", true);
    stage_.report("hold", false);
  }
  EXPECT_THAT(sent(peer), IsEmpty());
}

TEST_F(HealthTest, ACheckThatDoesNotAnswerIsCancelledAndFails) {
  const ConnectionId peer =
      up("service web { route 10.1.0.0/16 next-hop 10.0.0.9; rise 1; fall 2; "
         "check tcp { address 127.0.0.1:80; interval 100ms; timeout 20ms; } }");
  tick();
  ASSERT_EQ(stage_.probes.size(), 1u);
  stage_.report("tcp", true, {}, {});
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
  stage_.wait(milliseconds(130));
  EXPECT_EQ(stage_.probes.begin()->second.cancelled, 1);
  EXPECT_THAT(sent(peer), IsEmpty());
  stage_.wait(milliseconds(100));
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
  EXPECT_THAT(say("service engine show"), HasSubstr("error"));
  EXPECT_THAT(say("service web show"), HasSubstr("no answer in time"));
  EXPECT_THAT(say("show services json"), HasSubstr("\"state\": \"down\""));
}

// The loop would not sleep while the last bytes leave.
TEST_F(HealthTest, AfterTheEndNoCheckIsDue) {
  up("service web { route 10.1.0.0/16 next-hop 10.0.0.9; "
     "check tcp { address 127.0.0.1:80; interval 100ms; } }");
  say("announce route 10.2.0.0/16 next-hop 10.0.0.9 lease 50ms");
  stage_.engine.shutdown("test", stage_.now);
  stage_.settle();
  stage_.pass(seconds(1));
  stage_.engine.on_timer(stage_.now);
  EXPECT_GT(stage_.engine.deadline(), stage_.now.tick);
}

TEST_F(HealthTest, ADisableFileDisables) {
  const ConnectionId peer =
      up("service engine { route 10.1.0.0/16 next-hop 10.0.0.9; "
         "check hold { address 127.0.0.1:7000; disable-file /tmp/maintenance; } }");
  stage_.report("hold", true);
  sent(peer);
  stage_.files.insert("/tmp/maintenance");
  stage_.wait(seconds(1));
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
  stage_.files.clear();
  stage_.wait(seconds(1));
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
}

TEST_F(HealthTest, ASessionThatComesLaterHearsOfTheService) {
  configure(engine_service + "}");
  stage_.report("hold", true);
  stage_.settle();
  const ConnectionId peer = stage_.dialled("10.0.0.2");
  stage_.answer(peer);
  stage_.introduce(peer, Stage::speaker(65001, "10.0.0.2", {bgp::Family::ipv4_unicast}));
  EXPECT_THAT(sent(peer), testing::Contains(announced(prefix)));
}

TEST_F(HealthTest, APeerCheckFollowsTheSession) {
  const ConnectionId peer = up(neighbor("10.0.0.3") +
                               "service backup { route 10.1.0.0/16 next-hop 10.0.0.9; "
                               "neighbor [ 10.0.0.2 ]; check peer { neighbor 10.0.0.3; } }");
  tick();
  EXPECT_THAT(sent(peer), IsEmpty());
  const ConnectionId watched =
      stage_.establish("10.0.0.3", Stage::speaker(65001, "10.0.0.3", {bgp::Family::ipv4_unicast}));
  EXPECT_THAT(stage_.wires[peer].sent.size(), testing::Gt(0u));
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
  EXPECT_THAT(sent(watched), IsEmpty());
  stage_.engine.on_closed(watched, "reset", stage_.now);
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
}

// --- leases

TEST_F(HealthTest, ALeaseThatIsNotRenewedEnds) {
  const ConnectionId peer = up("");
  EXPECT_THAT(say("announce route 10.1.0.0/16 next-hop 10.0.0.9 lease 50ms"), HasSubstr("done"));
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
  for (int i = 0; i < 5; ++i) {
    stage_.wait(milliseconds(40));
    EXPECT_THAT(say("renew"), HasSubstr("done"));
  }
  EXPECT_THAT(sent(peer), IsEmpty());
  configure("");
  stage_.wait(milliseconds(49));
  EXPECT_THAT(sent(peer), IsEmpty());
  stage_.wait(milliseconds(2));
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
  EXPECT_THAT(heard(), HasSubstr("\"state\": \"expired\", \"routes\": 1"));
  EXPECT_THAT(say("renew"), HasSubstr("error"));
}

TEST_F(HealthTest, SayingARouteAgainRenewsItAloneAndWithoutALeaseKeepsIt) {
  const ConnectionId peer = up("");
  say("announce route 10.1.0.0/16 next-hop 10.0.0.9 lease 50ms lease-group pair");
  say("announce route 10.2.0.0/16 next-hop 10.0.0.9 lease 50ms lease-group pair");
  sent(peer);
  stage_.wait(milliseconds(30));
  say("announce route 10.1.0.0/16 next-hop 10.0.0.9 lease 50ms lease-group pair");
  stage_.wait(milliseconds(30));
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(other_prefix)));
  say("announce route 10.1.0.0/16 next-hop 10.0.0.9");
  stage_.wait(seconds(1));
  EXPECT_THAT(sent(peer), IsEmpty());
  EXPECT_THAT(say("show leases"), HasSubstr("lease pair routes 0 expired 1"));
}

TEST_F(HealthTest, WhatADeadHelperAnnouncedIsWithdrawnIfItsSectionSaysSo) {
  ASSERT_TRUE(stage_.configure(
      "process feed { run helper; encoder json; on-exit withdraw after 250ms; }\n" +
      neighbor("10.0.0.2")));
  const ConnectionId peer =
      stage_.establish("10.0.0.2", Stage::speaker(65001, "10.0.0.2", {bgp::Family::ipv4_unicast}));
  say("announce route 10.1.0.0/16 next-hop 10.0.0.9");
  say("announce route 10.2.0.0/16 next-hop 10.0.0.9");
  sent(peer);
  stage_.engine.on_helper_exited(HelperId{0}, "signal 9", stage_.now);
  EXPECT_THAT(sent(peer), IsEmpty());
  stage_.wait(milliseconds(100));
  stage_.engine.on_helper_started(HelperId{0}, 1001, stage_.now);
  say("announce route 10.1.0.0/16 next-hop 10.0.0.9");
  stage_.wait(milliseconds(200));
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(other_prefix)));
}

// --- plans

const std::string plan = "plan dr { service engine down; route 10.2.0.0/16 next-hop 10.0.0.9; } ";

TEST_F(HealthTest, APlanSendsTheBytesThatItShowsAndCanBeReverted) {
  const ConnectionId peer = up(engine_service + "} " + plan);
  stage_.report("hold", true);
  sent(peer);
  stage_.wait(milliseconds(20));
  EXPECT_THAT(say("show plans"), HasSubstr("plan dr armed"));
  const std::string shown = say("plan show dr");
  stage_.say(0, "plan run dr");
  const Messages bytes = stage_.sent(peer);  // written before the turn ends
  EXPECT_THAT(bytes, ElementsAre(withdrawn(prefix), announced(other_prefix)));
  for (const std::string& message : bytes) EXPECT_THAT(shown, HasSubstr(message));
  EXPECT_THAT(sent(peer), IsEmpty());
  EXPECT_THAT(heard(), HasSubstr("\"state\": \"run, armed\""));
  EXPECT_THAT(say("plan run dr"), HasSubstr("error"));
  EXPECT_THAT(say("plan revert dr"), HasSubstr("done"));
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(other_prefix), announced(prefix)));
}

TEST_F(HealthTest, APlanWhoseBytesAreStaleIsRunAllTheSame) {
  const ConnectionId peer = up(engine_service + "} " + plan);
  stage_.report("hold", true);
  sent(peer);
  stage_.wait(milliseconds(20));
  stage_.say(0, "announce route 10.2.0.0/16 next-hop 10.0.0.9");
  stage_.say(0, "plan run dr");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix), announced(other_prefix)));
}

TEST_F(HealthTest, APlanIsRunByAServiceThatGoesDown) {
  const ConnectionId peer = up(engine_service +
                               "} plan take-over { route 10.2.0.0/16 next-hop 10.0.0.9; "
                               "when service engine down; }");
  stage_.report("hold", true);
  sent(peer);
  stage_.report("hold", false);
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix), announced(other_prefix)));
}

TEST_F(HealthTest, ADrillTellsNoPeer) {
  const ConnectionId peer = up(engine_service + "} " + plan);
  stage_.report("hold", true);
  sent(peer);
  EXPECT_THAT(say("drill dr budget 300us"), Not(HasSubstr("done")));
  ASSERT_EQ(stage_.rehearsed.size(), 1u);
  EXPECT_THAT(sent(peer), IsEmpty());
  const base::Tick now = stage_.now.tick;
  const Rehearsed sinks[] = {{now + base::microseconds(20), now + base::microseconds(90)}};
  stage_.engine.on_rehearsed(now, sinks, {}, stage_.now);
  const std::string report = heard();
  EXPECT_THAT(report, HasSubstr("\"result\": \"within budget\""));
  EXPECT_THAT(report, HasSubstr("\"received_ns\": 90000"));
  EXPECT_THAT(report, HasSubstr("done\n"));
  say("drill dr budget 50us");
  stage_.engine.on_rehearsed(now, sinks, {}, stage_.now);
  EXPECT_THAT(heard(), HasSubstr("error\n"));
}

// --- guards

TEST_F(HealthTest, TheLastAnnouncerIsNotWithdrawn) {
  const ConnectionId peer =
      up("service a { route 10.1.0.0/16 next-hop 10.0.0.9; check hold { address 127.0.0.1:1; } "
         "last-announcer [ b ]; } service b { route 10.2.0.0/16 next-hop 10.0.0.9; "
         "check hold { address 127.0.0.1:2; } }");
  stage_.report("hold", true);
  sent(peer);
  say("service b down");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(other_prefix)));
  stage_.say(0, "service a down");
  EXPECT_THAT(sent(peer), IsEmpty());
  EXPECT_THAT(heard(), HasSubstr("\"reason\": \"nobody else announces it\""));
  EXPECT_THAT(say("show guard"), HasSubstr("service a down"));
  EXPECT_THAT(say("guard release 1"), HasSubstr("done"));
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
}

TEST_F(HealthTest, AHeldServiceFollowsWhenAnotherAnnounces) {
  const ConnectionId peer =
      up("service a { route 10.1.0.0/16 next-hop 10.0.0.9; check hold { address 127.0.0.1:1; } "
         "last-announcer [ b ]; } service b { route 10.2.0.0/16 next-hop 10.0.0.9; "
         "check process { name b; } }");
  stage_.report("hold", true);
  sent(peer);
  stage_.report("hold", false, "gone");
  EXPECT_THAT(sent(peer), IsEmpty());
  stage_.report("process", true);
  EXPECT_THAT(sent(peer),
              testing::UnorderedElementsAre(announced(other_prefix), withdrawn(prefix)));
}

TEST_F(HealthTest, FrozenHoursHoldCommandsAndNotChecks) {
  const ConnectionId peer = up(engine_service + "} guard { frozen mon 09:30-16:00 UTC; }");
  stage_.minute = 10 * 60;
  stage_.report("hold", true);
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
  stage_.say(0, "announce route 10.2.0.0/16 next-hop 10.0.0.9");
  EXPECT_THAT(sent(peer), IsEmpty());
  EXPECT_THAT(heard(), HasSubstr("\"state\": \"held\""));
  stage_.minute = 16 * 60;
  EXPECT_THAT(say("withdraw route 10.2.0.0/16"), HasSubstr("held"));
  EXPECT_THAT(sent(peer), IsEmpty());
  EXPECT_THAT(say("guard release all"), HasSubstr("done"));
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(other_prefix)));
  EXPECT_THAT(say("announce route 10.2.0.0/16 next-hop 10.0.0.9"), HasSubstr("done"));
  EXPECT_THAT(sent(peer), ElementsAre(announced(other_prefix)));
}

TEST_F(HealthTest, WhatIsReleasedInFrozenHoursIsNotHeldAgain) {
  const ConnectionId peer = up(engine_service +
                               "} plan move { route 10.2.0.0/16 next-hop 10.0.0.9; }"
                               " guard { frozen mon 09:30-16:00 UTC; }");
  stage_.minute = 10 * 60;
  stage_.report("hold", true);
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
  say("service engine down");
  say("plan run move");
  EXPECT_THAT(sent(peer), IsEmpty());
  EXPECT_THAT(say("guard release all"), HasSubstr("done"));
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix), announced(other_prefix)));
  EXPECT_THAT(say("show guard"), Not(HasSubstr("(frozen")));
}

TEST_F(HealthTest, FrozenHoursHoldChecksToWhenTheGuardSaysSo) {
  const ConnectionId peer =
      up(engine_service + "} guard { frozen mon 09:30-16:00 UTC; checks hold; }");
  stage_.report("hold", true);
  sent(peer);
  stage_.minute = 10 * 60;
  stage_.report("hold", false, "gone");
  EXPECT_THAT(sent(peer), IsEmpty());
  stage_.report("hold", true);
  stage_.settle();
  EXPECT_THAT(say("show guard"), Not(HasSubstr("service engine")));
  stage_.report("hold", false, "gone");
  EXPECT_THAT(sent(peer), IsEmpty());
  EXPECT_THAT(say("guard drop 2"), HasSubstr("done"));
  EXPECT_THAT(sent(peer), IsEmpty());
}

TEST_F(HealthTest, AFloodOfCommandsIsHeldInItsOrder) {
  const ConnectionId peer = up("guard { maximum-changes 2; }");
  stage_.wait(seconds(1));
  say("announce route 10.1.0.0/16 next-hop 10.0.0.9");
  say("announce route 10.2.0.0/16 next-hop 10.0.0.9");
  EXPECT_THAT(say("withdraw route 10.1.0.0/16"), HasSubstr("held"));
  stage_.wait(seconds(2));
  EXPECT_THAT(say("announce route 10.1.0.0/16 next-hop 10.0.0.9 med 1"),
              HasSubstr("an earlier command of this client is held"));
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix), announced(other_prefix)));
  EXPECT_THAT(say("guard drop all"), HasSubstr("done"));
  EXPECT_THAT(sent(peer), IsEmpty());
}

// --- BFD

TEST_F(HealthTest, ALostBfdSessionEndsTheBgpSession) {
  const ConnectionId peer = up("", "bfd { transmit 1ms; receive 1ms; multiplier 3; }");
  ASSERT_EQ(stage_.bfd_sessions.size(), 1u);
  EXPECT_EQ(stage_.bfd_sessions[bfd::SessionId{0}].peer_address.text(), "10.0.0.2");
  bfd::Report report;
  report.state = bfd::State::up;
  report.remote_state = bfd::State::up;
  stage_.engine.on_bfd(bfd::SessionId{0}, report, stage_.now);
  report.state = bfd::State::down;
  report.previous = bfd::State::up;
  report.diagnostic = bfd::Diagnostic::control_detection_time_expired;
  stage_.engine.on_bfd(bfd::SessionId{0}, report, stage_.now);
  EXPECT_THAT(sent(peer), ElementsAre("3:060A"));
  EXPECT_TRUE(stage_.wires[peer].closed);
  EXPECT_THAT(heard(), HasSubstr("\"state\": \"down\", \"previous\": \"up\", \"diagnostic\": "
                                 "\"control detection time expired\""));
}

TEST_F(HealthTest, AnAdministrativeShutdownOfBfdIsNoFailure) {
  const ConnectionId peer = up("", "bfd { }");
  bfd::Report report;
  report.state = bfd::State::down;
  report.previous = bfd::State::up;
  report.remote_state = bfd::State::admin_down;
  stage_.engine.on_bfd(bfd::SessionId{0}, report, stage_.now);
  EXPECT_THAT(sent(peer), IsEmpty());
  EXPECT_FALSE(stage_.wires[peer].closed);
}

TEST_F(HealthTest, ABfdCheckFollowsAStandAloneSession) {
  const ConnectionId peer =
      up("bfd far { peer-address 10.0.0.7; local-address 10.0.0.1; } "
         "service engine { route 10.1.0.0/16 next-hop 10.0.0.9; check bfd { session far; } }");
  bfd::Report report;
  report.state = bfd::State::up;
  stage_.engine.on_bfd(bfd::SessionId{0}, report, stage_.now);
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
  report.previous = bfd::State::up;
  report.state = bfd::State::down;
  stage_.engine.on_bfd(bfd::SessionId{0}, report, stage_.now);
  EXPECT_THAT(sent_urgently(peer), ElementsAre(withdrawn(prefix)));
}

// --- receipts

TEST_F(HealthTest, ACommandWithAnIdGetsAReceipt) {
  const ConnectionId peer = up("");
  stage_.say(0, "announce route 10.1.0.0/16 next-hop 10.0.0.9 id order-1");
  stage_.say(0, "announce route 10.2.0.0/16 next-hop 10.0.0.9");
  EXPECT_THAT(stage_.heard(), IsEmpty());
  EXPECT_THAT(sent(peer).size(), 1u);
  const std::string answer = heard();
  EXPECT_THAT(answer, HasSubstr("{ \"id\": \"order-1\", \"result\": \"done\", \"read_ns\": "));
  EXPECT_THAT(answer, HasSubstr("{ \"neighbor\": \"10.0.0.2\", \"state\": \"written\", "));
  EXPECT_TRUE(answer.ends_with("done\ndone\n")) << answer;
  ASSERT_EQ(stage_.stamps.size(), 1u);
  const StampId stamp = stage_.stamps.front().second;
  const std::int64_t utc = stage_.now.utc_ns;
  stage_.engine.on_stamp(peer, stamp, StampKind::sent, utc + 5'000, stage_.now);
  stage_.engine.on_stamp(peer, stamp, StampKind::acknowledged, utc + 9'000, stage_.now);
  EXPECT_THAT(heard(), HasSubstr("\"state\": \"acknowledged\""));
  EXPECT_THAT(say("show latency json"), HasSubstr("\"sent-acknowledged\": { \"count\": 1"));
}

TEST_F(HealthTest, AReceiptSaysWhoKnewAlreadyAndWhoIsBehind) {
  const ConnectionId peer = up("");
  say("announce route 10.1.0.0/16 next-hop 10.0.0.9");
  sent(peer);
  stage_.wait(milliseconds(1));
  EXPECT_THAT(say("announce route 10.1.0.0/16 next-hop 10.0.0.9 id again"),
              HasSubstr("\"state\": \"unchanged\""));
  stage_.wires[peer].blocked = true;
  say("announce route 10.2.0.0/16 next-hop 10.0.0.9");
  EXPECT_THAT(say("withdraw route 10.1.0.0/16 id late"), HasSubstr("\"state\": \"waiting\""));
  stage_.drain(peer);
  stage_.settle();
  stage_.wait(seconds(6));
  EXPECT_THAT(heard(), HasSubstr("\"id\": \"late\", \"neighbor\": \"10.0.0.2\", \"state\": "
                                 "\"unacknowledged\""));
}

TEST_F(HealthTest, HelpersAreShownWithWhatTheySaidAndLost) {
  up("");
  say("announce route 10.1.0.0/16 next-hop 10.0.0.9");
  EXPECT_THAT(say("show helpers"), HasSubstr("helper feed pid 1000 commands 2 lost 0\n"));
}

TEST_F(HealthTest, AWrongCommandWithAnIdIsAnsweredWithTheReason) {
  up("");
  const std::string answer = say("announce route 10.1.0.0/16 nonsense id x");
  EXPECT_THAT(answer, HasSubstr("\"id\": \"x\", \"result\": \"wanted a word of a route"));
  EXPECT_TRUE(answer.ends_with("error\n"));
}

}  // namespace
}  // namespace openbell::engine
