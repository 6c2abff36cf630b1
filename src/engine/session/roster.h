#pragma once
// All neighbors: which there are, who is meant by an address, whose connection is whose.

#include <unordered_map>
#include <vector>

#include "base/registry.h"
#include "bgp/message/update.h"
#include "engine/options.h"
#include "engine/ports.h"
#include "engine/session/neighbor.h"
#include "engine/turn.h"
#include "rib/peer_set.h"

namespace openbell::engine {

class ClientEvents;
class Latency;
class Publisher;
class ReceiptBook;
class Routing;

/// Follows from what becomes of neighbors.
class RosterListener {
 public:
  virtual ~RosterListener() = default;
  /// A neighbor of a range was born: selections of before mean others.
  virtual void on_born() = 0;
  /// A neighbor is gone, whatever it was.
  virtual void on_gone() = 0;
  /// A session came up or ended; `reason` of the end.
  virtual void on_session(const Neighbor& neighbor, bool up, std::string_view reason) = 0;
};

/// What neighbors and their sessions use of the rest of the engine.
struct SessionContext {
  const Options& options;
  const Turn& turn;
  Network& network;
  Clock& clock;
  Log& log;
  Routing& routing;
  Publisher& publisher;
  ClientEvents& events;
  Latency& latency;
  const ReceiptBook& receipts;
  RosterListener& listener;
  bgp::UpdateDecoder& sent_decoder;  // of our own UPDATEs, for `send { update; }`
};

class Roster {
 public:
  explicit Roster(const SessionContext& context) : context_(context) {}

  // --- who there is

  /// Null when there is no such neighbor (any more).
  [[nodiscard]] Neighbor* find(NeighborId id) const { return neighbors_.find(id); }
  [[nodiscard]] Neighbor& operator[](NeighborId id) const { return *neighbors_.find(id); }
  [[nodiscard]] bool empty() const { return neighbors_.empty(); }
  template <typename Visit>
  void for_each(Visit visit) const {
    neighbors_.for_each(visit);
  }
  /// The neighbors of a set.
  template <typename Set, typename Visit>
  void for_each(const Set& set, Visit visit) const {
    set.for_each([&](rib::PeerIndex id) {
      if (Neighbor* known = find(id)) visit(*known);
    });
  }
  /// Those that the configuration names; not those who are born of a range.
  template <typename Visit>
  void for_each_configured(Visit visit) const {
    neighbors_.for_each([&](Neighbor& neighbor) {
      if (!neighbor.is_born_of_range()) visit(neighbor);
    });
  }
  /// Those born of a range, or not even born.
  template <typename Visit>
  void for_each_of(const Neighbor& range, Visit visit) const {
    neighbors_.for_each([&](Neighbor& neighbor) {
      if (neighbor.is_born_of_range() && neighbor.range() == range.id()) visit(neighbor);
    });
  }
  template <typename Test>
  [[nodiscard]] Neighbor* find_if(Test test) const {
    return neighbors_.find_if(test);
  }
  /// The neighbors with these peer addresses; all that are configured when there are none.
  [[nodiscard]] rib::Audience select(const std::vector<base::IpPrefix>& addresses) const;

  /// Adds a neighbor under a number of its own. Not started yet.
  Neighbor& add(grammar::NeighborConfig config);
  /// Ends a neighbor's session and forgets what was announced to it. Those born of a range go with
  /// it.
  void remove(NeighborId id, bgp::NotificationCode code, std::string_view reason);

  // --- connections

  /// An incoming connection: finds the neighbor it belongs to, by address or as one of a range.
  /// False when it was refused.
  bool accept(ConnectionId connection, const base::IpAddress& local, const base::IpAddress& peer);
  /// The neighbor that a connection belongs to; null for one that was closed.
  [[nodiscard]] Neighbor* owner(ConnectionId connection) const;
  /// The same when the peer has said something on it, which is not for one born of a range who is
  /// over: its peer begins anew, also before the turn ends.
  [[nodiscard]] Neighbor* recipient(ConnectionId connection);
  /// A number for a connection that a neighbor makes.
  ConnectionId next_connection(NeighborId owner);
  void note_connection(ConnectionId connection, NeighborId owner);
  void forget_connection(ConnectionId connection) { owners_.erase(connection); }

  // --- turns

  /// Something happened to a neighbor's connections: its timers may have changed, a collision may
  /// be decided, it may be over.
  void touch(NeighborId id) {
    timers_changed_ = true;
    if (touched_.empty() || touched_.back() != id) touched_.push_back(id);
  }
  void note_timers_changed() { timers_changed_ = true; }
  /// When a neighbor is due.
  [[nodiscard]] base::Tick deadline();
  void on_timer();
  /// Settles what the turn has brought, before anything is sent.
  void settle();
  /// Its session ends with the turn: it does not read.
  void note_overrun(NeighborId id) { overrun_.push_back(id); }
  void end_overrun();
  /// Removes those neighbors born of a range, or not even born, whose session was over in this
  /// turn.
  void reap();
  /// No stranger is let in any more.
  void close_ranges() { closed_ = true; }
  /// tcp.attempts, tcp.once: no neighbor will connect any more.
  [[nodiscard]] bool given_up() const;

 private:
  /// Removes one that comes of a range and is over. A further connection of the same peer, on which
  /// it has said nothing yet, is a stranger's.
  void remove_over(Neighbor& neighbor);
  Neighbor& add_unborn(const Neighbor& range, const base::IpAddress& peer);
  bool refuse(ConnectionId connection, bgp::NotificationCode code, std::string_view text);
  [[nodiscard]] Neighbor* configured_for(const base::IpAddress& local,
                                         const base::IpAddress& peer) const;
  [[nodiscard]] const Neighbor* range_for(const base::IpAddress& local,
                                          const base::IpAddress& peer) const;
  [[nodiscard]] std::string_view crowded() const;

  const SessionContext& context_;
  base::Registry<NeighborId, Neighbor> neighbors_;
  std::unordered_map<ConnectionId, NeighborId> owners_;
  ConnectionId last_connection_{};
  std::vector<NeighborId> touched_;  // in this turn
  std::vector<NeighborId> settled_;  // of this turn
  std::vector<NeighborId> overrun_;
  bool timers_changed_ = true;  // deadline_ must be computed anew
  base::Tick deadline_ = base::never;
  bool closed_ = false;
};

}  // namespace openbell::engine
