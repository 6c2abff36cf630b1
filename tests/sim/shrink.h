#pragma once
// Stories that go wrong, made short enough to read.

#include "tests/sim/judge.h"

namespace openbell::sim {

/// Plays the story in a process of its own, so that one that crashes is a verdict like others
/// ("crash").
Verdict play_apart(const Story& story, const Ingredients& ingredients);

/// Takes steps, and the weather, out of a story as long as it goes wrong in the same way. At most
/// `plays_max` plays.
Story shrink(const Story& story, const Ingredients& ingredients, const std::string& kind,
             unsigned plays_max = 600);

}  // namespace openbell::sim
