#pragma once
// What must hold when a story is over and all is quiet.

#include <string>

#include "tests/sim/story.h"

namespace openbell::sim {

class Stage;

struct Verdict {
  std::string kind;  // of the fault: "held", "wire", …; empty: all is as it must be
  std::string text;
  [[nodiscard]] bool good() const { return kind.empty(); }
};

/// Asks the peers and the speaker what they have, and compares it with the model.
Verdict judge(Stage& stage, const Ingredients& ingredients);

/// Plays a story and judges it. `transcript`, when not null: everything that was written, as one
/// number.
Verdict play(const Story& story, const Ingredients& ingredients,
             std::uint64_t* transcript = nullptr);

}  // namespace openbell::sim
