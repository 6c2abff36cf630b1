#include "bgp/attr/attribute.h"

#include "gtest/gtest.h"

#include "base/hex.h"
#include "bgp/attr/session_attribute.h"

namespace openbell::bgp {
namespace {

using Buffer = std::vector<std::uint8_t>;

Buffer hex(std::string_view text) {
  Buffer bytes;
  EXPECT_TRUE(base::from_hex(text, bytes)) << text;
  return bytes;
}

constexpr unsigned listed_rows = 0
#define OPENBELL_ATTRIBUTE(id) +1
#include "bgp/attr/attributes.def"
#undef OPENBELL_ATTRIBUTE
    ;

TEST(AttributeTable, RowsAreFoundByCodeAndWord) {
  ASSERT_NE(find_attribute_ops(attr::med), nullptr);
  EXPECT_EQ(find_attribute_ops(attr::med)->name, "med");
  EXPECT_EQ(find_attribute_ops("local-preference")->code, attr::local_preference);
  EXPECT_EQ(find_attribute_ops(std::uint8_t{99}), nullptr);
  EXPECT_EQ(find_attribute_ops("local-pref"), nullptr);
  EXPECT_TRUE(attribute_keywords().starts_with("origin as-path med "));
}

TEST(AttributeTable, EveryRowIsWhole) {
  std::uint8_t last = 0;
  EXPECT_EQ(attribute_rows().size(), listed_rows);
  for (const AttributeOps* row : attribute_rows()) {
    EXPECT_GE(row->code, last) << row->name;
    last = row->code;
    EXPECT_EQ(row->flags & 0x3F, 0) << row->name;
    EXPECT_FALSE(row->name.empty());
    EXPECT_EQ(find_attribute_ops(row->name), row);
    EXPECT_FALSE(row->rfc_name.empty()) << row->name;
    EXPECT_EQ(find_session_attribute(row->code), nullptr) << row->name;
    // RFC 6793: what is narrowed has a companion, and only that.
    EXPECT_EQ(row->narrow != nullptr, row->as4 != nullptr) << row->name;
    EXPECT_EQ(row->as4 != nullptr, find_session_attribute(row->as4_code) != nullptr) << row->name;
    EXPECT_NE(row->decode, nullptr) << row->name;
    EXPECT_NE(row->print, nullptr) << row->name;
    EXPECT_NE(row->json, nullptr) << row->name;
    EXPECT_NE(row->on_error, Treatment::none) << row->name;
  }
  // `bgp-prefix-sid-srv6` is a second word for the code of `bgp-prefix-sid`.
  EXPECT_EQ(find_attribute_ops(attr::prefix_sid)->name, "bgp-prefix-sid");
  EXPECT_EQ(find_attribute_ops("bgp-prefix-sid-srv6")->code, attr::prefix_sid);
}

TEST(AttributeTable, RowsSayWhichSessionsTheyAreFor) {
  WireContext external;
  external.local_as = 1;
  external.peer_as = 2;
  WireContext internal = external;
  internal.peer_as = 1;
  EXPECT_TRUE(in_scope(find_attribute_ops(attr::local_preference)->sent_to, internal));
  EXPECT_FALSE(in_scope(find_attribute_ops(attr::local_preference)->sent_to, external));
  EXPECT_TRUE(in_scope(find_attribute_ops(attr::originator_id)->sent_to, external));
  EXPECT_FALSE(in_scope(find_attribute_ops(attr::originator_id)->taken_from, external));
  EXPECT_FALSE(in_scope(find_attribute_ops(attr::aigp)->taken_from, internal));
  internal.aigp = true;
  EXPECT_TRUE(in_scope(find_attribute_ops(attr::aigp)->taken_from, internal));
}

TEST(AttributeTable, NamesOfRfcsForEveryCode) {
  EXPECT_EQ(attribute_rfc_name(attr::local_preference), "LOCAL_PREF");
  EXPECT_EQ(attribute_rfc_name(attr::mp_reach), "MP_REACH_NLRI");
  EXPECT_EQ(attribute_rfc_name(99), "attribute");
}

TEST(AttributeReader, StopsAtWhatDoesNotFit) {
  const Buffer bytes = hex("40 01 01 00 80 04 04 000000");
  AttributeReader reader(bytes);
  AttributeView attribute;
  ASSERT_TRUE(reader.next(attribute));
  EXPECT_EQ(attribute.code, attr::origin);
  EXPECT_EQ(attribute.value.size(), 1u);
  EXPECT_FALSE(reader.next(attribute));
  EXPECT_FALSE(reader.ok());
}

TEST(AttributeReader, ExtendedLengthIsTwoOctets) {
  const Buffer bytes = hex("50 01 0001 02");
  AttributeReader reader(bytes);
  AttributeView attribute;
  ASSERT_TRUE(reader.next(attribute));
  EXPECT_EQ(attribute.value[0], 2);
  EXPECT_FALSE(reader.next(attribute));
  EXPECT_TRUE(reader.ok());
}

TEST(PathAttributesBuilder, OrdersByCodeWhateverTheOrderOfAdding) {
  PathAttributesBuilder builder;
  EXPECT_TRUE(builder.add(0xC0, attr::community, hex("FDE80001")));
  EXPECT_TRUE(builder.add(0x40, attr::origin, hex("00")));
  EXPECT_TRUE(builder.add(0x80, attr::med, hex("00000005")));
  EXPECT_EQ(base::to_hex(builder.canonical()),
            "40010100"
            "80040400000005"
            "C00804FDE80001");
  EXPECT_TRUE(builder.contains(attr::med));
  EXPECT_FALSE(builder.contains(attr::as_path));
  EXPECT_EQ(base::to_hex(builder.value(attr::med)), "00000005");
  EXPECT_TRUE(builder.value(attr::aigp).empty());
}

TEST(PathAttributesBuilder, FirstOfACodeWins) {
  PathAttributesBuilder builder;
  EXPECT_TRUE(builder.add(0x80, attr::med, hex("00000001")));
  EXPECT_FALSE(builder.add(0x80, attr::med, hex("00000002")));
  EXPECT_EQ(base::to_hex(builder.canonical()), "80040400000001");
}

TEST(PathAttributesBuilder, ReplaceChangesLengthInPlace) {
  PathAttributesBuilder builder;
  builder.add(0x40, attr::origin, hex("00"));
  builder.add(0xC0, attr::community, Buffer(256, 7));
  builder.add(0x80, attr::aigp, hex("01000B0000000000000001"));
  EXPECT_EQ(builder.canonical()[4], 0xD0);
  builder.replace(0xC0, attr::community, hex("00010002"));
  EXPECT_EQ(base::to_hex(builder.canonical()),
            "40010100"
            "C0080400010002"
            "801A0B01000B0000000000000001");
  builder.replace(0x80, attr::med, hex("00000009"));
  EXPECT_EQ(base::to_hex(builder.value(attr::med)), "00000009");
}

TEST(PathAttributesBuilder, ExtendedLengthOnlyWhereNeeded) {
  PathAttributesBuilder builder;
  builder.add(0xD0, attr::community, hex("00010002"));
  EXPECT_EQ(base::to_hex(builder.canonical()), "C0080400010002");
  builder.clear();
  builder.add(0xC0, attr::community, Buffer(256, 1));
  EXPECT_EQ(base::to_hex(builder.canonical().first(4)), "D0080100");
  builder.clear();
  // ExaBGP sends the flag of an unknown attribute as it was given.
  builder.add(0x70, 0x99, hex("00000064"));
  EXPECT_EQ(base::to_hex(builder.canonical()), "7099000400000064");
}

TEST(PathAttributesBuilder, KeepsThePartialBitAndNoList) {
  PathAttributesBuilder builder;
  builder.add(0xE0, attr::aggregator, hex("0000FDE8C0000201"));
  EXPECT_TRUE(builder.add(0xC0, attr::community, {}));
  EXPECT_TRUE(builder.add(0x40, attr::as_path, {}));
  EXPECT_EQ(base::to_hex(builder.canonical()),
            "400200"
            "E007080000FDE8C0000201");
}

struct GenericCase {
  std::string_view text;
  std::string_view canonical;
};

TEST(GenericAttribute, AddsAnyAttributeFromBytes) {
  for (const GenericCase& c : {GenericCase{"[ 0x99 0x60 0x00000064 ]", "60990400000064"},
                               {"[0x04 0x80 0x00000064]", "80040400000064"},
                               {"[ 0x63 0xC0 0x ]", "C06300"},
                               {"[ 0x03 0x40 0x01020304 ]", ""}}) {
    PathAttributesBuilder builder;
    TextReader in(c.text);
    EXPECT_TRUE(parse_generic_attribute(in, builder)) << c.text;
    EXPECT_TRUE(in.at_end());
    EXPECT_EQ(base::to_hex(builder.canonical()), c.canonical) << c.text;
  }
}

TEST(GenericAttribute, RefusesWithTheWordThatIsWrong) {
  for (const std::string_view text :
       {"[ 0x0E 0x80 0x00 ]", "[ 0x00 0x80 0x00 ]", "[ 99 0x80 0x00 ]", "[ 0x99 0x180 0x00 ]",
        "[ 0x99 0xC0 0x0 ]", "[ 0x99 0xC0 00 ]", "[ 0x99 0xC0 0x00", "0x99 0xC0 0x00",
        "[ 0x04 0x80 0x0000 ]"}) {
    PathAttributesBuilder builder;
    TextReader in(text);
    EXPECT_FALSE(parse_generic_attribute(in, builder)) << text;
    EXPECT_FALSE(in.complaint().wanted.empty()) << text;
    EXPECT_TRUE(builder.canonical().empty()) << text;
  }
}

TEST(Attributes, PrintInAscendingOrder) {
  PathAttributesBuilder builder;
  builder.add(0x80, attr::med, hex("00000032"));
  builder.add(0x40, attr::origin, hex("00"));
  builder.add(0x40, attr::as_path, hex("0201 0000FDE9"));
  builder.add(0xC0, attr::community, hex("FDE90001FDE90002"));
  builder.add(0x70, 0x99, hex("00000064"));
  std::string text;
  TextWriter out(text);
  print_attributes(builder.canonical(), Dialect::v5_0, out);
  EXPECT_EQ(text,
            "origin igp as-path ( 65001 ) med 50 community [ 65001:1 65001:2 ] "
            "attribute [ 0x99 0x70 0x00000064 ]");
  text.clear();
  json_attributes(builder.canonical(), Dialect::v4_2, out);
  EXPECT_EQ(text,
            "\"origin\": \"igp\", \"as-path\": [ 65001 ], \"confederation-path\": [], \"med\": 50, "
            "\"community\": [ [ 65001, 1 ], [ 65001, 2 ] ], \"attribute-0x99-0x70\": "
            "\"0x00000064\"");
}

TEST(Attributes, AnEmptyPathHasNoMember) {
  const Buffer bytes = hex("40 01 01 02 40 02 00 80 04 04 00000001");
  std::string text;
  TextWriter out(text);
  json_attributes(bytes, Dialect::v5_0, out);
  EXPECT_EQ(text, "\"origin\": \"incomplete\", \"med\": 1");
  text.clear();
  json_attributes(Bytes(bytes).subspan(4, 3), Dialect::v6_0, out);
  EXPECT_EQ(text, "");
}

}  // namespace
}  // namespace openbell::bgp
