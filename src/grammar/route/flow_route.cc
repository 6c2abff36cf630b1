// FlowSpec statements (exabgp-language 4.1): `[name] { rd …; match { … } then { … } }`, or match
// words and actions on one line. A `;` between two of them may be left out: each begins with a word
// of its own, and nothing is dropped silently (ExaBGP announces an empty match, which hits
// everything).

#include "bgp/nlri/flow.h"
#include "bgp/nlri/words.h"
#include "grammar/route/route_draft.h"

namespace openbell::grammar {

using base::TextReader;

namespace {

constexpr std::string_view match_words =
    "source source-ipv4 source-ipv6 destination destination-ipv4 destination-ipv6 protocol "
    "next-header port source-port destination-port icmp-type icmp-code tcp-flags packet-length "
    "dscp traffic-class fragment flow-label";
constexpr std::string_view head_words =
    "match then scope rd route-distinguisher next-hop lease "
    "lease-group";

/// A word already taken, and where it stood.
struct Taken {
  std::string_view word;
  std::size_t offset = 0;
};

Taken take(TextReader& in) {
  const std::size_t offset = in.offset();
  return {in.word(), offset};
}

/// Reads `{ … }` word by word; `row` reads what belongs to a word.
template <typename Row>
bool parse_block(TextReader& in, Row row) {
  if (!in.expect("{")) return false;
  while (!in.accept("}")) {
    if (in.at_end()) return in.fail("'}'");
    if (!row(take(in))) return false;
    in.accept(";");
  }
  return true;
}

/// The attributes that ExaBGP lets stand among the actions.
const bgp::AttributeOps* find_action_attribute(std::string_view word) {
  const bgp::AttributeOps* ops = bgp::find_attribute_ops(word);
  return ops != nullptr && ops->flow_action ? ops : nullptr;
}

std::string joined(std::string_view a, std::string_view b) {
  return std::string(a).append(" ").append(b);
}

std::string action_words() {
  std::string words(bgp::flow_action_words());
  for (const bgp::AttributeOps* row : bgp::attribute_rows())
    if (row->flow_action && row->parse != nullptr) words.append(" ").append(row->name);
  return words;
}

bool parse_match_row(TextReader& in, const Taken& key, RouteDraft& draft) {
  if (!bgp::is_flow_match(key.word))
    return in.fail_unknown_at(key.offset, "a match word", key.word, match_words);
  return bgp::parse_flow_match(key.word, in, draft.nlri);
}

bool parse_then_row(TextReader& in, const Taken& key, RouteDraft& draft) {
  if (const auto* action = bgp::find_flow_action(key.word)) return action->parse(in, draft.actions);
  if (const auto* ops = find_action_attribute(key.word))
    return parse_attribute_word(in, *ops, draft);
  return in.fail_unknown_at(key.offset, "an action", key.word, action_words());
}

bool parse_scope_row(TextReader& in, const Taken& key, RouteDraft& draft) {
  if (key.word != "interface-set")
    return in.fail_unknown_at(key.offset, "'interface-set'", key.word, "interface-set");
  return parse_then_row(in, key, draft);
}

/// Words that stand outside match, then and scope. False without a complaint: not one of them.
bool parse_head_row(TextReader& in, const Taken& key, RouteDraft& draft) {
  if (key.word == "rd" || key.word == "route-distinguisher")
    return bgp::parse_rd_word(in, draft.nlri);
  if (key.word == "next-hop") return parse_next_hop(in, draft);
  if (key.word == "path-information") return bgp::parse_path_information(in, draft.nlri);
  if (key.word == "lease") return parse_lease(in, draft);
  if (key.word == "lease-group") return parse_lease_group(in, draft);
  return false;
}

bool parse_section(TextReader& in, const Taken& key, RouteDraft& draft) {
  if (key.word == "match")
    return parse_block(in, [&](const Taken& row) { return parse_match_row(in, row, draft); });
  if (key.word == "then")
    return parse_block(in, [&](const Taken& row) { return parse_then_row(in, row, draft); });
  if (key.word == "scope")
    return parse_block(in, [&](const Taken& row) { return parse_scope_row(in, row, draft); });
  if (parse_head_row(in, key, draft)) return true;
  return in.fail_unknown_at(key.offset, "a word of a flow route", key.word, head_words);
}

bool is_section(std::string_view word) {
  return word == "match" || word == "then" || word == "scope";
}

bool parse_line_row(TextReader& in, const Taken& key, RouteDraft& draft) {
  if (is_section(key.word)) return parse_section(in, key, draft);
  if (bgp::is_flow_match(key.word)) return bgp::parse_flow_match(key.word, in, draft.nlri);
  if (bgp::find_flow_action(key.word) != nullptr || find_action_attribute(key.word) != nullptr)
    return parse_then_row(in, key, draft);
  if (parse_head_row(in, key, draft)) return true;
  return in.fail_unknown_at(key.offset, "a match word or an action", key.word,
                            joined(match_words, joined(head_words, action_words())));
}

bool at_line_end(const TextReader& in) {
  return in.at_end() || (!in.quoted() && (in.peek() == ";" || in.peek() == "}"));
}

/// One line: `first` was taken to see whether it is a name.
bool parse_line(TextReader& in, Taken first, RouteDraft& draft) {
  if (!parse_line_row(in, first, draft)) return false;
  while (bgp::parse_flow_matches(in, draft.nlri) && !at_line_end(in))
    if (!parse_line_row(in, take(in), draft)) return false;
  if (!in.ok()) return false;
  return in.at_end() || in.expect(";");
}

bool parse_braces(TextReader& in, RouteDraft& draft) {
  if (!parse_block(in, [&](const Taken& row) { return parse_section(in, row, draft); }))
    return false;
  in.accept(";");
  return true;
}

}  // namespace

bool parse_flow_statement(TextReader& in, RouteDraft& draft) {
  bool done = false;
  if (in.peek() == "{" && !in.quoted()) {
    done = parse_braces(in, draft);
  } else if (at_line_end(in)) {
    return in.fail("a match word, or a block with match and then");
  } else {
    const Taken first = take(in);
    done = in.peek() == "{" && !in.quoted() && !is_section(first.word)
               ? parse_braces(in, draft)
               : parse_line(in, first, draft);
  }
  if (!done) return false;
  draft.actions.add_to(draft.attributes);
  if (draft.actions.next_hop.kind != bgp::NextHop::Kind::none) {
    draft.next_hop.clear();
    draft.next_hop.add(draft.actions.next_hop);
  }
  return in.ok();
}

}  // namespace openbell::grammar
