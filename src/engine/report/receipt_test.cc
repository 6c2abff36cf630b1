// Receipts: what is said of each neighbor is what happened to it, and when.

#include <nlohmann/json.hpp>

#include "engine/told_test.h"

namespace openbell::engine {
namespace {

using base::milliseconds;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::UnorderedElementsAre;
using States = std::map<std::string, std::string>;

class ReceiptTest : public ToldTest {
 protected:
  void two_neighbors(const std::string& more = {}) {
    configure(feed + neighbor("10.0.0.2") + neighbor("10.0.0.3") + more);
    second_ = up("10.0.0.2");
    third_ = up("10.0.0.3");
    heard();
  }
  /// The receipt of that id in what the helper hears.
  json receipt_in(const std::string& text, const std::string& id) {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      const std::string line = text.substr(at, end - at);
      at = end + 1;
      if (!line.starts_with("{ \"id\"")) continue;
      json found = json::parse(line);
      if (found["id"] == id) return found;
    }
    ADD_FAILURE() << "no receipt " << id << " in " << text;
    return {{"neighbors", json::array()}};
  }
  json receipt(const std::string& line) { return receipt_in(answer(line + " id r"), "r"); }
  static States states(const json& receipt) {
    States all;
    for (const json& each : receipt["neighbors"]) all[each["neighbor"]] = each["state"];
    return all;
  }
  /// Everything written so far has arrived at the peers' kernels.
  void acknowledge_all() {
    for (const auto& [connection, stamp] : std::exchange(stage_.stamps, {}))
      stage_.engine.on_stamp(connection, stamp, StampKind::acknowledged, stage_.now.utc_ns,
                             stage_.now);
  }
  static json event_of(const std::string& text, const std::string& type) {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      const std::string line = text.substr(at, end - at);
      at = end + 1;
      if (!line.starts_with("{ \"exabgp\"")) continue;
      const json event = json::parse(line);
      if (event["type"] == type) return event[type];
    }
    ADD_FAILURE() << "no event " << type << " in " << text;
    return {};
  }

  ConnectionId second_ = no_connection;
  ConnectionId third_ = no_connection;
};

// --- states

TEST_F(ReceiptTest, WhoKnewAlreadyIsUnchangedWhateverElseIsWrittenToIt) {
  two_neighbors();
  say("neighbor 10.0.0.3 announce route " + route);
  sent(third_);
  stage_.wait(milliseconds(1));
  heard();
  say("announce route " + route + " id r");
  say("neighbor 10.0.0.3 announce route " + other_route);
  const std::string text = heard();
  EXPECT_THAT(states(receipt_in(text, "r")),
              ElementsAre(Pair("10.0.0.2", "written"), Pair("10.0.0.3", "unchanged")));
  acknowledge_all();
  const std::string events = heard();
  EXPECT_THAT(events, HasSubstr("\"neighbor\": \"10.0.0.2\", \"state\": \"acknowledged\""));
  EXPECT_THAT(events, Not(HasSubstr("\"neighbor\": \"10.0.0.3\"")));
}

TEST_F(ReceiptTest, WhoKnewAlreadyIsUnchangedAlsoWhenItIsBehind) {
  two_neighbors();
  say("announce route " + route);
  sent(third_);
  stage_.wires[third_].blocked = true;
  say("announce route " + other_route);
  sent(third_);
  say("announce route 10.3.0.0/16 next-hop 10.0.0.1");
  sent(third_);
  EXPECT_THAT(states(receipt("announce route " + route)),
              ElementsAre(Pair("10.0.0.2", "unchanged"), Pair("10.0.0.3", "unchanged")));
}

TEST_F(ReceiptTest, WhoIsBehindIsWaiting) {
  two_neighbors();
  stage_.wires[third_].blocked = true;
  say("announce route " + route);
  sent(third_);
  EXPECT_THAT(states(receipt("announce route " + other_route)),
              ElementsAre(Pair("10.0.0.2", "written"), Pair("10.0.0.3", "waiting")));
}

TEST_F(ReceiptTest, AWordThatAServiceHidesIsUnchanged) {
  two_neighbors(service("web", route + " med 1", "neighbor [ 10.0.0.3 ];"));
  report("web", true);
  stage_.settle();
  stage_.wait(milliseconds(1));
  EXPECT_THAT(states(receipt("announce route " + route)),
              ElementsAre(Pair("10.0.0.2", "written"), Pair("10.0.0.3", "unchanged")));
  EXPECT_THAT(states(receipt("withdraw route 10.1.0.0/16")),
              ElementsAre(Pair("10.0.0.2", "written"), Pair("10.0.0.3", "unchanged")));
}

