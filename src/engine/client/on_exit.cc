#include "engine/client/on_exit.h"

#include "engine/client/helper.h"
#include "engine/control.h"
#include "engine/routing/changeover.h"
#include "engine/routing/routing.h"

namespace openbell::engine {

void on_helper_death(Helper& helper, Routing& routing, Control& control) {
  switch (helper.process.on_exit) {
    case grammar::OnExit::keep:
      return;
    case grammar::OnExit::exit:
      return control.request(Request::shutdown, helper.cause());
    case grammar::OnExit::withdraw: {
      const bool at_once = !helper.configured;
      const base::Tick now = routing.turn.now.tick;
      helper.ended.push_back({at_once ? now : now + helper.process.on_exit_delay,
                              helper.client.claimant, helper.client.pid});
      if (at_once) wait_no_more(helper, now);
      return withdraw_due(helper, routing);
    }
  }
}

void wait_no_more(Helper& helper, base::Tick now) {
  for (Helper::Ended& ended : helper.ended) ended.withdraw_at = now;
}

void withdraw_due(Helper& helper, Routing& routing) {
  while (!helper.ended.empty() && helper.ended.front().withdraw_at <= routing.turn.now.tick) {
    const Helper::Ended ended = helper.ended.front();
    helper.ended.pop_front();
    Cause cause = helper.cause();
    cause.number = ended.pid;
    std::unique_ptr<BulkWords> words = withdraw_words_of(routing, ended.claimant, cause);
    // What the reload that ends it says itself of these routes comes first.
    if (!helper.configured && routing.changeover != nullptr) {
      routing.changeover->give_up(std::move(words));
    } else {
      begin_words(routing, std::move(words));
    }
  }
}

}  // namespace openbell::engine
