#pragma once
// What one route statement said, while it is read. Shared by the prefix form and the flow form.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/tick.h"
#include "bgp/attr/attribute.h"
#include "bgp/attr/flow_action.h"
#include "bgp/nlri/family.h"
#include "bgp/path.h"
#include "grammar/route/route.h"

namespace openbell::grammar {

/// The next-hop words of a statement. Several of them: each family takes what it can send.
class NextHopWords {
 public:
  void clear() { words_.clear(); }
  void add(const bgp::NextHop& next_hop) { words_.push_back(next_hop); }
  [[nodiscard]] bool empty() const { return words_.empty(); }
  [[nodiscard]] bool several() const { return words_.size() > 1; }
  [[nodiscard]] std::span<const bgp::NextHop> words() const { return words_; }
  /// The word that counts for a route of the family. As ExaBGP sends them: the first for the field
  /// of RFC 4271, the last for MP_REACH_NLRI. Unlike ExaBGP, words that the family cannot send do
  /// not count beside one that it can. None: there was no word.
  [[nodiscard]] bgp::NextHop of(bgp::Family family) const;

 private:
  std::vector<bgp::NextHop> words_;
};

/// One is reused for every statement: clear() keeps capacity.
struct RouteDraft {
  bgp::NlriDraft nlri;
  NextHopWords next_hop;
  bgp::PathAttributesBuilder attributes;
  bgp::FlowActions actions;
  std::string watchdog;
  base::Duration lease{};
  std::string lease_group;
  std::vector<std::uint8_t> value;  // of the attribute being read
  std::uint8_t split = 0;           // length of the prefixes to make, 0: no split
  bool starts_withdrawn = false;
  bool own_words = false;  // has words that belong to this route alone, not to its path
  bool leases = true;      // the words of leases are known; clear() leaves it as it is

  void clear();
};

/// Reads one word of a route and its value. Complains about an unknown word.
bool parse_route_word(base::TextReader& in, RouteDraft& draft);

/// Reads the value of an attribute word (already taken); the first of a kind stands, extended
/// communities add up.
bool parse_attribute_word(base::TextReader& in, const bgp::AttributeOps& ops, RouteDraft& draft);

bool parse_next_hop(base::TextReader& in, RouteDraft& draft);

/// Reads what follows `lease` and `lease-group` (already taken): only in commands.
bool parse_lease(base::TextReader& in, RouteDraft& draft);
bool parse_lease_group(base::TextReader& in, RouteDraft& draft);

/// What `when down { … }` says: it takes the place of what a route says itself.
struct PathOverride {
  NextHopWords next_hop;  // none: the route's own
  bgp::PathAttributesBuilder attributes;
  std::size_t place = 0;  // offset of its braces in the text it was read from
  /// `next-hop self; med 1000`: reads back the same inside the braces.
  [[nodiscard]] std::string text() const;
};

/// Reads `{ words; }`: next-hop and attributes. Complains about words that belong to one route.
bool parse_path_override(base::TextReader& in, PathOverride& override);

/// The routes of `routes` with their paths replaced.
RouteList replace_paths(const RouteList& routes, const PathOverride& override);

/// Reads a FlowSpec statement: `[name] { … }` or one line, its `;` included.
bool parse_flow_statement(base::TextReader& in, RouteDraft& draft);

}  // namespace openbell::grammar
