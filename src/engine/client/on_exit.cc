#include "engine/client/on_exit.h"

#include "engine/client/helper.h"
#include "engine/control.h"
#include "engine/routing/bulk_words.h"
#include "engine/routing/routing.h"

namespace openbell::engine {

void on_helper_death(Helper& helper, Routing& routing, Control& control) {
  switch (helper.process.on_exit) {
    case grammar::OnExit::keep:
      return;
    case grammar::OnExit::exit:
      return control.request(Request::shutdown, helper.cause());
    case grammar::OnExit::withdraw:
      helper.withdraw_claimant = helper.client.claimant;
      if (helper.process.on_exit_delay.ns == 0 || !helper.configured)
        return withdraw_owned(helper, routing);
      helper.withdraw_at = routing.turn.now.tick + helper.process.on_exit_delay;
  }
}

void withdraw_owned(const Helper& helper, Routing& routing) {
  begin_words(routing, withdraw_words_of(routing, helper.withdraw_claimant, helper.cause()));
}

}  // namespace openbell::engine
