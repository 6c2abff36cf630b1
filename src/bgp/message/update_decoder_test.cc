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

NlriView nlri_of(Family family, Bytes key) {
  NlriView nlri;
  nlri.family = family;
  nlri.key = key;
  return nlri;
}

std::vector<std::uint8_t> body_of(std::string_view withdrawn, std::string_view attributes,
                                  std::string_view nlri) {
  std::vector<std::uint8_t> body;
  for (const std::string_view part : {withdrawn, attributes}) {
    const auto bytes = hex(part);
    body.push_back(static_cast<std::uint8_t>(bytes.size() >> 8));
    body.push_back(static_cast<std::uint8_t>(bytes.size()));
    body.insert(body.end(), bytes.begin(), bytes.end());
  }
  const auto bytes = hex(nlri);
  body.insert(body.end(), bytes.begin(), bytes.end());
  return body;
}

WireContext session(Asn local, Asn peer) {
  WireContext context;
  context.local_as = local;
  context.peer_as = peer;
  context.four_octet_as = true;
  for (const Family family : {Family::ipv4_unicast, Family::ipv6_unicast, Family::ipv4_mpls_vpn,
                              Family::ipv4_flow, Family::l2vpn_evpn})
    context.families.insert(family);
  return context;
}

constexpr std::string_view mandatory = "400101 00 400206 0201 0000FDE9 400304 01010101";
constexpr std::string_view mp_mandatory = "400101 00 400206 0201 0000FDE9";

TEST(UpdateDecoder, ClassicFields) {
  const auto body =
      body_of("18 CB0071", std::string(mandatory) + "800404 00000032", "18 C00002 19 C6336480");
  const WireContext context = session(65000, 65001);
  UpdateDecoder decoder;
  const UpdateView& view = decoder.decode(body, context);
  EXPECT_EQ(view.treatment, Treatment::none) << view.reason;
  EXPECT_EQ(base::to_hex(view.attributes),
            "40010100"
            "40020602010000FDE9"
            "80040400000032");
  ASSERT_EQ(view.announced_count, 1);
  ASSERT_EQ(view.withdrawn_count, 1);
  EXPECT_EQ(next_hop_address(view.announced[0]).text(), "1.1.1.1");
  NlriReader reader(view.announced[0], context);
  NlriView nlri;
  ASSERT_TRUE(reader.next(nlri));
  EXPECT_EQ(base::to_hex(nlri.key), "18C00002");
  ASSERT_TRUE(reader.next(nlri));
  EXPECT_EQ(base::to_hex(nlri.key), "19C6336480");
  EXPECT_FALSE(reader.next(nlri));
}

TEST(UpdateDecoder, MpFieldsBesideClassicOnes) {
  const auto body = body_of("08 0A",
                            std::string(mandatory) +
                                "800E1A 0002 01 10 20010DB8000000000000000000000001 00 20 20010DB8"
                                "800F08 0002 01 20 20010DB9",
                            "08 0B");
  const WireContext context = session(65000, 65001);
  UpdateDecoder decoder;
  const UpdateView& view = decoder.decode(body, context);
  EXPECT_EQ(view.treatment, Treatment::none) << view.reason;
  ASSERT_EQ(view.announced_count, 2);
  ASSERT_EQ(view.withdrawn_count, 2);
  EXPECT_EQ(view.announced[0].family, Family::ipv6_unicast);
  EXPECT_EQ(next_hop_address(view.announced[0]).text(), "2001:db8::1");
  EXPECT_EQ(view.announced[1].family, Family::ipv4_unicast);
  EXPECT_EQ(view.withdrawn[0].family, Family::ipv4_unicast);
  EXPECT_EQ(view.withdrawn[1].family, Family::ipv6_unicast);
}

TEST(UpdateDecoder, NextHopWithRouteDistinguisherOrLinkLocal) {
  const auto rd = hex("0000000000000000 C80A0065");
  EXPECT_EQ(next_hop_address({Family::ipv4_mpls_vpn, {}, false, rd}).text(), "200.10.0.101");
  const auto pair = hex("20010DB8000000000000000000000001 FE800000000000000000000000000001");
  EXPECT_EQ(next_hop_address({Family::ipv6_unicast, {}, false, pair}).text(), "2001:db8::1");
}

