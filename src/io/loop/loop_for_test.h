#pragma once
// A loop that a test drives until something has happened.

#include <algorithm>
#include <functional>

#include "io/loop/clock.h"
#include "io/loop/reactor.h"

namespace openbell::io {

class LoopForTest final : public Driver {
 public:
  explicit LoopForTest(const ReactorOptions& options = {}) : reactor(options) {}

  /// Turns until `done`; false when that took longer than `limit`.
  bool until(const std::function<bool()>& done, base::Duration limit = base::seconds(20)) {
    limit_ = tick() + limit;
    while (!done()) {
      if (tick() >= limit_) return false;
      reactor.turn(*this);
    }
    return true;
  }
  /// Serves whatever happens within `time`.
  void pass(base::Duration time) {
    until([] { return false; }, time);
  }

  base::Tick next_deadline() override { return std::min(limit_, tick() + look_again); }
  void on_timers(const base::Now&) override {}
  bool end_of_turn(const base::Now&) override { return at_end && at_end(); }

  Reactor reactor;
  /// How often `done` is asked when nothing happens in the loop.
  base::Duration look_again = base::milliseconds(5);
  std::function<bool()> at_end;

 private:
  base::Tick limit_;
};

}  // namespace openbell::io
