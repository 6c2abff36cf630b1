#include "grammar/route/route.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "base/hex.h"

namespace openbell::grammar {
namespace {

using bgp::Family;
using bgp::Purpose;

/// What a test compares of a route: "family key/tail next-hop attributes".
class Collector final : public RouteSink {
 public:
  void route(const RouteView& route) override {
    std::string text;
    base::TextWriter out(text);
    bgp::print_family(route.nlri.family, out);
    out.put(' ').hex(route.nlri.key).put('/').hex(route.nlri.tail).put(' ');
    if (route.nlri.has_path_id) out.put('#').number(route.nlri.path_id).put(' ');
    if (route.path.next_hop.kind == bgp::NextHop::Kind::self) out.put("self");
    route.path.next_hop.address.print(out);
    out.put(' ').hex(route.path.attributes);
    if (!route.watchdog.empty()) out.put(" watchdog ").put(route.watchdog);
    if (route.starts_withdrawn) out.put(" withdrawn");
    if (route.multicast_group) out.put(" group");
    routes.push_back(text);
    tokens.push_back(route.path_token);
  }
  std::vector<std::string> routes;
  std::vector<std::uint32_t> tokens;
};

class RouteParserTest : public testing::Test {
 protected:
  std::vector<std::string> routes(std::string_view text, RouteForm form = RouteForm::route,
                                  Family family = Family::ipv4_unicast,
                                  Purpose purpose = Purpose::announce) {
    Collector sink;
    base::TextReader in(text);
    const bool ok = parser.parse(in, form, family, purpose, sink);
    EXPECT_EQ(ok, in.ok());
    tokens = sink.tokens;
    if (ok) {
      rest = in.rest();
      return sink.routes;
    }
    EXPECT_TRUE(sink.routes.empty()) << "a refused statement gave routes: " << text;
    complaint = in.complaint();
    return {complaint.text()};
  }
  std::vector<std::string> withdrawals(std::string_view text, RouteForm form = RouteForm::route,
                                       Family family = Family::ipv4_unicast) {
    return routes(text, form, family, Purpose::withdraw);
  }
  std::vector<std::string> flow(std::string_view text) { return routes(text, RouteForm::flow); }

