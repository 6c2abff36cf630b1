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

class ClaimedRoutes {
 public:
  /// Up to so many routes are changed in the turn that wants it: some 0.3 ms of work.
  static constexpr std::size_t at_once_max = 1024;

  /// `name` of the service or plan, for records.
  ClaimedRoutes(Routing& routing, rib::Claimant claimant, std::string name)
      : routing_(routing), claimant_(claimant), name_(std::move(name)) {}
  ClaimedRoutes(const ClaimedRoutes&) = delete;
  ClaimedRoutes& operator=(const ClaimedRoutes&) = delete;
  ~ClaimedRoutes();

  /// From now on these lists are claimed, for `audience`, and nothing else. What was done at once,
  /// or nothing when it goes in slices.
  Outcome change(std::vector<ClaimList> lists, const rib::Audience& audience, const Cause& cause);
  /// The same change in a sketch, as it would be done at once. Nothing is remembered.
  void sketch(rib::Claims& sketch, const std::vector<ClaimList>& lists,
              const rib::Audience& audience) const;
  /// Gives everything up, also what takes longer than this lives.
  Outcome retire(const Cause& cause);
  [[nodiscard]] const std::vector<ClaimList>& lists() const { return lists_; }
  [[nodiscard]] const rib::Audience& audience() const { return audience_; }
  [[nodiscard]] rib::Claimant claimant() const { return claimant_; }
  /// Routes that the last change is about, those that it gives up included.
  [[nodiscard]] static std::size_t count(const std::vector<ClaimList>& lists);

 private:
  class Change;
  class Job;

  Routing& routing_;
  rib::Claimant claimant_;
  std::string name_;
  std::vector<ClaimList> lists_;
  std::vector<SharedRoutes> earlier_;  // claimed before, by changes that were not finished
  rib::Audience audience_;
  std::shared_ptr<bool> running_;  // the job of the last change; false: it is over or was ended
};

}  // namespace openbell::engine
