#pragma once
// The one door in: every change of what is announced, whatever its cause, goes through apply().

#include <string_view>

#include "engine/state.h"
#include "grammar/route.h"

namespace openbell::engine {

/// One change of one route for some neighbors.
struct Change {
  bgp::Purpose purpose = bgp::Purpose::announce;
  rib::PeerSet audience = rib::nobody;
};

/// Announces or withdraws a route for those neighbors of the audience that have its family. What it
/// changed leaves at the end of the turn. Returns the neighbors that were reached (their family
/// allows the route).
rib::PeerSet apply(State& state, const Change& change, const grammar::RouteView& route);

/// Applies every route that a parser gives, and remembers who was reached. A route with a watchdog
/// is remembered by the neighbors, and announced where that watchdog stands on announce.
class Applier final : public grammar::RouteSink {
 public:
  Applier(State& state, const Change& change) : state_(state), change_(change) {}
  void route(const grammar::RouteView& route) override;
  [[nodiscard]] rib::PeerSet reached() const { return reached_; }

 private:
  State& state_;
  Change change_;
  rib::PeerSet reached_ = rib::nobody;
};

/// One line of the audit log about a command or another change.
void record_change(State& state, const Cause& cause, std::string_view result, rib::PeerSet reached);
void record(State& state, audit::Kind kind, const Cause& cause, std::string_view result,
            std::string_view detail, rib::PeerSet neighbors);

}  // namespace openbell::engine
