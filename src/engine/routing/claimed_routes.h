#pragma once
// The routes that a service or a plan claims: brought from one list to another, short lists at once
// and first, long ones in slices. A later change ends an earlier one.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/routing/bulk.h"
#include "engine/routing/transaction.h"

namespace openbell::engine {

/// Some routes of a claimant, and what it says of them.
struct ClaimList {
  bgp::Purpose purpose = bgp::Purpose::announce;  // withdraw: they are suppressed (a plan)
  SharedRoutes routes;
};

class Changeover;

class ClaimedRoutes {
 public:
  /// Up to so many routes are changed in the turn that wants it: some 0.3 ms of work.
  static constexpr std::size_t at_once_max = 1024;

  /// `name` of the service or plan, for records.
  ClaimedRoutes(Routing& routing, rib::Claimant claimant, std::string name);
  ClaimedRoutes(const ClaimedRoutes&) = delete;
  ClaimedRoutes& operator=(const ClaimedRoutes&) = delete;
  /// Slices that are under way go on.
  ~ClaimedRoutes() = default;

  /// From now on these lists are claimed, for `audience`, and nothing else. What was done at once,
  /// or nothing when it goes in slices.
  Outcome change(std::vector<ClaimList> lists, const rib::Audience& audience, const Cause& cause);
  /// The same change in a sketch, as it would be done at once. Nothing is remembered.
  void sketch(rib::Claims& sketch, const std::vector<ClaimList>& lists,
              const rib::Audience& audience) const;

  /// The same change as a part of a changeover, in two steps. What is claimed now will be given up
  /// when all others have claimed, as far as it is not claimed still.
  void leave(Changeover& changeover);
  /// After leave(): claims these lists.
  Outcome claim(std::vector<ClaimList> lists, const rib::Audience& audience, const Cause& cause,
                Changeover& changeover);

  [[nodiscard]] const std::vector<ClaimList>& lists() const { return stand_->lists; }
  [[nodiscard]] const rib::Audience& audience() const { return stand_->audience; }
  [[nodiscard]] rib::Claimant claimant() const { return claimant_; }
  /// Routes that the last change is about, those that it gives up included.
  [[nodiscard]] static std::size_t count(const std::vector<ClaimList>& lists);

 private:
  class Change;
  class Claimer;
  class Slices;
  class Departure;
  /// What is claimed, or will be when the slices under way are done.
  struct Stand {
    std::vector<ClaimList> lists;
    rib::Audience audience;
  };

  /// Lists that stand for what is claimed, and may not be claimed to the end.
  [[nodiscard]] std::vector<SharedRoutes> claimed() const;
  void end_slices();
  std::unique_ptr<BulkJob> in_slices(Change change, const Cause& cause, std::string_view result,
                                     bool beside);

  Routing& routing_;
  rib::Claimant claimant_;
  std::string name_;
  std::shared_ptr<Stand> stand_;       // also of departures, which may outlive this
  std::vector<SharedRoutes> earlier_;  // claimed before, by changes that were not finished
  std::shared_ptr<bool> running_;      // slices of the last change; false: over, or were ended
};

}  // namespace openbell::engine
