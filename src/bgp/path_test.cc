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

}  // namespace
}  // namespace openbell::bgp
