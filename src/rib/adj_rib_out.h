#pragma once
// From changed routes to UPDATEs: sessions that are sent identical bytes form a wire group, for
// which each UPDATE is encoded once and written to every member.
//
// A group follows the lanes of the RouteStore in their order: what is urgent first, withdrawals
// before announcements. A session that has just come
// up, was asked to refresh, or fell too far behind walks over the store instead and then follows
// the queues like everybody else; a member whose socket is full leaves for a group of its own and
// comes back when it has caught up. What waits is routes, never bytes, so a slow peer costs a
// bounded amount, gets the latest state, and delays nobody.

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "base/tick.h"
#include "bgp/wire_context.h"
#include "rib/route_store.h"

namespace openbell::rib {

/// A name that the caller gives to what it waits for.
using Token = std::uint64_t;

/// Carries messages to peers; implemented by the engine.
class PeerOutput {
 public:
  /// What became of changes that somebody waits for, at one peer.
  enum class Fate : std::uint8_t {
    written,     // as written_in_part() said
    superseded,  // a later change of the same routes took their place before they were sent
    lost,        // the session has ended
  };
  virtual ~PeerOutput() = default;
  /// Nothing of this peer waits in user space.
  [[nodiscard]] virtual bool writable(PeerIndex peer) const = 0;
  /// One or more whole messages. Always taken.
  virtual void write(PeerIndex peer, bgp::Bytes messages) = 0;
  /// A route whose attributes leave no room in a message was not sent.
  virtual void unsendable(PeerIndex peer, const bgp::NlriView& nlri) = 0;
  /// The peer has left more withdrawals unread than are kept for it: its session must end.
  virtual void overrun(PeerIndex peer) = 0;
  /// Routes of the table, with changes of `range` among them, were sent to sessions that came up.
  virtual void introduced(const Snapshot& /*peers*/, std::size_t /*routes*/,
                          ChangeRange /*range*/) {}
  /// Some of what is waited for was in the write that was the last one to this peer.
  virtual void written_in_part(Token /*token*/, PeerIndex /*peer*/) {}
  /// A route that is waited for cannot be sent to this peer.
  virtual void unsent(Token /*token*/, PeerIndex /*peer*/, const bgp::NlriView& /*nlri*/) {}
  /// The answer to AdjRibOut::await, once for each peer.
  virtual void settled(Token token, PeerIndex peer, Fate fate) = 0;
};

/// What of a session matters for the bytes it is sent.
struct WireClass {
  bgp::WireContext context;      // peer_as reduced to "ours" or 0, see of()
  std::uint32_t rate_limit = 0;  // UPDATEs a second, 0: none
  bool operator==(const WireClass&) const = default;
  /// Sessions with different peer AS get the same bytes as long as both are external.
  static WireClass of(const bgp::WireContext& context, std::uint32_t rate_limit);
};

class AdjRibOut final : public Readers {
 public:
  /// What a group that cannot be sent to, or not so fast, may leave unread.
  struct Limits {
    /// This many announcements behind, it walks over the store instead of keeping its place.
    std::uint64_t announced_lag = 1u << 20;
    /// This many withdrawals behind, its sessions are given up.
    std::uint64_t withdrawn_lag = 4u << 20;
  };

  AdjRibOut(RouteStore& routes, PeerSetPool& peers, PathPool& paths, PeerOutput& output)
      : AdjRibOut(routes, peers, paths, output, Limits()) {}
  AdjRibOut(RouteStore& routes, PeerSetPool& peers, PathPool& paths, PeerOutput& output,
            Limits limits);
  ~AdjRibOut() override;

  /// A session is established: everything for it will be sent, then End-of-RIB for each family when
  /// `end_of_rib`.
  void open(PeerIndex peer, const WireClass& wire_class, bool end_of_rib);
  void close(PeerIndex peer);
  /// Sends all routes of `families` again, between BoRR and EoRR when `framed` (RFC 7313, only
  /// where negotiated).
  void refresh(PeerIndex peer, const bgp::FamilySet& families, bool framed);
  /// Sends End-of-RIB once everything announced up to now has been sent.
  void end_of_rib(PeerIndex peer, bgp::Family family);
  /// Peers with an established session.
  [[nodiscard]] const Snapshot& listening() const { return listening_; }
  [[nodiscard]] bool walking(PeerIndex peer) const;

