// What sections mean; how they are written and refused stands in tests/golden/config.

#include "grammar/config/service.h"

#include <gtest/gtest.h>

#include "bgp/attr/attribute.h"
#include "grammar/config/configuration.h"

namespace openbell::grammar {
namespace {

struct Parsed {
  bool ok = false;
  Configuration configuration;
  std::vector<Diagnostic> diagnostics;
  [[nodiscard]] std::string said() const {
    std::string text;
    for (const Diagnostic& diagnostic : diagnostics) text += diagnostic.message + "\n";
    return text;
  }
  [[nodiscard]] const ServiceConfig& service() const { return configuration.services.at(0); }
  [[nodiscard]] const health::CheckConfig& check() const { return service().checks.at(0); }
};

Parsed parse(std::string_view text, const ParseOptions& options = {}) {
  Parsed parsed;
  parsed.ok = parse_configuration(text, options, parsed.configuration, parsed.diagnostics);
  return parsed;
}

constexpr std::string_view neighbor =
    "neighbor 10.0.0.1 { local-address 10.0.0.2; local-as 1; peer-as 2; "
    "family { ipv4 unicast; ipv4 flow; } }\n";

Parsed service(std::string_view words) {
  return parse(std::string(neighbor)
                   .append("service a { route 10.0.0.0/24 next-hop self med 5; ")
                   .append(words)
                   .append(" }"));
}

Parsed plan(std::string_view words) {
  return parse(std::string(neighbor)
                   .append("service a { route 10.0.0.0/24 next-hop self; } plan p { ")
                   .append(words)
                   .append(" }"));
}

std::uint32_t med_of(const RouteView& route) {
  bgp::AttributeView med;
  return bgp::find_attribute(route.path.attributes, bgp::attr::med, med)
             ? base::load32(med.value.data())
             : 0;
}

TEST(Service, WithdrawsWhenDownByDefault) {
  const Parsed parsed = service("");
  ASSERT_TRUE(parsed.ok) << parsed.said();
  EXPECT_EQ(parsed.service().up.routes->size(), 1u);
  EXPECT_TRUE(parsed.service().down.routes->empty());
  EXPECT_TRUE(parsed.service().disabled.routes->empty());
  EXPECT_EQ(parsed.service().needed, 0);
}

TEST(Service, ChecksOfTheKernelActAtOncePolledOnesAfterThree) {
  EXPECT_EQ(service("check tcp { address 10.0.0.1:1; }").check().fall, 3);
  EXPECT_EQ(service("check hold { address 10.0.0.1:1; }").check().fall, 1);
  EXPECT_EQ(service("check peer { neighbor 10.0.0.1; }").check().rise, 1);
  EXPECT_EQ(service("check hold { address 10.0.0.1:1; } fall 2;").check().fall, 2);
  EXPECT_EQ(service("fall 2; check hold { address 10.0.0.1:1; fall 5; }").check().fall, 5);
}

TEST(Service, TimeoutIsAtMostTheInterval) {
  const auto timeout = [](std::string_view words) {
    return service(std::string("check tcp { address 10.0.0.1:1; ").append(words).append(" }"))
        .check()
        .timeout;
  };
  EXPECT_EQ(timeout(""), base::seconds(1));
  EXPECT_EQ(timeout("interval 5ms;"), base::milliseconds(5));
  EXPECT_EQ(timeout("interval 5s;"), base::seconds(1));
  EXPECT_EQ(timeout("interval 5s; timeout 4s;"), base::seconds(4));
  EXPECT_FALSE(service("check tcp { address 10.0.0.1:1; interval 1ms; timeout 2ms; }").ok);
  EXPECT_FALSE(service("timeout 2ms; check tcp { address 10.0.0.1:1; interval 1ms; }").ok);
}

TEST(Service, FieldsOfChecksAreReadAsWritten) {
  const health::CheckConfig udp =
      service("check udp { address [2001:db8::1]:53; send 0x00FF; expect \"0x00\"; }").check();
  EXPECT_EQ(udp.address.text(), "2001:db8::1");
  EXPECT_EQ(udp.port, 53);
  EXPECT_EQ(udp.payload, std::string("\0\xFF", 2));
  EXPECT_EQ(udp.expect, "0x00");
  const health::CheckConfig feed =
      service("check feed f { group 239.1.1.1:5000; silence 10ms; sequence 8 4 little; }").check();
  EXPECT_EQ(feed.name, "f");
  EXPECT_EQ(feed.stale, base::milliseconds(10));
  EXPECT_EQ(feed.sequence_offset, 8);
  EXPECT_EQ(feed.sequence_size, 4);
  EXPECT_TRUE(feed.sequence_little);
  EXPECT_EQ(service("check http { address 10.0.0.1:80; }").check().path, "/");
  EXPECT_TRUE(service("check exec { shell \"a b\"; }").check().shell);
}

TEST(Service, OverridesTakeThePlaceOfWhatTheRouteSays) {
  const Parsed parsed = service("when down { med 1000; next-hop 10.9.9.9; }");
  ASSERT_TRUE(parsed.ok) << parsed.said();
  const RouteView up = parsed.service().up.routes->at(0);
  const RouteView down = parsed.service().down.routes->at(0);
  EXPECT_TRUE(base::equal(up.nlri.key, down.nlri.key));
  EXPECT_EQ(med_of(up), 5u);
  EXPECT_EQ(up.path.next_hop.kind, bgp::NextHop::Kind::self);
  EXPECT_EQ(med_of(down), 1000u);
  EXPECT_EQ(down.path.next_hop.address.text(), "10.9.9.9");
  EXPECT_EQ(parsed.service().down.attributes, "next-hop 10.9.9.9; med 1000");
}

TEST(Service, LastWhenStands) {
  EXPECT_TRUE(service("when down { med 1; } when down withdraw;").service().down.routes->empty());
  EXPECT_EQ(
      med_of(service("when down withdraw; when down { med 1; }").service().down.routes->at(0)), 1u);
}

TEST(Service, RoutesThatNobodyGetsAreWarnedOf) {
  const Parsed parsed = service("ipv6 unicast 2001:db8::/32 next-hop ::1;");
  EXPECT_TRUE(parsed.ok);
  EXPECT_EQ(parsed.said(),
            "no neighbor of the service has ipv6 unicast: the route will not be sent\n");
}

TEST(Service, LimitsItsChecks) {
  std::string words;
  for (int i = 0; i < 257; ++i)
    words += "check hold c" + std::to_string(i) + " { address 10.0.0.1:1; }";
  const Parsed parsed = service(words);
  EXPECT_EQ(parsed.said(), "a service has at most 256 checks\n");
}

TEST(Plan, KeepsItsStepsInOrder) {
  const Parsed parsed = plan(
      "service a down; withdraw route 10.0.0.0/24; route 10.0.1.0/24 next-hop self\n# why\n med 5; "
      "service a up;");
  ASSERT_TRUE(parsed.ok) << parsed.said();
  const std::vector<PlanStep>& steps = parsed.configuration.plans.at(0).steps;
  ASSERT_EQ(steps.size(), 4u);
  EXPECT_EQ(steps[0].kind, PlanStep::Kind::service_down);
  EXPECT_EQ(steps[1].kind, PlanStep::Kind::withdraw);
  EXPECT_EQ(steps[1].text, "route 10.0.0.0/24");
  EXPECT_EQ(steps[2].kind, PlanStep::Kind::announce);
  EXPECT_EQ(steps[2].text, "route 10.0.1.0/24 next-hop self med 5");
  EXPECT_EQ(steps[2].routes.size(), 1u);
  EXPECT_EQ(steps[3].kind, PlanStep::Kind::service_up);
  EXPECT_TRUE(parsed.configuration.plans[0].armed);
}

TEST(Guard, DaysAndZones) {
  ParseOptions options;
  options.zone_exists = [](std::string_view name) { return name == "UTC"; };
  const Parsed parsed =
      parse("guard { frozen fri-mon 22:00-06:00; frozen wed 00:00-24:00 UTC; }", options);
  ASSERT_TRUE(parsed.ok) << parsed.said();
  const std::vector<FrozenHours>& frozen = parsed.configuration.guard.frozen;
  ASSERT_EQ(frozen.size(), 2u);
  EXPECT_EQ(frozen[0].days, 0b1110001);
  EXPECT_EQ(frozen[0].from_minute, 22 * 60);
  EXPECT_EQ(frozen[0].to_minute, 6 * 60);
  EXPECT_EQ(frozen[1].days, 0b100);
  EXPECT_EQ(frozen[1].to_minute, 1440);
  EXPECT_FALSE(parse("guard { frozen 09:00-10:00 Mars/Base; }", options).ok);
}

TEST(Bfd, NeighborsTakeTheirAddresses) {
  const Parsed parsed = parse(
      "neighbor 10.0.0.1 { local-address 10.0.0.2; local-as 1; peer-as 2; source-interface eth0; "
      "bfd { transmit 1ms; multihop; } }"
      "neighbor 10.0.0.3 { router-id 1.1.1.1; local-as 1; peer-as 2; bfd { } }");
  ASSERT_TRUE(parsed.ok) << parsed.said();
  const bfd::SessionConfig& first = parsed.configuration.neighbors[0].bfd.value();
  EXPECT_EQ(first.peer_address.text(), "10.0.0.1");
  EXPECT_EQ(first.local_address.text(), "10.0.0.2");
  EXPECT_EQ(first.interface, "eth0");
  EXPECT_EQ(first.transmit, base::milliseconds(1));
  EXPECT_EQ(first.ttl_min, 1);
  const bfd::SessionConfig& second = parsed.configuration.neighbors[1].bfd.value();
  EXPECT_FALSE(second.local_address);
  EXPECT_EQ(second.ttl_min, 255);
}

TEST(Bfd, ShownNeighborsHideSecrets) {
  const Parsed parsed = parse(
      "neighbor 10.0.0.1 { local-address 10.0.0.2; local-as 1; peer-as 2; "
      "bfd { authentication keyed-sha1 1 hush; } }");
  ASSERT_TRUE(parsed.ok) << parsed.said();
  const std::string shown = print_neighbor(parsed.configuration.neighbors[0], parsed.configuration);
  EXPECT_EQ(shown.find("hush"), std::string::npos);
  EXPECT_NE(shown.find("authentication keyed-sha1 1 <hidden>;"), std::string::npos) << shown;
  EXPECT_NE(print_configuration(parsed.configuration).find("hush"), std::string::npos);
}

/// BFD and time stamps change under a session that runs.
TEST(Bfd, AChangeLeavesTheBgpSessionAlone) {
  const auto neighbor_with = [](std::string_view words) {
    return parse(std::string("neighbor 10.0.0.1 { local-address 10.0.0.2; local-as 1; peer-as 2; ")
                     .append(words)
                     .append(" }"))
        .configuration.neighbors.at(0);
  };
  EXPECT_TRUE(neighbor_with("bfd { }").same_session(neighbor_with("bfd { transmit 1ms; }")));
  EXPECT_TRUE(neighbor_with("bfd { }").same_session(neighbor_with("")));
  EXPECT_TRUE(neighbor_with("kernel-timestamps;").same_session(neighbor_with("")));
  EXPECT_FALSE(neighbor_with("hold-time 9;").same_session(neighbor_with("")));
}

}  // namespace
}  // namespace openbell::grammar
