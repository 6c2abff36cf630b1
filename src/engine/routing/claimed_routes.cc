#include "engine/routing/claimed_routes.h"

#include <algorithm>
#include <string>
#include <utility>

#include "engine/report/publisher.h"
#include "engine/routing/changeover.h"
#include "engine/routing/route_finder.h"
#include "engine/routing/routing.h"

namespace openbell::engine {

namespace {

/// One that is said, in records that are looked at.
constexpr std::size_t cost_of_word = 16;

/// Takes one off the budget that was said.
void charge_word(std::size_t& budget) {
  budget -= std::min(budget, cost_of_word);
}

RouteFinder::Lists routes_of(const std::vector<ClaimList>& lists) {
  RouteFinder::Lists all;
  for (const ClaimList& list : lists) all.push_back(list.routes);
  return all;
}

}  // namespace

/// Gives up what stands in `from` but not in `to`, claims what stands in `to`.
class ClaimedRoutes::Change {
 public:
  Change(std::vector<SharedRoutes> from, std::vector<ClaimList> to, rib::Audience audience)
      : from_(std::move(from)),
        to_(std::move(to)),
        audience_(std::move(audience)),
        kept_(from_.empty() ? RouteFinder::Lists() : routes_of(to_)) {}

  /// Does as much as `budget` is for. True when that was all.
  bool step(Transaction& transaction, std::size_t budget) {
    if (!kept_.learn(budget)) return false;
    while (budget != 0 && list_ < from_.size()) {
      --budget;
      if (at_ == from_[list_]->size()) {
        ++list_;
        at_ = 0;
        continue;
      }
      const grammar::RouteView route = from_[list_]->at(at_++);
      if (kept_.contains(route.nlri)) continue;
      transaction.release(route);
      charge_word(budget);
    }
    while (budget != 0 && list_ < from_.size() + to_.size()) {
      --budget;
      const ClaimList& list = to_[list_ - from_.size()];
      if (at_ == list.routes->size()) {
        ++list_;
        at_ = 0;
        continue;
      }
      transaction.expect(*list.routes, at_ + Transaction::looked_ahead);
      const grammar::RouteView route = list.routes->at(at_++);
      transaction.change(route, audience_, list.purpose);
      charge_word(budget);
    }
    return list_ == from_.size() + to_.size();
  }

 private:
  std::vector<SharedRoutes> from_;
  std::vector<ClaimList> to_;
  rib::Audience audience_;
  RouteFinder kept_;
  std::size_t list_ = 0;  // of from_, then of to_
  std::size_t at_ = 0;
};

/// A claimant that does its work in slices: each is a transaction, with its record.
class ClaimedRoutes::Claimer {
 public:
  /// `beside`: see Voice.
  Claimer(Routing& routing, rib::Claimant claimant, const Cause& cause, bool beside = false)
      : routing_(routing), claimant_(claimant), cause_(cause), beside_(beside) {}

  Outcome slice(rib::Priority priority, std::string_view result, auto work) const {
    const Cause cause = cause_.view();
    Transaction transaction(
        routing_, {.cause = cause, .claimant = claimant_, .priority = priority, .beside = beside_});
    work(transaction);
    Outcome outcome = transaction.commit();
    if (!outcome.range.empty()) publish(routing_.publisher, cause, result, outcome);
    return outcome;
  }

 private:
  Routing& routing_;
  rib::Claimant claimant_;
  OwnCause cause_;
  bool beside_;
};

class ClaimedRoutes::Slices final : public BulkJob {
 public:
  Slices(Claimer claimer, std::string_view result, Change change, std::shared_ptr<bool> running)
      : claimer_(std::move(claimer)),
        result_(result),
        change_(std::move(change)),
        running_(std::move(running)) {}

  Progress step() override {
    bool end = !*running_;
    if (!end)
      note_slice(claimer_.slice(rib::Priority::bulk, result_, [&](Transaction& transaction) {
        end = change_.step(transaction, slice_looked_at);
      }));
    if (!end) return Progress::more;
    note_end();
    *running_ = false;
    return Progress::done;
  }

 private:
  Claimer claimer_;
  std::string_view result_;
  Change change_;
  std::shared_ptr<bool> running_;
};

/// Gives up what stood in some lists, as far as it is not claimed when it comes to it.
class ClaimedRoutes::Departure final : public BulkJob {
 public:
  Departure(Claimer claimer, std::vector<SharedRoutes> lists, rib::Audience audience,
            std::shared_ptr<const Stand> stand)
      : claimer_(std::move(claimer)),
        lists_(std::move(lists)),
        audience_(std::move(audience)),
        stand_(std::move(stand)) {
    std::size_t routes = 0;
    for (const SharedRoutes& list : lists_) routes += list->size();
    if (routes <= at_once_max) priority_ = rib::Priority::urgent;
  }

  Progress step() override {
    bool end = false;
    claimer_.slice(priority_, stand_->lists.empty() ? "removed" : "configured",
                   [&](Transaction& transaction) { end = step(transaction); });
    return end ? Progress::done : Progress::more;
  }

