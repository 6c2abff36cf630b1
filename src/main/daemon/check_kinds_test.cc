#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string_view>
#include <vector>

#include "grammar/config/check_kind.h"
#include "io/probe/probe_table.h"

namespace openbell {
namespace {

/// The kinds of checks that the configuration has words for, by who looks for them.
std::vector<std::string_view> kinds_of_grammar(grammar::CheckedBy by) {
  std::vector<std::string_view> names;
  for (const grammar::CheckKind& kind : grammar::check_kinds())
    if (kind.by == by) names.push_back(kind.name);
  return names;
}

TEST(CheckKinds, AreTheSameForGrammarAndProbes) {
  EXPECT_THAT(io::probe_kinds(),
              testing::UnorderedElementsAreArray(kinds_of_grammar(grammar::CheckedBy::probe)));
}

/// ServiceTable answers these itself (engine/policy/service.cc).
TEST(CheckKinds, OfTheEngineHaveNoProbe) {
  EXPECT_THAT(kinds_of_grammar(grammar::CheckedBy::engine),
              testing::UnorderedElementsAre("bfd", "peer"));
}

}  // namespace
}  // namespace openbell
