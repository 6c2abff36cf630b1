#include "session/negotiate.h"

#include <array>

#include "gtest/gtest.h"

#include "base/hex.h"
#include "bgp/message/header.h"

namespace openbell::session {
namespace {

using bgp::AddPathMode;
using bgp::Family;
using bgp::FamilyNumbers;
namespace code = bgp::notification;

constexpr FamilyNumbers v4{1, 1};
constexpr FamilyNumbers v6{2, 1};

LocalOpen side(bgp::Asn local, std::optional<bgp::Asn> peer, std::uint32_t id) {
  LocalOpen open;
  open.local_as = local;
  open.peer_as = peer;
  open.router_id = id;
  open.capabilities.families = {v4};
  open.capabilities.four_octet_as = local;
  open.capabilities.extended_message = true;
  return open;
}

/// Negotiates with what `theirs` would send.
std::expected<Negotiated, Refusal> meet(const LocalOpen& ours, const LocalOpen& theirs) {
  std::array<std::uint8_t, 4096> bytes;
  const bgp::Bytes message = encode_local_open(theirs, *theirs.local_as, bytes);
  bgp::OpenView open;
  bgp::OpenError error;
  EXPECT_TRUE(bgp::decode_open(message.subspan(bgp::header_size), open, error));
  return negotiate(ours, open);
}

void expect_refused(const LocalOpen& ours, const LocalOpen& theirs, bgp::NotificationCode wanted,
                    std::string_view data) {
  const auto result = meet(ours, theirs);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, wanted);
  EXPECT_EQ(result.error().data, data);
}

TEST(Negotiate, DefaultsOfBothSides) {
  const auto result = meet(side(65000, 65001, 1), side(65001, 65000, 2));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->context.local_as, 65000u);
  EXPECT_EQ(result->context.peer_as, 65001u);
  EXPECT_TRUE(result->context.four_octet_as);
  EXPECT_TRUE(result->context.extended_message);
  EXPECT_FALSE(result->context.aigp);
  EXPECT_EQ(result->families, std::vector{Family::ipv4_unicast});
  EXPECT_EQ(result->hold_time_s, 180);
  EXPECT_EQ(result->peer_router_id, 2u);
  EXPECT_EQ(result->refresh, Refresh::absent);
}

TEST(Negotiate, RefusesWhatRfc4271Section62Says) {
  expect_refused(side(65000, 2, 1), side(65002, 65000, 2), code::bad_peer_as,
                 "ASN in OPEN (65002) did not match ASN expected (2)");
  expect_refused(side(65000, {}, 1), side(0, 65000, 2), code::bad_peer_as, "AS 0 in OPEN");
  expect_refused(side(65000, 65001, 1), side(65001, 65000, 0), code::bad_identifier,
                 "BGP identifier 0.0.0.0");
  expect_refused(side(65000, 65000, 7), side(65000, 65000, 7), code::bad_identifier,
                 "BGP identifier is our own");
  EXPECT_TRUE(meet(side(65000, 65001, 7), side(65001, 65000, 7)));  // RFC 6286 2.2
  LocalOpen hasty = side(65001, 65000, 2);
  hasty.hold_time_s = 2;
  expect_refused(side(65000, 65001, 1), hasty, code::unacceptable_hold_time,
                 "Hold Time is invalid (2)");
}

TEST(Negotiate, MalformedCapability) {
  bgp::OpenView open;
  open.version = 4;
  open.as_field = 65001;
  open.router_id = 2;
  open.capabilities = {{1, {}}};
  const auto result = negotiate(side(65000, 65001, 1), open);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, code::open_unspecific);
  EXPECT_EQ(result.error().data, "malformed capability 1");
}

TEST(Negotiate, HoldTimeIsTheSmaller) {
  LocalOpen ours = side(65000, 65001, 1);
  LocalOpen theirs = side(65001, 65000, 2);
  theirs.hold_time_s = 9;
  EXPECT_EQ(meet(ours, theirs)->hold_time_s, 9);
  EXPECT_EQ(meet(theirs, ours)->hold_time_s, 9);
  theirs.hold_time_s = 0;
  EXPECT_EQ(meet(ours, theirs)->hold_time_s, 0);
}

TEST(Negotiate, FourOctetAsNumbersNeedBothSides) {
  const LocalOpen ours = side(70000, 70001, 1);
  EXPECT_EQ(meet(ours, side(70001, 70000, 2))->context.peer_as, 70001u);
  LocalOpen old = side(65001, 70000, 2);
  old.capabilities.four_octet_as.reset();
  LocalOpen to_old = ours;
  to_old.peer_as = 65001;
  EXPECT_FALSE(meet(to_old, old)->context.four_octet_as);
}

