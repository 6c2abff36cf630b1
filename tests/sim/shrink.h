#pragma once
// Stories played in processes of their own, so that one that crashes is a verdict like others; and
// stories that go wrong, made short enough to read.

#include <cstdint>
#include <functional>

#include "tests/sim/judge.h"

namespace openbell::sim {

Verdict play_apart(const Story& story, const Ingredients& ingredients);

/// Plays the stories of `count` seeds, one after the other, and tells of those that go wrong until
/// `report` says false.
void play_seeds(std::uint64_t first, std::uint64_t count, const Ingredients& ingredients,
                const std::function<bool(std::uint64_t seed, const Verdict&)>& report);

/// Takes steps, and the weather, out of a story as long as it goes wrong in the same way. At most
/// `plays_max` plays.
Story shrink(const Story& story, const Ingredients& ingredients, const std::string& kind,
             unsigned plays_max = 600);

}  // namespace openbell::sim
