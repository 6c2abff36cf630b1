#pragma once
// What stands between the engine and io: each port of the engine has an adapter of its own, and all
// of them have this.

#include "engine/engine.h"
#include "io/loop/reactor.h"
#include "main/daemon/log.h"

namespace openbell {

struct World {
  io::Reactor& reactor;
  Log& log;
  engine::Engine* engine = nullptr;  // whom they tell; made after them, and ends before them

  [[nodiscard]] const base::Now& now() const { return reactor.now(); }
};

}  // namespace openbell