TEST(Negotiate, AutoTakesWhatThePeerSays) {
  LocalOpen ours = side(0, {}, 1);
  ours.local_as.reset();
  const auto result = meet(ours, side(65009, {}, 2));
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->context.ibgp());
  EXPECT_EQ(result->context.local_as, 65009u);
  EXPECT_TRUE(result->context.aigp);
}

TEST(Negotiate, FamiliesInThePeersOrder) {
  LocalOpen ours = side(65000, 65001, 1);
  ours.capabilities.families = {v4, {1, 128}, v6};
  LocalOpen theirs = side(65001, 65000, 2);
  theirs.capabilities.families = {v6, {99, 99}, v4};
  const auto result = meet(ours, theirs);
  EXPECT_EQ(result->families, (std::vector{Family::ipv6_unicast, Family::ipv4_unicast}));
  EXPECT_EQ(result->context.families.size(), 2u);
}

TEST(Negotiate, Rfc4760NoFamilyAnnouncedIsIpv4Unicast) {
  LocalOpen ours = side(65000, 65001, 1);
  LocalOpen theirs = side(65001, 65000, 2);
  theirs.capabilities.families.clear();
  EXPECT_EQ(meet(ours, theirs)->families, std::vector{Family::ipv4_unicast});
  ours.capabilities.families = {v6};
  EXPECT_TRUE(meet(ours, theirs)->families.empty());
}

TEST(Negotiate, AddPathOneSendsTheOtherReceives) {
  LocalOpen ours = side(65000, 65001, 1);
  LocalOpen theirs = side(65001, 65000, 2);
  const auto with = [&](AddPathMode a, AddPathMode b) {
    ours.capabilities.add_path = {{v4, a}};
    theirs.capabilities.add_path = {{v4, b}};
    const auto result = meet(ours, theirs);
    return std::pair(result->context.add_path_send.contains(Family::ipv4_unicast),
                     result->context.add_path_receive.contains(Family::ipv4_unicast));
  };
  EXPECT_EQ(with(AddPathMode::send, AddPathMode::receive), std::pair(true, false));
  EXPECT_EQ(with(AddPathMode::receive, AddPathMode::send), std::pair(false, true));
  EXPECT_EQ(with(AddPathMode::send_receive, AddPathMode::send_receive), std::pair(true, true));
  EXPECT_EQ(with(AddPathMode::send, AddPathMode::send), std::pair(false, false));
}

TEST(Negotiate, RefreshKinds) {
  LocalOpen ours = side(65000, 65001, 1);
  LocalOpen theirs = side(65001, 65000, 2);
  ours.capabilities.route_refresh = ours.capabilities.enhanced_refresh = true;
  EXPECT_EQ(meet(ours, theirs)->refresh, Refresh::absent);
  theirs.capabilities.cisco_route_refresh = true;
  EXPECT_EQ(meet(ours, theirs)->refresh, Refresh::normal);
  theirs.capabilities.route_refresh = theirs.capabilities.enhanced_refresh = true;
  EXPECT_EQ(meet(ours, theirs)->refresh, Refresh::enhanced);
}

TEST(Negotiate, ExtendedNextHopAndLinkLocal) {
  LocalOpen ours = side(65000, 65001, 1);
  LocalOpen theirs = side(65001, 65000, 2);
  ours.capabilities.extended_next_hop = {{v4, bgp::afi_ipv6}};
  ours.capabilities.link_local_next_hop = true;
  ASSERT_TRUE(base::parse_ip("fe80::1", ours.local_link_local));
  EXPECT_FALSE(meet(ours, theirs)->context.extended_next_hop.contains(Family::ipv4_unicast));
  EXPECT_FALSE(meet(ours, theirs)->context.local_link_local);
  theirs.capabilities.extended_next_hop = ours.capabilities.extended_next_hop;
  theirs.capabilities.link_local_next_hop = true;
  EXPECT_TRUE(meet(ours, theirs)->context.extended_next_hop.contains(Family::ipv4_unicast));
  EXPECT_TRUE(meet(ours, theirs)->context.local_link_local);
}

TEST(Negotiate, GracefulRestartNeedsBothSides) {
  LocalOpen ours = side(65000, 65001, 1);
  LocalOpen theirs = side(65001, 65000, 2);
  theirs.capabilities.graceful_restart = bgp::GracefulRestart{true, false, 120, {{v4, true}}};
  EXPECT_FALSE(meet(ours, theirs)->graceful_restart);
  ours.capabilities.graceful_restart.emplace();
  EXPECT_EQ(meet(ours, theirs)->graceful_restart, theirs.capabilities.graceful_restart);
}

}  // namespace
}  // namespace openbell::session
