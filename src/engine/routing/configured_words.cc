#include "engine/routing/configured_words.h"

#include <utility>

#include "engine/routing/routing.h"

namespace openbell::engine {

namespace {

constexpr std::size_t superseded_max = 64;

grammar::RouteView without_watchdog(grammar::RouteView route) {
  route.watchdog = {};
  return route;
}

constexpr Voice configuration_voice{.claimant = {rib::Rank::word, claimant_configuration},
                                    .joins = true};

}  // namespace

// --- said again

namespace {

class RestoreConfigured final : public BulkWords {
 public:
  RestoreConfigured(Routing& routing, std::vector<ConfiguredList> lists, const Cause& cause)
      : BulkWords(routing, cause, "configured", configuration_voice), lists_(std::move(lists)) {}

 private:
  /// What earlier words have yet to withdraw is to be brought back too.
  [[nodiscard]] bool waits() const override { return has_earlier(); }
  bool say(Transaction& transaction) override {
    for (std::size_t n = 0; n < slice_words && list_ < lists_.size(); ++n) {
      const ConfiguredList& list = lists_[list_];
      if (at_ == list.routes->size()) {
        ++list_;
        at_ = 0;
        continue;
      }
      const grammar::RouteView route = list.routes->at(at_++);
      // Of a prefix that a file has twice the last one counts here too.
      rib::Audience whom = list.audience - claims().with_word(route.nlri, moment());
      if (const auto groups = route.group_family())
        whom -= claims().with_word(route.nlri_in(*groups), moment());
      whom = routing().watchdogs.let_configured(route, whom);
      if (!whom.empty()) transaction.announce(without_watchdog(route), whom);
    }
    return list_ < lists_.size();
  }

  std::vector<ConfiguredList> lists_;
  std::size_t list_ = 0;
  std::size_t at_ = 0;
};

}  // namespace

std::unique_ptr<BulkWords> restore_configured(Routing& routing, std::vector<ConfiguredList> lists,
                                              const Cause& cause) {
  return std::make_unique<RestoreConfigured>(routing, std::move(lists), cause);
}

// --- a reload

ConfiguredWords::ConfiguredWords(Routing& routing, std::vector<ConfiguredChange> changes,
                                 std::string_view cause)
    : BulkWords(routing, {audit::Cause::Kind::configuration, cause, 0}, "configured",
                configuration_voice),
      changes_(std::move(changes)),
      repeats_(changes_.size()) {}

std::vector<ConfiguredChange> ConfiguredWords::abandon() {
  std::vector<ConfiguredChange> rest = std::exchange(changes_, {});
  // Those before have been withdrawn from too.
  if (walk_ == Walk::withdraws)
    rest.erase(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(at_));
  for (ConfiguredChange& change : rest) change.from.push_back(change.to);
  return rest;
}

bool ConfiguredWords::say(Transaction& transaction) {
  for (std::size_t n = 0; n < slice_words && at_ < changes_.size(); ++n) {
    ConfiguredChange& change = changes_[at_];
    if (walk_ == Walk::says ? say_next(transaction, change) : withdraw_next(transaction, change))
      continue;
    if (walk_ == Walk::withdraws) change = {};
    finder_.reset();
    list_ = compared_ = said_ = 0;
    if (++at_ != changes_.size() || walk_ == Walk::withdraws) continue;
    walk_ = Walk::withdraws;
    at_ = 0;
  }
  return at_ < changes_.size();
}

bool ConfiguredWords::say_next(Transaction& transaction, const ConfiguredChange& change) {
  const grammar::RouteList& to = *change.to;
  if (said_ == to.size()) return false;
  transaction.expect(to, said_ + Transaction::looked_ahead);
  const grammar::RouteView route = to.at(said_++);
  const rib::Audience whom = routing().watchdogs.let_configured(route, change.audience);
  const std::uint64_t replaced = routing().store.replaced();
  if (!whom.empty()) transaction.announce(without_watchdog(route), whom);
  // Perhaps by one of the same file: of a first one nothing else can have been there.
  if (routing().store.replaced() != replaced) repeats_[at_] = true;
  return true;
}

bool ConfiguredWords::withdraw_next(Transaction& transaction, const ConfiguredChange& change) {
  while (list_ < change.from.size() && compared_ == change.from[list_]->size()) {
    ++list_;
    compared_ = 0;
  }
  const bool to_compare = list_ < change.from.size();
  if ((to_compare || repeats_[at_]) && learn_next(change)) return true;
  if (!to_compare) return false;
  const grammar::RouteView route = change.from[list_]->at(compared_++);
  RouteFinder::Place still;
  const rib::Audience gone = finder_->find(route.nlri, still)
                                 ? held_back(change.to->at(still.route), change.audience)
                                 : change.audience;
  if (!gone.empty()) transaction.withdraw(route, gone);
  return true;
}

bool ConfiguredWords::learn_next(const ConfiguredChange& change) {
  if (!finder_) finder_.emplace(RouteFinder::Lists{change.to});
  std::size_t one = 1;
  std::vector<RouteFinder::Place> repeated;
  finder_->learn(one, &repeated);
  if (one != 0) return false;
  for (const RouteFinder::Place place : repeated)
    if (change.superseded->size() < superseded_max)
      change.superseded->push_back(static_cast<std::uint32_t>(place.route));
  return true;
}

/// Who was announced a route that its watchdog holds back now.
rib::Audience ConfiguredWords::held_back(const grammar::RouteView& route,
                                         const rib::Audience& audience) {
  rib::Audience announced;
  const rib::Audience held = audience - routing().watchdogs.let_configured(route, audience);
  if (held.empty()) return announced;
  for (const rib::Claims::ClaimView& claim : claims().claims_on(route.nlri))
    if (claim.claimant == configuration_voice.claimant && claim.path != rib::no_path)
      announced |= claim.audience & held;
  return announced;
}

}  // namespace openbell::engine
