// The words of a route statement (exabgp-language 3.2, 3.3): a row each for those that are no
// attribute; attributes are rows of bgp/attr.

#include <algorithm>

#include "bgp/nlri/words.h"
#include "grammar/duration.h"
#include "grammar/route/route_draft.h"

namespace openbell::grammar {

using base::TextReader;

bgp::NextHop NextHopWords::of(bgp::Family family) const {
  if (words_.empty()) return {};
  // Before there is a session `self` may be anything; RFC 8950 is the second choice.
  for (const bool extended : {false, true}) {
    const auto fits = [&](const bgp::NextHop& word) {
      return bgp::may_send(family, word, {}, extended);
    };
    const auto first = std::ranges::find_if(words_, fits);
    if (first == words_.end()) continue;
    const bool classic = family == bgp::classic_family && !extended;
    return classic ? *first : *std::find_if(words_.rbegin(), words_.rend(), fits);
  }
  return words_.back();
}

void RouteDraft::clear() {
  nlri.clear();
  next_hop.clear();
  attributes.clear();
  actions.clear();
  watchdog.clear();
  lease = {};
  lease_group.clear();
  split = 0;
  starts_withdrawn = false;
  own_words = false;
}

namespace {

constexpr std::size_t attribute_size_max = 65535;
constexpr std::size_t name_size_max = 255;
constexpr base::Duration lease_min = base::microseconds(100);
constexpr base::Duration lease_max = base::seconds(86'400);

bool parse_rd(TextReader& in, RouteDraft& draft) {
  return bgp::parse_rd_word(in, draft.nlri);
}

bool parse_label(TextReader& in, RouteDraft& draft) {
  return bgp::parse_label_words(in, draft.nlri);
}

bool parse_path_information(TextReader& in, RouteDraft& draft) {
  return bgp::parse_path_information(in, draft.nlri);
}

bool parse_split(TextReader& in, RouteDraft& draft) {
  const std::string_view word = in.peek();
  std::uint64_t length = 0;
  if (!word.starts_with('/') || !base::parse_decimal(word.substr(1), 128, length))
    return in.fail("a prefix length such as /24");
  in.word();
  draft.own_words = true;
  if (draft.split == 0) draft.split = static_cast<std::uint8_t>(length);
  return true;
}

bool parse_watchdog(TextReader& in, RouteDraft& draft) {
  const std::string_view word = in.peek();
  // ExaBGP: `announce watchdog` and `withdraw watchdog` would not know these from their own words.
  if (word.empty() || word.size() > name_size_max || word == "announce" || word == "withdraw" ||
      (!in.quoted() && (word == ";" || word == "}")))
    return in.fail("the name of a watchdog (not announce, not withdraw)");
  if (draft.watchdog.empty()) draft.watchdog = word;
  in.word();
  draft.own_words = true;
  return true;
}

bool parse_withdraw(TextReader&, RouteDraft& draft) {
  draft.own_words = true;
  draft.starts_withdrawn = true;
  return true;
}

bool parse_name(TextReader& in, RouteDraft& draft) {
  if (in.at_end() || (!in.quoted() && (in.peek() == ";" || in.peek() == "}")))
    return in.fail("a name");
  in.free_word();
  draft.own_words = true;
  return true;
}

bool parse_generic(TextReader& in, RouteDraft& draft) {
  return bgp::parse_generic_attribute(in, draft.attributes);
}

struct RouteWord {
  std::string_view word;
  bool (*parse)(TextReader& in, RouteDraft& draft);
};

constexpr RouteWord rows[] = {
    {"next-hop", parse_next_hop},
    {"path-information", parse_path_information},
    {"label", parse_label},
    {"rd", parse_rd},
    {"route-distinguisher", parse_rd},
    {"attribute", parse_generic},
    {"split", parse_split},
    {"watchdog", parse_watchdog},
    {"withdraw", parse_withdraw},
    {"name", parse_name},
    {"lease", parse_lease},
    {"lease-group", parse_lease_group},
};

std::string_view known_words() {
  static const std::string words = [] {
    std::string all(bgp::attribute_keywords());
    for (const RouteWord& row : rows) all.append(" ").append(row.word);
    return all;
  }();
  return words;
}

}  // namespace

bool parse_next_hop(TextReader& in, RouteDraft& draft) {
  const std::string_view word = in.peek();
  bgp::NextHop next_hop;
  if (base::parse_ip(word, next_hop.address)) {
    next_hop.kind = bgp::NextHop::Kind::address;
  } else if (word.size() == 4 && base::lower(word) == "self") {
    next_hop.kind = bgp::NextHop::Kind::self;
  } else {
    return in.fail("an address or self");
  }
  in.word();
  draft.next_hop.add(next_hop);
  return true;
}

namespace {

/// A route of a file has nobody who would renew it.
bool leases_known(TextReader& in, const RouteDraft& draft, std::string_view word) {
  if (draft.leases) return true;
  return in.fail_at(in.taken() - word.size(), "no lease here: only commands announce for a time",
                    word);
}

}  // namespace

bool parse_lease(TextReader& in, RouteDraft& draft) {
  if (!leases_known(in, draft, "lease")) return false;
  base::Duration lease;
  if (!parse_duration(in, {lease_min, lease_max}, lease)) return false;
  if (draft.lease == base::Duration{}) draft.lease = lease;
  draft.own_words = true;
  return true;
}

bool parse_lease_group(TextReader& in, RouteDraft& draft) {
  if (!leases_known(in, draft, "lease-group")) return false;
  const std::string_view word = in.peek();
  if (word.empty() || word.size() > name_size_max ||
      (!in.quoted() && (word == ";" || word == "{" || word == "}")))
    return in.fail("the name of a lease group");
  if (draft.lease_group.empty()) draft.lease_group = word;
  in.word();
  draft.own_words = true;
  return true;
}

bool parse_attribute_word(TextReader& in, const bgp::AttributeOps& ops, RouteDraft& draft) {
  const std::size_t start = in.offset();
  draft.value.clear();
  if (ops.adds_up) {
    const bgp::Bytes given = draft.attributes.value(ops.code);
    draft.value.assign(given.begin(), given.end());
  }
  if (!ops.parse(in, draft.value)) return false;
  if (draft.value.size() > attribute_size_max)
    return in.fail_at(start, "a list that fits in an attribute", ops.name);
  if (ops.adds_up) {
    draft.attributes.replace(ops.flags, ops.code, draft.value);
  } else {
    draft.attributes.add(ops.flags, ops.code, draft.value);
  }
  return true;
}

bool parse_route_word(TextReader& in, RouteDraft& draft) {
  const std::string_view word = in.peek();
  if (!in.quoted()) {
    for (const RouteWord& row : rows) {
      if (row.word != word) continue;
      in.word();
      return row.parse(in, draft);
    }
    if (const bgp::AttributeOps* ops = bgp::find_attribute_ops(word); ops != nullptr) {
      in.word();
      return parse_attribute_word(in, *ops, draft);
    }
  }
  return in.fail_unknown("a word of a route", known_words());
}

}  // namespace openbell::grammar
