#include "engine/routing/claimed_routes.h"

#include <string>
#include <unordered_set>
#include <utility>

#include "engine/report/publisher.h"
#include "engine/routing/routing.h"

namespace openbell::engine {

namespace {

constexpr std::size_t slice_routes = 1024;

std::string identity(const bgp::NlriView& nlri) {
  std::string text(nlri.key.begin(), nlri.key.end());
  text.push_back(static_cast<char>(nlri.family));
  if (nlri.has_path_id) text.append(std::to_string(nlri.path_id));
  return text;
}

}  // namespace

/// Gives up what stands in `from` but not in `to`, claims what stands in `to`.
class ClaimedRoutes::Change {
 public:
  Change(std::vector<SharedRoutes> from, std::vector<ClaimList> to, rib::Audience audience)
      : from_(std::move(from)), to_(std::move(to)), audience_(std::move(audience)) {
    if (from_.empty()) return;
    for (const ClaimList& list : to_)
      for (std::size_t i = 0; i < list.routes->size(); ++i)
        kept_.insert(identity(list.routes->at(i).nlri));
  }

  /// Does up to `budget` routes. True when that was all.
  bool step(Transaction& transaction, std::size_t budget) {
    for (; budget != 0 && list_ < from_.size(); --budget) {
      if (at_ == from_[list_]->size()) {
        ++list_;
        at_ = 0;
        continue;
      }
      const grammar::RouteView route = from_[list_]->at(at_++);
      if (!kept_.contains(identity(route.nlri))) transaction.release(route);
    }
    for (; budget != 0 && list_ < from_.size() + to_.size(); --budget) {
      const ClaimList& list = to_[list_ - from_.size()];
      if (at_ == list.routes->size()) {
        ++list_;
        at_ = 0;
        continue;
      }
      const grammar::RouteView route = list.routes->at(at_++);
      transaction.change(route, audience_, list.purpose);
    }
    return list_ == from_.size() + to_.size();
  }

 private:
  std::vector<SharedRoutes> from_;
  std::vector<ClaimList> to_;
  rib::Audience audience_;
  std::unordered_set<std::string> kept_;
  std::size_t list_ = 0;  // of from_, then of to_
  std::size_t at_ = 0;
};

class ClaimedRoutes::Job final : public BulkJob {
 public:
  Job(Routing& routing, Change change, rib::Claimant claimant, std::string name,
      std::shared_ptr<bool> running)
      : routing_(routing),
        change_(std::move(change)),
        claimant_(claimant),
        name_(std::move(name)),
        running_(std::move(running)) {}

  Progress step() override {
    if (!*running_) {
      note_end();
      return Progress::done;
    }
    const Cause cause{
        claimant_.rank == rib::Rank::plan ? audit::Cause::Kind::plan : audit::Cause::Kind::check,
        name_, 0};
    Transaction transaction(routing_, {.cause = cause, .claimant = claimant_});
    const bool end = change_.step(transaction, slice_routes);
    const Outcome outcome = transaction.commit();
    note_slice(outcome);
    if (!outcome.range.empty())
      routing_.publisher.publish(RoutesChanged{routing_.publisher.keep(cause),
                                               "claimed",
                                               {},
                                               outcome.news,
                                               outcome.range,
                                               outcome.changed});
    if (!end) return Progress::more;
    note_end();
    *running_ = false;
    return Progress::done;
  }

 private:
  Routing& routing_;
  Change change_;
  rib::Claimant claimant_;
  std::string name_;
  std::shared_ptr<bool> running_;
};

ClaimedRoutes::~ClaimedRoutes() {
  if (running_ != nullptr) *running_ = false;
}

std::size_t ClaimedRoutes::count(const std::vector<ClaimList>& lists) {
  std::size_t routes = 0;
  for (const ClaimList& list : lists) routes += list.routes->size();
  return routes;
}

Outcome ClaimedRoutes::change(std::vector<ClaimList> lists, const rib::Audience& audience,
                              const Cause& cause) {
  const bool unfinished = running_ != nullptr && *running_;
  if (unfinished) {
    *running_ = false;
  } else {
    earlier_.clear();
  }
  for (const ClaimList& list : lists_)
    if (!list.routes->empty()) earlier_.push_back(list.routes);
  lists_ = std::move(lists);
  audience_ = audience;
  std::size_t routes = count(lists_);
  for (const SharedRoutes& list : earlier_) routes += list->size();
  Change change(earlier_, lists_, audience_);
  if (routes > at_once_max) {
    running_ = std::make_shared<bool>(true);
    Outcome outcome;
    outcome.reached = routing_.peers.snapshot(audience_);
    outcome.rest = &routing_.jobs.add(
        std::make_unique<Job>(routing_, std::move(change), claimant_, name_, running_));
    return outcome;
  }
  Transaction transaction(
      routing_, {.cause = cause, .claimant = claimant_, .priority = rib::Priority::urgent});
  change.step(transaction, SIZE_MAX);
  earlier_.clear();
  return transaction.commit();
}

Outcome ClaimedRoutes::retire(const Cause& cause) {
  Outcome outcome = change({}, {}, cause);
  running_ = nullptr;
  return outcome;
}

void ClaimedRoutes::sketch(rib::Claims& sketch, const std::vector<ClaimList>& lists,
                           const rib::Audience& audience) const {
  std::vector<SharedRoutes> from;
  for (const ClaimList& list : lists_) from.push_back(list.routes);
  Transaction transaction(routing_, sketch,
                          {.claimant = claimant_, .priority = rib::Priority::urgent});
  Change(std::move(from), lists, audience).step(transaction, SIZE_MAX);
}

}  // namespace openbell::engine
