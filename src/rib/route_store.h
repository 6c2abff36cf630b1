#pragma once
// What peers are told: each route once, with the set of peers that it is for.
//
// Routes of one NLRI form a chain whose audiences are disjoint: a peer is told at most one of them.
// A withdrawal is a route too, a tombstone, until every peer that follows the queues has passed it.
// Every change gets a number, higher than all before, and an entry in one of four queues (what is
// urgent goes first, withdrawals overtake announcements); an entry whose number is no longer the
// route's is stale and means nothing, so the last word on an NLRI is the one that is sent.
//
// Only Claims changes it: what is told follows from who claims what.

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>

#include "base/index.h"
#include "base/slab.h"
#include "rib/change_queue.h"
#include "rib/claimant.h"
#include "rib/moment.h"
#include "rib/path_pool.h"
#include "rib/peer_set.h"
#include "rib/stored_nlri.h"

namespace openbell::rib {

struct Route {
  StoredNlri nlri;
  bool withdrawn : 1 = false;
  bool twin : 1 = false;      // was one with the record before it in the chain, and is sent with it
  bool replaces : 1 = false;  // its peers may have been told something else before
  bool unsent : 1 = false;    // some session could not be sent it: which ones, can_carry() knows
  Path path = no_path;        // of a tombstone: the attributes given with the withdrawal, or none
  SetHandle audience = nobody;
  base::Handle next = base::no_handle;  // of the same NLRI
  std::uint32_t claimant = 0;           // Claimant::packed
  std::uint64_t change = 0;             // 0: the record is free

  [[nodiscard]] bool announced() const { return change != 0 && !withdrawn; }
};
static_assert(sizeof(Route) == 40);

/// Whose word a change is, and whether it goes first.
struct Origin {
  Priority priority = Priority::bulk;
  Claimant claimant = {};
  bool joins = false;  // what was not sent yet may take further peers, so that equal routes that
                       // are said to one peer after the other are one
};

/// Knows what a path becomes in the session with a peer.
class PathResolver {
 public:
  virtual ~PathResolver() = default;
  /// Both are the same bytes on the wire to this peer.
  [[nodiscard]] virtual bool same(PeerIndex peer, bgp::Family family, const bgp::PathView& a,
                                  const bgp::PathView& b) const = 0;
  /// Why the peer cannot be sent the route that it is to be told.
  [[nodiscard]] virtual std::string why_unsendable(PeerIndex peer,
                                                   const bgp::NlriView& nlri) const = 0;
};

/// Knows who has read what in the queues.
class Readers {
 public:
  virtual ~Readers() = default;
  /// Those of `audience` who listen and have yet to be told a record.
  [[nodiscard]] virtual Snapshot unread(base::Handle route, const Audience& audience) const = 0;
  /// Those of `audience` who listen, have its family and cannot be sent it.
  [[nodiscard]] virtual Snapshot unsendable(base::Handle route, const Audience& audience) const = 0;
};

class RouteStore {
 public:
  RouteStore(PeerSetPool& peers, PathPool& paths) : peers_(peers), paths_(paths) {}
  ~RouteStore();
  RouteStore(const RouteStore&) = delete;
  RouteStore& operator=(const RouteStore&) = delete;

  /// The route announced to `peer`, no_handle when there is none.
  [[nodiscard]] base::Handle find(const bgp::NlriView& nlri, PeerIndex peer) const;
  /// It is about to be asked for that NLRI: what it will look at is fetched meanwhile.
  void expect(const bgp::NlriView& nlri) const { index_.expect(hash_of(nlri)); }
  /// Calls `visit(Handle)` for every record of an NLRI, tombstones included.
  template <typename Visit>
  void for_each(const bgp::NlriView& nlri, Visit visit) const {
    for (base::Handle at = chain(nlri).first; at != base::no_handle; at = routes_[at].next)
      visit(at);
  }

  [[nodiscard]] const Route& operator[](base::Handle route) const { return routes_[route]; }
  /// The next of those records that were one when their change was made, and are sent by its entry;
  /// no_handle at the end.
  [[nodiscard]] base::Handle next_twin(base::Handle route) const {
    const base::Handle next = routes_[route].next;
    return next != base::no_handle && routes_[next].twin &&
                   routes_[next].change == routes_[route].change
               ? next
               : base::no_handle;
  }
  /// Handles are below this; a free record is not announced().
  [[nodiscard]] base::Handle end() const { return routes_.end(); }
  /// Records in use, tombstones included.
  [[nodiscard]] std::size_t size() const { return routes_.used(); }

  [[nodiscard]] const ChangeQueue& queue(Lane lane) const {
    return queues_[static_cast<std::size_t>(lane)];
  }
  /// The lowest number of a change that a reader at that position of an announcing lane has still
  /// to read; last_change() + 1 when there is none.
  [[nodiscard]] std::uint64_t lowest_unread(Lane lane, std::uint64_t position) const;
  /// The ends of all lanes: who has read up to here has read everything up to now.
  [[nodiscard]] Positions ends() const;
  /// Announcements so far that took the place of another path.
  [[nodiscard]] std::uint64_t replaced() const { return replaced_; }
  [[nodiscard]] std::uint64_t last_change() const { return last_change_; }
  /// Who is told what changes: peers whose session is up.
  [[nodiscard]] const Snapshot& listening() const { return listening_; }

