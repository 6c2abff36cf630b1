#include "engine/policy/on_exit.h"

#include "engine/command/control.h"
#include "engine/routing/bulk_words.h"

namespace openbell::engine {

void on_helper_death(State& state, Helper& helper) {
  switch (helper.process.on_exit) {
    case grammar::OnExit::keep:
      return;
    case grammar::OnExit::exit:
      return request(state, Request::shutdown,
                     {audit::Cause::Kind::helper, helper.name(), helper.pid});
    case grammar::OnExit::withdraw:
      helper.withdraw_claimant = helper.claimant;
      if (helper.process.on_exit_delay.ns == 0 || !helper.configured)
        return withdraw_owned(state, helper);
      helper.withdraw_at = state.now.tick + helper.process.on_exit_delay;
  }
}

void withdraw_owned(State& state, Helper& helper) {
  begin_words(state, withdraw_words_of(state, helper.withdraw_claimant,
                                       {audit::Cause::Kind::helper, helper.name(), helper.pid}));
}

}  // namespace openbell::engine
