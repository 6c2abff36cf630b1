#include "grammar/config/configuration.h"

#include <gtest/gtest.h>

#include "grammar/selector.h"

namespace openbell::grammar {
namespace {

using bgp::Family;

struct Parsed {
  bool ok = false;
  Configuration configuration;
  std::vector<Diagnostic> diagnostics;
  [[nodiscard]] std::string first() const {
    return diagnostics.empty() ? "" : diagnostics.front().message;
  }
};

Parsed parse(std::string_view text, ParseOptions options = {}) {
  Parsed parsed;
  parsed.ok = parse_configuration(text, options, parsed.configuration, parsed.diagnostics);
  return parsed;
}

/// A neighbor that is complete but for `words`.
Parsed neighbor(std::string_view words) {
  return parse(std::string("neighbor 10.0.0.1 { local-address 10.0.0.2; local-as 1; peer-as 2; ")
                   .append(words)
                   .append(" }"));
}

TEST(Configuration, DefaultsAreThoseOfExabgp) {
  const Parsed parsed = neighbor("");
  ASSERT_TRUE(parsed.ok) << parsed.first();
  const NeighborConfig& config = parsed.configuration.neighbors[0];
  EXPECT_EQ(config.hold_time_s, 180);
  EXPECT_TRUE(config.capability.asn4);
  EXPECT_TRUE(config.adj_rib_in && config.adj_rib_out && config.group_updates);
  EXPECT_FALSE(config.passive || config.manual_eor || config.capability.route_refresh);
  EXPECT_TRUE(config.families.contains(Family::bgp_ls));
  EXPECT_FALSE(config.families.contains(Family::ipv4_sr_policy));
  EXPECT_EQ(config.name(),
            "neighbor 10.0.0.1 local-ip 10.0.0.2 local-as 1 peer-as 2 router-id 10.0.0.2 "
            "family-allowed in-open");
}

TEST(Configuration, NamesShowWhatIsAutomaticAndMultiSession) {
  const Parsed parsed = parse(
      "neighbor 10.0.0.0/24 { router-id 1.1.1.1; local-as auto; peer-as auto; passive; "
      "family { ipv6 unicast; ipv4 unicast; } capability { multi-session; } }");
  ASSERT_TRUE(parsed.ok) << parsed.first();
  EXPECT_EQ(parsed.configuration.neighbors[0].name(),
            "neighbor 10.0.0.0/24 local-ip None local-as auto peer-as auto router-id 1.1.1.1 "
            "family-allowed ipv4-unicast/ipv6-unicast");
}

TEST(Configuration, SomeWordsAloneMeanOff) {
  const Parsed parsed = neighbor("adj-rib-in; adj-rib-out; passive; manual-eor;");
  ASSERT_TRUE(parsed.ok);
  const NeighborConfig& config = parsed.configuration.neighbors[0];
  EXPECT_FALSE(config.adj_rib_in || config.adj_rib_out || config.manual_eor);
  EXPECT_TRUE(config.passive);
  EXPECT_EQ(parsed.diagnostics.size(), 3u);
}

TEST(Configuration, LastLeafWinsAndBooleansComeInManyForms) {
  const Parsed parsed = neighbor("hold-time 9; hold-time 30; passive Yes; group-updates OFF;");
  ASSERT_TRUE(parsed.ok) << parsed.first();
  EXPECT_EQ(parsed.configuration.neighbors[0].hold_time_s, 30);
  EXPECT_TRUE(parsed.configuration.neighbors[0].passive);
  EXPECT_FALSE(parsed.configuration.neighbors[0].group_updates);
}

TEST(Configuration, GracefulRestartTakesTheHoldTime) {
  for (const char* words : {"hold-time 90; capability { graceful-restart; }",
                            "capability { graceful-restart 0; } hold-time 90;"})
    EXPECT_EQ(neighbor(words).configuration.neighbors[0].capability.graceful_restart_s, 90);
  EXPECT_FALSE(neighbor("capability { graceful-restart disable; }")
                   .configuration.neighbors[0]
                   .capability.graceful_restart_s);
  const Parsed longest = neighbor("hold-time 5000; capability { graceful-restart; }");
  EXPECT_EQ(longest.configuration.neighbors[0].capability.graceful_restart_s, 4095);
  EXPECT_EQ(longest.diagnostics.size(), 1u);
}

TEST(Configuration, PasswordsInBase64) {
  const Parsed parsed = neighbor("md5-base64 true; md5-password c2VjcmV0;");
  EXPECT_EQ(parsed.configuration.neighbors[0].md5_password, "secret");
  EXPECT_EQ(neighbor("md5-password plain-text!; md5-base64 auto;")
                .configuration.neighbors[0]
                .md5_password,
            "plain-text!");
  EXPECT_FALSE(neighbor("md5-password " + std::string(81, 'x') + ";").ok);
  // A password with a zero byte survives the normal form.
  const Parsed binary = neighbor("md5-base64 true; md5-password AAEC;");
  const Parsed again = parse(print_configuration(binary.configuration));
  ASSERT_TRUE(again.ok) << again.first();
  EXPECT_EQ(again.configuration.neighbors[0].md5_password, std::string("\0\1\2", 3));
}

TEST(Configuration, NextHopRulesNeedBothFamilies) {
  const Parsed parsed = neighbor(
      "family { ipv4 unicast; ipv6 unicast; ipv4 mpls-vpn; } nexthop { ipv4 unicast ipv6; "
      "ipv4 mpls-vpn ipv6; ipv6 unicast ipv4; }");
  ASSERT_TRUE(parsed.ok) << parsed.first();
  const NeighborConfig& config = parsed.configuration.neighbors[0];
  EXPECT_TRUE(config.capability.nexthop);
  EXPECT_EQ(config.nexthop_families.size(), 1u);
  EXPECT_TRUE(config.nexthop_families.contains(Family::ipv4_unicast));
}

TEST(Configuration, CarriageReturnsAreBlanks) {
  EXPECT_TRUE(parse("neighbor 10.0.0.1 {\r\n local-address 10.0.0.2;\r\n local-as 1;\r\n"
                    " peer-as 1; # x\r\n}\r\n")
                  .ok);
}

class Finder final : public ProgramFinder {
 public:
  std::string find(std::string_view program, std::string_view directory,
                   std::string& why) override {
    asked = std::string(program).append(" in ").append(directory);
    if (program == "here") return "/bin/here";
    why = "can not locate the program";
    return {};
  }
  std::string asked;
};

TEST(Configuration, ProgramsAreLookedUp) {
  Finder finder;
  const ParseOptions options{.file_name = "/etc/openbell/a.conf", .finder = &finder};
  const Parsed parsed = parse("process a { run here now; }", options);
  ASSERT_TRUE(parsed.ok);
  EXPECT_EQ(parsed.configuration.processes[0].run, (std::vector<std::string>{"/bin/here", "now"}));
  EXPECT_EQ(finder.asked, "here in /etc/openbell");
  const Parsed missing = parse("process a { run gone; }", options);
  EXPECT_FALSE(missing.ok);
  EXPECT_EQ(missing.first(), "can not locate the program");
}

TEST(Configuration, SaysAtMostWhatItMay) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "nonsense;\n";
  ParseOptions options;
  options.diagnostics_max = 10;
  const Parsed parsed = parse(text, options);
  EXPECT_FALSE(parsed.ok);
  EXPECT_EQ(parsed.diagnostics.size(), 10u);
  EXPECT_NE(parsed.diagnostics.back().message.find("(and 990 more errors)"), std::string::npos);
}

TEST(Configuration, DiagnosticsPointAtThePlace) {
  const Parsed parsed = parse("\n\tneigbor x;");
  ASSERT_EQ(parsed.diagnostics.size(), 1u);
  Diagnostic diagnostic = parsed.diagnostics[0];
  diagnostic.file = "f";
  diagnostic.message = "m\x1b";
  EXPECT_EQ(diagnostic.text(),
            "f:2:2: error: m?\n  did you mean 'neighbor'?\n  \tneigbor x;\n  \t^");
}

TEST(Configuration, HostNamesAreChecked) {
  EXPECT_TRUE(neighbor("host-name edge-1.site2;").ok);
  for (const char* bad : {"-edge", "edge-", "a..b", "a_b"})
    EXPECT_FALSE(neighbor(std::string("host-name ").append(bad).append(";")).ok) << bad;
}

TEST(Configuration, ShownNeighborsHidePasswords) {
  const Parsed parsed = neighbor("md5-password secret; static { route 10.0.0.0/8 next-hop self; }");
  ASSERT_TRUE(parsed.ok) << parsed.first();
  const std::string text = print_neighbor(parsed.configuration.neighbors[0], parsed.configuration);
  EXPECT_EQ(text.find("secret"), std::string::npos);
  EXPECT_NE(text.find("md5-password <hidden>;"), std::string::npos);
  EXPECT_NE(text.find("rate-limit disable;"), std::string::npos);
  EXPECT_NE(text.find("source-interface None;"), std::string::npos);
  EXPECT_NE(text.find("asn4 enable;"), std::string::npos);
  EXPECT_NE(text.find("aigp disable;"), std::string::npos);
}

TEST(Configuration, SessionsDependOnAllButRoutesHelpersAndProse) {
  const Configuration a = neighbor("description a;").configuration;
  const Configuration b =
      neighbor("description b; static { route 10.0.0.0/8 next-hop self; }").configuration;
  EXPECT_TRUE(a.neighbors[0].same_session(b.neighbors[0]));
  const Configuration c = neighbor("capability { aigp; }").configuration;
  EXPECT_FALSE(a.neighbors[0].same_session(c.neighbors[0]));
}

class SelectorTest : public testing::Test {
 protected:
  bool matches(std::string_view text) {
    base::TextReader in(text);
    Selector selector;
    EXPECT_TRUE(parse_selector(in, selector)) << in.complaint().text();
    rest = in.rest();
    return selector.matches(config);
  }
  NeighborConfig config =
      neighbor("capability { multi-session; } family { ipv4 unicast; ipv6 unicast; }")
          .configuration.neighbors[0];
  std::string rest;
};

TEST_F(SelectorTest, MatchesWholeWordsOnly) {
  EXPECT_TRUE(matches("neighbor 10.0.0.1 announce route"));
  EXPECT_EQ(rest, "announce route");
  EXPECT_TRUE(matches("neighbor * teardown 2"));
  EXPECT_TRUE(matches("announce route"));
  EXPECT_FALSE(matches("neighbor 10.0.0.10 announce"));
  EXPECT_FALSE(matches("neighbor 10.0.0.2 announce"));
  EXPECT_TRUE(matches("neighbor 10.0.0.1 local-ip 10.0.0.2 local-as 1 peer-as 2 x"));
  EXPECT_EQ(rest, "x");
  EXPECT_FALSE(matches("neighbor 10.0.0.1 local-as 2 x"));
  EXPECT_FALSE(matches("neighbor 10.0.0.1 peer-as 1 x"));
  EXPECT_TRUE(matches("neighbor * family-allowed ipv4-unicast/ipv6-unicast x"));
}

TEST_F(SelectorTest, AnyTermIsEnough) {
  EXPECT_TRUE(matches("neighbor 10.9.9.9, neighbor 10.0.0.1 x"));
  EXPECT_TRUE(matches("neighbor 10.9.9.9 , 10.0.0.1 router-id 10.0.0.2 x"));
  EXPECT_EQ(rest, "x");
  EXPECT_FALSE(matches("neighbor 10.9.9.9, neighbor 10.9.9.8 x"));
}

TEST_F(SelectorTest, RefusesWhatIsNoAddress) {
  for (const char* text : {"neighbor", "neighbor 10.0.0", "neighbor announce route",
                           "neighbor 10.0.0.1 local-as", "neighbor 10.0.0.1,"}) {
    base::TextReader in(text);
    Selector selector;
    EXPECT_FALSE(parse_selector(in, selector)) << text;
  }
}

}  // namespace
}  // namespace openbell::grammar
