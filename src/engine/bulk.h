#pragma once
// Work that grows with the table is done in slices at the end of each turn, after everything
// urgent.

#include <cstdint>
#include <functional>
#include <memory>

#include "engine/helper.h"
#include "grammar/route.h"
#include "rib/adj_rib_in.h"
#include "rib/peer_set.h"

namespace openbell::engine {

struct State;

class BulkJob {
 public:
  enum class Progress : std::uint8_t { more, waiting, done };
  virtual ~BulkJob() = default;
  /// One slice, well under a millisecond. `waiting`: something else must happen first (a helper
  /// must read).
  virtual Progress step(State& state) = 0;
};

/// Runs a slice of every job. True when another turn must follow at once: some job could go on, or
/// has done what must still be sent.
bool run_jobs(State& state);

/// Withdraws everything that is announced to `peers` now ("clear adj-rib out"), but what services
/// and plans announce; what is announced later, before the job is done, stays.
std::unique_ptr<BulkJob> withdraw_everything(State& state, rib::PeerSet peers);
/// Withdraws every route that `owner` was the last to announce (rib::Origin), ahead of what is
/// bulk; `name` of the helper for the record.
std::unique_ptr<BulkJob> withdraw_owner(std::uint32_t owner, std::string name);
/// Takes a peer that is gone out of every route; nothing is sent. Its number is free then.
std::unique_ptr<BulkJob> forget_peer(rib::PeerIndex peer);
/// Announces to `to` whatever is announced to `from` (a neighbor born from a range).
std::unique_ptr<BulkJob> copy_routes(rib::PeerIndex from, rib::PeerIndex to);
/// Brings a neighbor from one list of configured routes to another: withdraws what is gone,
/// announces what is new or different.
std::unique_ptr<BulkJob> replace_routes(rib::PeerIndex peer,
                                        std::shared_ptr<const grammar::RouteList> from,
                                        std::shared_ptr<const grammar::RouteList> to);
/// Frees what a peer had announced.
std::unique_ptr<BulkJob> dissolve(std::unique_ptr<rib::AdjRibIn> received);

}  // namespace openbell::engine