TEST_F(ReceiptTest, TheSameBytesInOtherWordsAreUnchanged) {
  two_neighbors();
  say("announce route " + route);
  sent(second_);
  stage_.wait(milliseconds(1));
  EXPECT_THAT(states(receipt("announce route 10.1.0.0/16 next-hop self")),
              ElementsAre(Pair("10.0.0.2", "unchanged"), Pair("10.0.0.3", "unchanged")));
}

TEST_F(ReceiptTest, AFamilyThatWasNotNegotiatedIsSaid) {
  const std::string both = "ipv4 unicast; ipv6 unicast;";
  configure(feed + neighbor("10.0.0.2", {}, both) + neighbor("10.0.0.3", {}, both));
  stage_.establish("10.0.0.2", outside({bgp::Family::ipv4_unicast, bgp::Family::ipv6_unicast}));
  stage_.establish("10.0.0.3", outside());
  EXPECT_THAT(states(receipt("announce route 2001:db8::/32 next-hop 2001:db8::1")),
              ElementsAre(Pair("10.0.0.2", "written"), Pair("10.0.0.3", "not negotiated")));
}

/// Its attributes do not fit in a message of 4,096 octets.
std::string too_long(const std::string& said) {
  std::string text = said + " community [";
  for (int i = 0; i < 1100; ++i) text += " 65000:" + std::to_string(i);
  return text + " ]";
}

TEST_F(ReceiptTest, WhatCannotBeSentIsSaidWithItsReasonAndSaidAgainWhenItIsRepeated) {
  const std::string why = "its attributes leave no room in a message: ipv4 unicast 10.1.0.0/16";
  two_neighbors();
  for (const char* occasion : {"first", "again"}) {
    const json unsent = receipt("neighbor 10.0.0.2 announce route " + too_long(route));
    EXPECT_THAT(states(unsent), ElementsAre(Pair("10.0.0.2", "not sent"))) << occasion;
    EXPECT_EQ(unsent["neighbors"].at(0)["reason"], why) << occasion;
    EXPECT_THAT(sent(second_), IsEmpty());
  }
  acknowledge_all();
  stage_.wait(base::seconds(6));
  EXPECT_THAT(heard(), Not(HasSubstr("acknowledged")));
  EXPECT_THAT(answer("show adj-rib out"), Not(HasSubstr("10.1.0.0/16")));
}

TEST_F(ReceiptTest, WhatCannotBeSentAnyMoreIsSaidThoughItIsWithdrawn) {
  two_neighbors();
  say("announce route " + route);
  sent(second_);
  stage_.wait(milliseconds(1));
  EXPECT_THAT(states(receipt("announce route " + too_long(route))),
              ElementsAre(Pair("10.0.0.2", "not sent"), Pair("10.0.0.3", "not sent")));
  EXPECT_THAT(sent(second_), ElementsAre(withdrawn(prefix)));
  stage_.wait(milliseconds(1));
  EXPECT_THAT(states(receipt("announce route " + route)),
              ElementsAre(Pair("10.0.0.2", "written"), Pair("10.0.0.3", "written")));
  EXPECT_THAT(answer("show adj-rib out"), HasSubstr("10.0.0.2 ipv4 unicast 10.1.0.0/16"));
}

TEST_F(ReceiptTest, WhoHearsForTheFirstTimeAndWhoHearsAgainWhatCannotBeSentAreBothSaid) {
  two_neighbors();
  say("neighbor 10.0.0.2 announce route " + too_long(route));
  heard();
  EXPECT_THAT(states(receipt("announce route " + too_long(route))),
              ElementsAre(Pair("10.0.0.2", "not sent"), Pair("10.0.0.3", "not sent")));
}

