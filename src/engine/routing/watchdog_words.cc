#include "engine/routing/watchdog_words.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/routing/routing.h"

namespace openbell::engine {

namespace {

class WatchdogWords final : public BulkWords {
 public:
  WatchdogWords(Routing& routing, WatchdogStatement statement, const Voice& voice,
                const Cause& cause)
      : BulkWords(routing, cause, "done", voice), statement_(std::move(statement)) {}

 private:
  /// What an earlier statement has yet to say can make routes its own, or take them away.
  [[nodiscard]] bool waits() const override {
    return routing().watchdogs.remembers_before(moment());
  }
  bool say(Transaction& transaction) override {
    if (!commanded_) commanded_ = routing().watchdogs.commanded(statement_.watchdog);
    std::size_t said = 0;
    bool more = true;
    for (std::size_t n = 0; more && n < slice_looked_at && said < slice_words; ++n)
      more = say_configured(transaction, said) || say_commanded(transaction, said);
    statement_.count(said);
    if (!more && !known_) statement_.none(names());
    return more;
  }

  /// Looks at the next; false when there is none.
  bool say_configured(Transaction& transaction, std::size_t& said) {
    if (list_ == statement_.configured.size()) return false;
    const ConfiguredList& list = statement_.configured[list_];
    if (at_ == list.routes->watched().size()) {
      ++list_;
      at_ = 0;
      return true;
    }
    const grammar::RouteView route = list.routes->at(list.routes->watched()[at_++]);
    if (route.watchdog == statement_.watchdog) change(transaction, route, list.audience, said);
    return true;
  }
  bool say_commanded(Transaction& transaction, std::size_t& said) {
    if (portion_ == commanded_->portions.size()) return false;
    if (at_ == commanded_->portions[portion_]->size()) {
      commanded_->portions[portion_++].reset();
      at_ = 0;
      return true;
    }
    const WatchdogTable::Watched& watched = (*commanded_->portions[portion_])[at_++];
    const rib::Audience whom = commanded_->audience_of(watched) & statement_.audience;
    // Who turns a watchdog has not said its routes: they end with who has.
    transaction.speak_for(watched.claimant);
    if (!whom.empty()) change(transaction, watched.words->view(), whom, said);
    return true;
  }
  void change(Transaction& transaction, grammar::RouteView route, const rib::Audience& whom,
              std::size_t& said) {
    route.watchdog = {};
    transaction.change(route, whom, statement_.purpose);
    ++said;
    known_ = true;
  }
  /// Some of the names that `none` is told.
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> all = routing().watchdogs.some_names(names_max);
    for (const ConfiguredList& list : statement_.configured)
      for (const std::string& name : list.routes->watchdogs()) {
        if (all.size() >= names_max) return all;
        if (std::find(all.begin(), all.end(), name) == all.end()) all.push_back(name);
      }
    return all;
  }

  static constexpr std::size_t names_max = 8;

  WatchdogStatement statement_;
  std::optional<WatchdogTable::Commanded> commanded_;  // as they were when it began
  bool known_ = false;                                 // there was a route of it
  std::size_t list_ = 0;                               // of what is configured
  std::size_t portion_ = 0;                            // of what was commanded
  std::size_t at_ = 0;                                 // in that
};

}  // namespace

std::unique_ptr<BulkWords> watchdog_words(Routing& routing, WatchdogStatement statement,
                                          const Voice& voice, const Cause& cause) {
  routing.watchdogs.turn(statement.watchdog, statement.audience,
                         statement.purpose == bgp::Purpose::announce);
  return std::make_unique<WatchdogWords>(routing, std::move(statement), voice, cause);
}

}  // namespace openbell::engine
