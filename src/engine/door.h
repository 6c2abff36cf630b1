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
  rib::Origin origin = {};
};

/// Announces or withdraws a route for those neighbors of the audience that have its family. What it
/// changed leaves at the end of the turn. Returns the neighbors that were reached (their family
/// allows the route).
rib::PeerSet apply(State& state, const Change& change, const grammar::RouteView& route);

/// As apply(), into a store that is only a sketch: nothing is sent, no lease is touched.
rib::PeerSet apply_to(State& state, rib::RouteStore& store, const Change& change,
                      const grammar::RouteView& route);

/// Applies every route that a parser gives, and remembers who was reached. A route with a watchdog
/// is remembered by the neighbors, and announced where that watchdog stands on announce.
class Applier final : public grammar::RouteSink {
 public:
  /// `default_group`: of leases that name none.
  Applier(State& state, const Change& change, std::string_view default_group = {})
      : state_(state), change_(change), default_group_(default_group) {}
  void route(const grammar::RouteView& route) override;
  [[nodiscard]] rib::PeerSet reached() const { return reached_; }
  /// Routes applied.
  [[nodiscard]] std::size_t count() const { return count_; }
  /// False: there are more leases than are kept; those routes stay for ever.
  [[nodiscard]] bool leased() const { return leased_; }

 private:
  State& state_;
  Change change_;
  std::string_view default_group_;
  rib::PeerSet reached_ = rib::nobody;
  std::size_t count_ = 0;
  bool leased_ = true;
};

/// What is said about a change once it has been sent: logs, records and events cost time that a
/// failover does not have.
template <typename Action>
void after_sending(State& state, Action action) {
  state.after_sending.emplace_back(std::move(action));
}

/// One line of the audit log about a command or another change.
void record_change(State& state, const Cause& cause, std::string_view result, rib::PeerSet reached);
void record(State& state, audit::Kind kind, const Cause& cause, std::string_view result,
            std::string_view detail, rib::PeerSet neighbors);

}  // namespace openbell::engine
