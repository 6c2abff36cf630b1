#include "engine/on_exit.h"

#include "engine/bulk.h"
#include "engine/control.h"
#include "engine/door.h"

namespace openbell::engine {

void on_helper_death(State& state, Helper& helper) {
  switch (helper.process.on_exit) {
    case grammar::OnExit::keep:
      return;
    case grammar::OnExit::exit:
      return request(state, Request::shutdown,
                     {audit::Cause::Kind::helper, helper.name(), helper.pid});
    case grammar::OnExit::withdraw:
      helper.withdraw_owner = helper.owner();
      if (helper.process.on_exit_delay.ns == 0 || !helper.configured)
        return withdraw_owned(state, helper);
      helper.withdraw_at = state.now.tick + helper.process.on_exit_delay;
  }
}

void withdraw_owned(State& state, Helper& helper) {
  auto job = withdraw_owner(helper.withdraw_owner, helper.name());
  // The first slice at once: most helpers have few routes.
  if (job->step(state) != BulkJob::Progress::done) state.jobs.push_back(std::move(job));
}

}  // namespace openbell::engine
