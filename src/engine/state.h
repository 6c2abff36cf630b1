#pragma once
// What the rooms of the engine share. Private to engine/: others see engine.h.

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "audit/trail.h"
#include "base/tick.h"
#include "engine/bfd_table.h"
#include "engine/drill.h"
#include "engine/engine.h"
#include "engine/guard.h"
#include "engine/helper.h"
#include "engine/host.h"
#include "engine/latency.h"
#include "engine/lease.h"
#include "engine/neighbor.h"
#include "engine/plan.h"
#include "engine/receipt.h"
#include "engine/service.h"
#include "grammar/configuration.h"
#include "grammar/route.h"
#include "rib/adj_rib_out.h"
#include "rib/path_pool.h"
#include "rib/peer_set.h"
#include "rib/route_store.h"

namespace openbell::engine {

class BulkJob;

/// On whose word something happens; travels with every change into the audit log.
struct Cause {
  audit::Cause::Kind kind = audit::Cause::Kind::none;
  std::string_view name;          // of the helper, of the configuration
  int number = 0;                 // pid, signal
  std::string_view command = {};  // the line as read
};

/// What ends, restarts or reloads the whole; see control.h.
enum class Request : std::uint8_t { none, reload, restart, shutdown };

struct State : rib::PeerOutput {
  State(Host& engine_host, Options engine_options, audit::Trail* audit_trail);
  ~State();

  // rib::PeerOutput
  [[nodiscard]] bool writable(rib::PeerIndex peer) const override;
  void write(rib::PeerIndex peer, bgp::Bytes messages) override;
  void unsendable(rib::PeerIndex peer, const bgp::NlriView& nlri) override;
  void overrun(rib::PeerIndex peer) override;

  /// Null when there is no such neighbor (any more).
  [[nodiscard]] Neighbor* neighbor(NeighborId id) const {
    return id < neighbors.size() ? neighbors[id].get() : nullptr;
  }
  [[nodiscard]] Helper* helper(HelperId id) const {
    return id < helpers.size() ? helpers[id].get() : nullptr;
  }
  /// Something happened to a neighbor's connections: its timers may have changed, a collision may
  /// be decided, it may be over.
  void touch(NeighborId id) {
    timers_changed = true;
    if (touched.empty() || touched.back() != id) touched.push_back(id);
  }
  /// The neighbor that a connection belongs to; null for one that was closed.
  [[nodiscard]] Neighbor* owner(ConnectionId connection) const {
    const auto known = connections.find(connection);
    return known == connections.end() ? nullptr : neighbor(known->second);
  }
  /// When something of a configuration's own (checks, leases, …) is due.
  [[nodiscard]] base::Tick health_deadline() const;
  /// When a neighbor, a helper or a rate limit is due.
  [[nodiscard]] base::Tick other_deadline();
  template <typename Visit>
  void for_each_neighbor(rib::PeerSet set, Visit visit) {
    peers.for_each(set, [&](rib::PeerIndex id) {
      if (Neighbor* known = neighbor(id)) visit(*known);
    });
  }

  Host& host;
  const Options options;
  audit::Trail* const trail;
  base::Now now;  // of this turn

  rib::PeerSetPool peers;
  rib::PathPool paths;
  rib::RouteStore routes{peers, paths};
  rib::AdjRibOut adj_rib_out{routes, peers, paths, *this};

  std::vector<std::unique_ptr<Neighbor>> neighbors;   // by NeighborId, null: gone
  std::vector<NeighborId> free_neighbor_ids;          // of neighbors that no route names any more
  std::vector<std::unique_ptr<Helper>> helpers;       // by HelperId, null: gone
  rib::PeerSet family_peers[bgp::family_count] = {};  // neighbors that have the family configured
  std::unordered_map<ConnectionId, NeighborId> connections;
  std::vector<NeighborId> touched;  // in this turn
  bool timers_changed = true;       // neighbors_deadline must be computed anew
  base::Tick neighbors_deadline = base::never;
  std::vector<NeighborId> overrun_peers;      // sessions to end at the end of the turn
  std::deque<std::unique_ptr<BulkJob>> jobs;  // done in slices, one after the other
  ServiceTable services{*this};
  LeaseTable leases{*this};
  PlanTable plans{*this};
  Guard guard{*this};
  DrillRoom drills{*this};
  BfdTable bfd{*this};
  ReceiptBook receipts{*this};
  Latency latency{*this};
  std::vector<std::function<void(State&)>> after_sending;  // see door.h
  std::uint64_t notices = 0;  // counter of the events that no neighbor has caused
  bool urgent = false;        // flush_urgent has something to do
  std::unordered_map<std::string, rib::PeerSet> selections;  // by helper and text of the selector
  grammar::RouteParser parser;
  bgp::UpdateDecoder sent_decoder;  // of our own UPDATEs, for `send { update; }`
  grammar::Configuration
      configuration;         // as applied last; processes only: neighbors are in `neighbors`
  std::string scratch_text;  // an event being encoded
  ConnectionId next_connection = 1;
  Request requested = Request::none;  // for the end of the turn
  std::string request_cause;
  bool more_to_send = false;  // the last flush left work that could go on at once
  bool started = false;
  bool ending = false;
};

}  // namespace openbell::engine