TEST(UpdateDecoder, EndOfRib) {
  UpdateDecoder decoder;
  const WireContext context = session(65000, 65001);
  const UpdateView& classic = decoder.decode(hex("00000000"), context);
  EXPECT_TRUE(classic.end_of_rib);
  EXPECT_EQ(classic.end_of_rib_family, Family::ipv4_unicast);
  for (const char* mp : {"800F03 000201", "900F0003 000201"}) {
    const UpdateView& view = decoder.decode(body_of("", mp, ""), context);
    EXPECT_TRUE(view.end_of_rib) << mp;
    EXPECT_EQ(view.end_of_rib_family, Family::ipv6_unicast);
    EXPECT_EQ(view.withdrawn_count, 0);
  }
  EXPECT_FALSE(decoder.decode(body_of("", "800F03 000201 400101 00", ""), context).end_of_rib);
  EXPECT_FALSE(decoder.decode(body_of("08 0A", "800F03 000201", ""), context).end_of_rib);
}

TEST(UpdateDecoder, AttributesAloneAreLegal) {
  UpdateDecoder decoder;
  const UpdateView& view = decoder.decode(body_of("", mandatory, ""), session(65000, 65001));
  EXPECT_EQ(view.treatment, Treatment::none) << view.reason;
  EXPECT_FALSE(view.end_of_rib);
  EXPECT_FALSE(view.attributes.empty());
}

TEST(UpdateDecoder, AddPathIdentifiers) {
  WireContext context = session(65000, 65001);
  context.add_path_receive.insert(Family::ipv4_unicast);
  UpdateDecoder decoder;
  const auto body = body_of("", mandatory, "00000007 08 0A 00000008 08 0A");
  const UpdateView& view = decoder.decode(body, context);
  ASSERT_EQ(view.treatment, Treatment::none) << view.reason;
  NlriReader reader(view.announced[0], context);
  NlriView nlri;
  for (const std::uint32_t id : {7u, 8u}) {
    ASSERT_TRUE(reader.next(nlri));
    EXPECT_TRUE(nlri.has_path_id);
    EXPECT_EQ(nlri.path_id, id);
  }
  EXPECT_FALSE(reader.next(nlri));
}

TEST(UpdateDecoder, Rfc6793OldSpeaker) {
  WireContext context = session(65000, 65001);
  context.four_octet_as = false;
  UpdateDecoder decoder;
  const auto decode = [&](std::string_view attributes) {
    return base::to_hex(
        decoder
            .decode(body_of("", std::string("400101 00 400304 01010101") + std::string(attributes),
                            "08 0A"),
                    context)
            .attributes);
  };
  // 4.2.3: what AS4_PATH does not know of stands before it.
  EXPECT_EQ(decode("400206 0202 FDE9 5BA0 C01106 0201 00011170"),
            "40010100"
            "40020A0202"
            "0000FDE9"
            "00011170");
  // AGGREGATOR with a real number: AS4_PATH and AS4_AGGREGATOR are stale.
  EXPECT_EQ(decode("400206 0202 FDE9 5BA0 C00706 FDE9 0A000001 C01106 0201 00011170"
                   "C01208 00011170 0A000001"),
            "40010100"
            "40020A0202"
            "0000FDE9"
            "00005BA0"
            "C007080000FDE90A000001");
  EXPECT_EQ(decode("400204 0201 FDE9 C00706 5BA0 0A000001 C01208 00011170 0A000001"),
            "40010100"
            "40020602010000FDE9"
            "C00708000111700A000001");
}

struct Case {
  const char* rule;
  const char* withdrawn;
  const char* attributes;
  const char* nlri;
  Treatment treatment;
  NotificationCode notification;
  const char* reason;
};

constexpr const char* origin_path_hop = "400101 00 400206 0201 0000FDE9 400304 01010101";

