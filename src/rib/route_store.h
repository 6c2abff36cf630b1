#pragma once
// What we announce: each route once, with the set of peers that it is for.
//
// Routes of one NLRI form a chain whose audiences are disjoint: a peer is told at most one of them.
// A withdrawal is a route too, a tombstone, until every peer that follows the queues has passed it.
// Every change gets a number, higher than all before, and an entry in one of two queues
// (withdrawals overtake announcements); an entry whose number is no longer the route's is stale and
// means nothing, so the last word on an NLRI is the one that is sent.

#include <cstdint>
#include <vector>

#include "base/index.h"
#include "base/slab.h"
#include "rib/change_queue.h"
#include "rib/path_pool.h"
#include "rib/peer_set.h"
#include "rib/stored_nlri.h"

namespace openbell::rib {

struct Route {
  StoredNlri nlri;
  bool withdrawn = false;
  Path path = no_path;        // of a tombstone: the attributes given with the withdrawal, or none
  PeerSet audience = nobody;  // nobody: the record is free
  base::Handle next = base::no_handle;  // of the same NLRI
  std::uint32_t owner = 0;              // who announced it last, see Origin
  std::uint64_t change = 0;
};
static_assert(sizeof(Route) == 40);

/// Owner of routes that clearing leaves alone: services and plans look after their own.
inline constexpr std::uint32_t lasting_owner = UINT32_MAX;

/// Whose word a change is, and whether it goes first.
struct Origin {
  Priority priority = Priority::bulk;
  std::uint32_t owner = 0;  // a number of the caller's; 0: nobody in particular
};

class RouteStore {
 public:
  RouteStore(PeerSetPool& peers, PathPool& paths) : peers_(peers), paths_(paths) {}
  ~RouteStore();
  RouteStore(const RouteStore&) = delete;
  RouteStore& operator=(const RouteStore&) = delete;

  /// Announces to every peer of `audience`. Gives the peers for which this is news: those that were
  /// announced the very same before are left alone. The store takes its own use of `path`.
  PeerSet announce(const bgp::NlriView& nlri, Path path, PeerSet audience, Origin origin = {});

  /// Withdraws from every peer of `audience`, also one that never heard of the route (ExaBGP).
  /// Peers that are not `listening` (their session is down) are only forgotten. A label that was
  /// not given is taken from the route. Returns the peers that lost a route.
  PeerSet withdraw(const bgp::NlriView& nlri, Path attributes, PeerSet audience, PeerSet listening,
                   Priority priority = Priority::bulk);

  /// Everything announced to `peers` up to now is about to be withdrawn by the caller, in slices:
  /// until end_clearing(), announcing the very same again is news. Gives the number of the last
  /// change that the caller must withdraw.
  std::uint64_t begin_clearing(PeerSet peers);
  void end_clearing(std::uint64_t last_change, PeerSet peers);

  /// The route announced to `peer`, no_handle when there is none.
  [[nodiscard]] base::Handle find(const bgp::NlriView& nlri, PeerIndex peer) const;

  [[nodiscard]] const Route& operator[](base::Handle route) const { return routes_[route]; }
  /// Handles are below this; a free record has nobody as its audience.
  [[nodiscard]] base::Handle end() const { return routes_.end(); }
  /// Records in use, tombstones included.
  [[nodiscard]] std::size_t size() const { return routes_.used(); }

  [[nodiscard]] const ChangeQueue& queue(Lane lane) const {
    return queues_[static_cast<std::size_t>(lane)];
  }
  /// The ends of all lanes: who has read up to here has read everything up to now.
  [[nodiscard]] Positions ends() const;
  /// Announcements so far that took the place of another path.
  [[nodiscard]] std::uint64_t replaced() const { return replaced_; }
  [[nodiscard]] std::uint64_t last_change() const { return last_change_; }
  /// Everything up to now may have been sent to somebody: routes changed later can still be joined
  /// into one.
  void seen() { seen_change_ = last_change_; }
  /// All readers have passed these positions: what lies before is forgotten, tombstones there are
  /// freed. At most `budget` entries of a lane; true when there is more.
  bool trim(const Positions& passed, std::size_t budget);

 private:
  base::Handle head(std::uint32_t hash, const bgp::NlriView& nlri) const;
  base::Handle add(std::uint32_t hash, const bgp::NlriView& nlri, Path path, PeerSet audience,
                   bool withdrawn);
  void push(Lane lane, base::Handle route);
  bool trim(Lane lane, std::uint64_t passed, std::size_t budget);
  /// Takes `peers` out of a route's audience; frees it when nobody is left.
  void remove_peers(std::uint32_t hash, base::Handle route, PeerSet peers);
  void erase(std::uint32_t hash, base::Handle route);
  /// Those of a route's audience for whom it is being cleared.
  [[nodiscard]] PeerSet doomed(const Route& route) const;

  struct Clearing {
    std::uint64_t last_change = 0;
    PeerSet peers = nobody;
    bool operator==(const Clearing&) const = default;
  };

  PeerSetPool& peers_;
  PathPool& paths_;
  base::Slab<Route> routes_;
  base::Index index_;  // first route of each NLRI
  std::array<ChangeQueue, lane_count> queues_;
  std::uint64_t last_change_ = 0;
  std::uint64_t seen_change_ = 0;
  std::uint64_t replaced_ = 0;
  std::vector<Clearing> clearings_;
};

}  // namespace openbell::rib
