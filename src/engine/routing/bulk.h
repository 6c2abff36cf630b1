#pragma once
// Work that grows with the table is done in slices at the end of each turn, after everything
// urgent.

#include <cstdint>
#include <deque>
#include <memory>

#include "engine/routing/transaction.h"
#include "grammar/route/route.h"
#include "rib/adj_rib_in.h"
#include "rib/adj_rib_out.h"

namespace openbell::engine {

class Routing;

/// What a slice may cost, in records that are looked at.
inline constexpr std::size_t slice_looked_at = 16'384;

using SharedRoutes = std::shared_ptr<const grammar::RouteList>;

/// Waits for all that a job does.
class OutcomeFollower {
 public:
  virtual ~OutcomeFollower() = default;
  /// A slice was done; after close() no other follows.
  virtual void extend(rib::Token token, const Outcome& outcome) = 0;
  virtual void close(rib::Token token) = 0;
};

class BulkJob {
 public:
  enum class Progress : std::uint8_t { more, waiting, done };
  virtual ~BulkJob() = default;
  /// One slice, well under a millisecond. `waiting`: something else must happen first (a client
  /// must read).
  virtual Progress step() = 0;

  /// `follower` is told of every slice from now on.
  void follow(OutcomeFollower& follower, rib::Token token) {
    follower_ = &follower;
    token_ = token;
  }

 protected:
  void note_slice(const Outcome& outcome) const {
    if (follower_ != nullptr) follower_->extend(token_, outcome);
  }
  void note_end() const {
    if (follower_ != nullptr) follower_->close(token_);
  }

 private:
  OutcomeFollower* follower_ = nullptr;
  rib::Token token_ = 0;
};

class BulkQueue {
 public:
  BulkJob& add(std::unique_ptr<BulkJob> job) {
    jobs_.push_back(std::move(job));
    return *jobs_.back();
  }
  /// Runs a slice of every job. True when another turn must follow at once: some job could go on,
  /// or has done what must still be sent.
  bool run();

 private:
  std::deque<std::unique_ptr<BulkJob>> jobs_;
};

/// Frees what is left of peers that have gone, in the routes.
std::unique_ptr<BulkJob> sweep(Routing& routing);
/// Frees what a peer had announced.
std::unique_ptr<BulkJob> dissolve(std::unique_ptr<rib::AdjRibIn> received);

}  // namespace openbell::engine
