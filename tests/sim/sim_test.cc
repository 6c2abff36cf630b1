// A speaker, its peers and a hostile network: what stories (story.h) come to is what the model
// (model.h) says, see judge.h.
//
//   OPENBELL_SIM_SEEDS=FIRST:COUNT    other seeds
//   OPENBELL_SIM_WITHOUT=WORD,WORD    without those of ingredients.def
//   OPENBELL_SIM_KEEP_GOING=1         does not stop at the first seed that goes wrong
//   SIM_STORY=1                       the stories as they are made
//   SIM_LOG=1                         what the daemons log

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <gtest/gtest.h>
#include <map>

#include "tests/sim/judge.h"
#include "tests/sim/shrink.h"
#include "tests/sim/story.h"

namespace openbell::sim {
namespace {

struct Choice {
  std::uint64_t first = 1;
  std::uint64_t count = 1000;
  Ingredients ingredients;
  std::string without;
};

Choice chosen() {
  Choice choice;
  if (const char* text = std::getenv("OPENBELL_SIM_SEEDS")) {
    char* rest = nullptr;
    choice.first = std::strtoull(text, &rest, 10);
    choice.count = *rest == ':' ? std::strtoull(rest + 1, nullptr, 10) : 1;
  }
  if (const char* text = std::getenv("OPENBELL_SIM_WITHOUT")) choice.without = text;
  if (!Ingredients::without(choice.without, choice.ingredients))
    ADD_FAILURE() << "OPENBELL_SIM_WITHOUT: no such word in " << choice.without;
  return choice;
}

std::string explain(const Story& story, const Choice& choice, const Verdict& verdict) {
  const Story small = shrink(story, choice.ingredients, verdict.kind);
  const Verdict again = play_apart(small, choice.ingredients);
  std::string command = "OPENBELL_SIM_SEEDS=" + std::to_string(story.seed);
  if (!choice.without.empty()) command += " OPENBELL_SIM_WITHOUT=" + choice.without;
  return "seed " + std::to_string(story.seed) + " [" + again.kind + "] " + again.text + "\n" +
         print(small) + "again: " + command + " build/dev/tests/sim/sim\n";
}

TEST(Sim, WhatIsHeldIsWhatWasAskedFor) {
  const Choice choice = chosen();
  const bool keep_going = std::getenv("OPENBELL_SIM_KEEP_GOING") != nullptr;
  std::map<std::string, unsigned> kinds;
  for (std::uint64_t seed = choice.first; seed < choice.first + choice.count; ++seed) {
    SCOPED_TRACE("OPENBELL_SIM_SEEDS=" + std::to_string(seed));
    const Story story = make_story(seed, choice.ingredients);
    if (std::getenv("SIM_STORY") != nullptr) std::puts(print(story).c_str());
    const Verdict verdict = play(story, choice.ingredients);
    if (verdict.good()) continue;
    ++kinds[verdict.kind];
    ADD_FAILURE() << explain(story, choice, verdict);
    if (!keep_going) return;
  }
  for (const auto& [kind, count] : kinds) std::printf("%s: %u\n", kind.c_str(), count);
}

TEST(Sim, EqualSeedsGiveEqualBytes) {
  const Choice choice = chosen();
  for (std::uint64_t seed = choice.first; seed < choice.first + std::min(choice.count, 20ul);
       ++seed) {
    const Story story = make_story(seed, choice.ingredients);
    std::uint64_t once = 0;
    std::uint64_t again = 0;
    play(story, choice.ingredients, &once);
    play(make_story(seed, choice.ingredients), choice.ingredients, &again);
    EXPECT_EQ(once, again) << "OPENBELL_SIM_SEEDS=" << seed;
  }
}

}  // namespace
}  // namespace openbell::sim
