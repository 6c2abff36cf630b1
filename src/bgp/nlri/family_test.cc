#include "bgp/nlri/family.h"

#include <gtest/gtest.h>
#include <string>

namespace openbell::bgp {
namespace {

TEST(FamilyTable, RowsAscendAndAreFoundByNumberAndName) {
  unsigned last = 0;
  for (std::size_t i = 0; i < family_count; ++i) {
    const auto family = static_cast<Family>(i);
    const FamilyOps& row = ops(family);
    const unsigned number = static_cast<unsigned>(row.afi) << 8 | row.safi;
    EXPECT_GT(number, last) << row.afi_name << ' ' << row.safi_name;
    last = number;
    Family found{};
    ASSERT_TRUE(find_family(row.afi, row.safi, found));
    EXPECT_EQ(found, family);
    ASSERT_TRUE(find_family(row.afi_name, row.safi_name, found));
    EXPECT_EQ(found, family);
    EXPECT_EQ(find_afi(row.afi_name), row.afi);
  }
}

TEST(FamilyTable, KnowsTheNameOfExabgp6AndRefusesWhatItDoesNotHave) {
  Family family{};
  ASSERT_TRUE(find_family("ipv6", "labeled-unicast", family));
  EXPECT_EQ(family, Family::ipv6_nlri_mpls);
  EXPECT_FALSE(find_family("ipv4", "evpn", family));
  EXPECT_FALSE(find_family("ipv4", "", family));
  EXPECT_FALSE(find_family(1, 70, family));
  EXPECT_EQ(find_afi("ipv5"), 0);
}

TEST(FamilyTable, PlacesOfAddPathAreThoseOfExabgp) {
  std::array<Family, 9> at{};
  std::size_t count = 0;
  for (std::size_t i = 0; i < family_count; ++i) {
    const auto family = static_cast<Family>(i);
    const std::size_t place = ops(family).add_path_place;
    if (place == 0) continue;
    ASSERT_LT(place, at.size());
    at[place] = family;
    ++count;
  }
  const std::array<Family, 9> wanted = {Family{},
                                        Family::ipv4_unicast,
                                        Family::ipv6_unicast,
                                        Family::ipv4_nlri_mpls,
                                        Family::ipv6_nlri_mpls,
                                        Family::ipv4_mpls_vpn,
                                        Family::ipv6_mpls_vpn,
                                        Family::ipv4_mup,
                                        Family::ipv6_mup};
  EXPECT_EQ(count, 8u);
  EXPECT_EQ(at, wanted);
}

TEST(FamilyTable, KindsOfShowAdjRib) {
  EXPECT_EQ(ops(Family::ipv6_mpls_vpn).kind, "inet");
  EXPECT_EQ(ops(Family::ipv4_rtc).kind, "inet");
  EXPECT_EQ(ops(Family::ipv6_flow_vpn).kind, "flow");
  EXPECT_EQ(ops(Family::l2vpn_evpn).kind, "l2vpn");
  EXPECT_EQ(ops(Family::bgp_ls).kind, "");
}

TEST(FamilyTable, WordsOfARouteTellItsFamily) {
  const auto family_of = [](std::string_view prefix, bool label, bool rd) {
    NlriDraft draft;
    EXPECT_TRUE(base::parse_prefix(prefix, draft.prefix));
    if (label) append_label(1, draft.labels);
    draft.has_rd = rd;
    return route_family(draft);
  };
  EXPECT_EQ(family_of("10.0.0.0/8", false, false), Family::ipv4_unicast);
  EXPECT_EQ(family_of("2001:db8::/32", false, false), Family::ipv6_unicast);
  EXPECT_EQ(family_of("10.0.0.0/8", true, false), Family::ipv4_nlri_mpls);
  EXPECT_EQ(family_of("2001:db8::/32", true, false), Family::ipv6_nlri_mpls);
  EXPECT_EQ(family_of("10.0.0.0/8", true, true), Family::ipv4_mpls_vpn);
  EXPECT_EQ(family_of("2001:db8::/32", false, true), Family::ipv6_mpls_vpn);
}

TEST(FamilyTable, PrintsAfiAndSafi) {
  std::string text;
  TextWriter out(text);
  print_family(Family::bgp_ls_vpn, out);
  EXPECT_EQ(text, "bgp-ls bgp-ls-vpn");
}

TEST(NlriDraft, ClearForgetsEverything) {
  NlriDraft draft;
  draft.has_prefix = draft.has_rd = draft.has_path_id = true;
  append_label(1, draft.labels);
  draft.flow = {3, 0x81, 6};
  draft.flow_afi = afi_ipv6;
  draft.clear();
  EXPECT_FALSE(draft.has_prefix || draft.has_rd || draft.has_path_id);
  EXPECT_TRUE(draft.labels.empty() && draft.flow.empty());
  EXPECT_EQ(draft.flow_afi, 0);
}

struct RdCase {
  std::string_view text;
  std::array<std::uint8_t, 8> bytes;
};

TEST(RouteDistinguisher, TextAndBytesAgree) {
  const RdCase cases[] = {
      {"65000:1", {0, 0, 0xFD, 0xE8, 0, 0, 0, 1}},
      {"65535:4294967295", {0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}},
      {"10.0.0.1:65535", {0, 1, 10, 0, 0, 1, 0xFF, 0xFF}},
      {"70000:1", {0, 2, 0, 1, 0x11, 0x70, 0, 1}},
  };
  for (const RdCase& c : cases) {
    std::array<std::uint8_t, 8> rd{};
    EXPECT_TRUE(parse_rd(c.text, rd)) << c.text;
    EXPECT_EQ(rd, c.bytes) << c.text;
    std::string text;
    TextWriter out(text);
    print_rd(rd, out);
    EXPECT_EQ(text, c.text);
  }
}

TEST(RouteDistinguisher, RefusesWhatDoesNotFit) {
  std::array<std::uint8_t, 8> rd{};
  for (const char* text : {"", "1", ":1", "1:", "70000:65536", "10.0.0.1:65536", "4294967296:1",
                           "1:4294967296", "a:1", "1:2:3"})
    EXPECT_FALSE(parse_rd(text, rd)) << text;
}

TEST(RouteDistinguisher, ShowsAnUnknownTypeAsHexadecimal) {
  const std::array<std::uint8_t, 8> rd = {0, 9, 1, 2, 3, 4, 5, 6};
  std::string text;
  TextWriter out(text);
  print_rd(rd, out);
  EXPECT_EQ(text, "0x0009010203040506");
}

}  // namespace
}  // namespace openbell::bgp
