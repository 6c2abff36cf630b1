#include "event/update_json.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <string>

#include "event/sample_test.h"

namespace openbell::event {
namespace {

using bgp::Dialect;
using bgp::Direction;
using bgp::Family;
using nlohmann::json;

class UpdateJson : public testing::Test {
 protected:
  /// The message member, which must be JSON.
  std::string text(std::string_view body, const Style& style = {}) {
    const Event event = sample_.update(Direction::receive, body);
    std::string out;
    base::TextWriter writer(out);
    print_update(*event.update, sample_.context(), style, writer);
    EXPECT_FALSE(json::parse("{" + out + "}").empty());
    return out;
  }
  json update(std::string_view body, const Style& style = {}) {
    return json::parse("{" + text(body, style) + "}").at("message").at("update");
  }
  void negotiate(Family family) { sample_.context().families.insert(family); }

  Sample sample_;
};

std::string size_of(std::string_view hex, int digits) {
  std::vector<std::uint8_t> bytes;
  EXPECT_TRUE(base::from_hex(hex, bytes)) << hex;
  const std::uint8_t size[] = {static_cast<std::uint8_t>(bytes.size() >> 8),
                               static_cast<std::uint8_t>(bytes.size())};
  return base::to_hex(bgp::Bytes(size).last(static_cast<std::size_t>(digits / 2)));
}

/// The body of an UPDATE of its three fields.
std::string body(const std::string& withdrawn, const std::string& attributes,
                 const std::string& announced) {
  return size_of(withdrawn, 4) + withdrawn + size_of(attributes, 4) + attributes + announced;
}
/// MP_REACH_NLRI (14) or MP_UNREACH_NLRI (15).
std::string mp(const std::string& code, const std::string& value) {
  return "80" + code + size_of(value, 2) + value;
}

const std::string origin_igp = "40010100";
const std::string empty_as_path = "400200";
const std::string next_hop = "40030409090909";
const std::string attributes = origin_igp + empty_as_path + next_hop + "80040400000064";

/// Both fields of RFC 4271 and of RFC 4760.
std::string four_fields(const std::string& of_attributes = attributes) {
  return body("18CB0071",
              of_attributes +
                  mp("0E",
                     "00020110"
                     "20010DB8000000000000000000000001"
                     "00"
                     "4020010DB800000000"
                     "2020010DB9") +
                  mp("0F",
                     "000201"
                     "2020010DBA"),
              "18C00002"
              "19C6336480");
}
/// 192.0.2.0/24 by 9.9.9.9, 10.0.0.0/24 by another field and next hop.
std::string two_fields(const std::string& other_next_hop) {
  return body("",
              attributes + mp("0E", "00010104" + other_next_hop +
                                        "00"
                                        "180A0000"),
              "18C00002");
}
const std::string with_path_id = body(
    "00000001"
    "18C00002",
    "", "");

TEST_F(UpdateJson, GroupsByFamilyTheClassicFieldFirst) {
  negotiate(Family::ipv6_unicast);
  EXPECT_EQ(text(four_fields()),
            R"("message": { "update": { "attribute": { "origin": "igp", "med": 100 }, )"
            R"("announce": { "ipv4 unicast": { "9.9.9.9": [ { "nlri": "192.0.2.0/24" }, )"
            R"({ "nlri": "198.51.100.128/25" } ] }, "ipv6 unicast": { "2001:db8::1": [ )"
            R"({ "nlri": "2001:db8::/64" }, { "nlri": "2001:db9::/32" } ] } }, "withdraw": { )"
            R"("ipv4 unicast": [ { "nlri": "203.0.113.0/24" } ], "ipv6 unicast": [ )"
            R"({ "nlri": "2001:dba::/32" } ] } } })");
}

TEST_F(UpdateJson, GroupsOneFamilyByNextHop) {
  EXPECT_EQ(update(two_fields("08080808")).at("announce"),
            json::parse(R"({"ipv4 unicast": {"9.9.9.9": [{"nlri": "192.0.2.0/24"}],
                                             "8.8.8.8": [{"nlri": "10.0.0.0/24"}]}})"));
  EXPECT_EQ(update(two_fields("09090909")).at("announce"),
            json::parse(R"({"ipv4 unicast": {"9.9.9.9": [{"nlri": "192.0.2.0/24"},
                                                         {"nlri": "10.0.0.0/24"}]}})"));
}

TEST_F(UpdateJson, PrintsEveryPrefixLength) {
  EXPECT_EQ(update(body("00 01FF 08FF 0AFFFF 1FFFFFFFFF 2000000000", "", "")).at("withdraw"),
            json::parse(R"({"ipv4 unicast": [{"nlri": "0.0.0.0/0"}, {"nlri": "128.0.0.0/1"},
              {"nlri": "255.0.0.0/8"}, {"nlri": "255.192.0.0/10"}, {"nlri": "255.255.255.254/31"},
              {"nlri": "0.0.0.0/32"}]})"));
}

TEST_F(UpdateJson, PrintsMoreThanFitsIntoItsBuffer) {
  std::string prefixes;
  json expected = json::array();
  for (int i = 0; i < 900; ++i) {
    const std::uint8_t octets[] = {24, 10, static_cast<std::uint8_t>(i >> 8),
                                   static_cast<std::uint8_t>(i)};
    prefixes += base::to_hex(octets);
    expected.push_back(
        {{"nlri", "10." + std::to_string(i >> 8) + "." + std::to_string(i & 255) + ".0/24"}});
  }
  EXPECT_EQ(update(body(prefixes, "", "")).at("withdraw").at("ipv4 unicast"), expected);
}

TEST_F(UpdateJson, ShowsAttributesWithoutRoutes) {
  EXPECT_EQ(text(body("", origin_igp + empty_as_path, "")),
            R"("message": { "update": { "attribute": { "origin": "igp" } } })");
}