  RouteParser parser;
  base::Complaint complaint;
  std::vector<std::uint32_t> tokens;
  std::string rest;
};

using Texts = std::vector<std::string>;

TEST_F(RouteParserTest, ReadsPrefixAndNextHop) {
  EXPECT_EQ(routes("10.0.0.0/24 next-hop 1.2.3.4"), Texts{"ipv4 unicast 180A0000/ 1.2.3.4 "});
  EXPECT_EQ(routes("10.0.0.1 next-hop Self;"), Texts{"ipv4 unicast 200A000001/ self "});
  EXPECT_EQ(routes("2001:db8::/32 next-hop 1.2.3.4"), Texts{"ipv6 unicast 2020010DB8/ 1.2.3.4 "});
}

TEST_F(RouteParserTest, ReadsAttributesInAnyOrderAndKeepsTheFirst) {
  EXPECT_EQ(routes("10.0.0.0/8 med 10 local-preference 200 origin igp med 20 next-hop 1.1.1.1"),
            Texts{"ipv4 unicast 080A/ 1.1.1.1 40010100800404"
                  "0000000A"
                  "400504000000C8"});
  EXPECT_EQ(routes("10.0.0.0/8 next-hop 1.1.1.1 next-hop 2.2.2.2 community [65000:1]"),
            Texts{"ipv4 unicast 080A/ 1.1.1.1 C00804FDE80001"});
}

/// As ExaBGP: NEXT_HOP is the first word, MP_REACH_NLRI says the last; words of a family that the
/// route cannot have do not count beside others.
TEST_F(RouteParserTest, OfSeveralNextHopsTheFamilyTakesItsOwn) {
  const std::string v4_first = " next-hop 1.1.1.1 next-hop ::1 next-hop 2.2.2.2 next-hop ::2";
  EXPECT_EQ(routes("10.0.0.0/8" + v4_first), Texts{"ipv4 unicast 080A/ 1.1.1.1 "});
  EXPECT_EQ(routes("2001:db8::/32" + v4_first), Texts{"ipv6 unicast 2020010DB8/ ::2 "});
  EXPECT_EQ(routes("10.0.0.0/8 label 3" + v4_first), Texts{"ipv4 nlri-mpls 080A/000031 2.2.2.2 "});
  EXPECT_EQ(routes("2001:db8::/32 label 3" + v4_first),
            Texts{"ipv6 nlri-mpls 2020010DB8/000031 ::2 "});
  EXPECT_EQ(routes("10.0.0.0/8 next-hop ::1 next-hop self next-hop 2.2.2.2"),
            Texts{"ipv4 unicast 080A/ self "});
  // RFC 8950 may allow it; nothing allows the other direction.
  EXPECT_EQ(routes("10.0.0.0/8 next-hop ::1 next-hop ::2"), Texts{"ipv4 unicast 080A/ ::2 "});
  EXPECT_EQ(routes("2001:db8::/32 next-hop 1.1.1.1 next-hop 2.2.2.2"),
            Texts{"ipv6 unicast 2020010DB8/ 2.2.2.2 "});
  EXPECT_EQ(routes("med 5 next-hop 1.1.1.1 next-hop ::1 nlri 10.0.0.0/8 2001:db8::/32",
                   RouteForm::attributes),
            (Texts{"ipv4 unicast 080A/ 1.1.1.1 80040400000005",
                   "ipv6 unicast 2020010DB8/ ::1 80040400000005"}));
  EXPECT_EQ(routes("next-hop 1.1.1.1 next-hop ::1 source 10.0.0.0/8 discard", RouteForm::flow),
            Texts{"ipv4 flow 02080A/ ::1 C010088006000000000000"});
}

TEST_F(RouteParserTest, ExtendedCommunitiesAddUp) {
  EXPECT_EQ(routes("10.0.0.0/8 next-hop 1.1.1.1 extended-community target:2:2 route-target 1:1"),
            Texts{"ipv4 unicast 080A/ 1.1.1.1 C01010"
                  "0002000100000001"
                  "0002000200000002"});
}

TEST_F(RouteParserTest, FamilyFollowsFromTheWords) {
  EXPECT_EQ(routes("10.0.0.0/24 next-hop 1.1.1.1 label 5"),
            Texts{"ipv4 nlri-mpls 180A0000/000051 1.1.1.1 "});
  EXPECT_EQ(routes("10.0.0.0/24 next-hop 1.1.1.1 label [5 6] rd 1:1"),
            Texts{"ipv4 mpls-vpn 0000000100000001180A0000/000050000061 1.1.1.1 "});
  EXPECT_EQ(routes("2001:db8::/32 next-hop ::1 route-distinguisher 10.0.0.1:1"),
            Texts{"ipv6 mpls-vpn 00010A00000100012020010DB8/000001 ::1 "});
  EXPECT_EQ(routes("10.0.0.0/24 path-information 1.2.3.4 next-hop 1.1.1.1"),
            Texts{"ipv4 unicast 180A0000/ #16909060 1.1.1.1 "});
}

TEST_F(RouteParserTest, BlocksMeanTheSame) {
  const Texts line = routes("10.0.0.0/24 next-hop 1.1.1.1 med 5 label 7;");
  EXPECT_EQ(routes("10.0.0.0/24 { next-hop 1.1.1.1; med 5; label 7; }"), line);
  EXPECT_EQ(routes("10.0.0.0/24{next-hop 1.1.1.1;med 5;label 7};"), line);
  EXPECT_EQ(routes("10.0.0.0/24 { next-hop 1.1.1.1"), Texts{"wanted ';', found nothing"});
  EXPECT_EQ(routes("10.0.0.0/24 { next-hop 1.1.1.1;"), Texts{"wanted '}', found nothing"});
  EXPECT_EQ(routes("10.0.0.0/24 { med 5; }"), Texts{"wanted a next-hop in the block, found '{'"});
}

/// The lease of every route of a command.
class LeaseSink final : public RouteSink {
 public:
  void route(const RouteView& view) override {
    leases.push_back(
        std::to_string(view.lease.ns / 1'000'000).append(" ").append(view.lease_group));
  }
  Texts leases;
};

Texts leases(RouteParser& parser, std::string_view text, RouteForm form = RouteForm::route) {
  base::TextReader in(text);
  LeaseSink sink;
  if (parser.parse(in, form, {}, Purpose::announce, sink)) return sink.leases;
  return {in.complaint().text()};
}

TEST(Lease, BelongsToOneStatement) {
  RouteParser parser;
  EXPECT_EQ(leases(parser, "10.0.0.0/24 next-hop self lease 50ms"), Texts{"50 "});
  EXPECT_EQ(leases(parser, "10.0.0.0/24 next-hop self lease 50ms lease-group engine"),
            Texts{"50 engine"});
  EXPECT_EQ(leases(parser, "10.0.0.0/24 next-hop self"), Texts{"0 "});
  EXPECT_EQ(leases(parser, "10.0.0.0/24 { next-hop self; lease 1s; }"), Texts{"1000 "});
  EXPECT_EQ(leases(parser, "10.0.0.0/23 next-hop self split /24 lease 2s"),
            (Texts{"2000 ", "2000 "}));
  EXPECT_EQ(
      leases(parser, "next-hop self lease 3s nlri 10.0.0.0/24 10.0.1.0/24", RouteForm::attributes),
      (Texts{"3000 ", "3000 "}));
  EXPECT_EQ(leases(parser, "source 10.0.0.0/24 discard lease 4s lease-group g", RouteForm::flow),
            Texts{"4000 g"});
  EXPECT_EQ(leases(parser, "{ match { source 10.0.0.0/24; } then { discard; } lease 5s; }",
                   RouteForm::flow),
            Texts{"5000 "});
}

TEST(Lease, IsChecked) {
  RouteParser parser;
  EXPECT_EQ(leases(parser, "10.0.0.0/24 next-hop self lease 50"),
            Texts{"wanted a time from 100us to 24h, such as 5ms or 1.5s, found '50'"});
  EXPECT_EQ(leases(parser, "10.0.0.0/24 next-hop self lease 0").size(), 1u);
  EXPECT_EQ(leases(parser, "10.0.0.0/24 next-hop self lease-group engine"),
            Texts{"wanted a lease beside lease-group, found nothing"});
  EXPECT_EQ(leases(parser, "10.0.0.0/24 next-hop self lease 1s lease-group"),
            Texts{"wanted the name of a lease group, found nothing"});
  RouteParser file(RouteOrigin::file);
  EXPECT_EQ(leases(file, "10.0.0.0/24 next-hop self lease 50ms"),
            Texts{"wanted no lease here: only commands announce for a time, found 'lease'"});
}

TEST_F(RouteParserTest, StopsAfterItsSemicolon) {
  routes("10.0.0.0/24 next-hop 1.1.1.1; more words");
  EXPECT_EQ(rest, "more words");
  routes("10.0.0.0/25 next-hop 1.1.1.1; other words");  // from the cache
  EXPECT_EQ(rest, "other words");
}

TEST_F(RouteParserTest, AnnouncementsNeedANextHopWithdrawalsDoNot) {
  EXPECT_EQ(routes("10.0.0.0/24"), Texts{"wanted a next-hop, found nothing"});
  EXPECT_EQ(routes("10.0.0.0/24 med 5;"), Texts{"wanted a next-hop, found ';'"});
  EXPECT_EQ(withdrawals("10.0.0.0/24"), Texts{"ipv4 unicast 180A0000/  "});
  EXPECT_EQ(withdrawals("10.0.0.0/24 med 5"), Texts{"ipv4 unicast 180A0000/  80040400000005"});
  // What a withdrawal left in the cache does not make an announcement.
  EXPECT_EQ(routes("10.0.0.0/24 med 5"), Texts{"wanted a next-hop, found nothing"});
}

TEST_F(RouteParserTest, WithdrawalsOfLabelledRoutesNeedNoLabel) {
  EXPECT_EQ(withdrawals("10.0.0.0/24", RouteForm::family, Family::ipv4_nlri_mpls),
            Texts{"ipv4 nlri-mpls 180A0000/  "});
  EXPECT_EQ(withdrawals("10.0.0.0/24 label 3", RouteForm::family, Family::ipv4_nlri_mpls),
            Texts{"ipv4 nlri-mpls 180A0000/000031  "});
}

TEST_F(RouteParserTest, GivenFamiliesTakeOnlyTheirWords) {
  EXPECT_EQ(routes("10.0.0.0/24 next-hop 1.1.1.1", RouteForm::family, Family::ipv4_multicast),
            Texts{"ipv4 multicast 180A0000/ 1.1.1.1 "});
  EXPECT_EQ(routes("10.0.0.0/24 next-hop 1.1.1.1", RouteForm::family, Family::ipv4_nlri_mpls),
            Texts{"wanted a label, found '10.0.0.0/24'"});
  EXPECT_EQ(routes("10.0.0.0/24 next-hop 1.1.1.1 label 3", RouteForm::family),
            Texts{"wanted no label in this family, found '10.0.0.0/24'"});
  EXPECT_EQ(routes("10.0.0.0/24 next-hop 1.1.1.1", RouteForm::family, Family::ipv6_unicast).size(),
            1u);
  EXPECT_EQ(complaint.found, "10.0.0.0/24");
  // A text that the cache knows from another family is judged anew.
  routes("10.0.0.0/24 next-hop 1.1.1.1 label 3");
  EXPECT_EQ(routes("10.0.0.0/24 next-hop 1.1.1.1 label 3", RouteForm::family),
            Texts{"wanted no label in this family, found '10.0.0.0/24'"});
}

TEST_F(RouteParserTest, FamiliesWithoutOriginationSaySo) {
  EXPECT_EQ(routes("rd 1:1 endpoint 5", RouteForm::family, Family::l2vpn_vpls),
            Texts{"wanted another family: l2vpn vpls routes cannot be originated yet, found 'rd'"});
}

TEST_F(RouteParserTest, MarksMulticastGroups) {
  EXPECT_EQ(routes("239.1.1.1/32 next-hop 1.1.1.1"),
            Texts{"ipv4 unicast 20EF010101/ 1.1.1.1  group"});
  EXPECT_EQ(routes("239.1.1.1 next-hop 1.1.1.1", RouteForm::family, Family::ipv4_unicast),
            Texts{"ipv4 unicast 20EF010101/ 1.1.1.1 "});
}

TEST_F(RouteParserTest, SplitsPrefixes) {
  EXPECT_EQ(routes("172.10.0.0/22 next-hop 1.1.1.1 split /24"),
            (Texts{"ipv4 unicast 18AC0A00/ 1.1.1.1 ", "ipv4 unicast 18AC0A01/ 1.1.1.1 ",
                   "ipv4 unicast 18AC0A02/ 1.1.1.1 ", "ipv4 unicast 18AC0A03/ 1.1.1.1 "}));
  EXPECT_EQ(tokens, (std::vector<std::uint32_t>(4, tokens[0])));
  EXPECT_EQ(routes("10.255.254.0/23 next-hop 1.1.1.1 split /25").back(),
            "ipv4 unicast 190AFFFF80/ 1.1.1.1 ");
  EXPECT_EQ(routes("2001:db8::/32 next-hop ::1 split /33"),
            (Texts{"ipv6 unicast 2120010DB800/ ::1 ", "ipv6 unicast 2120010DB880/ ::1 "}));
  EXPECT_EQ(routes("10.0.0.0/24 next-hop 1.1.1.1 split /16").size(), 1u);
  EXPECT_EQ(routes("0.0.0.0/0 next-hop 1.1.1.1 split /1").size(), 2u);
  EXPECT_EQ(routes("10.0.0.0/8 next-hop 1.1.1.1 split /29"),
            Texts{"wanted a split into at most 1048576 prefixes, found '10.0.0.0/8'"});
  EXPECT_EQ(routes("10.0.0.0/8 next-hop 1.1.1.1 split /33"),
            Texts{"wanted a split that fits the prefix, found '10.0.0.0/8'"});
}

TEST_F(RouteParserTest, Watchdogs) {
  EXPECT_EQ(routes("10.0.0.0/8 next-hop 1.1.1.1 watchdog dnsr withdraw"),
            Texts{"ipv4 unicast 080A/ 1.1.1.1  watchdog dnsr withdrawn"});
  EXPECT_EQ(routes("10.0.0.0/8 next-hop 1.1.1.1 withdraw"), Texts{"ipv4 unicast 080A/ 1.1.1.1 "});
  EXPECT_EQ(routes("10.0.0.0/8 next-hop 1.1.1.1 watchdog announce").front().substr(0, 6), "wanted");
  EXPECT_EQ(routes("10.0.0.0/8 next-hop 1.1.1.1 name a-name"),
            Texts{"ipv4 unicast 080A/ 1.1.1.1 "});
}

TEST_F(RouteParserTest, OneStatementForManyPrefixes) {
  EXPECT_EQ(routes("med 5 next-hop 1.1.1.1 label 3 nlri 10.0.0.0/8 2001:db8::/32;",
                   RouteForm::attributes),
            (Texts{"ipv4 nlri-mpls 080A/000031 1.1.1.1 80040400000005",
                   "ipv6 nlri-mpls 2020010DB8/000031 1.1.1.1 80040400000005"}));
  EXPECT_EQ(tokens[0], tokens[1]);
  EXPECT_EQ(routes("med 5 next-hop 1.1.1.1", RouteForm::attributes),
            Texts{"wanted 'nlri' and prefixes, found nothing"});
  EXPECT_EQ(routes("med 5 nlri 10.0.0.0/8", RouteForm::attributes),
            Texts{"wanted a next-hop, found nothing"});
  EXPECT_EQ(routes("next-hop 1.1.1.1 nlri 10.0.0.0/8 10.0.0.1/8", RouteForm::attributes).size(),
            1u);
  EXPECT_FALSE(complaint.wanted.empty());
  EXPECT_EQ(withdrawals("nlri 10.0.0.0/8 11.0.0.0/8", RouteForm::attributes).size(), 2u);
}

TEST_F(RouteParserTest, EqualTokensMeanEqualPaths) {
  routes("10.0.0.0/24 next-hop 1.1.1.1 med 5");
  const std::uint32_t first = tokens[0];
  routes("10.0.1.0/24 next-hop 1.1.1.1 med 5");
  EXPECT_EQ(tokens[0], first);
  routes("10.0.1.0/24 next-hop 1.1.1.1 med 6");
  EXPECT_NE(tokens[0], first);
  EXPECT_NE(first, 0u);
}

TEST_F(RouteParserTest, ManyDifferentTextsAreAllRight) {
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 20000; ++i) {
      std::string expected = "ipv4 unicast 180A0000/ 1.1.1.1 800404";
      base::TextWriter(expected).hex(std::array<std::uint8_t, 4>{
          0, 0, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)});
      ASSERT_EQ(routes("10.0.0.0/24 next-hop 1.1.1.1 med " + std::to_string(i)), Texts{expected});
    }
  }
}