const Case rfc7606_cases[] = {
    {"nothing wrong", "", origin_path_hop, "08 0A", Treatment::none, {}, ""},
    {"3(c) flags of a well-known attribute", "", "C00101 00 400206 0201 0000FDE9 400304 01010101",
     "08 0A", Treatment::treat_as_withdraw, notification::attribute_flags, "ORIGIN: wrong flags"},
    {"3(c) flags of NEXT_HOP", "", "400101 00 400206 0201 0000FDE9 C00304 01010101", "08 0A",
     Treatment::treat_as_withdraw, notification::attribute_flags, "NEXT_HOP: wrong flags"},
    {"3(d) ORIGIN missing", "", "400206 0201 0000FDE9 400304 01010101", "08 0A",
     Treatment::treat_as_withdraw, notification::missing_well_known, "ORIGIN: missing"},
    {"3(d) AS_PATH missing", "", "400101 00 400304 01010101", "08 0A", Treatment::treat_as_withdraw,
     notification::missing_well_known, "AS_PATH: missing"},
    {"3(d) NEXT_HOP missing", "", "400101 00 400206 0201 0000FDE9", "08 0A",
     Treatment::treat_as_withdraw, notification::missing_well_known, "NEXT_HOP: missing"},
    {"3(d) a withdrawal needs none", "08 0A", "", "", Treatment::none, {}, ""},
    {"3(g) ORIGIN twice: the first counts",
     "",
     "400101 00 400101 02 400206 0201 0000FDE9 400304 01010101",
     "08 0A",
     Treatment::discard_attribute,
     {},
     "ORIGIN: appears twice"},
    {"3(g) an unknown attribute twice",
     "",
     "400101 00 400206 0201 0000FDE9 400304 01010101 C0E001 01 C0E001 02",
     "08 0A",
     Treatment::discard_attribute,
     {},
     "attribute: appears twice"},
    {"3(g) MP_REACH_NLRI twice", "",
     "800E0B 0001 01 04 01010101 00 080A 800E0B 0001 01 04 01010101 00 080B", "",
     Treatment::reset_session, notification::malformed_attributes, "MP_REACH_NLRI: appears twice"},
    {"3(g) MP_UNREACH_NLRI twice", "", "800F03 000201 800F03 000201", "", Treatment::reset_session,
     notification::malformed_attributes, "MP_UNREACH_NLRI: appears twice"},
    {"3(j) NLRI too long", "", origin_path_hop, "21 0A00000000", Treatment::reset_session,
     notification::invalid_network, "NLRI: malformed"},
    {"3(j) NLRI cut", "", origin_path_hop, "18 0A00", Treatment::reset_session,
     notification::invalid_network, "NLRI: malformed"},
    {"3(i) withdrawn cut", "18 0A00", "", "", Treatment::reset_session,
     notification::invalid_network, "withdrawn routes: malformed"},
    {"3(h) the worst decides", "", "400101 09 400206 0201 0000FDE9 400304 01010101", "21 00",
     Treatment::reset_session, notification::invalid_network, "NLRI: malformed"},
    {"4 attribute passes the end", "", "400101 00 400206 0201 0000FDE9 400304 01010101 C008FF 00",
     "08 0A", Treatment::treat_as_withdraw, notification::attribute_length,
     "COMMUNITIES: passes the end of the attributes"},
    {"4 two bytes left", "", "400101 00 400206 0201 0000FDE9 400304 01010101 C008", "08 0A",
     Treatment::treat_as_withdraw, notification::attribute_length,
     "COMMUNITIES: passes the end of the attributes"},
    {"5.2 nothing announced to be withdrawn", "", "400101 09", "", Treatment::reset_session,
     notification::malformed_attributes, "ORIGIN: malformed"},
    {"5.3 MP_UNREACH_NLRI prefix too long", "", "800F05 0002 01 81 00", "",
     Treatment::reset_session, notification::optional_attribute, "MP_UNREACH_NLRI: malformed NLRI"},
    {"5.3 MP_REACH_NLRI prefix cut", "",
     "400101 00 400206 0201 0000FDE9"
     "800E17 0002 01 10 20010DB8000000000000000000000001 00 20 20",
     "", Treatment::reset_session, notification::optional_attribute,
     "MP_REACH_NLRI: malformed NLRI"},
    {"7.1 ORIGIN value", "", "400101 03 400206 0201 0000FDE9 400304 01010101", "08 0A",
     Treatment::treat_as_withdraw, notification::malformed_attributes, "ORIGIN: malformed"},
    {"7.1 ORIGIN length", "", "400102 0000 400206 0201 0000FDE9 400304 01010101", "08 0A",
     Treatment::treat_as_withdraw, notification::malformed_attributes, "ORIGIN: malformed"},
    {"7.2 AS_PATH segment passes the end", "", "400101 00 400206 0202 0000FDE9 400304 01010101",
     "08 0A", Treatment::treat_as_withdraw, notification::malformed_attributes,
     "AS_PATH: malformed"},
    {"7.2 AS_PATH empty segment", "", "400101 00 400202 0200 400304 01010101", "08 0A",
     Treatment::treat_as_withdraw, notification::malformed_attributes, "AS_PATH: malformed"},
    {"7.2 AS_PATH segment type", "", "400101 00 400206 0501 0000FDE9 400304 01010101", "08 0A",
     Treatment::treat_as_withdraw, notification::malformed_attributes, "AS_PATH: malformed"},
    {"7.3 NEXT_HOP length", "", "400101 00 400206 0201 0000FDE9 400303 010101", "08 0A",
     Treatment::treat_as_withdraw, notification::attribute_length, "NEXT_HOP: bad length"},
    {"RFC 4271 6.3 NEXT_HOP 0.0.0.0", "", "400101 00 400206 0201 0000FDE9 400304 00000000", "08 0A",
     Treatment::treat_as_withdraw, notification::invalid_next_hop, "NEXT_HOP: not a host address"},
    {"7.4 MULTI_EXIT_DISC length", "",
     "400101 00 400206 0201 0000FDE9 400304 01010101 800403 000001", "08 0A",
     Treatment::treat_as_withdraw, notification::malformed_attributes,
     "MULTI_EXIT_DISC: malformed"},
    {"7.5 LOCAL_PREF from outside",
     "",
     "400101 00 400206 0201 0000FDE9 400304 01010101 400504 00000064",
     "08 0A",
     Treatment::discard_attribute,
     {},
     "LOCAL_PREF: from an external peer"},
    {"7.6 ATOMIC_AGGREGATE length", "", "400101 00 400206 0201 0000FDE9 400304 01010101 400601 00",
     "08 0A", Treatment::discard_attribute, notification::malformed_attributes,
     "ATOMIC_AGGREGATE: malformed"},
    {"7.7 AGGREGATOR length", "",
     "400101 00 400206 0201 0000FDE9 400304 01010101 C00706 FDE9 01010101", "08 0A",
     Treatment::discard_attribute, notification::malformed_attributes, "AGGREGATOR: malformed"},
    {"7.8 COMMUNITIES length", "", "400101 00 400206 0201 0000FDE9 400304 01010101 C00803 000000",
     "08 0A", Treatment::treat_as_withdraw, notification::malformed_attributes,
     "COMMUNITIES: malformed"},
    {"7.8 COMMUNITIES empty", "", "400101 00 400206 0201 0000FDE9 400304 01010101 C00800", "08 0A",
     Treatment::treat_as_withdraw, notification::malformed_attributes, "COMMUNITIES: malformed"},
    {"7.9 ORIGINATOR_ID from outside",
     "",
     "400101 00 400206 0201 0000FDE9 400304 01010101 800904 01010101",
     "08 0A",
     Treatment::discard_attribute,
     {},
     "ORIGINATOR_ID: from an external peer"},
    {"7.10 CLUSTER_LIST from outside",
     "",
     "400101 00 400206 0201 0000FDE9 400304 01010101 800A03 010101",
     "08 0A",
     Treatment::discard_attribute,
     {},
     "CLUSTER_LIST: from an external peer"},
    {"7.11 next hop length", "",
     "400101 00 400206 0201 0000FDE9 800E0C 0002 01 05 0101010101 00 080A", "",
     Treatment::reset_session, notification::optional_attribute,
     "MP_REACH_NLRI: bad next hop length"},
    {"7.11 IPv4 next hop for IPv6", "",
     "400101 00 400206 0201 0000FDE9 800E0B 0002 01 04 01010101 00 080A", "",
     Treatment::reset_session, notification::optional_attribute,
     "MP_REACH_NLRI: bad next hop length"},
    {"7.11 next hop passes the end", "", "800E05 0002 01 10 20", "", Treatment::reset_session,
     notification::optional_attribute, "MP_REACH_NLRI: bad length"},
    {"RFC 8950: IPv6 next hop not negotiated for IPv4", "",
     "800E17 0001 01 10 20010DB8000000000000000000000001 00 080A", "", Treatment::reset_session,
     notification::optional_attribute, "MP_REACH_NLRI: bad next hop length"},
    {"7.12 MP_UNREACH_NLRI length", "", "800F02 0002", "", Treatment::reset_session,
     notification::optional_attribute, "MP_UNREACH_NLRI: bad length"},
    {"7.14 EXTENDED_COMMUNITIES length", "",
     "400101 00 400206 0201 0000FDE9 400304 01010101 C01007 00000000000000", "08 0A",
     Treatment::treat_as_withdraw, notification::malformed_attributes,
     "EXTENDED_COMMUNITIES: malformed"},
    {"RFC 8092 6 LARGE_COMMUNITY length", "",
     "400101 00 400206 0201 0000FDE9 400304 01010101 C0200B 0000000000000000000000", "08 0A",
     Treatment::treat_as_withdraw, notification::malformed_attributes,
     "LARGE_COMMUNITY: malformed"},
    {"RFC 4271 6.3 unrecognized well-known", "",
     "400101 00 400206 0201 0000FDE9 400304 01010101 40C801 00", "08 0A", Treatment::reset_session,
     notification::unrecognized_well_known, "attribute: unrecognized well-known attribute"},
    {"RFC 4760 7 family not negotiated",
     "",
     "400101 00 400206 0201 0000FDE9 800E0B 0002 02 04 01010101 00 080A",
     "",
     Treatment::none,
     {},
     "MP_REACH_NLRI: family not negotiated"},
    {"RFC 4760 7 family unknown",
     "",
     "800F05 0063 63 080A",
     "",
     Treatment::none,
     {},
     "MP_UNREACH_NLRI: family not negotiated"},
};

