#include "bgp/path.h"

#include "gtest/gtest.h"

namespace openbell::bgp {
namespace {

IpAddress ip(std::string_view text) {
  IpAddress address;
  EXPECT_TRUE(base::parse_ip(text, address)) << text;
  return address;
}

WireContext session(std::string_view local_address) {
  WireContext context;
  context.local_address = ip(local_address);
  context.router_id = 0x01010101;
  return context;
}

TEST(NextHop, AnAddressIsTakenAsItIs) {
  const NextHop next_hop{NextHop::Kind::address, ip("2001:db8::1")};
  EXPECT_EQ(resolve_next_hop(next_hop, Family::ipv4_unicast, session("10.0.0.1")).text(),
            "2001:db8::1");
  EXPECT_FALSE(resolve_next_hop({}, Family::ipv4_flow, session("10.0.0.1")));
}

TEST(NextHop, SelfIsTheSessionsAddressOfTheSameFamily) {
  const NextHop self{NextHop::Kind::self, {}};
  EXPECT_EQ(resolve_next_hop(self, Family::ipv4_unicast, session("10.0.0.1")).text(), "10.0.0.1");
  EXPECT_EQ(resolve_next_hop(self, Family::ipv4_mpls_vpn, session("10.0.0.1")).text(), "10.0.0.1");
  EXPECT_EQ(resolve_next_hop(self, Family::ipv6_unicast, session("2001:db8::9")).text(),
            "2001:db8::9");
  // ExaBGP: the router id for IPv4 on an IPv6 session, nothing for the others.
  EXPECT_EQ(resolve_next_hop(self, Family::ipv4_unicast, session("2001:db8::9")).text(), "1.1.1.1");
  EXPECT_FALSE(resolve_next_hop(self, Family::ipv6_unicast, session("10.0.0.1")));
  EXPECT_FALSE(resolve_next_hop(self, Family::l2vpn_vpls, session("10.0.0.1")));
}

TEST(NextHop, IsSentWhereTheSessionTakesItsFamily) {
  const NextHop v4{NextHop::Kind::address, ip("192.0.2.1")};
  const NextHop v6{NextHop::Kind::address, ip("2001:db8::1")};
  const NextHop self{NextHop::Kind::self, {}};
  WireContext context = session("10.0.0.1");
  EXPECT_TRUE(can_send(Family::ipv4_unicast, v4, context));
  EXPECT_FALSE(can_send(Family::ipv4_unicast, v6, context));
  EXPECT_FALSE(can_send(Family::ipv6_unicast, v4, context));
  EXPECT_FALSE(can_send(Family::ipv6_unicast, self, context));
  EXPECT_TRUE(can_send(Family::ipv4_unicast, self, session("2001:db8::9")));
  // RFC 8950: by family, and only for IPv4 routes.
  context.extended_next_hop.insert(Family::ipv4_unicast);
  context.extended_next_hop.insert(Family::ipv6_unicast);
  EXPECT_TRUE(can_send(Family::ipv4_unicast, v6, context));
  EXPECT_FALSE(can_send(Family::ipv4_mpls_vpn, v6, context));
  EXPECT_FALSE(can_send(Family::ipv6_unicast, v4, context));
}

TEST(NextHop, MayBeSentByWhatIsConfigured) {
  const NextHop v6{NextHop::Kind::address, ip("2001:db8::1")};
  const NextHop self{NextHop::Kind::self, {}};
  EXPECT_TRUE(may_send(Family::ipv6_unicast, self, {}, false));
  EXPECT_TRUE(may_send(Family::ipv6_unicast, self, ip("2001:db8::9"), false));
  EXPECT_FALSE(may_send(Family::ipv6_unicast, self, ip("10.0.0.1"), false));
  // A session over IPv6 has a router id.
  EXPECT_TRUE(may_send(Family::ipv4_unicast, self, ip("2001:db8::9"), false));
  EXPECT_FALSE(may_send(Family::ipv4_unicast, v6, {}, false));
  EXPECT_TRUE(may_send(Family::ipv4_unicast, v6, {}, true));
  EXPECT_TRUE(may_send(Family::ipv4_flow, v6, {}, false));
}

TEST(NextHop, ARefusalNamesNextHopAndFamily) {
  EXPECT_EQ(next_hop_refusal(Family::ipv6_unicast, {NextHop::Kind::address, ip("192.0.2.1")}),
            "next hop 192.0.2.1 cannot be sent with ipv6 unicast");
  EXPECT_EQ(next_hop_refusal(Family::ipv6_mpls_vpn, {NextHop::Kind::self, {}}),
            "next hop self cannot be sent with ipv6 mpls-vpn");
}

TEST(NextHop, SizesOfRfc7606) {
  EXPECT_TRUE(next_hop_size_fits(Family::ipv4_unicast, 4, false));
  EXPECT_FALSE(next_hop_size_fits(Family::ipv4_unicast, 16, false));
  EXPECT_TRUE(next_hop_size_fits(Family::ipv4_unicast, 32, true));
  EXPECT_TRUE(next_hop_size_fits(Family::ipv6_unicast, 32, false));
  EXPECT_FALSE(next_hop_size_fits(Family::ipv6_unicast, 4, true));
  EXPECT_TRUE(next_hop_size_fits(Family::ipv4_mpls_vpn, 12, false));
  EXPECT_FALSE(next_hop_size_fits(Family::ipv4_mpls_vpn, 24, false));
  EXPECT_TRUE(next_hop_size_fits(Family::ipv6_mpls_vpn, 48, false));
  EXPECT_TRUE(next_hop_size_fits(Family::ipv6_flow, 0, false));
  EXPECT_FALSE(next_hop_size_fits(Family::ipv6_flow, 5, false));
}

}  // namespace
}  // namespace openbell::bgp