TEST_F(UpdateJson, SaysNothingOfAnEmptyAsPath) {
  for (const Dialect dialect : {Dialect::v4_2, Dialect::v5_0, Dialect::v6_0})
    EXPECT_EQ(update(body("", attributes, "18C00002"), {.dialect = dialect}).at("attribute"),
              json::parse(R"({"origin": "igp", "med": 100})"));
}

TEST_F(UpdateJson, ShowsTheEndOfRibOfEachFamily) {
  negotiate(Family::ipv6_unicast);
  EXPECT_EQ(text(body("", mp("0F", "000201"), "")),
            R"("message": { "eor": { "afi" : "ipv6", "safi" : "unicast" } })");
  EXPECT_EQ(text(body("", mp("0F", "000201"), ""), {.dialect = Dialect::v6_0}),
            R"("message": { "update": { "announce": { "ipv6 unicast": { "null": [ { "eor": )"
            R"({ "afi" : "ipv6", "safi" : "unicast" } } ] } } } })");
}

TEST_F(UpdateJson, TreatAsWithdrawMovesRoutesAndSaysWhy) {
  negotiate(Family::ipv6_unicast);
  const json shown = update(four_fields("40010109" + empty_as_path + next_hop + "80040400000064"));
  EXPECT_FALSE(shown.contains("announce"));
  EXPECT_EQ(shown.at("withdraw"),
            json::parse(R"({"ipv4 unicast": [{"nlri": "203.0.113.0/24"}, {"nlri": "192.0.2.0/24"},
                                             {"nlri": "198.51.100.128/25"}],
                            "ipv6 unicast": [{"nlri": "2001:dba::/32"}, {"nlri": "2001:db8::/64"},
                                             {"nlri": "2001:db9::/32"}]})"));
  const std::string error = shown.at("attribute").at("error");
  EXPECT_EQ(error.substr(0, 26), "treat-as-withdraw: ORIGIN:") << error;
  EXPECT_EQ(shown.at("attribute").at("med"), 100);
}

TEST_F(UpdateJson, SaysWhatItLeftOutForWantOfNegotiation) {
  const json shown = update(four_fields());
  EXPECT_FALSE(shown.at("announce").contains("ipv6 unicast"));
  EXPECT_TRUE(shown.at("announce").contains("ipv4 unicast"));
  EXPECT_TRUE(shown.at("attribute").contains("error"));
}

TEST_F(UpdateJson, AddsPathIdentifiersWhereNegotiated) {
  sample_.context().add_path_receive.insert(Family::ipv4_unicast);
  EXPECT_EQ(text(with_path_id),
            R"("message": { "update": { "withdraw": { "ipv4 unicast": [ { "nlri": "192.0.2.0/24", )"
            R"("path-information": "0.0.0.1" } ] } } })");
}

TEST_F(UpdateJson, CompactPrintsBarePrefixesUnlessTheyHaveMembers) {
  negotiate(Family::ipv6_unicast);
  const Style compact{.compact = true};
  const json shown = update(four_fields(), compact);
  EXPECT_EQ(shown.at("announce"),
            json::parse(R"({"ipv4 unicast": {"9.9.9.9": ["192.0.2.0/24", "198.51.100.128/25"]},
                            "ipv6 unicast": {"2001:db8::1": ["2001:db8::/64", "2001:db9::/32"]}})"));
  sample_.context().add_path_receive.insert(Family::ipv4_unicast);
  EXPECT_EQ(update(with_path_id, compact).at("withdraw"),
            json::parse(R"({"ipv4 unicast": [{"nlri": "192.0.2.0/24",
                                              "path-information": "0.0.0.1"}]})"));
}

TEST_F(UpdateJson, NamesTheMissingNextHopOfFlows) {
  negotiate(Family::ipv4_flow);
  const json shown = update(body("",
                                 origin_igp + empty_as_path +
                                     mp("0E",
                                        "0001850000"
                                        "080118"
                                        "0A0000"
                                        "038106"),
                                 ""));

  ASSERT_TRUE(shown.at("announce").at("ipv4 flow").contains("no-nexthop")) << shown;
  EXPECT_EQ(shown.at("announce").at("ipv4 flow").at("no-nexthop").size(), 1u);
}

TEST_F(UpdateJson, Exabgp60ShowsTheNextHopAmongAttributesBesideWithdrawals) {
  const Style v6_0{.dialect = Dialect::v6_0};
  EXPECT_EQ(update(sample::update_received, v6_0).at("attribute").at("next-hop"), "9.9.9.9");
  EXPECT_FALSE(update(sample::update_sent, v6_0).at("attribute").contains("next-hop"));
  EXPECT_FALSE(update(sample::update_received).at("attribute").contains("next-hop"));
}

// An UPDATE cut or changed at any byte gives JSON all the same.
TEST_F(UpdateJson, StaysJsonForBrokenMessages) {
  negotiate(Family::ipv6_unicast);
  std::vector<std::uint8_t> whole;
  ASSERT_TRUE(base::from_hex(four_fields(), whole));
  for (const Dialect dialect : {Dialect::v4_2, Dialect::v5_0, Dialect::v6_0}) {
    for (std::size_t i = 0; i < whole.size(); ++i) {
      text(base::to_hex(bgp::Bytes(whole).first(i)), {.dialect = dialect});
      for (const int flip : {0x01, 0x80, 0xFF}) {
        std::vector<std::uint8_t> changed = whole;
        changed[i] = static_cast<std::uint8_t>(changed[i] ^ flip);
        text(base::to_hex(changed), {.dialect = dialect});
      }
    }
  }
}

}  // namespace
}  // namespace openbell::event