TEST_F(ReceiptTest, WhoWaitsForWhatCannotBeSentHearsThatInTheEnd) {
  two_neighbors();
  stage_.wires[third_].blocked = true;
  say("announce route " + other_route);
  sent(third_);
  say("neighbor 10.0.0.3 announce route " + too_long(route) + " id first");
  say("neighbor 10.0.0.3 announce route " + too_long(route) + " id again");
  const std::string text = heard();
  EXPECT_THAT(states(receipt_in(text, "first")), ElementsAre(Pair("10.0.0.3", "waiting")));
  stage_.drain(third_);
  const std::string events = heard();
  for (const char* id : {"first", "again"})
    EXPECT_THAT(events, HasSubstr("\"id\": \"" + std::string(id) +
                                  "\", \"neighbor\": \"10.0.0.3\", \"state\": \"not sent\", "
                                  "\"reason\": \"its attributes leave no room"));
}

TEST_F(ReceiptTest, ANextHopThatWasNotAgreedOnIsTheReason) {
  configure(feed + neighbor("10.0.0.2", "capability { nexthop; } nexthop { ipv4 unicast ipv6; }",
                            "ipv4 unicast; ipv6 unicast;"));
  second_ =
      stage_.establish("10.0.0.2", outside({bgp::Family::ipv4_unicast, bgp::Family::ipv6_unicast}));
  say("announce route " + route);
  sent(second_);
  stage_.wait(milliseconds(1));
  const json unsent = receipt("announce route 10.1.0.0/16 next-hop 2001:db8::1");
  EXPECT_THAT(states(unsent), ElementsAre(Pair("10.0.0.2", "not sent")));
  EXPECT_EQ(unsent["neighbors"].at(0)["reason"],
            "next hop 2001:db8::1 cannot be sent with ipv4 unicast: ipv4 unicast 10.1.0.0/16");
  EXPECT_THAT(sent(second_), ElementsAre(withdrawn(prefix)));
}

TEST_F(ReceiptTest, APlanThatWasArmedSaysWhatCannotBeSent) {
  two_neighbors(plan("p", "route " + too_long(route) + "; route " + other_route + ";"));
  answer("plan arm p");
  stage_.wait(milliseconds(100));
  ASSERT_THAT(answer("show plans"), HasSubstr("plan p armed"));
  EXPECT_THAT(states(receipt("plan run p")),
              ElementsAre(Pair("10.0.0.2", "not sent"), Pair("10.0.0.3", "not sent")));
  EXPECT_THAT(sent(second_), ElementsAre(announced(other_prefix)));
}

TEST_F(ReceiptTest, OnlyNeighborsThatTheCommandReachedAreListed) {
  configure(feed + neighbor("10.0.0.2") + neighbor("10.0.0.3") +
            neighbor("10.0.0.4", {}, "ipv6 unicast;") + neighbor("10.0.0.5") +
            neighbor("10.0.0.6", {}, "ipv4 unicast;", ""));
  up("10.0.0.2");
  up("10.0.0.3");
  stage_.establish("10.0.0.4", outside({bgp::Family::ipv6_unicast}));
  EXPECT_THAT(states(receipt("announce route " + route)),
              ElementsAre(Pair("10.0.0.2", "written"), Pair("10.0.0.3", "written")));
  EXPECT_THAT(states(receipt("neighbor 10.0.0.3 announce route " + other_route)),
              ElementsAre(Pair("10.0.0.3", "written")));
}

TEST_F(ReceiptTest, AFlushThatGoesOnInSlicesListsWhomItReachesLater) {
  const std::string many = configured("10.0.0.0/8 next-hop 10.0.0.1 split /20");
  configure(feed + neighbor("10.0.0.2", many) + neighbor("10.0.0.3", many));
  up("10.0.0.2");
  up("10.0.0.3");
  answer("clear adj-rib out");
  stage_.settle();
  EXPECT_EQ(states(receipt("flush adj-rib out")).size(), 2u);
}

TEST_F(ReceiptTest, BornPeersAreListedByTheirAddresses) {
  configure(feed + range());
  born_quiet("10.1.2.3");
  born_quiet("10.1.2.4");
  EXPECT_THAT(states(receipt("announce route " + route)),
              ElementsAre(Pair("10.1.2.3", "written"), Pair("10.1.2.4", "written")));
}

TEST_F(ReceiptTest, WhatWasRefusedHasTheReasonAndNoNeighbors) {
  two_neighbors(service("web", route));
  report("web", true);
  stage_.settle();
  stage_.wait(milliseconds(1));
  const json refused = receipt("withdraw route 10.1.0.0/16");
  EXPECT_THAT(refused["result"].get<std::string>(),
              HasSubstr("web announces it: service web down"));
  EXPECT_THAT(states(refused), IsEmpty());
}

