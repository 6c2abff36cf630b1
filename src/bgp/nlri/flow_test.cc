#include "bgp/nlri/flow.h"

#include <gtest/gtest.h>
#include <string>

#include "base/hex.h"
#include "bgp/nlri/flow_component.h"
#include "bgp/wire_context.h"

namespace openbell::bgp {
namespace {

/// Parses match words until the end of the text; the complaint, empty when there is none.
std::string match(std::string_view text, NlriDraft& draft) {
  TextReader in(text);
  while (in.ok() && !in.at_end()) {
    const std::string word(in.word());
    if (!is_flow_match(word)) return "not a match word: " + word;
    parse_flow_match(word, in, draft);
  }
  return in.ok() ? "" : in.complaint().wanted + " <- " + in.complaint().found;
}

std::string complaint(std::string_view text) {
  NlriDraft draft;
  return match(text, draft);
}

std::string bytes(std::string_view text) {
  NlriDraft draft;
  EXPECT_EQ(match(text, draft), "") << text;
  return base::to_hex(draft.flow);
}

bool decodes(Family family, std::string_view hex) {
  std::vector<std::uint8_t> wire;
  EXPECT_TRUE(base::from_hex(hex, wire)) << hex;
  ByteReader in(wire);
  NlriScratch scratch;
  NlriView view;
  return ops(family).decode(in, WireContext{}, scratch, view) && in.done();
}

std::string printed(Family family, std::string_view hex) {
  std::vector<std::uint8_t> wire;
  EXPECT_TRUE(base::from_hex(hex, wire)) << hex;
  ByteReader in(wire);
  NlriScratch scratch;
  NlriView view;
  if (!ops(family).decode(in, WireContext{}, scratch, view)) return "malformed";
  std::string text;
  TextWriter out(text);
  ops(family).print(view, {}, out);
  return text;
}

struct Complaint {
  std::string_view text;
  std::string_view wanted;
};

TEST(FlowMatch, LosesNothingInSilence) {
  constexpr std::string_view one_prefix =
      "one prefix of each direction: announce a route for each further one";
  constexpr std::string_view port = "a port from 0 to 65535 or its IANA name";
  const Complaint cases[] = {
      {"source [ ]", "a prefix: an empty list would match nothing <- ]"},
      {"port [ ]", "a value: an empty list would match nothing <- ]"},
      {"source [ 10.0.0.0/24 10.0.1.0/24 ]", one_prefix},
      {"source 10.0.0.0/24 10.0.1.0/24", one_prefix},
      {"source 10.0.0.0/24 source 10.0.1.0/24", one_prefix},
      {"source 10.0.0.0/24 destination 2001:db8::/32", "components of ipv4, as the match"},
      {"source 2001:db8::/32 destination 10.0.0.0/24", "components of ipv6, as the match"},
      {"flow-label 1 source 10.0.0.0/24", "components of ipv6, as the match"},
      {"source 10.0.0.0/24 flow-label 1", "components of ipv4, as the match"},
      {"source-ipv4 2001:db8::/32", "a prefix of ipv4"},
      {"source-ipv6 10.0.0.0/24", "a prefix of ipv6"},
      {"source 10.0.0.0/33", "a prefix, such as"},
      {"source 10.0.0.0/24/8", "a prefix, such as"},
      {"source 2001:db8::/32/32", "an offset below the prefix length"},
      {"source \"10.0.0.0/24\"", "a prefix, such as"},
      {"port 65536", port},
      {"port !80", port},
      {"port =", port},
      {"port nosuchservice", port},
      {"port >1024&", port},
      {"port [ >1024 &<2000 ]", port},
      {"port [ 80, 443 ]", port},
      {"port [ 80", port},
      {"port", port},
      {"port \"80\"", port},
      {"protocol 300", "a protocol from 0 to 255"},
      {"protocol tcp+udp", "a protocol from 0 to 255"},
      {"dscp 64", "a DSCP from 0 to 63"},
      {"traffic-class 256", "a traffic class from 0 to 255"},
      {"flow-label 1048576", "a flow label from 0 to 1048575"},
      {"tcp-flags syn+", "TCP flags out of"},
      {"tcp-flags >syn", "TCP flags out of"},
      {"fragment some-fragment", "out of not-a-fragment"},
      {"protocol tcp udp", "not a match word: udp"},
  };
  for (const Complaint& c : cases)
    EXPECT_TRUE(complaint(c.text).starts_with(c.wanted)) << c.text << ": " << complaint(c.text);
}

TEST(FlowMatch, BoundsTheSizeOfAnNlri) {
  std::string text = "port [";
  for (int i = 0; i < 1400; ++i) text += " 1000";
  text += " ]";
  EXPECT_TRUE(complaint(text).starts_with("fewer values: a FlowSpec NLRI holds 4095 bytes"));

  NlriDraft draft;
  draft.has_rd = true;
  std::string almost = "port [";
  for (int i = 0; i < 1364; ++i) almost += " 1000";
  ASSERT_EQ(match(almost + " ]", draft), "");
  EXPECT_EQ(draft.flow.size(), 4093u);
  NlriScratch scratch;
  NlriView view;
  EXPECT_EQ(ops(Family::ipv4_flow_vpn).compose(draft, Purpose::announce, scratch, view),
            "fewer values to match");
  draft.has_rd = false;
  ASSERT_EQ(ops(Family::ipv4_flow).compose(draft, Purpose::announce, scratch, view), "");

  std::vector<std::uint8_t> wire(4096);
  ByteWriter out(wire);
  ops(Family::ipv4_flow).encode(view, Purpose::announce, out);
  ASSERT_EQ(out.size(), 4095u);
  EXPECT_EQ(base::load16(wire.data()), 0xFFFD);  // F000 + 4093
  ByteReader in(out.written());
  NlriView again;
  ASSERT_TRUE(ops(Family::ipv4_flow).decode(in, WireContext{}, scratch, again));
  EXPECT_TRUE(in.done());
}

TEST(FlowMatch, SwitchesToALengthOfTwoOctetsAt240) {
  for (const std::size_t size : {239u, 240u}) {
    NlriDraft draft;
    std::string text = "packet-length [";
    for (std::size_t i = 0; i < 118; ++i) text += " 1";
    ASSERT_EQ(match(text + (size == 239 ? " 2 ]" : " 300 ]"), draft), "");
    NlriScratch scratch;
    NlriView view;
    ASSERT_EQ(ops(Family::ipv4_flow).compose(draft, Purpose::announce, scratch, view), "");
    ASSERT_EQ(view.key.size(), size);
    std::vector<std::uint8_t> wire(300);
    ByteWriter out(wire);
    ops(Family::ipv4_flow).encode(view, Purpose::announce, out);
    EXPECT_EQ(out.size(), size < 240 ? size + 1 : size + 2);
    ByteReader in(out.written());
    NlriView again;
    ASSERT_TRUE(ops(Family::ipv4_flow).decode(in, WireContext{}, scratch, again));
    EXPECT_TRUE(base::equal(view.key, again.key));
  }
}

TEST(FlowMatch, StopsBeforeTheNextWord) {
  TextReader in("=80 >1024 discard");
  NlriDraft draft;
  ASSERT_TRUE(parse_flow_match("port", in, draft));
  EXPECT_EQ(in.peek(), "discard");
  EXPECT_EQ(base::to_hex(draft.flow), "040150920400");
}

TEST(FlowMatch, ReadsNamesAndNumbersOfEitherBase) {
  EXPECT_EQ(bytes("port http"), "048150");
  EXPECT_EQ(bytes("port https"), "049101BB");
  EXPECT_EQ(bytes("port 0x50"), "048150");
  EXPECT_EQ(bytes("protocol [ ICMP ipip 255 ]"), "030101015E81FF");
  EXPECT_EQ(bytes("icmp-code ttl-eq-zero-during-reassembly"), "088101");
  EXPECT_EQ(bytes("tcp_flags 3"), "098003");
}

TEST(FlowMatch, KeepsComponentsInOrderWhateverTheWords) {
  EXPECT_EQ(bytes("fragment is-fragment port 1 destination 10.0.0.0/8 source 11.0.0.0/8 port 2"),
            "01080A"
            "02080B"
            "0401018102"
            "0C8002");
}

TEST(FlowFamily, FollowsTheComponentsThenTheStatement) {
  NlriDraft draft;
  EXPECT_EQ(flow_family(draft, afi_ipv6), Family::ipv6_flow);
  ASSERT_EQ(match("next-header tcp", draft), "");
  EXPECT_EQ(flow_family(draft, afi_ipv4), Family::ipv4_flow);
  draft.has_rd = true;
  EXPECT_EQ(flow_family(draft, afi_ipv4), Family::ipv4_flow_vpn);
  ASSERT_EQ(match("source 2001:db8::/32", draft), "");
  EXPECT_EQ(flow_family(draft, afi_ipv4), Family::ipv6_flow_vpn);
}

TEST(FlowFamily, ComposesOnlyWhatItCanCarry) {
  NlriDraft draft;
  NlriScratch scratch;
  NlriView view;
  EXPECT_EQ(ops(Family::ipv4_flow).compose(draft, Purpose::announce, scratch, view),
            "something to match: an empty match would match everything");
  ASSERT_EQ(match("source 2001:db8::/32", draft), "");
  EXPECT_EQ(ops(Family::ipv4_flow).compose(draft, Purpose::announce, scratch, view),
            "components of ipv4");
  EXPECT_EQ(ops(Family::ipv6_flow_vpn).compose(draft, Purpose::announce, scratch, view),
            "a route distinguisher");
  draft.has_rd = true;
  EXPECT_EQ(ops(Family::ipv6_flow).compose(draft, Purpose::announce, scratch, view),
            "no route distinguisher in this family");
  draft.has_prefix = true;
  EXPECT_EQ(ops(Family::ipv6_flow_vpn).compose(draft, Purpose::announce, scratch, view),
            "match components alone");
}

TEST(FlowDecode, RefusesWhatRfc8955CallsMalformed) {
  EXPECT_TRUE(decodes(Family::ipv4_flow, "03 038106"));
  EXPECT_FALSE(decodes(Family::ipv4_flow, "03 030106")) << "no end of list";
  EXPECT_FALSE(decodes(Family::ipv4_flow, "06 038106 038106")) << "a type twice";
  EXPECT_FALSE(decodes(Family::ipv4_flow, "06 048150 038106")) << "types descend";
  EXPECT_FALSE(decodes(Family::ipv4_flow, "03 008106")) << "type 0";
  EXPECT_FALSE(decodes(Family::ipv4_flow, "03 0E8106")) << "an unknown type";
  EXPECT_FALSE(decodes(Family::ipv4_flow, "03 0D8106")) << "a flow label in IPv4";
  EXPECT_TRUE(decodes(Family::ipv6_flow, "03 0D8106"));
  EXPECT_FALSE(decodes(Family::ipv4_flow, "04 0B910001")) << "a DSCP of two octets";
  EXPECT_FALSE(decodes(Family::ipv4_flow, "04 0C900001")) << "fragment flags of two octets";
  EXPECT_FALSE(decodes(Family::ipv4_flow, "06 09A000000001")) << "TCP flags of four octets";
  EXPECT_FALSE(decodes(Family::ipv4_flow, "07 01210A00000000")) << "a prefix of 33 bits";
  EXPECT_FALSE(decodes(Family::ipv4_flow, "04 0381 06 03")) << "a type without a value";
  EXPECT_FALSE(decodes(Family::ipv4_flow_vpn, "07 00000001000000")) << "no room for an RD";
  EXPECT_FALSE(decodes(Family::ipv6_flow, "03 021010")) << "offset not below the length";
  EXPECT_FALSE(decodes(Family::ipv6_flow, "03 020001")) << "an offset without a length";
}

TEST(FlowDecode, TakesAnEmptyMatchFromAPeer) {
  EXPECT_EQ(printed(Family::ipv4_flow, "00"), "flow");
  EXPECT_EQ(printed(Family::ipv4_flow_vpn, "08 0000000100000001"), "flow rd 1:1");
}

TEST(FlowDecode, IgnoresReservedBitsAndTheAndOfTheFirstOperator) {
  // RFC 8955 4.2.1.1: bit 4 is ignored, the first AND bit treated as unset.
  EXPECT_EQ(printed(Family::ipv4_flow, "05 03 4906 8911"), "flow protocol [ =tcp =udp ]");
  EXPECT_EQ(printed(Family::ipv4_flow, "05 03 0006 C706"), "flow protocol [ false&true ]");
}

TEST(FlowDecode, ReadsThePatternOfAnOffsetInBothForms) {
  // RFC 8956 3.1: 32 bits from bit 32 on, then next-header tcp.
  EXPECT_EQ(printed(Family::ipv6_flow, "0A 024020 00000001 038106"),
            "flow source-ipv6 0:0:0:1::/64/32 next-header =tcp");
  // ExaBGP: all 64 bits.
  EXPECT_EQ(printed(Family::ipv6_flow, "0E 024020 20010DB800000001 038106"),
            "flow source-ipv6 2001:db8:0:1::/64/32 next-header =tcp");
  // An offset within an octet: 7 bits from bit 121 on.
  EXPECT_EQ(printed(Family::ipv6_flow, "04 0280 79 02"), "flow source-ipv6 ::1/128/121");
}

TEST(ServiceNames, HaveOnePortEach) {
  std::uint16_t port = 0;
  for (unsigned number = 0; number <= 0xFFFF; ++number) {
    const std::string_view name = service_name(static_cast<std::uint16_t>(number));
    if (name.empty()) continue;
    ASSERT_TRUE(find_service(name, port)) << name;
    EXPECT_EQ(port, number) << name;
  }
  EXPECT_TRUE(find_service("syslog", port));
  EXPECT_EQ(port, 514);
  EXPECT_EQ(service_name(514), "shell");
  EXPECT_FALSE(find_service("", port));
}

}  // namespace
}  // namespace openbell::bgp