TEST_F(RouteParserTest, UnknownWordsAreNamedWithTheNearest) {
  EXPECT_EQ(routes("10.0.0.0/24 nexthop 1.1.1.1"),
            Texts{"wanted a word of a route, found 'nexthop'"});
  EXPECT_EQ(complaint.nearest, "next-hop");
  EXPECT_EQ(complaint.offset, 12u);
  routes("10.0.0.0/24 next-hop 1.1.1.1 comunity 1:1");
  EXPECT_EQ(complaint.nearest, "community");
  EXPECT_EQ(routes("10.0.0.0/24 next-hop 1.1.1.1 }").front().substr(0, 6), "wanted");
  EXPECT_EQ(routes("").front().substr(0, 6), "wanted");
  EXPECT_EQ(routes("10.0.0.1/24 next-hop 1.1.1.1").front().substr(0, 6), "wanted");
  EXPECT_EQ(routes("10.0.0.0/24 \"next-hop\" 1.1.1.1").front().substr(0, 6), "wanted");
  EXPECT_EQ(routes("10.0.0.0/24 next-hop 'x").front().substr(0, 6), "wanted");
}

TEST_F(RouteParserTest, FlowBlocksAndLinesMeanTheSame) {
  const Texts wanted{"ipv4 flow 0220C0000264/  C010088006000000000000"};
  EXPECT_EQ(flow("{ match { source 192.0.2.100/32; } then { discard; } }"), wanted);
  EXPECT_EQ(flow("{match{source 192.0.2.100/32;}then{discard;}}"), wanted);
  EXPECT_EQ(flow("{ match { source 192.0.2.100/32 } then { discard } };"), wanted);
  EXPECT_EQ(flow("block-him { then { discard; } match { source 192.0.2.100/32; } }"), wanted);
  EXPECT_EQ(flow("source { match { source 192.0.2.100/32; } then { discard; } }"), wanted);
  EXPECT_EQ(flow("source 192.0.2.100/32 discard"), wanted);
  EXPECT_EQ(flow("match { source 192.0.2.100/32; } then { discard; }"), wanted);
}

