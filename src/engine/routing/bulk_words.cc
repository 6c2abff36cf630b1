#include "engine/routing/bulk_words.h"

#include <utility>

#include "engine/report/publisher.h"
#include "engine/routing/routing.h"

namespace openbell::engine {

namespace {

/// Words said in one turn: some 0.15 ms of work.
constexpr std::size_t slice_words = 1024;
/// Records looked at in one turn by a walk that finds little.
constexpr std::size_t slice_looked_at = 16'384;

grammar::RouteView without_watchdog(grammar::RouteView route) {
  route.watchdog = {};
  return route;
}

constexpr Voice configuration_voice{.claimant = {rib::Rank::word, claimant_configuration},
                                    .joins = true};

}  // namespace

// --- the frame

BulkWords::BulkWords(Routing& routing, OwnCause cause, std::string_view result, const Voice& voice)
    : routing_(routing),
      claims_(routing.claims_),
      cause_(std::move(cause)),
      result_(result),
      voice_(voice),
      moment_(claims_.open_moment()) {}

BulkWords::~BulkWords() {
  claims_.close_moment(moment_);
}

Cause BulkWords::cause() const {
  return {cause_.kind, cause_.name, cause_.number, cause_.command};
}

BulkJob::Progress BulkWords::step() {
  claims_.speak_as_of(moment_);
  voice_.cause = cause();
  Transaction transaction(routing_, voice_);
  const bool more = say(transaction);
  const Outcome outcome = transaction.commit();
  claims_.speak_now();
  note_slice(outcome);
  if (!outcome.range.empty())
    publish(routing_.publisher, cause(), result_, outcome, detail_of(outcome));
  if (!first_) first_ = outcome;
  if (more) return Progress::more;
  note_end();
  return Progress::done;
}

Outcome begin_words(Routing& routing, std::unique_ptr<BulkWords> job) {
  const bool done = job->step() == BulkJob::Progress::done;
  Outcome outcome = job->first_outcome();
  if (done) return outcome;
  outcome.rest = &routing.jobs.add(std::move(job));
  return outcome;
}

// --- words that end

namespace {

class EndWords final : public BulkWords {
 public:
  EndWords(Routing& routing, const Cause& cause, std::string_view result, const Voice& voice)
      : BulkWords(routing, own(cause), result, voice) {}
  void only_for(rib::Audience peers) {
    peers_ = std::move(peers);
    claims().end_all_words(moment(), peers_, {});
    watched_end_ = routing().watchdogs.end(peers_, {});
  }
  void only_of(rib::Claimant claimant) {
    claimant_ = claimant;
    claims().end_all_words(moment(), {}, claimant_);
    watched_end_ = routing().watchdogs.end({}, claimant_);
  }

 private:
  bool say(Transaction& transaction) override {
    if (!words_ended_) words_ended_ = end_words(transaction);
    return !words_ended_ || !sweep_watched();
  }
  /// True when those were the last.
  bool end_words(Transaction& transaction) {
    std::size_t said = 0;
    bool end = false;
    for (std::size_t n = 0; n < slice_looked_at / portion && said < slice_words && !end; ++n)
      end = claims().walk_words(cursor_, moment(), portion, [&](const auto& word) {
        if (claimant_ && word.claimant != *claimant_) return;
        const rib::Audience whom = peers_ ? word.audience & *peers_ : word.audience;
        if (whom.empty()) return;
        ++said;
        // What somebody else decided meanwhile, a reload that goes on, is not undone.
        if (claimant_) claims().speak_as_end_of(word);
        transaction.withdraw(word.nlri, whom);
      });
    claims().speak_as_of(moment());
    return end;
  }
  /// What has ended of the watchdogs' routes: true when it is all freed.
  bool sweep_watched() {
    if (watched_end_ == 0) return true;
    WatchdogTable& watchdogs = routing().watchdogs;
    if (!watchdogs.sweep(watched_, slice_words)) return false;
    watchdogs.close(watched_end_);
    return true;
  }
  [[nodiscard]] std::string detail_of(const Outcome& slice) const override {
    return claimant_ ? std::to_string(slice.routes) + " routes withdrawn: their helper ended"
                     : std::string();
  }