TEST(UpdateDecoder, TreatmentsOfRfc7606) {
  const WireContext context = session(65000, 65001);
  UpdateDecoder decoder;
  for (const Case& c : rfc7606_cases) {
    const auto body = body_of(c.withdrawn, c.attributes, c.nlri);
    const UpdateView& view = decoder.decode(body, context);
    EXPECT_EQ(static_cast<int>(view.treatment), static_cast<int>(c.treatment)) << c.rule;
    EXPECT_EQ(view.notification, c.notification) << c.rule;
    EXPECT_EQ(view.reason, c.reason) << c.rule;
  }
}

TEST(UpdateDecoder, Rfc7606Section3aLengthsPassTheEnd) {
  UpdateDecoder decoder;
  for (const char* bytes : {"0005 00000000", "0000 0001", "0000 0005 40010100", "0001 18", "00"}) {
    const UpdateView& view = decoder.decode(hex(bytes), session(1, 2));
    EXPECT_EQ(static_cast<int>(view.treatment), static_cast<int>(Treatment::reset_session))
        << bytes;
    EXPECT_EQ(view.notification, notification::malformed_attributes) << bytes;
  }
}

TEST(UpdateDecoder, TreatAsWithdrawKeepsTheFields) {
  UpdateDecoder decoder;
  const auto body = body_of("", "400101 09 400206 0201 0000FDE9 400304 01010101", "08 0A 08 0B");
  const UpdateView& view = decoder.decode(body, session(65000, 65001));
  ASSERT_EQ(view.announced_count, 1);
  EXPECT_EQ(view.announced[0].bytes.size(), 4u);
}

