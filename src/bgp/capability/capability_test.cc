#include "bgp/capability/capability.h"

#include <array>

#include "gtest/gtest.h"

#include "base/hex.h"
#include "bgp/message/header.h"

namespace openbell::bgp {
namespace {

constexpr FamilyNumbers v4{1, 1};
constexpr FamilyNumbers v6{2, 1};

std::vector<std::uint8_t> hex(std::string_view text) {
  std::vector<std::uint8_t> bytes;
  EXPECT_TRUE(base::from_hex(text, bytes)) << text;
  return bytes;
}

/// Everything at once, as ExaBGP would send it.
Capabilities everything() {
  Capabilities set;
  set.families = {v4, {1, 128}, {1, 133}, v6, {25, 65}};
  set.four_octet_as = 65001;
  set.extended_next_hop = {{v4, afi_ipv6}};
  set.add_path = {{v6, AddPathMode::send_receive},
                  {v4, AddPathMode::send_receive},
                  {{1, 128}, AddPathMode::send_receive}};
  set.graceful_restart = GracefulRestart{
      true, false, 120, {{v4, true}, {{1, 128}, true}, {{1, 133}, true}, {v6, true}}};
  set.route_refresh = set.enhanced_refresh = true;
  set.operational = set.extended_message = true;
  set.host_name = HostName{"h1", "d1"};
  set.software_version = "ExaBGP/5.0.13";
  set.multisession = {0, 1};
  return set;
}

std::string hex_of(const Capabilities& set) {
  std::string out;
  const CapabilityList list = encode_capabilities(set);
  for (const CapabilityView& view : list.views()) {
    const std::array<std::uint8_t, 2> head{view.code, static_cast<std::uint8_t>(view.value.size())};
    out += base::to_hex(head) + base::to_hex(view.value) + " ";
  }
  return out;
}

TEST(Capabilities, OrderAndBytesOfExaBgp) {
  EXPECT_EQ(hex_of(everything()),
            "010400010001 010400010080 010400010085 010400020001 010400190041 "
            "41040000FDE9 0506000100010002 450C000101030002010300018003 "
            "401280780001018000018080000185800002018"
            "0 "
            "0200 4600 B900 0600 4906026831026431 4B0E0D4578614247502F352E302E3133 "
            "440100 440101 ");
}

TEST(Capabilities, EmptyListsAreSent) {
  Capabilities set;
  set.add_path.emplace();
  set.extended_next_hop.emplace();
  EXPECT_EQ(hex_of(set), "0500 4500 ");
}

TEST(Capabilities, RestartBitsSayWhatIsTrue) {
  Capabilities set;
  set.graceful_restart = GracefulRestart{false, false, 120, {{v4, false}}};
  EXPECT_EQ(hex_of(set), "4006007800010100 ");
}

TEST(Capabilities, ReadsWhatItWrites) {
  const Capabilities set = everything();
  const CapabilityList list = encode_capabilities(set);
  Capabilities read;
  std::uint8_t bad = 0;
  ASSERT_TRUE(decode_capabilities(list.views(), read, bad));
  EXPECT_EQ(hex_of(read), hex_of(set));
  EXPECT_EQ(read.graceful_restart, set.graceful_restart);
  EXPECT_EQ(read.host_name, set.host_name);
}

TEST(Capabilities, MalformedOnesAreNamed) {
  const struct {
    std::uint8_t code;
    const char* value;
  } cases[] = {
      {1, ""},        {1, "000100"}, {2, "00"},          {5, "0001000100"}, {6, "00"},   {64, "80"},
      {64, "807800"}, {65, "00"},    {65, "0000000000"}, {69, "000101"},    {70, "00"},  {73, "05"},
      {73, "0000FF"}, {75, "05"},    {76, "00010100"},   {77, "00"},        {185, "00"},
  };
  for (const auto& c : cases) {
    const auto value = hex(c.value);
    Capabilities set;
    std::uint8_t bad = 0;
    EXPECT_FALSE(decode_capabilities({{c.code, value}}, set, bad)) << int{c.code};
    EXPECT_EQ(bad, c.code);
  }
}

TEST(Capabilities, UnknownOnesAreIgnored) {
  Capabilities set;
  std::uint8_t bad = 0;
  EXPECT_TRUE(decode_capabilities({{200, {}}}, set, bad));
}

std::string json(const std::vector<CapabilityView>& views, Direction direction, Dialect dialect) {
  std::string text;
  TextWriter out(text);
  json_capabilities(views, direction, dialect, out);
  return text;
}

TEST(Capabilities, JsonOfASentOpen) {
  Capabilities set;
  set.families = {v4};
  set.four_octet_as = 65000;
  set.route_refresh = set.enhanced_refresh = set.extended_message = true;
  EXPECT_EQ(json(encode_capabilities(set).views(), Direction::send, Dialect::v5_0),
            R"({ "multiprotocol": { "name": "multiprotocol", "families": [ "ipv4/unicast" ] }, )"
            R"("asn4": { "name": "asn4", "asn4": 65000 }, )"
            R"("route-refresh": { "name": "route-refresh", "variant": "RFC" }, )"
            R"("enhanced-route-refresh": { "name": "enhanced-route-refresh" }, )"
            R"("extended-message": { "name": "extended-message", "size": 65535 }, )"
            R"("hostname": { "host-name": null, "domain-name": null } })");
}

TEST(Capabilities, JsonOfAReceivedOpen) {
  const auto family4 = hex("00010001");
  const auto family6 = hex("00020001");
  const auto as4 = hex("0000FDE9");
  EXPECT_EQ(
      json({{1, family4}, {65, as4}, {2, {}}, {1, family6}}, Direction::receive, Dialect::v5_0),
      R"({ "1": { "name": "multiprotocol", "families": [ "ipv4/unicast", "ipv6/unicast" ] }, )"
      R"("65": { "name": "asn4", "asn4": 65001 }, )"
      R"("2": { "name": "route-refresh", "variant": "RFC" } })");
}

TEST(Capabilities, JsonOfTheRest) {
  const auto restart = hex("8078 00010180 00020100");
  const auto paths = hex("00010103 00020102");
  const auto unknown = hex("0102");
  EXPECT_EQ(
      json({{64, restart}, {69, paths}, {200, unknown}, {68, {}}}, Direction::receive,
           Dialect::v5_0),
      R"({ "64": { "name": "graceful restart", "time": 120, "address-family-flags": )"
      R"({ "ipv4/unicast": [ "restart" ] , "ipv6/unicast": [ ] }, )"
      R"("restart-flags": [ "forwarding" ] }, )"
      R"("69": { "name": "addpath", "ipv4/unicast": "send/receive", "ipv6/unicast": "send" }, )"
      R"("200": { "name": "unknown", "iana": "reserved", "value": 200, "raw": "0102" }, )"
      R"("68": { "name": "multisession", "variant": "RFC", "capabilities": [ ] } })");
}

TEST(Capabilities, HostNamesFromAPeerStayInTheirString) {
  const auto name = hex("03 220A5C 00");
  EXPECT_EQ(json({{73, name}}, Direction::receive, Dialect::v5_0),
            R"({ "73": { "host-name": "\"\n\\", "domain-name": null } })");
  std::string text;
  TextWriter out(text);
  print_capabilities({{73, name}}, out);
  EXPECT_EQ(text, "[hostname(\"?\\)]");
}

TEST(Capabilities, TextInAscendingCodes) {
  Capabilities set;
  set.families = {v4, v6};
  set.four_octet_as = 65000;
  set.route_refresh = set.enhanced_refresh = set.extended_message = true;
  std::string text;
  TextWriter out(text);
  print_capabilities(encode_capabilities(set).views(), out);
  EXPECT_EQ(text,
            "[multiprotocol(ipv4 unicast,ipv6 unicast), route refresh, extended message(65535), "
            "asn4(65000), enhanced route refresh]");
}

}  // namespace
}  // namespace openbell::bgp
