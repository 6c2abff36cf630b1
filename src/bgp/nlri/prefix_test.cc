#include "bgp/nlri/prefix.h"

#include <gtest/gtest.h>
#include <string>

#include "base/hex.h"
#include "bgp/nlri/words.h"
#include "bgp/wire_context.h"

namespace openbell::bgp {
namespace {

/// One NLRI read from hexadecimal, with the bytes that it points into.
struct Decoded {
  Decoded(Family family, std::string_view hex) {
    EXPECT_TRUE(base::from_hex(hex, wire)) << hex;
    ByteReader in(wire);
    ok = ops(family).decode(in, WireContext{}, scratch, view);
    left = in.left();
  }
  [[nodiscard]] std::string text() const {
    std::string result;
    TextWriter out(result);
    if (ok) ops(view.family).print(view, {}, out);
    return result;
  }
  [[nodiscard]] std::string json() const {
    std::string result;
    TextWriter out(result);
    if (ok) ops(view.family).json(view, {}, Dialect::v5_0, out);
    return result;
  }

  std::vector<std::uint8_t> wire;
  NlriScratch scratch;
  NlriView view;
  bool ok = false;
  std::size_t left = 0;
};

std::string encoded(const NlriView& view, Purpose purpose) {
  std::array<std::uint8_t, 64> buffer{};
  ByteWriter out(buffer);
  ops(view.family).encode(view, purpose, out);
  return base::to_hex(out.written());
}

struct Statement {
  NlriDraft draft;
  NlriScratch scratch;
  NlriView view;
  std::string_view compose(Family family, Purpose purpose = Purpose::announce) {
    return ops(family).compose(draft, purpose, scratch, view);
  }
};

/// What the reader complained of when `parse` met `text`; empty when it did not.
template <typename Parse>
std::string complaint(Parse parse, std::string_view text, NlriDraft& draft) {
  TextReader in(text);
  return parse(in, draft) ? "" : in.complaint().wanted;
}

void give_prefix(std::string_view text, NlriDraft& draft) {
  ASSERT_EQ(complaint(parse_prefix_word, text, draft), "");
}

TEST(Unicast, PointsIntoTheInputWhenItIsCanonical) {
  const Decoded nlri(Family::ipv4_unicast, "19 CB007180 FF");
  ASSERT_TRUE(nlri.ok);
  EXPECT_EQ(nlri.view.key.data(), nlri.wire.data());
  EXPECT_EQ(nlri.left, 1u);
}

TEST(Unicast, ClearsBitsAfterTheLengthInACopy) {
  // RFC 4271 4.3: the value of trailing bits is irrelevant.
  const Decoded nlri(Family::ipv4_unicast, "19 CB0071FF");
  ASSERT_TRUE(nlri.ok);
  EXPECT_EQ(base::to_hex(nlri.view.key), "19CB007180");
  EXPECT_EQ(base::to_hex(nlri.wire), "19CB0071FF");
}

TEST(Unicast, RefusesLengthsThatTheFamilyDoesNotHave) {
  EXPECT_FALSE(Decoded(Family::ipv4_unicast, "21 0A00000000").ok);
  EXPECT_TRUE(Decoded(Family::ipv6_unicast, "21 20010DB800").ok);
  EXPECT_FALSE(Decoded(Family::ipv6_unicast, "81 20010DB8000000000000000000000001 00").ok);
}

TEST(Unicast, ShowsThePathIdentifier) {
  Decoded nlri(Family::ipv4_unicast, "08 0A");
  nlri.view.has_path_id = true;
  nlri.view.path_id = 0x01000002;
  EXPECT_EQ(nlri.text(), "10.0.0.0/8 path-information 1.0.0.2");
  EXPECT_EQ(nlri.json(), R"({ "nlri": "10.0.0.0/8", "path-information": "1.0.0.2" })");
}

TEST(Unicast, ComposesOnlyWhatItCanCarry) {
  Statement statement;
  EXPECT_EQ(statement.compose(Family::ipv4_unicast), "a prefix of ipv4");
  give_prefix("10.0.0.0/24", statement.draft);
  EXPECT_EQ(statement.compose(Family::ipv4_unicast), "");
  EXPECT_EQ(statement.compose(Family::ipv6_unicast), "a prefix of ipv6");
  statement.draft.flow = {3, 0x81, 6};
  EXPECT_EQ(statement.compose(Family::ipv4_unicast), "a prefix, not flow components");
  statement.draft.flow.clear();
  append_label(5, statement.draft.labels);
  EXPECT_EQ(statement.compose(Family::ipv4_unicast), "no label in this family");
  statement.draft.has_rd = true;
  EXPECT_EQ(statement.compose(Family::ipv4_unicast), "no route distinguisher in this family");
  EXPECT_EQ(statement.compose(Family::ipv4_nlri_mpls), "no route distinguisher in this family");
}

TEST(Unicast, KeepsThePathIdentifierOfTheStatement) {
  Statement statement;
  give_prefix("10.0.0.0/24", statement.draft);
  ASSERT_EQ(complaint(parse_path_information, "0.0.1.2", statement.draft), "");
  ASSERT_EQ(statement.compose(Family::ipv4_unicast), "");
  EXPECT_TRUE(statement.view.has_path_id);
  EXPECT_EQ(statement.view.path_id, 258u);
}

TEST(Labels, WithdrawalValuesEndTheStack) {
  // RFC 8277 2.4, and what RFC 3107 3 left open.
  for (const char* hex : {"30 800000 0A0000", "30 000000 0A0000"}) {
    const Decoded nlri(Family::ipv4_nlri_mpls, hex);
    ASSERT_TRUE(nlri.ok) << hex;
    EXPECT_EQ(base::to_hex(nlri.view.key), "180A0000");
  }
  EXPECT_TRUE(Decoded(Family::ipv4_mpls_vpn, "70 800000 0000000100000001 0A0000").ok);
  EXPECT_EQ(Decoded(Family::ipv4_nlri_mpls, "20 000000 0A").json(),
            R"({ "nlri": "10.0.0.0/8", "label": [ [0] ] })");
}

TEST(Labels, RefusesAStackWithoutAnEnd) {
  EXPECT_FALSE(Decoded(Family::ipv4_nlri_mpls, "30 000050 0A0000").ok);
  EXPECT_FALSE(Decoded(Family::ipv4_nlri_mpls, "10 0000").ok);
  EXPECT_FALSE(Decoded(Family::ipv4_nlri_mpls, "00").ok);
  // A withdrawal value inside a stack is a label like any other.
  EXPECT_FALSE(Decoded(Family::ipv4_nlri_mpls, "48 000050 800000 0A0000").ok);
}

TEST(Labels, RefusesPrefixesThatAreTooLongOrHaveNoDistinguisher) {
  EXPECT_FALSE(Decoded(Family::ipv4_nlri_mpls, "39 000051 0A00000000").ok);
  EXPECT_FALSE(Decoded(Family::ipv4_mpls_vpn, "50 000051 00000001000000").ok);
  EXPECT_FALSE(Decoded(Family::ipv4_mpls_vpn, "79 000051 0000000100000001 0A00000000").ok);
}

TEST(Labels, ClearsBitsAfterTheLength) {
  EXPECT_EQ(base::to_hex(Decoded(Family::ipv4_nlri_mpls, "2F 000051 0A00FF").view.key), "170A00FE");
  EXPECT_EQ(
      base::to_hex(Decoded(Family::ipv4_mpls_vpn, "6F 000051 0000000100000001 0A00FF").view.key),
      "0000000100000001170A00FE");
}

TEST(Labels, WithdrawsWithoutALabelAsRfc8277Says) {
  Decoded mpls(Family::ipv4_nlri_mpls, "30 000051 0A0000");
  mpls.view.tail = {};
  EXPECT_EQ(encoded(mpls.view, Purpose::withdraw), "308000000A0000");
  Decoded vpn(Family::ipv4_mpls_vpn, "70 000051 0000000100000001 0A0000");
  vpn.view.tail = {};
  EXPECT_EQ(encoded(vpn.view, Purpose::withdraw), "7080000000000001000000010A0000");
}

TEST(Labels, ShowsThemAfterThePathIdentifier) {
  Decoded nlri(Family::ipv4_mpls_vpn, "70 000051 0000000100000001 0A0000");
  nlri.view.has_path_id = true;
  nlri.view.path_id = 7;
  EXPECT_EQ(nlri.text(), "10.0.0.0/24 path-information 0.0.0.7 label 5 rd 1:1");
  EXPECT_EQ(nlri.json(), R"({ "nlri": "10.0.0.0/24", "path-information": "0.0.0.7", )"
                         R"("label": [ [5, 81] ], "rd": "1:1" })");
}

TEST(Labels, ComposesOnlyStacksThatFitBeforeThePrefix) {
  Statement statement;
  give_prefix("2001:db8::1", statement.draft);
  EXPECT_EQ(statement.compose(Family::ipv6_nlri_mpls), "a label");
  EXPECT_EQ(statement.compose(Family::ipv6_mpls_vpn), "a route distinguisher");
  for (int i = 0; i < 5; ++i) append_label(16, statement.draft.labels);
  EXPECT_EQ(statement.compose(Family::ipv6_nlri_mpls), "");
  append_label(16, statement.draft.labels);
  EXPECT_EQ(statement.compose(Family::ipv6_nlri_mpls), "fewer labels");
  statement.draft.has_rd = true;
  statement.draft.labels.resize(3 * 3);
  EXPECT_EQ(statement.compose(Family::ipv6_mpls_vpn), "fewer labels");
  statement.draft.labels.resize(2 * 3);
  EXPECT_EQ(statement.compose(Family::ipv6_mpls_vpn), "");
}

TEST(Labels, AWithdrawalNeedsNone) {
  Statement statement;
  give_prefix("10.0.0.0/8", statement.draft);
  EXPECT_EQ(statement.compose(Family::ipv4_nlri_mpls, Purpose::withdraw), "");
  EXPECT_EQ(encoded(statement.view, Purpose::withdraw), "208000000A");
  statement.draft.has_rd = true;
  EXPECT_EQ(statement.compose(Family::ipv4_mpls_vpn, Purpose::withdraw), "");
  EXPECT_EQ(encoded(statement.view, Purpose::withdraw), "6080000000000000000000000A");
  EXPECT_EQ(statement.compose(Family::ipv4_mpls_vpn), "");
  EXPECT_EQ(encoded(statement.view, Purpose::announce), "6000000100000000000000000A");
}

TEST(Words, SayWhatPrefixToWrite) {
  NlriDraft draft;
  EXPECT_EQ(complaint(parse_prefix_word, "10.0.0.1/24", draft),
            "a prefix without host bits set: 10.0.0.0/24");
  EXPECT_EQ(complaint(parse_prefix_word, "10.0.0.255/25", draft),
            "a prefix without host bits set: 10.0.0.128/25");
  EXPECT_EQ(complaint(parse_prefix_word, "2001:db8::1/32", draft),
            "a prefix without host bits set: 2001:db8::/32");
  EXPECT_EQ(complaint(parse_prefix_word, "10.0.0.1/0", draft),
            "a prefix without host bits set: 0.0.0.0/0");
  EXPECT_EQ(complaint(parse_prefix_word, "10.0.0.0/255.255.255.0", draft),
            "a prefix length from 0 to 32, not a netmask: 10.0.0.0/24");
  EXPECT_EQ(complaint(parse_prefix_word, "10.0.0.0/0.0.0.0", draft),
            "a prefix length from 0 to 32, not a netmask: 10.0.0.0/0");
  EXPECT_EQ(complaint(parse_prefix_word, "10.0.0.0/0.0.0.255", draft),
            "a prefix length from 0 to 32, not a netmask");
  EXPECT_EQ(complaint(parse_prefix_word, "10.0.0.0/33", draft), "a prefix length from 0 to 32");
  EXPECT_EQ(complaint(parse_prefix_word, "2001:db8::/129", draft), "a prefix length from 0 to 128");
  for (const char* text : {"", "10.0.0/24", "[", "next-hop"})
    EXPECT_EQ(complaint(parse_prefix_word, text, draft),
              "a prefix, such as 10.0.0.0/24 or 2001:db8::/32");
  EXPECT_FALSE(draft.has_prefix);
}

TEST(Words, BoundLabels) {
  NlriDraft draft;
  const std::string wanted = "a label, a number from 0 to 1048575";
  for (const char* text : {"1048576", "x", "", "[ ]", "[ 1 2", "[ 1 , 2 ]"}) {
    draft.clear();
    EXPECT_EQ(complaint(parse_label_words, text, draft), wanted) << text;
  }
  draft.clear();
  EXPECT_EQ(complaint(parse_label_words, "[ 1 2 3 4 5 6 7 8 9 10 11 ]", draft),
            "']': at most 10 labels");
  draft.clear();
  EXPECT_EQ(complaint(parse_label_words, "[ 1 2 3 4 5 6 7 8 9 10 ]", draft), "");
  EXPECT_EQ(draft.labels.size(), 30u);
}

TEST(Words, APrefixReplacesTheOneBefore) {
  NlriDraft draft;
  give_prefix("10.0.0.0/24", draft);
  give_prefix("10.0.1.0/24", draft);
  EXPECT_EQ(draft.prefix.address.text(), "10.0.1.0");
}

TEST(Words, KeywordsGivenTwiceKeepTheFirst) {
  NlriDraft draft;
  ASSERT_EQ(complaint(parse_label_words, "5", draft), "");
  ASSERT_EQ(complaint(parse_label_words, "[ 6 7 ]", draft), "");
  EXPECT_EQ(base::to_hex(draft.labels), "000051");
  ASSERT_EQ(complaint(parse_rd_word, "1:1", draft), "");
  ASSERT_EQ(complaint(parse_rd_word, "2:2", draft), "");
  EXPECT_EQ(base::to_hex(draft.rd), "0000000100000001");
  ASSERT_EQ(complaint(parse_path_information, "1", draft), "");
  ASSERT_EQ(complaint(parse_path_information, "2", draft), "");
  EXPECT_EQ(draft.path_id, 1u);
}

TEST(Words, BoundDistinguishersAndPathIdentifiers) {
  NlriDraft draft;
  EXPECT_EQ(complaint(parse_rd_word, "65000", draft),
            "a route distinguisher: 65000:1, 10.0.0.1:1 or 70000:1");
  EXPECT_EQ(complaint(parse_path_information, "4294967296", draft),
            "a path identifier, a number from 0 to 4294967295 or a dotted quad");
  EXPECT_FALSE(draft.has_rd || draft.has_path_id);
}

}  // namespace
}  // namespace openbell::bgp