TEST(UpdateDecoder, DiscardedAttributesAreGone) {
  UpdateDecoder decoder;
  const auto body = body_of("", std::string(mandatory) + "400504 00000064", "08 0A");
  EXPECT_EQ(base::to_hex(decoder.decode(body, session(65000, 65001)).attributes),
            "40010100"
            "40020602010000FDE9");
  EXPECT_EQ(base::to_hex(decoder.decode(body, session(65000, 65000)).attributes),
            "40010100"
            "40020602010000FDE9"
            "40050400000064");
}

TEST(UpdateDecoder, InternalPeersMayLeaveOutLocalPref) {
  UpdateDecoder decoder;
  const UpdateView& view = decoder.decode(body_of("", mandatory, "08 0A"), session(65000, 65000));
  EXPECT_EQ(static_cast<int>(view.treatment), static_cast<int>(Treatment::none));
}

TEST(UpdateDecoder, UnknownOptionalAttributesAreKept) {
  UpdateDecoder decoder;
  const auto body = body_of("", std::string(mandatory) + "E0C803 010203", "08 0A");
  const std::string kept = base::to_hex(decoder.decode(body, session(65000, 65001)).attributes);
  EXPECT_TRUE(kept.ends_with("E0C803010203")) << kept;
}

TEST(UpdateDecoder, NeighborWithoutIpv4UnicastIgnoresTheClassicField) {
  WireContext context = session(65000, 65001);
  context.families.erase(Family::ipv4_unicast);
  UpdateDecoder decoder;
  const auto body =
      body_of("08 0A", std::string(mandatory) + "800F08 0002 01 20 20010DB9", "08 0B");
  const UpdateView& view = decoder.decode(body, context);
  EXPECT_EQ(static_cast<int>(view.treatment), static_cast<int>(Treatment::none));
  EXPECT_EQ(view.reason, "UPDATE: family not negotiated");
  EXPECT_EQ(view.announced_count, 0);
  ASSERT_EQ(view.withdrawn_count, 1);
  EXPECT_EQ(view.withdrawn[0].family, Family::ipv6_unicast);
}

