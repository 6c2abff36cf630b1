#pragma once
// Which neighbors a command is for: `neighbor 10.0.0.1 local-as 65000, neighbor * …`
// (exabgp-language 5.3).

#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace openbell::grammar {

struct NeighborConfig;

/// All of a term's conditions must hold; one term of a selector is enough. Compared exactly, never
/// as text in text.
struct SelectorTerm {
  bool any_peer = false;  // `neighbor *`
  std::string peer;       // address text, normalised
  std::vector<std::pair<std::string, std::string>>
      conditions;  // local-ip, local-as, peer-as, router-id, family-allowed
};

struct Selector {
  std::vector<SelectorTerm> terms;  // empty: every neighbor that the helper may command
  [[nodiscard]] bool matches(const NeighborConfig& neighbor) const;
};

/// Reads `neighbor …[, neighbor …]` at the start of a command when there is one. `in` is left at
/// the first word after it.
bool parse_selector(base::TextReader& in, Selector& selector);

}  // namespace openbell::grammar