TEST_F(RouteParserTest, FlowKeepsAllItIsToldOrRefuses) {
  EXPECT_EQ(flow("{ match { } then { discard; } }").front().substr(0, 23),
            "wanted something to mat");
  EXPECT_EQ(flow("{ then { discard; } }").front().substr(0, 23), "wanted something to mat");
  EXPECT_EQ(flow("{ match { source 10.0.0.8/32; "), Texts{"wanted '}', found nothing"});
  EXPECT_EQ(flow("{ match { source 10.0.0.8/32; } then { med 5; } }"),
            Texts{"wanted an action, found 'med'"});
  EXPECT_EQ(flow("{ match { sourze 10.0.0.8/32; } }"),
            Texts{"wanted a match word, found 'sourze'"});
  EXPECT_EQ(complaint.nearest, "source");
  EXPECT_EQ(flow("nonsense 1"), Texts{"wanted a match word or an action, found 'nonsense'"});
  EXPECT_EQ(flow("").front().substr(0, 6), "wanted");
}

TEST_F(RouteParserTest, FlowActionsAndNextHops) {
  EXPECT_EQ(flow("{ rd 1:1; next-hop 5.6.7.8; match { source 10.0.0.3/32; } then { "
                 "redirect-to-nexthop; community [1:2]; } }"),
            Texts{"ipv4 flow-vpn 000000010000000102200A000003/ 5.6.7.8 "
                  "C0080400010002C010080800000000000000"});
  EXPECT_EQ(flow("source 10.0.0.3/32 redirect 1.2.3.4"),
            Texts{"ipv4 flow 02200A000003/ 1.2.3.4 C010080800000000000000"});
  EXPECT_EQ(flow("{ match { source 10.0.0.3/32; } then { discard; extended-community "
                 "target:1:1; } }"),
            Texts{"ipv4 flow 02200A000003/  C010100002000100000001"
                  "8006000000000000"});
  EXPECT_EQ(flow("source 2001:db8::/32 discard").front().substr(0, 10), "ipv6 flow ");
  EXPECT_EQ(
      routes("protocol tcp discard", RouteForm::family, Family::ipv6_flow).front().substr(0, 15),
      "ipv6 flow 03810");
}