/// Everything that a reader of the view would touch.
void walk(const UpdateView& view, const WireContext& context) {
  NlriView nlri;
  for (std::size_t i = 0; i < view.announced_count; ++i) {
    NlriReader reader(view.announced[i], context);
    while (reader.next(nlri)) {
    }
    (void)next_hop_address(view.announced[i]);
  }
  for (std::size_t i = 0; i < view.withdrawn_count; ++i) {
    NlriReader reader(view.withdrawn[i], context);
    while (reader.next(nlri)) {
    }
  }
  AttributeReader attributes(view.attributes);
  AttributeView attribute;
  while (attributes.next(attribute)) {
  }
  EXPECT_TRUE(attributes.ok());
}

TEST(UpdateDecoder, EveryByteMayBeAnything) {
  const auto body = body_of(
      "08 0A",
      std::string(mp_mandatory) +
          "400304 01010101 C0070800011170 0A000001 C00804 00010002"
          "800E21 0001 80 0C 0000000000000000 C80A0065 00 71 003E81 0000FDE800000001 0A000000"
          "800F08 0002 01 20 20010DB9 C01106 0201 00011170",
      "18 0A0000 19 0A000180");
  UpdateDecoder decoder;
  for (const bool four_octet_as : {true, false}) {
    WireContext context = session(65000, 65001);
    context.four_octet_as = four_octet_as;
    for (std::size_t at = 0; at < body.size(); ++at) {
      for (unsigned value = 0; value < 256; ++value) {
        auto changed = body;
        changed[at] = static_cast<std::uint8_t>(value);
        walk(decoder.decode(changed, context), context);
      }
    }
    for (std::size_t size = 0; size < body.size(); ++size) {
      const std::vector<std::uint8_t> cut(body.begin(),
                                          body.begin() + static_cast<std::ptrdiff_t>(size));
      walk(decoder.decode(cut, context), context);
    }
  }
}

TEST(UpdateDecoder, ReadsWhatTheWriterWrites) {
  const WireContext context = session(65000, 65001);
  NextHop hop{NextHop::Kind::address, IpAddress::v4(0x01010101)};
  std::array<std::uint8_t, 4096> attributes;
  ByteWriter out(attributes);
  ASSERT_TRUE(write_outbound_attributes({hop, {}}, Family::ipv4_unicast, context, out));
  std::array<std::uint8_t, 4096> message;
  UpdateWriter writer(message, context);
  ASSERT_TRUE(writer.begin_announce(Family::ipv4_unicast, hop, out.written()));
  std::size_t written = 0;
  for (std::uint8_t i = 0; i < 200; ++i) {
    const std::array<std::uint8_t, 4> key{24, 10, 0, i};
    written += writer.add(nlri_of(Family::ipv4_unicast, key)) ? 1u : 0u;
  }
  const Bytes body = writer.finish().subspan(header_size);
  UpdateDecoder decoder;
  const UpdateView& view = decoder.decode(body, context);
  ASSERT_EQ(view.treatment, Treatment::none) << view.reason;
  NlriReader reader(view.announced[0], context);
  NlriView nlri;
  std::size_t read = 0;
  while (reader.next(nlri)) EXPECT_EQ(nlri.key[3], read++);
  EXPECT_EQ(read, written);
  EXPECT_EQ(read, 200u);
}

}  // namespace
}  // namespace openbell::bgp