  /// Writes a slice of what waits for every group. True when there is more that could be sent at
  /// once.
  bool flush(base::Tick now);
  /// Writes what is urgent and nothing else: for the middle of a turn.
  void flush_urgent(base::Tick now);
  /// Tells PeerOutput::settled when the changes of `range`, which are in the lanes up to `mark` (0:
  /// not in that lane), have been written to each of `peers`. Costs nothing while nobody waits, and
  /// no more than a search for each route that is sent while somebody does.
  void await(Token token, const Snapshot& peers, ChangeRange range, const Positions& mark);

  [[nodiscard]] Snapshot unread(base::Handle route, const Audience& audience) const override;
  [[nodiscard]] Snapshot unsendable(base::Handle route, const Audience& audience) const override;

  /// The UPDATEs for what the lanes hold between two places, encoded before it was decided.
  struct Encoded {
    Positions from;
    Positions to;
    std::map<PeerIndex, std::vector<std::uint8_t>> messages;
  };
  /// The next flush writes these bytes to whoever stands at `from`, instead of encoding the same,
  /// unless the lanes have gone on beyond `to` by then.
  /// They must have been made for the sessions that there are now.
  void offer(Encoded encoded) { encoded_ = std::make_unique<Encoded>(std::move(encoded)); }
  /// What flush() would write for the changes that `routes`, a sketch of the store, holds from
  /// `since` on, if nothing else waited: written to `output` instead, also for sessions that are
  /// not writable now.
  void preview(const RouteStore& routes, const Positions& since, PeerOutput& output) const;
  /// When a group held back by its rate limit may go on; base::never when none is.
  [[nodiscard]] base::Tick deadline() const;

 private:
  struct Group;
  struct Encoder;
  enum class Scope : std::uint8_t { urgent, everything };

  Group& group_of(PeerIndex peer) { return *by_peer_[base::place(peer)]; }
  /// Null: its session is down.
  [[nodiscard]] Group* find_group(PeerIndex peer) const {
    return base::place(peer) < by_peer_.size() ? by_peer_[base::place(peer)] : nullptr;
  }
  [[nodiscard]] bool is_unread(const Group& group, base::Handle route) const;
  Group& add_group(const WireClass& wire_class);
  void move_to_own_group(PeerIndex peer);
  void leave_group(PeerIndex peer);
  void begin_walk(Group& group, const bgp::FamilySet& families, std::uint64_t lowest_change);
  void finish_walk(Group& group);
  bool flush_group(Group& group, base::Tick now, Scope scope);
  std::size_t allowance(Group& group, base::Tick now) const;
  std::size_t write_lane(Group& group, Lane lane, std::size_t room);
  bool write_encoded(Group& group);
  void settle_awaited(Group& group);
  void separate_blocked(Group& group);
  void limit_lag(Group& group);
  void collect(Group& group, Lane lane, std::size_t room);
  template <typename Visit>
  void for_each_concerned(const Group& group, const RouteStore& routes, const Change& entry,
                          Visit visit) const;
  void collect_walk(Group& group, std::size_t room);
  void walk_over(Group& group, base::Handle at);
  void take_encoded(Group& group, base::Handle handle, Lane lane);
  void note_written(Group& group);
  void note_given_up(Group& group, base::Handle route);
  void note_awaited(Group& group, const Route& route);
  void note_walkers();
  void report_introduced(Group& group);
  void send_end_of_rib(Group& group);
  void rejoin_groups();
  bool trim();

  RouteStore& routes_;
  PeerSetPool& peers_;
  PathPool& paths_;
  PeerOutput& output_;
  const Limits limits_;
  std::vector<std::unique_ptr<Group>> groups_;
  std::vector<Group*> by_peer_;  // null: session down
  std::unique_ptr<Encoder> encoder_;
  std::unique_ptr<Encoded> encoded_;  // offered for the next flush
  Snapshot listening_;
};

}  // namespace openbell::rib
