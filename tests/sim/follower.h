#pragma once
// Follows what one connection carried along what the peer was to hold: each route that was sent is
// what the peer was to hold from some moment on, in order, from the day on which the connection
// came up. States that nobody saw may be missing, others not.

#include <string>
#include <vector>

#include "tests/sim/stage.h"

namespace openbell::sim {

/// A route that was sent, and what it made known; null: it was only said again.
struct Explained {
  const Sent* sent = nullptr;
  const Model::Told* told = nullptr;
};

struct Followed {
  std::vector<Explained> explained;
  std::string complaint;  // of the first that nothing explains; empty: none
};

Followed follow(const Model& model, const Sending& sending);

/// "2.010000 s"
std::string seconds_of(base::Tick tick);

}  // namespace openbell::sim
