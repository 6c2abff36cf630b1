#include "bgp/attr/flow_action.h"

#include "gtest/gtest.h"

#include "base/hex.h"

namespace openbell::bgp {
namespace {

/// Reads `text` as action words one after the other.
bool parse_actions(std::string_view text, FlowActions& out) {
  TextReader in(text);
  while (!in.at_end()) {
    const FlowActionOps* ops = find_flow_action(in.word());
    if (ops == nullptr || !ops->parse(in, out)) return false;
  }
  return in.ok();
}

struct ActionCase {
  std::string_view text;
  std::string_view communities;
  std::string_view communities_ipv6 = "";
  std::string_view next_hop = "";
};

TEST(FlowAction, WordsBecomeCommunities) {
  for (const ActionCase& c : {
           ActionCase{"accept", ""},
           {"discard", "8006000000000000"},
           {"rate-limit 9600", "8006000046160000"},
           {"rate-limit 9600 bytes", "8006000046160000"},
           {"rate-limit 1000 packets", "800C0000447A0000"},
           {"rate-limit 0.5", "800600003F000000"},
           // Bits per second are divided by eight: 76.8 kbit/s are 9600 bytes/s.
           {"rate-limit 76.8kbps", "8006000046160000"},
           {"rate-limit 76800bps", "8006000046160000"},
           {"rate-limit 9.6kBps", "8006000046160000"},
           {"rate-limit 9600Bps", "8006000046160000"},
           {"rate-limit 10gbps", "800600004E9502F9"},
           {"rate-limit 10Gbps", "800600004E9502F9"},
           {"rate-limit 1250MBps", "800600004E9502F9"},
           // ExaBGP: never above 10^12
           {"rate-limit 1e30", "800600005368D4A5"},
           {"redirect 65500:12345", "8008FFDC00003039"},
           {"redirect 70000:1", "8208000111700001"},
           {"redirect 192.0.2.1:5", "8108C00002010005"},
           {"redirect 1.2.3.4", "0800000000000000", "", "1.2.3.4"},
           {"redirect 2001:db8::1", "0800000000000000", "", "2001:db8::1"},
           {"redirect \"[2001:db8::1]\"", "0800000000000000", "", "2001:db8::1"},
           {"redirect [2001:db8::1]", "0800000000000000", "", "2001:db8::1"},
           {"redirect \"[2001:db8::1]:7\"", "", "000D20010DB80000000000000000000000010007"},
           {"redirect [2001:db8::1]:7", "", "000D20010DB80000000000000000000000010007"},
           {"redirect-to-nexthop", "0800000000000000"},
           {"copy-to-nexthop", "0800000000000001"},
           {"copy 1.2.3.4", "0800000000000001", "", "1.2.3.4"},
           {"copy [2001:db8::1]", "0800000000000001", "", "2001:db8::1"},
           {"redirect-to-nexthop-ietf 1.2.3.4", "010C010203040000"},
           {"redirect-to-nexthop-ietf 2a02:b80:0:1::1", "",
            "000C2A020B800000000100000000000000010000"},
           {"mark 10", "800900000000000A"},
           {"action sample", "8007000000000002"},
           {"action terminal", "8007000000000001"},
           {"action sample-terminal", "8007000000000003"},
           {"interface-set transitive:input:1234:5", "0702000004D24005"},
           {"interface-set [ transitive:output:1:2 non-transitive:input-output:70000:1 ]",
            "07020000000180024702"
            "00011170C001"},
           // Sorted by bytes whatever the order of the words
           {"mark 10 rate-limit 9600", "8006000046160000800900000000000A"},
       }) {
    FlowActions actions;
    ASSERT_TRUE(parse_actions(c.text, actions)) << c.text;
    EXPECT_EQ(base::to_hex(actions.extended_community), c.communities) << c.text;
    EXPECT_EQ(actions.next_hop.address.text(), c.next_hop) << c.text;
    EXPECT_EQ(actions.next_hop.kind == NextHop::Kind::address, !c.next_hop.empty()) << c.text;
    EXPECT_EQ(base::to_hex(actions.extended_community_ipv6), c.communities_ipv6) << c.text;
  }
}

TEST(FlowAction, RefusesWithAComplaint) {
  for (const std::string_view text : {"rate-limit",
                                      "rate-limit fast",
                                      "rate-limit -1",
                                      "rate-limit 10zbps",
                                      "rate-limit nan",
                                      "rate-limit kbps",
                                      "rate-limit 1.2.3kbps",
                                      "redirect",
                                      "redirect 65000",
                                      "redirect 70000:65536",
                                      "redirect 192.0.2.1:65536",
                                      "redirect [2001:db8::1",
                                      "redirect \"[2001:db8::1\"",
                                      "redirect [2001:db8::1]:65536",
                                      "redirect [192.0.2.1]:1",
                                      "redirect-to-nexthop-ietf self",
                                      "copy 65000:1",
                                      "mark 64",
                                      "mark",
                                      "action drop",
                                      "interface-set input",
                                      "interface-set [ input:1:2"}) {
    FlowActions actions;
    TextReader in(text);
    const FlowActionOps* ops = find_flow_action(in.word());
    ASSERT_NE(ops, nullptr) << text;
    EXPECT_FALSE(ops->parse(in, actions)) << text;
    EXPECT_FALSE(in.complaint().wanted.empty()) << text;
    EXPECT_TRUE(actions.extended_community_ipv6.empty()) << text;
  }
}

TEST(FlowAction, ActionsHaveALimit) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "mark 1 ";
  FlowActions actions;
  EXPECT_FALSE(parse_actions(text, actions));
  EXPECT_LE(actions.extended_community.size(), 32008u);
}

TEST(FlowAction, TableAndClear) {
  EXPECT_EQ(find_flow_action("next-hop"), nullptr);
  EXPECT_EQ(find_flow_action(""), nullptr);
  EXPECT_TRUE(flow_action_words().starts_with("accept discard rate-limit "));
  FlowActions actions;
  ASSERT_TRUE(parse_actions("redirect 1.2.3.4 redirect-to-nexthop-ietf ::1", actions));
  actions.clear();
  EXPECT_TRUE(actions.extended_community.empty());
  EXPECT_TRUE(actions.extended_community_ipv6.empty());
  EXPECT_EQ(actions.next_hop, NextHop{});
}

}  // namespace
}  // namespace openbell::bgp