  static constexpr std::size_t portion = 256;
  std::optional<rib::Audience> peers_;
  std::optional<rib::Claimant> claimant_;
  rib::Claims::Cursor cursor_;
  bool words_ended_ = false;
  WatchdogTable::EndNumber watched_end_ = 0;
  base::Handle watched_ = 1;
};

}  // namespace

std::unique_ptr<BulkWords> clear_words(Routing& routing, const rib::Audience& peers,
                                       const Cause& cause) {
  auto job = std::make_unique<EndWords>(routing, cause, "cleared", Voice{});
  job->only_for(peers);
  return job;
}

std::unique_ptr<BulkWords> withdraw_words_of(Routing& routing, rib::Claimant claimant,
                                             const Cause& cause) {
  auto job = std::make_unique<EndWords>(routing, cause, "withdrawn",
                                        Voice{.priority = rib::Priority::urgent});
  job->only_of(claimant);
  return job;
}

// --- words that begin

namespace {

class RestoreConfigured final : public BulkWords {
 public:
  RestoreConfigured(Routing& routing, std::vector<ConfiguredList> lists, const Cause& cause)
      : BulkWords(routing, own(cause), "configured", configuration_voice),
        lists_(std::move(lists)) {}

 private:
  bool say(Transaction& transaction) override {
    for (std::size_t n = 0; n < slice_words && list_ < lists_.size(); ++n) {
      const ConfiguredList& list = lists_[list_];
      if (at_ == list.routes->size()) {
        ++list_;
        at_ = 0;
        continue;
      }
      const grammar::RouteView route = list.routes->at(at_++);
      rib::Audience whom = list.audience - claims().with_word(route.nlri);
      if (const auto groups = route.group_family())
        whom -= claims().with_word(route.nlri_in(*groups));
      whom = routing().watchdogs.let_configured(route, whom);
      if (!whom.empty()) transaction.announce(without_watchdog(route), whom);
    }
    return list_ < lists_.size();
  }

  std::vector<ConfiguredList> lists_;
  std::size_t list_ = 0;
  std::size_t at_ = 0;
};

class SayRest final : public BulkWords {
 public:
  SayRest(Routing& routing, Statement statement, std::size_t from, rib::Audience audience,
          const Voice& voice, const Cause& cause, std::string_view result)
      : BulkWords(routing, own(cause), result, voice),
        statement_(std::move(statement)),
        at_(from),
        audience_(std::move(audience)) {}

 private:
  bool say(Transaction& transaction) override {
    for (std::size_t n = 0; n < slice_words && at_ < statement_.routes.size(); ++n) {
      transaction.expect(statement_.routes, at_ + Transaction::looked_ahead);
      transaction.change(statement_.at(at_++), audience_, statement_.purpose);
    }
    return at_ < statement_.routes.size();
  }
  [[nodiscard]] std::string detail_of(const Outcome& slice) const override {
    return slice.leased ? std::string() : no_more_leases();
  }

  Statement statement_;
  std::size_t at_;
  rib::Audience audience_;
};

}  // namespace

std::unique_ptr<BulkWords> restore_configured(Routing& routing, std::vector<ConfiguredList> lists,
                                              const Cause& cause) {
  return std::make_unique<RestoreConfigured>(routing, std::move(lists), cause);
}

grammar::RouteView Statement::at(std::size_t i) const {
  grammar::RouteView route = routes.at(i);
  route.lease = lease;
  if (lease.ns != 0) route.lease_group = lease_group;
  return route;
}

std::string no_more_leases() {
  return "more than " + std::to_string(LeaseTable::leases_max) +
         " leases: a route was announced without one";
}

std::unique_ptr<BulkWords> say_rest(Routing& routing, Statement statement, std::size_t from,
                                    const rib::Audience& audience, const Voice& voice,
                                    const Cause& cause, std::string_view result) {
  return std::make_unique<SayRest>(routing, std::move(statement), from, audience, voice, cause,
                                   result);
}

// --- the configuration

namespace {

constexpr std::size_t superseded_max = 64;

}  // namespace

ConfiguredWords::ConfiguredWords(Routing& routing, std::vector<ConfiguredChange> changes,
                                 std::string_view cause)
    : BulkWords(routing, {audit::Cause::Kind::configuration, std::string(cause), 0, {}},
                "configured", configuration_voice),
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