TEST(RouteList, KeepsRoutesAndSharesPaths) {
  RouteParser parser;
  RouteList list;
  for (const char* text :
       {"10.0.0.0/24 next-hop 1.1.1.1 med 5", "10.0.1.0/24 next-hop 1.1.1.1 med 5",
        "10.0.2.0/24 med 5 next-hop 1.1.1.1 label 9",
        "239.0.0.1 next-hop self watchdog w withdraw"}) {
    base::TextReader in(text);
    ASSERT_TRUE(parser.parse(in, RouteForm::route, Family{}, Purpose::announce, list));
  }
  RouteList copy;
  copy.append(list);
  copy.append(list);
  ASSERT_EQ(copy.size(), 8u);
  EXPECT_EQ(copy.path_count(), 2u);
  EXPECT_EQ(base::to_hex(copy.at(6).nlri.key), "180A0002");
  EXPECT_EQ(base::to_hex(copy.at(6).nlri.tail), "000091");
  EXPECT_EQ(copy.at(6).nlri.family, Family::ipv4_nlri_mpls);
  EXPECT_EQ(copy.at(6).path_token, 1u);
  EXPECT_EQ(copy.at(7).path_token, 2u);
  EXPECT_EQ(copy.at(7).watchdog, "w");
  EXPECT_TRUE(copy.at(7).starts_withdrawn);
  EXPECT_TRUE(copy.at(7).multicast_group);
  EXPECT_EQ(copy.at(7).path.next_hop.kind, bgp::NextHop::Kind::self);
  EXPECT_EQ(base::to_hex(copy.at(0).path.attributes), "80040400000005");
}

TEST(RouteList, InternsThousandsOfPaths) {
  RouteParser parser;
  RouteList list;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 3000; ++i) {
      const std::string text = "10.0.0.0/24 next-hop 1.1.1.1 med " + std::to_string(i);
      base::TextReader in(text);
      ASSERT_TRUE(parser.parse(in, RouteForm::route, Family{}, Purpose::announce, list));
    }
  }
  EXPECT_EQ(list.path_count(), 3000u);
  EXPECT_EQ(list.at(2).path_token, list.at(3002).path_token);
}

}  // namespace
}  // namespace openbell::grammar
