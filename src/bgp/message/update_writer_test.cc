#include <array>
#include <string>

#include "gtest/gtest.h"

#include "base/hex.h"
#include "bgp/message/header.h"
#include "bgp/message/update.h"

namespace openbell::bgp {
namespace {

std::vector<std::uint8_t> hex(std::string_view text) {
  std::vector<std::uint8_t> bytes;
  EXPECT_TRUE(base::from_hex(text, bytes)) << text;
  return bytes;
}

NlriView nlri_of(Family family, Bytes key, Bytes tail = {}) {
  NlriView nlri;
  nlri.family = family;
  nlri.key = key;
  nlri.tail = tail;
  return nlri;
}

NextHop to(std::string_view text) {
  NextHop hop{NextHop::Kind::address, {}};
  EXPECT_TRUE(base::parse_ip(text, hop.address)) << text;
  return hop;
}

WireContext internal() {
  WireContext context;
  context.local_as = 65000;
  context.peer_as = 65000;
  context.four_octet_as = true;
  context.router_id = 0x01020304;
  return context;
}

WireContext external() {
  WireContext context = internal();
  context.local_as = 65001;
  return context;
}

std::string attributes_of(const PathView& path, Family family, const WireContext& context) {
  std::array<std::uint8_t, 4096> bytes;
  ByteWriter out(bytes);
  EXPECT_TRUE(write_outbound_attributes(path, family, context, out));
  return base::to_hex(out.written());
}

/// Body of the UPDATE that announces or withdraws one NLRI.
std::string update_of(Purpose purpose, const PathView& path, const NlriView& nlri,
                      const WireContext& context) {
  std::array<std::uint8_t, 4096> attributes;
  ByteWriter out(attributes);
  EXPECT_TRUE(write_outbound_attributes(path, nlri.family, context, out));
  std::array<std::uint8_t, 4096> message;
  UpdateWriter writer(message, context);
  const bool begun = purpose == Purpose::announce
                         ? writer.begin_announce(nlri.family, path.next_hop, out.written())
                         : writer.begin_withdraw(nlri.family, out.written());
  EXPECT_TRUE(begun);
  EXPECT_TRUE(writer.add(nlri));
  const Bytes done = writer.finish();
  const FrameResult frame = read_frame(done, message_size_max);
  EXPECT_EQ(frame.kind, FrameResult::Kind::message);
  EXPECT_EQ(frame.message.size(), done.size());
  return base::to_hex(frame.body);
}

std::string announce(const PathView& path, const NlriView& nlri, const WireContext& context) {
  return update_of(Purpose::announce, path, nlri, context);
}

std::string withdraw(const NlriView& nlri, const WireContext& context) {
  return update_of(Purpose::withdraw, {}, nlri, context);
}

const auto ten_slash_24 = hex("18 0A0000");

TEST(OutboundAttributes, DefaultsOfAnInternalPeer) {
  EXPECT_EQ(attributes_of({to("1.1.1.1"), {}}, Family::ipv4_unicast, internal()),
            "40010100"
            "400200"
            "40030401010101"
            "40050400000064");
}

TEST(OutboundAttributes, DefaultsOfAnExternalPeer) {
  EXPECT_EQ(attributes_of({to("1.1.1.1"), {}}, Family::ipv4_unicast, external()),
            "40010100"
            "40020602010000FDE9"
            "40030401010101");
}

TEST(OutboundAttributes, LocalPreferenceStaysInside) {
  const auto given = hex("400504000000C8 C00804 FFFFFF01");
  EXPECT_EQ(attributes_of({to("1.1.1.1"), given}, Family::ipv4_unicast, external()),
            "40010100"
            "40020602010000FDE9"
            "40030401010101"
            "C00804FFFFFF01");
  EXPECT_EQ(attributes_of({to("1.1.1.1"), given}, Family::ipv4_unicast, internal()),
            "40010100"
            "400200"
            "40030401010101"
            "400504000000C8"
            "C00804FFFFFF01");
}

TEST(OutboundAttributes, OldPeerGetsAs4PathAndAs4Aggregator) {
  WireContext context = external();
  context.local_as = 70000;
  context.four_octet_as = false;
  EXPECT_EQ(attributes_of({to("1.1.1.1"), {}}, Family::ipv4_unicast, context),
            "40010100"
            "40020402015BA0"
            "C01106020100011170"
            "40030401010101");
  const auto given = hex("400206 0201 0000FDE9 C00708 00011170 0A000001");
  EXPECT_EQ(attributes_of({to("1.1.1.1"), given}, Family::ipv4_unicast, context),
            "40010100"
            "4002040201FDE9"
            "40030401010101"
            "C007065BA00A000001"
            "C01208000111700A000001");
}

TEST(OutboundAttributes, AigpOnlyWhereAllowed) {
  const auto given = hex("801A0B 01000B 0000000000000001");
  WireContext context = internal();
  EXPECT_EQ(attributes_of({to("1.1.1.1"), given}, Family::ipv4_unicast, context).size(), 2u * 21);
  context.aigp = true;
  EXPECT_EQ(attributes_of({to("1.1.1.1"), given}, Family::ipv4_unicast, context).size(),
            2u * (21 + 14));
}

TEST(OutboundAttributes, NextHopBesideMpReachAsExaBgp) {
  const auto has_next_hop = [](Family family, std::string_view hop) {
    return attributes_of({to(hop), {}}, family, internal()).find("400304") != std::string::npos;
  };
  EXPECT_TRUE(has_next_hop(Family::ipv4_mpls_vpn, "1.1.1.1"));
  EXPECT_TRUE(has_next_hop(Family::ipv4_nlri_mpls, "1.1.1.1"));
  EXPECT_FALSE(has_next_hop(Family::ipv6_unicast, "2001:db8::1"));
  EXPECT_FALSE(has_next_hop(Family::ipv4_unicast, "2001:db8::1"));
  EXPECT_FALSE(has_next_hop(Family::ipv4_multicast, "1.1.1.1"));
  EXPECT_FALSE(has_next_hop(Family::ipv4_flow, "1.1.1.1"));
  EXPECT_FALSE(has_next_hop(Family::l2vpn_vpls, "1.1.1.1"));
}

TEST(OutboundAttributes, GenericAttributeGoesOutAsGiven) {
  const auto given = hex("7099 0004 00000064");
  const std::string out = attributes_of({to("1.1.1.1"), given}, Family::ipv4_unicast, internal());
  EXPECT_TRUE(out.ends_with("7099000400000064")) << out;
}

TEST(OutboundAttributes, FalseWhenThereIsNoRoom) {
  std::array<std::uint8_t, 20> small;
  ByteWriter out(small);
  EXPECT_FALSE(
      write_outbound_attributes({to("1.1.1.1"), {}}, Family::ipv4_unicast, internal(), out));
}

TEST(UpdateWriter, ClassicFieldForIpv4Unicast) {
  EXPECT_EQ(announce({to("1.1.1.1"), {}}, nlri_of(Family::ipv4_unicast, ten_slash_24), internal()),
            "0000"
            "0015"
            "40010100400200400304010101014005040000"
            "0064"
            "180A0000");
  EXPECT_EQ(withdraw(nlri_of(Family::ipv4_unicast, ten_slash_24), internal()), "0004180A00000000");
}

TEST(UpdateWriter, Rfc8950Ipv4WithAnIpv6NextHop) {
  WireContext context = internal();
  context.extended_next_hop.insert(Family::ipv4_unicast);
  const std::string body =
      announce({to("2001:db8::1"), {}}, nlri_of(Family::ipv4_unicast, ten_slash_24), context);
  EXPECT_TRUE(
      body.ends_with("800E19000101"
                     "1020010DB8000000000000000000000001"
                     "00180A0000"))
      << body;
}

TEST(UpdateWriter, RefusesANextHopThatThePeerCannotRead) {
  std::array<std::uint8_t, 4096> message;
  WireContext context = internal();
  context.local_address = to("10.0.0.1").address;
  const auto begins = [&](Family family, const NextHop& next_hop) {
    UpdateWriter writer(message, context);
    return writer.begin_announce(family, next_hop, {});
  };
  const NextHop self{NextHop::Kind::self, {}};
  for (const Family family : {Family::ipv4_unicast, Family::ipv4_multicast, Family::ipv4_nlri_mpls,
                              Family::ipv4_mpls_vpn}) {
    EXPECT_TRUE(begins(family, to("1.1.1.1")));
    EXPECT_TRUE(begins(family, self));
    EXPECT_FALSE(begins(family, {}));
    EXPECT_FALSE(begins(family, to("2001:db8::1")));
    context.extended_next_hop.insert(family);
    EXPECT_TRUE(begins(family, to("2001:db8::1")));
  }
  for (const Family family : {Family::ipv6_unicast, Family::ipv6_multicast, Family::ipv6_nlri_mpls,
                              Family::ipv6_mpls_vpn}) {
    EXPECT_TRUE(begins(family, to("2001:db8::1")));
    EXPECT_FALSE(begins(family, to("1.1.1.1")));
    EXPECT_FALSE(begins(family, self));
    EXPECT_FALSE(begins(family, {}));
  }
  for (const Family family : {Family::ipv4_flow, Family::ipv6_flow_vpn}) {
    EXPECT_TRUE(begins(family, {}));
    EXPECT_TRUE(begins(family, to("1.1.1.1")));
    EXPECT_TRUE(begins(family, to("2001:db8::1")));
  }
}

TEST(UpdateWriter, MulticastHasItsOwnSafi) {
  const std::string body =
      announce({to("1.1.1.1"), {}}, nlri_of(Family::ipv4_multicast, ten_slash_24), internal());
  EXPECT_TRUE(
      body.ends_with("800E0D000102"
                     "0401010101"
                     "00180A0000"))
      << body;
}

TEST(UpdateWriter, Ipv6UnicastWithdrawCarriesNoAttributes) {
  const auto key = hex("30 20010DB80001");
  EXPECT_EQ(withdraw(nlri_of(Family::ipv6_unicast, key), internal()),
            "0000000D800F0A0002013020010DB80001");
}

TEST(UpdateWriter, VpnNextHopHasARouteDistinguisherOfZero) {
  const auto key = hex("0000 FDE80000 0001 19 0A000000");
  const auto label = hex("003E81");
  const std::string body =
      announce({to("200.10.0.101"), {}}, nlri_of(Family::ipv4_mpls_vpn, key, label), internal());
  EXPECT_TRUE(
      body.ends_with("400304C80A0065"
                     "40050400000064"
                     "800E21000180"
                     "0C0000000000000000C80A0065"
                     "00"
                     "71003E810000FDE8000000010A000000"))
      << body;
}

TEST(UpdateWriter, LinkLocalAddressAfterAGlobalOne) {
  WireContext context = internal();
  const NextHop link_local = to("fe80::1");
  context.local_link_local = link_local.address;
  const auto key = hex("40 20010DB800010000");
  const NlriView nlri = nlri_of(Family::ipv6_unicast, key);
  EXPECT_TRUE(announce({to("2001:db8::ffff"), {}}, nlri, context)
                  .ends_with("800E2E"
                             "000201"
                             "2020010DB800000000000000000000FFFFFE800000000000000000000000000001"
                             "00"
                             "4020010DB800010000"));
  EXPECT_TRUE(announce({to("fe80::cafe"), {}}, nlri, context)
                  .ends_with("800E1E"
                             "000201"
                             "10FE80000000000000000000000000CAFE"
                             "00"
                             "4020010DB800010000"));
}

TEST(UpdateWriter, PathIdentifierBeforeEachNlri) {
  WireContext context = internal();
  context.add_path_send.insert(Family::ipv4_unicast);
  NlriView nlri = nlri_of(Family::ipv4_unicast, ten_slash_24);
  nlri.has_path_id = true;
  nlri.path_id = 7;
  EXPECT_EQ(withdraw(nlri, context), "000800000007180A00000000");
}

TEST(UpdateWriter, FillsAMessageAsExaBgp) {
  std::array<std::uint8_t, 4096> attributes;
  ByteWriter out(attributes);
  const PathView path{to("1.1.1.1"), {}};
  const WireContext context = external();
  ASSERT_TRUE(write_outbound_attributes(path, Family::ipv4_unicast, context, out));
  std::array<std::uint8_t, 4096> message;
  UpdateWriter writer(message, context);
  ASSERT_TRUE(writer.begin_announce(Family::ipv4_unicast, path.next_hop, out.written()));
  const NlriView nlri = nlri_of(Family::ipv4_unicast, ten_slash_24);
  std::size_t count = 0;
  while (writer.add(nlri)) ++count;
  EXPECT_EQ(count, 1013u);
  EXPECT_EQ(writer.finish().size(), 4095u);

  ASSERT_TRUE(writer.begin_withdraw(Family::ipv4_unicast, {}));
  for (count = 0; writer.add(nlri);) ++count;
  EXPECT_EQ(count, (4096u - 23) / 4);
  EXPECT_LE(writer.finish().size(), 4096u);
}

TEST(UpdateWriter, NeverPassesTheLimitAtAnySize) {
  // Attributes of every size near the limit, NLRI of an MP family: what is written is whole.
  const auto key = hex("30 20010DB80001");
  const NlriView nlri = nlri_of(Family::ipv6_unicast, key);
  const WireContext context = internal();
  std::array<std::uint8_t, 4096> message;
  for (std::size_t size = 3600; size < 4096; ++size) {
    const std::vector<std::uint8_t> attributes(size, 0);
    UpdateWriter writer(message, context);
    if (!writer.begin_announce(Family::ipv6_unicast, to("2001:db8::1"), attributes)) continue;
    while (writer.add(nlri)) {
    }
    EXPECT_LE(writer.finish().size(), 4096u) << size;
  }
}

TEST(UpdateWriter, LongMpAttributeGetsTheExtendedLengthFlag) {
  WireContext context = internal();
  std::array<std::uint8_t, 4096> message;
  const std::vector<std::uint8_t> flow(300, 0xEE);
  UpdateWriter writer(message, context);
  ASSERT_TRUE(writer.begin_announce(Family::ipv4_flow, {}, {}));
  ASSERT_TRUE(writer.add(nlri_of(Family::ipv4_flow, flow)));
  EXPECT_EQ(base::to_hex(writer.finish().subspan(header_size, 13)), "00000137900E01330001850000");
}

TEST(UpdateWriter, NothingAddedGivesNothing) {
  std::array<std::uint8_t, 4096> message;
  const WireContext context = internal();
  UpdateWriter writer(message, context);
  ASSERT_TRUE(writer.begin_withdraw(Family::ipv4_unicast, {}));
  EXPECT_TRUE(writer.finish().empty());
}

TEST(UpdateWriter, AttributesWithoutRoomAreRefused) {
  std::array<std::uint8_t, 4096> message;
  const WireContext context = internal();
  const std::vector<std::uint8_t> attributes(4096 - 23, 0);
  UpdateWriter writer(message, context);
  EXPECT_FALSE(writer.begin_announce(Family::ipv4_unicast, to("1.1.1.1"), attributes));
}

TEST(UpdateWriter, FamiliesThatDoNotGroupTakeOneNlri) {
  std::array<std::uint8_t, 4096> message;
  WireContext context = internal();
  UpdateWriter grouped(message, context);
  const NlriView nlri = nlri_of(Family::ipv4_unicast, ten_slash_24);
  ASSERT_TRUE(grouped.begin_withdraw(Family::ipv4_unicast, {}));
  EXPECT_TRUE(grouped.add(nlri));
  EXPECT_TRUE(grouped.add(nlri));
  context.group_updates = false;
  UpdateWriter single(message, context);
  ASSERT_TRUE(single.begin_withdraw(Family::ipv4_unicast, {}));
  EXPECT_TRUE(single.add(nlri));
  EXPECT_FALSE(single.add(nlri));
}

TEST(EndOfRib, FormsOfExaBgp) {
  std::array<std::uint8_t, 64> into;
  EXPECT_EQ(base::to_hex(write_end_of_rib(Family::ipv4_unicast, into).subspan(header_size)),
            "00000000");
  EXPECT_EQ(base::to_hex(write_end_of_rib(Family::ipv6_unicast, into).subspan(header_size)),
            "00000007900F0003000201");
}

}  // namespace
}  // namespace openbell::bgp
