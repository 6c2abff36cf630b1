#pragma once
// From one list of routes to another, for those who may hear of them: what services and plans do
// when they change. Short lists at once and first, long ones in slices.

#include <cstdint>
#include <memory>

#include "grammar/route.h"
#include "rib/peer_set.h"

namespace openbell::engine {

struct State;

using SharedRoutes = std::shared_ptr<const grammar::RouteList>;

/// Switches of one owner happen one after the other, also those done in slices.
class RouteSwitch {
 public:
  /// Withdraws what stands in `from` but not in `to` and announces `to`, for `audience`. What is
  /// announced as it was already is not sent again.
  void change(State& state, const SharedRoutes& from, const SharedRoutes& to,
              rib::PeerSet audience);

 private:
  struct Turnstile {
    std::uint64_t issued = 0;
    std::uint64_t done = 0;
  };
  class Job;
  std::shared_ptr<Turnstile> turnstile_ = std::make_shared<Turnstile>();
};

}  // namespace openbell::engine
