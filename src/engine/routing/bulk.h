#pragma once
// Work that grows with the table is done in slices at the end of each turn, after everything
// urgent.

#include <cstdint>
#include <memory>

#include "engine/routing/transaction.h"
#include "grammar/route/route.h"
#include "rib/adj_rib_in.h"

namespace openbell::engine {

struct State;

using SharedRoutes = std::shared_ptr<const grammar::RouteList>;

class BulkJob {
 public:
  enum class Progress : std::uint8_t { more, waiting, done };
  virtual ~BulkJob() = default;
  /// One slice, well under a millisecond. `waiting`: something else must happen first (a helper
  /// must read).
  virtual Progress step(State& state) = 0;

  /// A receipt waits for all of it.
  void follow(rib::Token receipt) { receipt_ = receipt; }

 protected:
  /// What a slice has changed, and that it was the last one, for the receipt.
  void note_slice(State& state, const Outcome& outcome) const;
  void note_end(State& state) const;

 private:
  rib::Token receipt_ = 0;  // 0: none waits
};

/// Runs a slice of every job. True when another turn must follow at once: some job could go on, or
/// has done what must still be sent.
bool run_jobs(State& state);
/// Frees what is left of peers that have gone, in the routes.
std::unique_ptr<BulkJob> sweep();
/// Brings NLRIs that several claim to what counts now, after precedences have changed.
std::unique_ptr<BulkJob> settle_claims();
/// Frees what a peer had announced.
std::unique_ptr<BulkJob> dissolve(std::unique_ptr<rib::AdjRibIn> received);

}  // namespace openbell::engine
