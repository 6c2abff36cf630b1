// Every stanza of golden/nlri, in every direction. Keys:
//
//   text    family and NLRI as printed; unless the family is only received, it is composed too
//   input   another spelling that composes to the same bytes
//   wire    one NLRI
//   json    as ExaBGP 5.0 shows it; json-6: as 6.0 does, where that differs
//   next-hop  given to print and json

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "base/hex.h"
#include "bgp/nlri/family.h"
#include "bgp/nlri/words.h"
#include "bgp/wire_context.h"
#include "tests/golden/stanza.h"

namespace openbell::golden {
namespace {

using bgp::Family;
using bgp::FamilyOps;
using bgp::NlriDraft;
using bgp::NlriScratch;
using bgp::NlriView;

constexpr std::string_view folder = "tests/golden/nlri";
const std::initializer_list<std::string_view> keys = {"text", "input",  "wire",
                                                      "json", "json-6", "next-hop"};

/// Reads the words of an NLRI as a route statement has them: those of its family and those that
/// every route has.
bool parse_words(base::TextReader& in, Family family, NlriDraft& draft) {
  in.accept("flow");
  while (in.ok() && !in.at_end()) {
    if (in.accept("label")) {
      bgp::parse_label_words(in, draft);
    } else if (in.accept("rd")) {
      bgp::parse_rd_word(in, draft);
    } else if (in.accept("path-information")) {
      bgp::parse_path_information(in, draft);
    } else if (in.accept("next-hop")) {
      in.word();
    } else {
      const std::size_t before = in.offset();
      if (!ops(family).parse(in, draft) || in.offset() == before) return in.fail("a word of it");
    }
  }
  return in.ok();
}

Family take_family(base::TextReader& in) {
  const std::string afi(in.word());
  const std::string safi(in.word());
  Family family{};
  EXPECT_TRUE(bgp::find_family(afi, safi, family)) << afi << ' ' << safi;
  return family;
}

std::string print(const NlriView& view, const base::IpAddress& next_hop) {
  std::string text;
  base::TextWriter out(text);
  bgp::print_family(view.family, out);
  out.put(' ');
  ops(view.family).print(view, next_hop, out);
  return text;
}

std::string to_json(const NlriView& view, const base::IpAddress& next_hop, bgp::Dialect dialect) {
  std::string text;
  base::TextWriter out(text);
  ops(view.family).json(view, next_hop, dialect, out);
  EXPECT_TRUE(nlohmann::json::accept(text)) << text;
  return text;
}

std::string encode(const NlriView& view, bgp::Purpose purpose) {
  Buffer buffer(bgp::message_size_max + 16);
  base::ByteWriter out(buffer);
  ops(view.family).encode(view, purpose, out);
  EXPECT_TRUE(out.ok());
  return base::to_hex(out.written());
}

/// Composes `text` and expects the bytes of the stanza.
void check_compose(std::string_view text, const std::string& wire) {
  SCOPED_TRACE(text);
  base::TextReader in(text);
  const Family family = take_family(in);
  NlriDraft draft;
  ASSERT_TRUE(parse_words(in, family, draft))
      << in.complaint().wanted << ", not " << in.complaint().found;
  NlriScratch scratch;
  NlriView view;
  EXPECT_EQ(ops(family).compose(draft, bgp::Purpose::announce, scratch, view), "");
  EXPECT_EQ(view.family, family);
  EXPECT_EQ(encode(view, bgp::Purpose::announce), wire);
}

/// Decodes what may be malformed; when it is not, showing it must work, and its own encoding must
/// be the same NLRI.
void check_changed(Family family, base::Bytes bytes) {
  const bgp::WireContext context;
  base::ByteReader in(bytes);
  NlriScratch scratch;
  NlriView view;
  if (!ops(family).decode(in, context, scratch, view)) return;
  print(view, {});
  to_json(view, {}, bgp::Dialect::v5_0);
  Buffer again(bgp::message_size_max + 16);
  base::ByteWriter out(again);
  ops(family).encode(view, bgp::Purpose::announce, out);
  ASSERT_TRUE(out.ok());
  base::ByteReader second(out.written());
  NlriScratch second_scratch;
  NlriView second_view;
  ASSERT_TRUE(ops(family).decode(second, context, second_scratch, second_view));
  EXPECT_TRUE(second.done());
  EXPECT_TRUE(base::equal(view.key, second_view.key)) << base::to_hex(bytes);
  EXPECT_TRUE(base::equal(view.tail, second_view.tail)) << base::to_hex(bytes);
}

void check_decode(const Stanza& stanza, Family family) {
  const bgp::WireContext context;
  const Buffer wire = stanza.bytes("wire");
  base::IpAddress next_hop;
  if (stanza.has("next-hop")) {
    EXPECT_TRUE(base::parse_ip(stanza.get("next-hop"), next_hop));
  }

  // Followed by another NLRI: decoding must stop where this one ends.
  Buffer two = wire;
  two.insert(two.end(), wire.begin(), wire.end());
  base::ByteReader in(two);
  NlriScratch scratch;
  NlriView view;
  ASSERT_TRUE(ops(family).decode(in, context, scratch, view));
  EXPECT_EQ(in.left(), wire.size());
  EXPECT_EQ(view.family, family);
  EXPECT_EQ(print(view, next_hop), stanza.get("text"));
  EXPECT_EQ(to_json(view, next_hop, bgp::Dialect::v5_0), stanza.get("json"));
  EXPECT_EQ(to_json(view, next_hop, bgp::Dialect::v6_0), stanza.get_or("json-6", "json"));
  EXPECT_EQ(encode(view, bgp::Purpose::announce), base::to_hex(wire));
  EXPECT_EQ(encode(view, bgp::Purpose::withdraw), base::to_hex(wire));

  for_each_prefix(wire, [&](base::Bytes prefix) {
    base::ByteReader short_in(prefix);
    NlriView none;
    EXPECT_FALSE(ops(family).decode(short_in, context, scratch, none)) << base::to_hex(prefix);
  });
  for_each_change(wire, [&](base::Bytes changed) { check_changed(family, changed); });
}

TEST(NlriGolden, EveryStanzaInEveryDirection) {
  for_each_stanza(folder, keys, [](const Stanza& stanza) {
    const std::string text = stanza.get("text");
    base::TextReader in(text);
    const Family family = take_family(in);
    check_decode(stanza, family);
    const std::string wire = base::to_hex(stanza.bytes("wire"));
    if (bgp::originates(family)) check_compose(text, wire);
    if (stanza.has("input")) check_compose(stanza.get("input"), wire);
  });
}

TEST(NlriGolden, EveryRowHasAGoldenStanza) {
  bgp::FamilySet found;
  for_each_stanza(folder, keys, [&](const Stanza& stanza) {
    const std::string text = stanza.get("text");
    base::TextReader in(text);
    found.insert(take_family(in));
  });
  for (std::size_t i = 0; i < bgp::family_count; ++i) {
    const auto family = static_cast<Family>(i);
    EXPECT_TRUE(found.contains(family))
        << folder << " has no stanza of " << ops(family).afi_name << ' ' << ops(family).safi_name;
  }
}

}  // namespace
}  // namespace openbell::golden
