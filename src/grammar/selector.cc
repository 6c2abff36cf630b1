#include "grammar/selector.h"

#include <algorithm>

#include "grammar/config/configuration.h"

namespace openbell::grammar {

namespace {

bool is_condition(std::string_view word) {
  return word == "local-ip" || word == "local-as" || word == "peer-as" || word == "router-id" ||
         word == "family-allowed";
}

std::string normalised(std::string_view word) {
  base::IpAddress address;
  if (base::parse_ip(word, address)) return address.text();
  return std::string(word);
}

/// The words of an identity string, after its first: `10.0.0.1 local-ip 10.0.0.2 …`.
std::string_view value_of(std::string_view name, std::string_view key) {
  base::TextReader in(name);
  while (!in.at_end())
    if (in.word() == key) return in.word();
  return {};
}

bool term_matches(const SelectorTerm& term, std::string_view name) {
  if (!term.any_peer && value_of(name, "neighbor") != term.peer) return false;
  return std::all_of(term.conditions.begin(), term.conditions.end(), [&](const auto& condition) {
    return value_of(name, condition.first) == condition.second;
  });
}

bool parse_term(base::TextReader& in, SelectorTerm& term) {
  const std::size_t offset = in.offset();
  const std::string_view peer = in.word();
  base::IpPrefix prefix;
  if (peer == "*") {
    term.any_peer = true;
  } else if (base::parse_ip(peer, prefix.address)) {
    term.peer = prefix.address.text();
  } else if (base::parse_prefix(peer, prefix)) {
    term.peer = prefix.address.text().append("/").append(std::to_string(prefix.length));
  } else {
    return in.fail_at(offset, "the address of a neighbor, or *", peer);
  }
  while (is_condition(in.peek())) {
    const std::string key(in.word());
    if (in.at_end() || in.peek() == ",") return in.fail("a value of " + key);
    term.conditions.emplace_back(key, normalised(in.word()));
  }
  return true;
}

}  // namespace

bool Selector::matches(const NeighborConfig& neighbor) const {
  if (terms.empty()) return true;
  const std::string name = neighbor.name();
  return std::any_of(terms.begin(), terms.end(),
                     [&](const SelectorTerm& term) { return term_matches(term, name); });
}

bool parse_selector(base::TextReader& in, Selector& selector) {
  selector.terms.clear();
  if (!in.accept("neighbor")) return in.ok();
  for (;;) {
    if (!parse_term(in, selector.terms.emplace_back())) return false;
    if (!in.accept(",")) return in.ok();
    in.accept("neighbor");
  }
}

}  // namespace openbell::grammar
