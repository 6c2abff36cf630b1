// The golden files of path attributes. A stanza holds
//
//   text:       words of a route, any number of attributes
//   wire:       the canonical bytes they make
//   print:      how they are printed, when that is not `text`; print42: by ExaBGP 4.2
//   json:       the members of an update event; json42: by ExaBGP 4.2
//   old:        the value as a peer with two-octet AS numbers gets it
//   bad:        (alone) words that are refused
//   malformed:  (alone) an attribute whose value is refused, RFC 7606
//
// A stanza without `text` is about received bytes only.

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "base/hex.h"
#include "bgp/attr/attribute.h"
#include "tests/golden/stanza.h"

namespace openbell::golden {
namespace {

using base::Bytes;
using base::TextReader;
using base::TextWriter;
using bgp::AttributeOps;
using bgp::AttributeReader;
using bgp::AttributeView;
using bgp::Dialect;
using bgp::PathAttributesBuilder;
using bgp::WireContext;

const std::initializer_list<std::string_view> keys = {"text",   "wire", "print", "print42",  "json",
                                                      "json42", "old",  "bad",   "malformed"};

constexpr std::array dialects = {Dialect::v4_2, Dialect::v5_0, Dialect::v6_0};

WireContext four_octets() {
  WireContext context;
  context.four_octet_as = true;
  return context;
}

/// Reads all words as attributes; the canonical bytes, or false with the complaint in `in`.
bool parse_all(TextReader& in, Buffer& canonical) {
  PathAttributesBuilder builder;
  while (in.ok() && !in.at_end()) {
    if (in.accept("attribute")) {
      if (!parse_generic_attribute(in, builder)) return false;
      continue;
    }
    const AttributeOps* ops = bgp::find_attribute_ops(in.peek());
    if (ops == nullptr) return in.fail("an attribute");
    in.word();
    Buffer value;
    if (!ops->parse(in, value)) return false;
    builder.add(ops->flags, ops->code, value);
  }
  canonical.assign(builder.canonical().begin(), builder.canonical().end());
  return in.ok();
}

/// Reads bytes as a session does: decodes each attribute that has a row. False when malformed.
bool decode_all(Bytes bytes, const WireContext& context, Buffer& canonical) {
  PathAttributesBuilder builder;
  AttributeReader reader(bytes);
  Buffer scratch;
  bool well_formed = true;
  for (AttributeView attribute; reader.next(attribute);) {
    const AttributeOps* ops = bgp::find_attribute_ops(attribute.code);
    Bytes value = attribute.value;
    if (ops != nullptr && !ops->decode(value, context, scratch)) {
      well_formed = false;
      continue;
    }
    builder.add(attribute.flags, attribute.code, value);
  }
  canonical.assign(builder.canonical().begin(), builder.canonical().end());
  return well_formed && reader.ok();
}

std::string printed(Bytes canonical, Dialect dialect) {
  std::string text;
  TextWriter out(text);
  print_attributes(canonical, dialect, out);
  return text;
}

std::string json(Bytes canonical, Dialect dialect) {
  std::string text;
  TextWriter out(text);
  json_attributes(canonical, dialect, out);
  return text;
}

/// Whatever was decoded must print, in every dialect, without a byte that breaks a line.
void show(Bytes canonical) {
  for (const Dialect dialect : dialects) {
    const std::string text = printed(canonical, dialect) + json(canonical, dialect);
    EXPECT_EQ(text.find('\n'), std::string::npos);
  }
}

/// Decodes hostile bytes for old and new peers and shows what comes out. True when they are well
/// formed for a new one.
bool survives(Bytes bytes) {
  Buffer old;
  decode_all(bytes, WireContext(), old);
  Buffer canonical;
  const bool well_formed = decode_all(bytes, four_octets(), canonical);
  show(canonical);
  if (old != canonical) show(old);
  return well_formed;
}

void check_text(const Stanza& stanza, const Buffer& wire) {
  const std::string text = stanza.get("text");
  TextReader in(text);
  Buffer canonical;
  EXPECT_TRUE(parse_all(in, canonical))
      << "wanted " << in.complaint().wanted << ", found " << in.complaint().found;
  EXPECT_EQ(base::to_hex(canonical), base::to_hex(wire));

  EXPECT_EQ(printed(wire, Dialect::v5_0), stanza.get_or("print", "text"));
  // ExaBGP 5.0 swaps brackets and parentheses of an AS_PATH when it prints, so the text that reads
  // back is that of 4.2.
  const std::string again = printed(wire, Dialect::v4_2);
  if (stanza.has("print42")) {
    EXPECT_EQ(again, stanza.get("print42"));
  }
  TextReader second(again);
  EXPECT_TRUE(parse_all(second, canonical)) << again;
  EXPECT_EQ(base::to_hex(canonical), base::to_hex(wire)) << again;
}

void check_wire(const Stanza& stanza, const Buffer& wire) {
  Buffer canonical;
  EXPECT_TRUE(decode_all(wire, four_octets(), canonical));
  EXPECT_EQ(base::to_hex(canonical), base::to_hex(wire));
  EXPECT_EQ(json(wire, Dialect::v5_0), stanza.get("json"));
  EXPECT_EQ(json(wire, Dialect::v4_2), stanza.get_or("json42", "json"));
  // Cut at an attribute's end a prefix is a shorter set, anywhere else it is malformed.
  for_each_prefix(wire, [&](Bytes prefix) {
    AttributeReader reader(prefix);
    AttributeView attribute;
    std::size_t whole = 0;
    while (reader.next(attribute)) whole = prefix.size() - reader.rest().size();
    EXPECT_EQ(survives(prefix), whole == prefix.size());
  });
  for_each_change(wire, [](Bytes changed) { survives(changed); });
}

void check_values(const Stanza& stanza, const Buffer& wire) {
  AttributeReader reader(wire);
  for (AttributeView attribute; reader.next(attribute);) {
    const AttributeOps* ops = bgp::find_attribute_ops(attribute.code);
    if (ops == nullptr) continue;
    // Every shorter value in an attribute of its own: refused, or shown.
    for_each_prefix(attribute.value, [&](Bytes shorter) {
      Buffer alone = {ops->flags, ops->code, static_cast<std::uint8_t>(shorter.size())};
      if (shorter.size() > 255) return;
      alone.insert(alone.end(), shorter.begin(), shorter.end());
      survives(alone);
    });
    if (!stanza.has("old")) continue;
    std::array<std::uint8_t, 4096> room;
    base::ByteWriter out(room);
    ASSERT_NE(ops->narrow, nullptr);
    ops->narrow(attribute.value, out);
    EXPECT_EQ(base::to_hex(out.written()), base::to_hex(stanza.bytes("old")));
  }
}

void check(const Stanza& stanza) {
  if (stanza.has("bad")) {
    const std::string text = stanza.get("bad");
    TextReader in(text);
    Buffer canonical;
    EXPECT_FALSE(parse_all(in, canonical)) << base::to_hex(canonical);
    EXPECT_FALSE(in.complaint().wanted.empty());
    return;
  }
  if (stanza.has("malformed")) {
    EXPECT_FALSE(survives(stanza.bytes("malformed")));
    return;
  }
  const Buffer wire = stanza.bytes("wire");
  if (stanza.has("text")) check_text(stanza, wire);
  check_wire(stanza, wire);
  check_values(stanza, wire);
}

TEST(GoldenAttributes, TextWireAndJsonAgree) {
  for_each_stanza("tests/golden/attr", keys, check);
}

/// Whether the stanza is about the row: the attribute that it alone reads and prints, or, of a code
/// with several rows, the word that the row adds.
bool is_about(const Stanza& stanza, const AttributeOps& row) {
  if (row.parse != nullptr) return stanza.get("text").starts_with(std::string(row.name) + ' ');
  AttributeView attribute;
  return bgp::find_attribute(stanza.bytes("wire"), row.code, attribute);
}

TEST(GoldenAttributes, EveryRowHasAGoldenStanza) {
  for (const AttributeOps* row : bgp::attribute_rows()) {
    // A second row for a code adds a word: it stands in the file of the first.
    const AttributeOps& first = *bgp::find_attribute_ops(row->code);
    const std::string path = "tests/golden/attr/" + std::string(first.name) + ".golden";
    if (!std::filesystem::exists(path)) {
      ADD_FAILURE() << row->rfc_name << " has no golden file " << path;
      continue;
    }
    const std::vector<Stanza> stanzas = read_stanzas(path, keys);
    EXPECT_TRUE(std::ranges::any_of(stanzas, [&](const Stanza& s) { return is_about(s, *row); }))
        << path << " has no stanza of " << row->name;
  }
}

}  // namespace
}  // namespace openbell::golden