 private:
  bool step(Transaction& transaction) {
    std::size_t budget = slice_looked_at;
    // Anew when something else is claimed than at the last slice.
    if (RouteFinder::Lists now = routes_of(stand_->lists); now != kept_.lists())
      kept_ = RouteFinder(std::move(now));
    if (!kept_.learn(budget)) return false;
    const bool narrowed = !(audience_ - stand_->audience).empty();
    while (budget != 0 && list_ < lists_.size()) {
      --budget;
      if (at_ == lists_[list_]->size()) {
        ++list_;
        at_ = 0;
        continue;
      }
      const grammar::RouteView route = lists_[list_]->at(at_++);
      RouteFinder::Place kept;
      if (!kept_.find(route.nlri, kept)) {
        transaction.release(route);
      } else if (narrowed) {
        const ClaimList& list = stand_->lists[kept.list];
        transaction.change(list.routes->at(kept.route), stand_->audience, list.purpose);
      } else {
        continue;
      }
      charge_word(budget);
    }
    return list_ == lists_.size();
  }

  Claimer claimer_;
  std::vector<SharedRoutes> lists_;
  rib::Audience audience_;  // for whom they were claimed
  std::shared_ptr<const Stand> stand_;
  rib::Priority priority_ = rib::Priority::bulk;
  RouteFinder kept_;  // of what is claimed
  std::size_t list_ = 0;
  std::size_t at_ = 0;
};

ClaimedRoutes::ClaimedRoutes(Routing& routing, rib::Claimant claimant, std::string name)
    : routing_(routing),
      claimant_(claimant),
      name_(std::move(name)),
      stand_(std::make_shared<Stand>()) {}

std::size_t ClaimedRoutes::count(const std::vector<ClaimList>& lists) {
  std::size_t routes = 0;
  for (const ClaimList& list : lists) routes += list.routes->size();
  return routes;
}

std::vector<SharedRoutes> ClaimedRoutes::claimed() const {
  std::vector<SharedRoutes> all;
  if (running_ != nullptr && *running_) all = earlier_;
  for (const ClaimList& list : stand_->lists)
    if (!list.routes->empty()) all.push_back(list.routes);
  return all;
}

void ClaimedRoutes::end_slices() {
  if (running_ != nullptr) *running_ = false;
}

std::unique_ptr<BulkJob> ClaimedRoutes::in_slices(Change change, const Cause& cause,
                                                  std::string_view result, bool beside) {
  running_ = std::make_shared<bool>(true);
  return std::make_unique<Slices>(Claimer(routing_, claimant_, cause, beside), result,
                                  std::move(change), running_);
}

Outcome ClaimedRoutes::change(std::vector<ClaimList> lists, const rib::Audience& audience,
                              const Cause& cause) {
  earlier_ = claimed();
  end_slices();
  *stand_ = {std::move(lists), audience};
  std::size_t routes = count(stand_->lists);
  for (const SharedRoutes& list : earlier_) routes += list->size();
  Change change(earlier_, stand_->lists, audience);
  if (routes > at_once_max) {
    Outcome outcome;
    outcome.reached = routing_.peers.snapshot(audience);
    outcome.rest = &routing_.jobs.add(in_slices(std::move(change), cause, "claimed", false));
    return outcome;
  }
  Transaction transaction(
      routing_, {.cause = cause, .claimant = claimant_, .priority = rib::Priority::urgent});
  change.step(transaction, SIZE_MAX);
  earlier_.clear();
  return transaction.commit();
}

void ClaimedRoutes::leave(Changeover& changeover) {
  std::vector<SharedRoutes> left = claimed();
  end_slices();
  earlier_.clear();
  if (!left.empty())
    changeover.give_up(std::make_unique<Departure>(
        Claimer(routing_, claimant_, {audit::Cause::Kind::configuration, name_}), std::move(left),
        stand_->audience, stand_));
  stand_->lists.clear();
}

Outcome ClaimedRoutes::claim(std::vector<ClaimList> lists, const rib::Audience& audience,
                             const Cause& cause, Changeover& changeover) {
  *stand_ = {std::move(lists), audience};
  // What it had said to those who hear of it no more stands until all others have claimed.
  Change change({}, stand_->lists, audience);
  if (changeover.claims_later() || count(stand_->lists) > at_once_max) {
    Outcome outcome;
    outcome.reached = routing_.peers.snapshot(audience);
    auto slices = in_slices(std::move(change), cause, "configured", true);
    outcome.rest = slices.get();
    changeover.claim(std::move(slices));
    return outcome;
  }
  Transaction transaction(
      routing_,
      {.cause = cause, .claimant = claimant_, .priority = rib::Priority::urgent, .beside = true});
  change.step(transaction, SIZE_MAX);
  return transaction.commit();
}

void ClaimedRoutes::sketch(rib::Claims& sketch, const std::vector<ClaimList>& lists,
                           const rib::Audience& audience) const {
  std::vector<SharedRoutes> from;
  for (const ClaimList& list : stand_->lists) from.push_back(list.routes);
  Transaction transaction(routing_, sketch,
                          {.claimant = claimant_, .priority = rib::Priority::urgent});
  Change(std::move(from), lists, audience).step(transaction, SIZE_MAX);
}

}  // namespace openbell::engine
