#include "engine/client/on_exit.h"

#include <string_view>
#include <utility>

#include "engine/client/helper.h"
#include "engine/control.h"
#include "engine/routing/changeover.h"
#include "engine/routing/routing.h"

namespace openbell::engine {

namespace {

void note_end(Helper& helper, base::Tick withdraw_at) {
  helper.ended.push_back({withdraw_at, helper.client.claimant, helper.client.pid});
}

}  // namespace

void on_helper_death(Helper& helper, Routing& routing, Control& control) {
  helper.heir_due = false;
  switch (helper.process.on_exit) {
    case grammar::OnExit::keep:
      return;
    case grammar::OnExit::exit:
      return control.request(Request::shutdown, helper.cause());
    case grammar::OnExit::withdraw: {
      const bool at_once = !helper.configured;
      const base::Tick now = routing.turn.now.tick;
      note_end(helper, at_once ? now : now + helper.process.on_exit_delay);
      if (at_once) wait_no_more(helper, now);
      return withdraw_due(helper, routing);
    }
  }
}

void wait_no_more(Helper& helper, base::Tick now) {
  if (std::exchange(helper.heir_due, false) && helper.process.on_exit == grammar::OnExit::withdraw)
    note_end(helper, now);
  for (Helper::Ended& ended : helper.ended) ended.withdraw_at = now;
}

void withdraw_due(Helper& helper, Routing& routing) {
  while (!helper.ended.empty() && helper.ended.front().withdraw_at <= routing.turn.now.tick) {
    const Helper::Ended ended = helper.ended.front();
    helper.ended.pop_front();
    Cause cause = helper.cause();
    cause.number = ended.pid;
    const std::string_view why =
        helper.configured ? "their helper ended" : "the configuration has their helper no more";
    std::unique_ptr<BulkWords> words = withdraw_words_of(routing, ended.claimant, cause, why);
    // What the reload that ends it says itself of these routes comes first.
    if (!helper.configured && routing.changeover != nullptr) {
      routing.changeover->give_up(std::move(words));
    } else {
      begin_words(routing, std::move(words));
    }
  }
}

}  // namespace openbell::engine
