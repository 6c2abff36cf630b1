// Next hops go only where they can be sent, and the same bytes are said once.

#include "engine/told_test.h"

namespace openbell::engine {
namespace {

using bgp::Family;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string both = "ipv4 unicast; ipv6 unicast;";
/// IPv4 routes may have IPv6 next hops (RFC 8950).
const std::string extended = "capability { nexthop; } nexthop { ipv4 unicast ipv6; } ";
const std::string v6_hop = "2001:db8::1";
/// AFI 1, SAFI 1, 16 octets of next hop, nothing reserved, 10.1.0.0/16.
const std::string v4_over_v6 = "0001011020010DB800000000000000000000000100100A01";
/// AFI 2, SAFI 1, 16 octets of next hop, nothing reserved, 2001:db8::/32.
const std::string v6_over_v6 = "0002011020010DB8000000000000000000000001002020010DB8";

class NextHopTest : public ToldTest {
 protected:
  static session::LocalOpen speaks(bool extended_next_hop) {
    session::LocalOpen open = outside({Family::ipv4_unicast, Family::ipv6_unicast});
    if (extended_next_hop) open.capabilities.extended_next_hop = {{{{1, 1}, 2}}};
    return open;
  }
  ConnectionId with(std::string_view of_neighbor, bool extended_next_hop) {
    configure(feed + neighbor("10.0.0.2", of_neighbor, both));
    return stage_.establish("10.0.0.2", speaks(extended_next_hop));
  }
  /// It is refused for this reason, and nothing is sent.
  void expect_refused(ConnectionId peer, const std::string& line, const std::string& why) {
    const std::string receipt = answer(line + " id x");
    EXPECT_THAT(receipt, HasSubstr(why));
    EXPECT_TRUE(receipt.ends_with("error\n")) << receipt;
    EXPECT_THAT(stage_.logged, HasSubstr(why));
    EXPECT_THAT(sent(peer), IsEmpty());
  }
};

// --- of the wrong family

TEST_F(NextHopTest, AnIpv6RouteWithAnIpv4NextHopIsAnError) {
  const ConnectionId peer = with({}, false);
  expect_refused(peer, "announce route 2001:db8::/32 next-hop 10.0.0.1",
                 "next hop 10.0.0.1 cannot be sent with ipv6 unicast");
}

TEST_F(NextHopTest, AnIpv4RouteWithAnIpv6NextHopIsAnErrorWithoutRfc8950) {
  const ConnectionId peer = with({}, true);
  expect_refused(peer, "announce route 10.1.0.0/16 next-hop " + v6_hop,
                 "next hop 2001:db8::1 cannot be sent with ipv4 unicast");
}

TEST_F(NextHopTest, AnIpv4RouteWithAnIpv6NextHopIsSentWhereRfc8950WasNegotiated) {
  const ConnectionId peer = with(extended, true);
  EXPECT_EQ(answer("announce route 10.1.0.0/16 next-hop " + v6_hop), "done\n");
  EXPECT_THAT(sent(peer), ElementsAre(HasSubstr(v4_over_v6)));
}

TEST_F(NextHopTest, AnIpv6RouteWithAnIpv4NextHopIsAnErrorAlsoWithRfc8950) {
  const ConnectionId peer = with(extended, true);
  expect_refused(peer, "announce route 2001:db8::/32 next-hop 10.0.0.1",
                 "next hop 10.0.0.1 cannot be sent with ipv6 unicast");
}

TEST_F(NextHopTest, OfSeveralNeighborsOnlyThoseThatCanAreTold) {
  configure(feed + neighbor("10.0.0.2", extended, both) + neighbor("10.0.0.3", {}, both));
  const ConnectionId can = stage_.establish("10.0.0.2", speaks(true));
  const ConnectionId cannot = stage_.establish("10.0.0.3", speaks(true));
  const std::string receipt = answer("announce route 10.1.0.0/16 next-hop " + v6_hop + " id x");
  EXPECT_TRUE(receipt.ends_with("done\n")) << receipt;
  EXPECT_THAT(receipt, HasSubstr("10.0.0.2"));
  EXPECT_THAT(receipt, Not(HasSubstr("10.0.0.3")));
  EXPECT_THAT(sent(can), ElementsAre(HasSubstr(v4_over_v6)));
  EXPECT_THAT(sent(cannot), IsEmpty());
}

TEST_F(NextHopTest, WhereRfc8950WasConfiguredAndNotNegotiatedARecordSaysThatItIsNotSent) {
  base::Ring ring(1u << 16);
  audit::Trail trail(ring);
  Stage stage({}, &trail);
  ASSERT_TRUE(stage.configure(feed + neighbor("10.0.0.2", extended, both))) << stage.refusal;
  const ConnectionId peer = stage.establish("10.0.0.2", speaks(false));
  stage.say(0, "announce route 10.1.0.0/16 next-hop " + v6_hop);
  stage.settle();
  EXPECT_THAT(stage.heard(), HasSubstr("done\n"));
  EXPECT_THAT(stage.sent(peer), IsEmpty());
  std::string records;
  audit::Drain(ring).fill(records, SIZE_MAX);
  EXPECT_THAT(records, testing::ContainsRegex(
                           "\"kind\":\"lost\".*\"neighbors\":\\[\"10.0.0.2\"\\].*next hop "
                           "2001:db8::1 cannot be sent with ipv4 unicast"));
}

TEST_F(NextHopTest, WhatCannotBeSentAnyMoreIsWithdrawn) {
  const ConnectionId peer = with(extended, false);
  say("announce route " + route);
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
  say("announce route 10.1.0.0/16 next-hop " + v6_hop);
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
  say("announce route " + route);
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
  std::string communities;
  for (int i = 0; i < 1100; ++i) communities += " 65000:" + std::to_string(i);
  say("announce route " + route + " community [" + communities + " ]");
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
}

// The withdrawal that was on its way is taken back by what cannot be sent.
TEST_F(NextHopTest, AWithdrawalIsNotLostToWhatCannotBeSent) {
  const ConnectionId peer = with(extended, false);
  say("announce route " + route);
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
  say("withdraw route 10.1.0.0/16");
  say("announce route 10.1.0.0/16 next-hop " + v6_hop);
  EXPECT_THAT(sent(peer), ElementsAre(withdrawn(prefix)));
}

TEST_F(NextHopTest, WhatCannotBeSentAfterAReloadIsNotShownAsTold) {
  with(extended, true);
  say("announce route 10.1.0.0/16 next-hop " + v6_hop);
  EXPECT_THAT(answer("show adj-rib out"), HasSubstr("10.1.0.0/16"));
  configure(feed + neighbor("10.0.0.2", {}, both));
  stage_.wait(base::seconds(30));
  const ConnectionId peer = stage_.establish("10.0.0.2", speaks(false));
  EXPECT_THAT(sent(peer), IsEmpty());
  EXPECT_THAT(answer("show adj-rib out"), Not(HasSubstr("10.1.0.0/16")));
}

TEST_F(NextHopTest, AConfiguredNextHopOfTheWrongFamilyIsAWarningAndNotSent) {
  const ConnectionId peer = with(configured("2001:db8::/32 next-hop 10.0.0.1"), false);
  EXPECT_THAT(stage_.complaints,
              Contains(HasSubstr("next hop 10.0.0.1 cannot be sent with ipv6 unicast")));
  EXPECT_THAT(sent(peer), IsEmpty());
  EXPECT_THAT(answer("show adj-rib out"), Not(HasSubstr("2001:db8::/32")));
}

TEST_F(NextHopTest, AConfiguredNextHopThatRfc8950CoversIsNoWarning) {
  with(extended + configured("10.1.0.0/16 next-hop " + v6_hop), true);
  EXPECT_THAT(stage_.complaints, IsEmpty());
}

// --- self

TEST_F(NextHopTest, SelfOfTheWrongFamilyIsAnErrorOfTheCommand) {
  const ConnectionId peer = with({}, false);
  expect_refused(peer, "announce route 2001:db8::/32 next-hop self",
                 "cannot be sent with ipv6 unicast");
}

TEST_F(NextHopTest, SelfOfTheWrongFamilyIsAnErrorOfTheConfiguration) {
  EXPECT_FALSE(stage_.configure(
      feed + neighbor("10.0.0.2", configured("2001:db8::/32 next-hop self"), both)));
  EXPECT_THAT(stage_.refusal, HasSubstr("cannot be sent with ipv6 unicast"));
}

TEST_F(NextHopTest, OfSeveralNextHopsTheLastOfTheRightFamilyCountsInMpReach) {
  const ConnectionId peer = with({}, false);
  for (const char* words :
       {"route 2001:db8::/32 next-hop 2001:db8::1 next-hop 10.0.0.9",
        "route 2001:db8::/32 next-hop 2001:db8::9 next-hop 10.0.0.9 next-hop 2001:db8::1",
        "ipv6 unicast 2001:db8::/32 next-hop 2001:db8::1 next-hop 10.0.0.9",
        "attributes next-hop 2001:db8::1 next-hop 10.0.0.9 nlri 2001:db8::/32"}) {
    SCOPED_TRACE(words);
    EXPECT_EQ(answer(std::string("announce ") + words), "done\n");
    EXPECT_THAT(sent(peer), ElementsAre(HasSubstr(v6_over_v6)));
    say("clear adj-rib out");
    sent(peer);
  }
}

// ExaBGP: of several the first is the attribute NEXT_HOP.
TEST_F(NextHopTest, OfSeveralNextHopsTheFirstOfTheRightFamilyCountsElsewhere) {
  const ConnectionId peer = with({}, false);
  EXPECT_EQ(answer("announce route " + route + " next-hop 2001:db8::1 next-hop 10.0.0.9"),
            "done\n");
  EXPECT_THAT(sent(peer), ElementsAre(announced(prefix)));
}

// --- the same bytes

TEST_F(NextHopTest, TheSameBytesInOtherWordsAreNoNews) {
  const std::pair<const char*, const char*> pairs[] = {
      {"next-hop 10.0.0.1", "next-hop self"},
      {"next-hop self", "next-hop 10.0.0.1"},
      {"next-hop 10.0.0.1", "next-hop 10.0.0.1 origin igp"},
      {"next-hop 10.0.0.1", "next-hop 10.0.0.1 as-path [ 65000 ]"},
      {"next-hop 10.0.0.1", "next-hop 10.0.0.1 local-preference 200"},
  };
  for (const auto& [first, again] : pairs) {
    SCOPED_TRACE(again);
    Stage stage;
    ASSERT_TRUE(stage.configure(feed + neighbor("10.0.0.2"))) << stage.refusal;
    const ConnectionId peer = stage.establish("10.0.0.2", outside());
    stage.say(0, std::string("announce route 10.1.0.0/16 ") + first);
    stage.settle();
    EXPECT_THAT(stage.sent(peer), ElementsAre(announced(prefix)));
    stage.say(0, std::string("announce route 10.1.0.0/16 ") + again);
    stage.settle();
    EXPECT_THAT(stage.sent(peer), IsEmpty());
  }
}

TEST_F(NextHopTest, TheSameBytesAreNoNewsForWhoWasToldThoughAnotherIsBehind) {
  configure(feed + neighbor("10.0.0.2") + neighbor("10.0.0.3"));
  const ConnectionId peer = up("10.0.0.2");
  const ConnectionId slow = up("10.0.0.3");
  stage_.wires[slow].blocked = true;
  say("announce route " + other_route);
  sent(slow);
  say("announce route 10.1.0.0/16 next-hop self");
  EXPECT_THAT(sent(peer), ElementsAre(announced(other_prefix), announced(prefix)));
  say("announce route 10.1.0.0/16 next-hop 10.0.0.1");
  EXPECT_THAT(sent(peer), IsEmpty());
  stage_.drain(slow);
  EXPECT_EQ(table_of(slow).of(prefix), attributes());
}

TEST_F(NextHopTest, WhatIsNoNewsForOnePeerIsNewsForAnother) {
  std::string elsewhere = neighbor("10.0.0.3");
  elsewhere.replace(elsewhere.find("local-address 10.0.0.1"), 22, "local-address 10.0.0.8");
  configure(feed + neighbor("10.0.0.2") + elsewhere);
  const ConnectionId second = up("10.0.0.2");
  const ConnectionId third = up("10.0.0.3");
  say("announce route " + route);
  sent(second);
  sent(third);
  say("announce route 10.1.0.0/16 next-hop self");
  EXPECT_THAT(sent(second), IsEmpty());
  EXPECT_THAT(sent(third), ElementsAre(HasSubstr("4003040A000008")));
}

}  // namespace
}  // namespace openbell::engine
