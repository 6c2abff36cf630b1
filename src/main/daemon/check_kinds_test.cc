#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string_view>
#include <vector>

#include "grammar/config/check_kind.h"
#include "io/probe/probe_table.h"

namespace openbell {
namespace {

/// The kinds of checks that the configuration has words for, looked for by a probe or not.
std::vector<std::string_view> kinds_of_grammar(bool probed) {
  std::vector<std::string_view> names;
  for (const grammar::CheckKind& kind : grammar::check_kinds())
    if ((kind.by == health::CheckedBy::probe) == probed) names.push_back(kind.name);
  return names;
}

TEST(CheckKinds, AreTheSameForGrammarAndProbes) {
  EXPECT_THAT(io::probe_kinds(), testing::UnorderedElementsAreArray(kinds_of_grammar(true)));
}

/// ServiceTable answers these itself (engine/policy/service.cc).
TEST(CheckKinds, OfTheEngineHaveNoProbe) {
  EXPECT_THAT(kinds_of_grammar(false), testing::UnorderedElementsAre("bfd", "peer"));
}

}  // namespace
}  // namespace openbell