TEST_F(ReceiptTest, WhatWasRefusedInPartHasTheReasonAndTheNeighborsOfTheRest) {
  two_neighbors(service("web", route));
  report("web", true);
  say("neighbor 10.0.0.3 announce route " + other_route);
  stage_.settle();
  stage_.wait(milliseconds(1));
  const json part = receipt("withdraw attributes next-hop 10.0.0.1 nlri 10.1.0.0/16 10.2.0.0/16");
  EXPECT_THAT(part["result"].get<std::string>(), HasSubstr("web announces it: service web down"));
  EXPECT_THAT(states(part),
              ElementsAre(Pair("10.0.0.2", "unchanged"), Pair("10.0.0.3", "written")));
}

TEST_F(ReceiptTest, WhatCannotBeSentToAnybodyInPartHasTheReasonAndTheNeighborsOfTheRest) {
  const std::string families = "ipv4 unicast; ipv6 unicast;";
  configure(feed + neighbor("10.0.0.2", {}, families));
  stage_.establish("10.0.0.2", outside({bgp::Family::ipv4_unicast, bgp::Family::ipv6_unicast}));
  const json part = receipt("announce attributes next-hop 10.0.0.1 nlri 10.1.0.0/16 2001:db8::/32");
  EXPECT_THAT(part["result"].get<std::string>(), HasSubstr("cannot be sent with ipv6 unicast"));
  EXPECT_THAT(states(part), ElementsAre(Pair("10.0.0.2", "written")));
}

TEST_F(ReceiptTest, WhatIsRefusedOfManyInSlicesIsSaidWithTheNeighborsOfTheRest) {
  two_neighbors(service("web", late_route));
  report("web", true);
  say("announce route " + many);
  stage_.settle();
  stage_.wait(milliseconds(1));
  // A withdrawal ends the word below the service: the second one finds none.
  say("withdraw route 10.255.240.0/20");
  heard();
  const json part = receipt("withdraw route " + many);
  EXPECT_THAT(part["result"].get<std::string>(), HasSubstr("web announces it"));
  EXPECT_THAT(states(part), ElementsAre(Pair("10.0.0.2", "waiting"), Pair("10.0.0.3", "waiting")));
}

TEST_F(ReceiptTest, EachOfSeveralReceiptsOfATurnIsItsOwn) {
  two_neighbors();
  say("announce route " + route);
  stage_.settle();
  stage_.wait(milliseconds(1));
  heard();
  say("announce route " + route + " id a");
  say("neighbor 10.0.0.2 announce route " + other_route + " id b");
  say("neighbor 10.0.0.3 withdraw route 10.1.0.0/16 id c");
  const std::string text = heard();
  EXPECT_THAT(states(receipt_in(text, "b")), ElementsAre(Pair("10.0.0.2", "written")));
  EXPECT_THAT(states(receipt_in(text, "c")), ElementsAre(Pair("10.0.0.3", "written")));
  EXPECT_EQ(states(receipt_in(text, "a"))["10.0.0.2"], "unchanged");
}

// --- times

TEST_F(ReceiptTest, TheTimesOfOneThatWaitedAreThoseOfItsWrite) {
  two_neighbors();
  stage_.wires[third_].blocked = true;
  say("neighbor 10.0.0.3 announce route " + route);
  sent(third_);
  receipt("neighbor 10.0.0.3 announce route " + other_route);
  acknowledge_all();
  heard();
  stage_.wait(milliseconds(7));
  const std::int64_t written = stage_.now.utc_ns;
  stage_.drain(third_);
  EXPECT_THAT(sent(third_), ElementsAre(announced(other_prefix)));
  stage_.wait(milliseconds(1));
  say("neighbor 10.0.0.3 announce route 10.3.0.0/16 next-hop 10.0.0.1");
  sent(third_);
  acknowledge_all();
  const json event = event_of(heard(), "receipt");
  EXPECT_EQ(event["id"], "r");
  EXPECT_EQ(event["state"], "acknowledged");
  EXPECT_EQ(event["written_utc_ns"], written);
}

