#pragma once
// The words of `then { … }` and `scope { … }` of a FlowSpec route (RFC 8955 7, RFC 8956 6.1). All
// but the next hop become extended communities.

#include <cstdint>
#include <string_view>
#include <vector>

#include "bgp/path.h"
#include "bgp/types.h"

namespace openbell::bgp {

/// What the actions of one route add up to. One is reused for every statement: clear() keeps
/// capacity.
struct FlowActions {
  std::vector<std::uint8_t> extended_community;       // value of attribute 16, sorted
  std::vector<std::uint8_t> extended_community_ipv6;  // value of attribute 25, sorted
  NextHop next_hop;  // of `redirect IP` and `copy IP`: goes into MP_REACH_NLRI
  void clear();
  /// Adds the communities to those that a route has, in order.
  void add_to(PathAttributesBuilder& attributes) const;
};

struct FlowActionOps {
  std::string_view word;
  /// Reads the words after `word` and adds to `out`. Complains through `in`.
  bool (*parse)(TextReader& in, FlowActions& out);
};

/// The row of an action word; null when it is none. Attribute words that are allowed among actions
/// (`community`, `large-community`, `extended-community`) are rows of the attribute table.
const FlowActionOps* find_flow_action(std::string_view word);

/// All action words separated by blanks, for suggestions.
std::string_view flow_action_words();

}  // namespace openbell::bgp
