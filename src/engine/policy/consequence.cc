#include "engine/policy/consequence.h"

#include <utility>

#include "engine/policy/plan.h"
#include "engine/policy/service.h"

namespace openbell::engine {

void Consequences::run(ServiceTable& services, PlanTable& plans) {
  // It ends: a plan that runs is not run again, and a held change is released once.
  while (!waiting_.empty()) {
    const Consequence next = std::move(waiting_.front());
    waiting_.pop_front();
    switch (next.kind) {
      case Kind::service_down:
      case Kind::check_down:
        plans.run_triggered({next.service, next.check}, next.why);
        break;
      case Kind::review:
        services.review_held();
        break;
    }
  }
}

}  // namespace openbell::engine