TEST_F(ReceiptTest, AnAcknowledgementOfALaterWriteIsNotThatOfTheReceipt) {
  two_neighbors();
  receipt("neighbor 10.0.0.2 announce route " + route);
  ASSERT_EQ(stage_.stamps.size(), 1u);
  const auto [connection, stamp] = stage_.stamps.front();
  stage_.engine.on_stamp(connection, stamp + 1, StampKind::acknowledged, stage_.now.utc_ns,
                         stage_.now);
  EXPECT_THAT(heard(), IsEmpty());
  stage_.engine.on_stamp(connection, stamp, StampKind::acknowledged, stage_.now.utc_ns, stage_.now);
  EXPECT_EQ(event_of(heard(), "receipt")["state"], "acknowledged");
}

TEST_F(ReceiptTest, AnAcknowledgementCountsThatComesBeforeTheRestIsSuperseded) {
  two_neighbors();
  const std::int64_t written = stage_.now.utc_ns;
  say("neighbor 10.0.0.2 announce route " + many + " watchdog w id long");
  say("neighbor 10.0.0.2 withdraw watchdog w");
  turn();
  acknowledge_all();
  stage_.pass(milliseconds(1));
  const std::string text = heard();
  EXPECT_THAT(states(receipt_in(text, "long")), ElementsAre(Pair("10.0.0.2", "waiting")));
  const json event = event_of(text, "receipt");
  EXPECT_EQ(event["id"], "long");
  EXPECT_EQ(event["state"], "acknowledged");
  EXPECT_EQ(event["written_utc_ns"], written);
  EXPECT_EQ(event["acknowledged_utc_ns"], written);
}

TEST_F(ReceiptTest, AnAcknowledgementThatComesBeforeTheAnswerFollowsIt) {
  two_neighbors(service("web", route));
  report("web", true);
  sent(second_);
  stage_.wait(milliseconds(1));
  heard();
  stage_.stamps.clear();
  say("service web down id r");
  stage_.engine.flush_urgent(stage_.now);
  acknowledge_all();
  const std::string text = heard();
  EXPECT_THAT(states(receipt_in(text, "r")),
              ElementsAre(Pair("10.0.0.2", "written"), Pair("10.0.0.3", "written")));
  EXPECT_EQ(event_of(text, "receipt")["state"], "acknowledged");
}

TEST_F(ReceiptTest, WhatIsSaidBehindAWalkDoesNotWaitForIt) {
  configure(feed + neighbor("10.0.0.2", configured("10.0.0.0/8 next-hop 10.0.0.1 split /20")));
  up("10.0.0.2");
  heard();
  say("announce attributes next-hop 10.0.0.1 nlri 192.0.2.0/25 192.0.2.128/25 id before");
  say("flush adj-rib out");
  say("announce attributes next-hop 10.0.0.1 nlri 198.51.100.0/25 198.51.100.128/25 id behind");
  const std::string text = heard();
  EXPECT_THAT(states(receipt_in(text, "before")), ElementsAre(Pair("10.0.0.2", "waiting")));
  EXPECT_THAT(states(receipt_in(text, "behind")), ElementsAre(Pair("10.0.0.2", "written")));
}

TEST_F(ReceiptTest, WhoHasYetToBeToldTheSameIsWaitingAndThenUnchanged) {
  two_neighbors();
  for (const std::string& line :
       {"announce route " + route, std::string("withdraw route 10.1.0.0/16")}) {
    stage_.wires[third_].blocked = true;
    // What the kernel does not take is written; what comes behind it is not.
    say("announce route " + other_route + " med " + std::to_string(line.size()));
    heard();
    say(line);
    heard();
    say(line + " id again");
    EXPECT_THAT(states(receipt_in(heard(), "again")),
                ElementsAre(Pair("10.0.0.2", "unchanged"), Pair("10.0.0.3", "waiting")))
        << line;
    stage_.drain(third_);
    EXPECT_EQ(event_of(heard(), "receipt")["state"], "unchanged") << line;
  }
}

TEST_F(ReceiptTest, WhatWaitedForNothingIsSaidToBeUnchangedInTheEnd) {
  two_neighbors();
  const std::string many = "10.0.0.0/8 next-hop 10.0.0.1 split /20";
  say("neighbor 10.0.0.2 announce route " + many);
  heard();
  say("neighbor 10.0.0.2 announce route " + many + " id again");
  const std::string text = heard();
  EXPECT_THAT(states(receipt_in(text, "again")), ElementsAre(Pair("10.0.0.2", "waiting")));
  EXPECT_EQ(event_of(text, "receipt")["state"], "unchanged");
}

