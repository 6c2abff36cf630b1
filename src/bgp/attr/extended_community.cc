// EXTENDED_COMMUNITIES, code 16, optional transitive. RFC 4360.
//
//   8 B   community, any number of them; see extended_community_forms.cc for their forms.
//         Text is sorted by bytes as ExaBGP 5.0 does, received ones stay in their order.

#include "bgp/attr/extended_community.h"

#include "base/hex.h"
#include "bgp/attr/attribute.h"
#include "bgp/attr/extended_community_forms.h"
#include "bgp/attr/list.h"

namespace openbell::bgp {

namespace {

/// 0x and sixteen digits.
bool read_raw(std::string_view word, ExtendedCommunity& community) {
  if (word.size() != 18 || !(word.starts_with("0x") || word.starts_with("0X"))) return false;
  for (std::size_t i = 0; i < community.size(); ++i) {
    const int high = base::hex_digit(word[2 + 2 * i]);
    const int low = base::hex_digit(word[3 + 2 * i]);
    if (high < 0 || low < 0) return false;
    community[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

// RFC 7606 7.14: the length is a non-zero multiple of 8.
bool decode(Bytes& value, const WireContext&, std::vector<std::uint8_t>&) {
  return is_list_of<8>(value);
}

bool parse(TextReader& in, std::vector<std::uint8_t>& value) {
  const bool parsed = parse_list(in, value, [&value](TextReader& item) {
    ExtendedCommunity community{};
    if (!parse_extended_community(item, community)) return false;
    append_bytes(value, community);
    return true;
  });
  sort_members<8>(value);
  return parsed;
}

void print(Bytes value, Dialect, TextWriter& out) {
  print_list<8>("extended-community", value, out,
                [&out](const std::uint8_t* member) { print_extended_community({member, 8}, out); });
}

void json(Bytes value, Dialect, TextWriter& out) {
  json_list<8>("extended-community", value, out, [&out](const std::uint8_t* member) {
    out.put("{ \"value\": ").number(base::load64(member)).put(", \"string\": \"");
    print_extended_community({member, 8}, out);
    out.put('"');
    // ExaBGP says it of interface sets only.
    if ((member[0] & 0x3F) == 0x07 && member[1] == 0x02)
      out.put(", \"transitive\": ").put((member[0] & 0x40) == 0 ? "true" : "false");
    out.put(" }");
  });
}

constexpr AttributeOps row(std::string_view name,
                           bool (*parse_words)(TextReader& in, std::vector<std::uint8_t>& value)) {
  return {.code = attr::extended_community,
          .flags = attr::optional_flag | attr::transitive_flag,
          .name = name,
          .rfc_name = "EXTENDED_COMMUNITIES",
          .on_error = Treatment::treat_as_withdraw,
          .list = true,
          .adds_up = true,
          .flow_action = true,
          .decode = decode,
          .parse = parse_words,
          .print = print,
          .json = json};
}

}  // namespace

bool parse_extended_community(TextReader& in, ExtendedCommunity& community) {
  constexpr std::string_view wanted =
      "an extended community, as in target:65000:1, or 0x and 16 hexadecimal digits";
  const std::string_view word = in.peek();
  if (read_raw(word, community)) {
    in.word();
    return true;
  }
  const std::size_t colon = word.find(':');
  const CommunityWord* form = find_community_word(word.substr(0, colon));
  if (form == nullptr) {
    // `A:B` alone is a route target.
    community = {0x00, 0x02};
    if (colon == std::string_view::npos || !parse_administrator(word, false, community))
      return in.fail(wanted);
    in.word();
    return true;
  }
  if (colon != std::string_view::npos) {
    if (!form->has_argument || !form->parse(word.substr(colon + 1), community))
      return in.fail(form->has_argument ? form->wanted : form->word);
    in.word();
    return true;
  }
  in.word();
  if (!form->has_argument) return form->parse({}, community);
  if (!form->parse(in.peek(), community)) return in.fail(form->wanted);
  in.word();
  return true;
}

bool parse_route_target(TextReader& in, std::vector<std::uint8_t>& value) {
  ExtendedCommunity community{0x00, 0x02};
  if (!parse_administrator(in.peek(), false, community))
    return in.fail("a route target A:B (B up to 65535 after an address or a four-octet AS)");
  in.word();
  insert_extended_community(community, value);
  return fits_attribute(in, value);
}

void insert_extended_community(const ExtendedCommunity& community,
                               std::vector<std::uint8_t>& value) {
  std::size_t at = value.size();
  while (at >= 8 && base::less(community, Bytes(value).subspan(at - 8, 8))) at -= 8;
  value.insert(value.begin() + static_cast<std::ptrdiff_t>(at), community.begin(), community.end());
}

void print_extended_community(Bytes community, TextWriter& out) {
  if (!print_community_form(community, out)) out.put("0x").hex(community);
}

extern const AttributeOps extended_community_attribute;
constexpr AttributeOps extended_community_attribute = row("extended-community", parse);

/// A word that ExaBGP does not have: `route-target 65000:1`.
extern const AttributeOps route_target_attribute;
constexpr AttributeOps route_target_attribute = row("route-target", parse_route_target);

}  // namespace openbell::bgp
