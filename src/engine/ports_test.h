#pragma once
// The whole host of an engine in one object, for tests and the simulation.

#include "engine/ports.h"

namespace openbell::engine {

/// The ports of one who answers at all of them.
template <typename World>
Ports ports_of(World& world) {
  return {world, world, world, world, world, world, world, world, world};
}

}  // namespace openbell::engine