TEST_F(ReceiptTest, AServicesChangeIsFollowedOnlyWhereItWasNews) {
  two_neighbors(service("web", route));
  say("neighbor 10.0.0.3 announce route " + route);
  sent(third_);
  report("web", true);
  say("neighbor 10.0.0.3 announce route " + other_route);
  stage_.settle();
  acknowledge_all();
  const std::string events = heard();
  EXPECT_THAT(events, HasSubstr("\"id\": \"service web up\", \"neighbor\": \"10.0.0.2\", "
                                "\"state\": \"acknowledged\""));
  EXPECT_THAT(events, Not(HasSubstr("\"id\": \"service web up\", \"neighbor\": \"10.0.0.3\"")));
}

TEST_F(ReceiptTest, ThousandsOfReceiptsAreAllAnswered) {
  two_neighbors();
  for (int i = 0; i < 4096; ++i) {
    say("announce route 172.16." + std::to_string(i / 16) + "." + std::to_string(i % 16 * 16) +
        "/28 next-hop 10.0.0.1 id r" + std::to_string(i));
    if (i % 16 == 15) turn();
  }
  const std::string text = heard();
  for (const char* id : {"r0", "r2048", "r4095"})
    EXPECT_THAT(states(receipt_in(text, id)),
                ElementsAre(Pair("10.0.0.2", "written"), Pair("10.0.0.3", "written")));
}

TEST_F(ReceiptTest, WhatIsMoreThanCanBeFollowedIsAnsweredAllTheSame) {
  two_neighbors();
  std::string text;
  for (int i = 0; i < 4200; ++i) {
    say("announce route " + route + " med " + std::to_string(i % 2) + " id r" + std::to_string(i));
    text += heard();
  }
  EXPECT_EQ(states(receipt_in(text, "r4095")).size(), 2u);
  for (const char* id : {"r4096", "r4199"})
    EXPECT_THAT(states(receipt_in(text, id)), IsEmpty()) << "nobody has acknowledged the first";
}

// --- BFD

bfd::Report down(base::Tick decided) {
  bfd::Report report;
  report.state = bfd::State::down;
  report.previous = bfd::State::up;
  report.diagnostic = bfd::Diagnostic::control_detection_time_expired;
  report.decided = decided;
  return report;
}

class BfdTimesTest : public ReceiptTest {
 protected:
  void bfd_up() {
    bfd::Report report;
    report.state = bfd::State::up;
    report.remote_state = bfd::State::up;
    stage_.engine.on_bfd(bfd::SessionId{0}, report, stage_.now);
    heard();
  }
};

TEST_F(BfdTimesTest, TheEventOfASessionBelowAServiceHasTheTimeOfTheWithdrawal) {
  configure(feed + neighbor("10.0.0.2") +
            "bfd far { peer-address 10.0.0.7; local-address 10.0.0.1; } "
            "service web { route " +
            route + "; check bfd { session far; } }");
  const ConnectionId peer = up("10.0.0.2");
  bfd_up();
  sent(peer);
  stage_.pass(milliseconds(1));
  stage_.engine.on_bfd(bfd::SessionId{0}, down(stage_.now.tick), stage_.now);
  const std::int64_t written = stage_.now.utc_ns;
  EXPECT_THAT(stage_.sent(peer), ElementsAre(withdrawn(prefix)));
  stage_.pass(milliseconds(2));
  stage_.engine.flush_urgent(stage_.now);
  stage_.pass(milliseconds(5));
  EXPECT_EQ(event_of(heard(), "bfd")["written_utc_ns"], written);
}

TEST_F(BfdTimesTest, TheEventOfANeighborsSessionHasTheTimeOfTheCease) {
  configure(feed + neighbor("10.0.0.2", "bfd { transmit 1ms; receive 1ms; multiplier 3; }"));
  const ConnectionId peer = up("10.0.0.2");
  bfd_up();
  stage_.pass(milliseconds(1));
  const std::int64_t written = stage_.now.utc_ns;
  stage_.engine.on_bfd(bfd::SessionId{0}, down(stage_.now.tick), stage_.now);
  EXPECT_THAT(stage_.sent(peer), ElementsAre("3:060A"));
  stage_.pass(milliseconds(5));
  EXPECT_EQ(event_of(heard(), "bfd")["written_utc_ns"], written);
}

}  // namespace
}  // namespace openbell::engine