  // --- for the reader of the queues, AdjRibOut

  void set_listening(Snapshot peers) { listening_ = std::move(peers); }
  /// Everything up to now may have been sent to somebody: routes changed later can still be joined
  /// into one.
  void seen() { seen_change_ = last_change_; }
  /// Somebody walks over the records beside the queues.
  void set_walked(bool walked) { walked_ = walked; }
  /// Some session could not be sent that record.
  void note_unsent(base::Handle route) { routes_[route].unsent = true; }
  /// All readers have passed these positions: what lies before is forgotten, tombstones there are
  /// freed. At most `budget` entries of a lane; true when there is more.
  bool trim(const Positions& passed, std::size_t budget);

  /// Null: there are none, it is a sketch.
  void set_readers(const Readers* readers) { readers_ = readers; }
  /// Null: paths are compared as they are given.
  void set_resolver(const PathResolver* resolver) { resolver_ = resolver; }
  [[nodiscard]] const PathResolver* resolver() const { return resolver_; }

 private:
  friend class Claims;

  /// All records of one NLRI.
  struct Chain {
    std::uint32_t hash = 0;
    base::Handle first = base::no_handle;
  };
  [[nodiscard]] Chain chain(const bgp::NlriView& nlri) const;

  struct Announced {
    Audience news = {};        // those that were announced the very same before are left alone
    std::uint64_t joined = 0;  // the earlier change that took them in; 0: this one is new
    Snapshot pending = {};     // announced the very same before, who have yet to be told
    Snapshot unsent = {};      // announced the very same before, who cannot be sent it
  };
  /// Announces to every peer of `audience`. The store takes its own use of `path`.
  Announced announce(Chain& chain, const bgp::NlriView& nlri, Path path, const Audience& audience,
                     Origin origin);
  /// Withdraws from every peer of `audience`, also one that never heard of the route (ExaBGP).
  /// Peers that do not listen are only forgotten. A label that was not given is taken from the
  /// route. Returns the peers that lost a route.
  Audience withdraw(Chain& chain, const bgp::NlriView& nlri, Path attributes,
                    const Audience& audience, Priority priority);
  /// The same for peers that have no record of it: nobody is told, but words that are earlier and
  /// have still to be said come too late.
  void note_withdrawn(Chain& chain, const bgp::NlriView& nlri, const Audience& audience);
  /// Those of `audience` who were said before that it is withdrawn, and have yet to be told.
  [[nodiscard]] Snapshot pending_withdrawal(const Chain& chain, const Audience& audience) const;
  /// Frees a route that is for nobody any more, because its peers have gone.
  void erase_deserted(base::Handle route);

  // Words that are said in slices.
  Moment open_moment();
  void close_moment(Moment moment);
  /// What is changed from now on was decided at `moment`; `latest`: now.
  void speak_as_of(Moment moment);
  /// When the word that a record stands for was decided. Only while moments are open.
  [[nodiscard]] Moment moment_of(base::Handle route) const;

  /// The very same was said again, for `peers` of the route.
  void affirm(Chain& chain, base::Handle route, const Audience& peers, Origin origin);
  /// A record of its own for `peers` of a route, told as it was. Where they are all of its peers it
  /// is that record.
  base::Handle split(Chain& chain, base::Handle route, const Audience& peers, Path path);
  [[nodiscard]] Audience told_the_same(base::Handle at, const bgp::NlriView& nlri, Path path,
                                       const Audience& shared);
  /// Some reader may not have passed that announcement.
  [[nodiscard]] bool pending(std::uint64_t change) const;
  base::Handle add(Chain& chain, const bgp::NlriView& nlri, Path path, const Audience& audience,
                   bool withdrawn, std::uint64_t change);
  base::Handle make(const bgp::NlriView& nlri, Path path, const Audience& audience, bool withdrawn,
                    std::uint64_t change);
  void push(Lane lane, base::Handle route);
  bool trim(Lane lane, std::uint64_t passed, std::size_t budget);
  bool free_kept_tombstones(std::size_t budget);
  void free_tombstone(const Change& entry);
  /// Takes `peers` out of a route's audience; frees it when nobody is left. Gives the record to
  /// look at next.
  base::Handle remove_peers(Chain& chain, base::Handle route, const Audience& peers);
  /// The same of all its peers. The record of the first of several twins is the next one's then.
  base::Handle erase(Chain& chain, base::Handle route);
  void give_place_to_twin(base::Handle route, base::Handle twin);
  [[nodiscard]] bool needs_moment(base::Handle route) const;

  PeerSetPool& peers_;
  PathPool& paths_;
  const PathResolver* resolver_ = nullptr;
  const Readers* readers_ = nullptr;
  base::Slab<Route> routes_;
  base::Index index_;  // first route of each NLRI
  std::array<ChangeQueue, lane_count> queues_;
  Snapshot listening_;
  std::uint64_t last_change_ = 0;
  std::uint64_t seen_change_ = 0;
  std::uint64_t replaced_ = 0;
  bool walked_ = false;

  Moments moments_;
  Moment speaking_ = latest;
  std::uint64_t slice_first_ = 0;                  // first change of the slice that is being said
  std::unordered_map<base::Handle, Moment> said_;  // words said again without a change
  std::deque<Change> kept_;                        // tombstones that only open moments need
};

}  // namespace openbell::rib
