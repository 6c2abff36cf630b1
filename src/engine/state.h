#pragma once
// What the rooms of the engine share. Private to engine/: others see engine.h.

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "audit/trail.h"
#include "base/tick.h"
#include "engine/command/helper.h"
#include "engine/engine.h"
#include "engine/host.h"
#include "engine/policy/bfd_table.h"
#include "engine/policy/consequence.h"
#include "engine/policy/drill.h"
#include "engine/policy/guard.h"
#include "engine/policy/lease.h"
#include "engine/policy/plan.h"
#include "engine/policy/service.h"
#include "engine/report/audit_sink.h"
#include "engine/report/latency.h"
#include "engine/report/log_sink.h"
#include "engine/report/notice_sink.h"
#include "engine/report/publisher.h"
#include "engine/report/receipt.h"
#include "engine/routing/bulk_words.h"
#include "engine/routing/journal.h"
#include "engine/routing/routing.h"
#include "engine/routing/watchdog.h"
#include "engine/session/neighbor.h"
#include "grammar/config/configuration.h"
#include "grammar/route/route.h"

namespace openbell::engine {

/// What ends, restarts or reloads the whole; see control.h.
enum class Request : std::uint8_t { none, reload, restart, shutdown };

struct State : rib::PeerOutput, rib::PathResolver {
  State(Host& engine_host, Options engine_options, audit::Trail* audit_trail);
  ~State();

  // rib::PeerOutput
  [[nodiscard]] bool writable(rib::PeerIndex peer) const override;
  void write(rib::PeerIndex peer, bgp::Bytes messages) override;
  void unsendable(rib::PeerIndex peer, const bgp::NlriView& nlri) override;
  void overrun(rib::PeerIndex peer) override;
  void introduced(const rib::Snapshot& peers, std::size_t routes, rib::ChangeRange range) override;
  void settled(rib::Token token, rib::PeerIndex peer, Fate fate) override;
  // rib::PathResolver
  [[nodiscard]] bool same(rib::PeerIndex peer, bgp::Family family, const bgp::PathView& a,
                          const bgp::PathView& b) const override;

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
  /// Carries out what follows from what was decided, and sends what is urgent.
  void write_urgent();
  /// When something of a configuration's own (checks, leases, …) is due.
  [[nodiscard]] base::Tick health_deadline() const;
  /// When a neighbor, a helper or a rate limit is due.
  [[nodiscard]] base::Tick other_deadline();
  /// Calls `visit(Neighbor&)` for the neighbors of a set.
  template <typename Set, typename Visit>
  void for_each_neighbor(const Set& set, Visit visit) {
    set.for_each([&](rib::PeerIndex id) {
      if (Neighbor* known = neighbor(id)) visit(*known);
    });
  }

  Host& host;
  const Options options;
  audit::Trail* const trail;
  base::Now now;  // of this turn

  Routing routing{*this, *this};
  Journal journal;

  Publisher publisher;
  LogSink log_sink{host};
  NoticeSink notice_sink{*this};
  std::unique_ptr<AuditSink> audit_sink;  // null: no audit log

  std::vector<std::unique_ptr<Neighbor>> neighbors;  // by NeighborId, null: gone
  std::vector<NeighborId> free_neighbor_ids;
  std::vector<std::unique_ptr<Helper>> helpers;  // by HelperId, null: gone
  std::uint32_t next_claimant = first_helper_claimant;
  std::unordered_map<ConnectionId, NeighborId> connections;
  std::vector<NeighborId> touched;  // in this turn
  bool timers_changed = true;       // neighbors_deadline must be computed anew
  base::Tick neighbors_deadline = base::never;
  std::vector<NeighborId> overrun_peers;      // sessions to end at the end of the turn
  std::deque<std::unique_ptr<BulkJob>> jobs;  // done in slices, one after the other
  std::deque<Consequence> consequences;
  WatchdogTable watchdogs{*this};
  ServiceTable services{*this};
  LeaseTable leases{*this};
  PlanTable plans{*this};
  Guard guard{*this};
  DrillRoom drills{*this};
  BfdTable bfd{*this};
  ReceiptBook receipts{*this};
  Latency latency{*this};
  std::uint64_t notices = 0;  // counter of the events that no neighbor has caused
  bool urgent = false;        // flush_urgent has something to do
  std::unordered_map<std::string, rib::Audience> selections;  // by helper and text of the selector
  std::uint64_t writes = 0;                                   // messages handed to connections
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
