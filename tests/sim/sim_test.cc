// A speaker, its peers and a hostile network: what stories (story.h) come to is what the model
// (model.h) says, see judge.h.
//
//   OPENBELL_SIM_SEEDS=FIRST:COUNT    other seeds
//   OPENBELL_SIM_WITHOUT=WORD,WORD    without those of ingredients.def
//   OPENBELL_SIM_LIST=1               every seed that goes wrong, a line each, not shortened
//   SIM_STORY=1                       the stories as they are made
//   SIM_LOG=1                         what the daemons log

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <gtest/gtest.h>

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

/// The story made short, and how to play it again.
std::string explain(std::uint64_t seed, const Choice& choice, const Verdict& verdict) {
  const Story story =
      shrink(make_story(seed, choice.ingredients), choice.ingredients, verdict.kind);
  const Verdict again = play_apart(story, choice.ingredients);
  std::string command = "OPENBELL_SIM_SEEDS=" + std::to_string(seed);
  if (!choice.without.empty()) command += " OPENBELL_SIM_WITHOUT=" + choice.without;
  return "seed " + std::to_string(seed) + " [" + again.kind + "] " + again.text + "\n" +
         print(story) + "again: " + command + " build/dev/tests/sim/sim\n";
}

TEST(Sim, WhatIsHeldIsWhatWasAskedFor) {
  const Choice choice = chosen();
  const bool list = std::getenv("OPENBELL_SIM_LIST") != nullptr;
  if (std::getenv("SIM_STORY") != nullptr)
    for (std::uint64_t seed = choice.first; seed < choice.first + choice.count; ++seed)
      std::printf("seed %llu\n%s\n", static_cast<unsigned long long>(seed),
                  print(make_story(seed, choice.ingredients)).c_str());
  play_seeds(choice.first, choice.count, choice.ingredients,
             [&](std::uint64_t seed, const Verdict& verdict) {
               if (list) {
                 std::printf("wrong: seed %llu [%s] %s\n", static_cast<unsigned long long>(seed),
                             verdict.kind.c_str(),
                             verdict.text.substr(0, verdict.text.find('\n')).c_str());
                 ADD_FAILURE();
               } else {
                 ADD_FAILURE() << explain(seed, choice, verdict);
               }
               return list;
             });
}

TEST(Sim, EqualSeedsGiveEqualBytes) {
  const Choice choice = chosen();
  const std::uint64_t end = choice.first + std::min<std::uint64_t>(choice.count, 20);
  for (std::uint64_t seed = choice.first; seed < end; ++seed) {
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
