#include "engine/policy/consequence.h"

#include <utility>

#include "engine/state.h"

namespace openbell::engine {

void run_consequences(State& state) {
  // It ends: a plan that runs is not run again, and a held change is released once.
  while (!state.consequences.empty()) {
    const Consequence next = std::move(state.consequences.front());
    state.consequences.pop_front();
    switch (next.kind) {
      case Consequence::Kind::service_down:
      case Consequence::Kind::check_down:
        state.plans.run_triggered({next.service, next.check}, next.why);
        break;
      case Consequence::Kind::review:
        state.services.review_held();
        break;
    }
  }
}

}  // namespace openbell::engine
