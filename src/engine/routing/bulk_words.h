#pragma once
// Words that are said in slices, all at the moment at which they were decided: a reload, a clear, a
// helper's death. What is said meanwhile is later, and wins.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/cause.h"
#include "engine/host.h"
#include "engine/routing/bulk.h"
#include "engine/routing/transaction.h"

namespace openbell::engine {

/// The frame of such a job: every slice is a transaction of its own, with its record.
class BulkWords : public BulkJob {
 public:
  ~BulkWords() override;
  Progress step(State& state) final;
  /// Of the first slice, after it was done.
  [[nodiscard]] const Outcome& first_outcome() const { return *first_; }

 protected:
  /// A cause that outlives the turn.
  struct OwnCause {
    audit::Cause::Kind kind{};
    std::string name;
    int number = 0;
    std::string command;
  };
  static OwnCause own(const Cause& cause) {
    return {cause.kind, std::string(cause.name), cause.number, std::string(cause.command)};
  }
  /// `result` for the records of the slices.
  BulkWords(State& state, OwnCause cause, std::string_view result, const Voice& voice);
  [[nodiscard]] rib::Moment moment() const { return moment_; }
  [[nodiscard]] rib::Claims& claims() const { return claims_; }
  [[nodiscard]] Cause cause() const;

 private:
  /// Says the next words. False: those were the last.
  virtual bool say(State& state, Transaction& transaction) = 0;
  /// For the record of a slice of so many routes.
  [[nodiscard]] virtual std::string detail_of(std::size_t /*routes*/) const { return {}; }

  rib::Claims& claims_;
  OwnCause cause_;
  std::string_view result_;
  Voice voice_;
  rib::Moment moment_;
  std::optional<Outcome> first_;
};

/// Does the first slice at once - most such words are few - and leaves the rest to the turns that
/// come.
Outcome begin_words(State& state, std::unique_ptr<BulkWords> job);

/// Ends every word for `peers` ("clear adj-rib out").
std::unique_ptr<BulkWords> clear_words(State& state, const rib::Audience& peers,
                                       const Cause& cause);
/// Withdraws every word that `claimant` was the last to say, ahead of what is bulk.
std::unique_ptr<BulkWords> withdraw_words_of(State& state, rib::Claimant claimant,
                                             const Cause& cause);
/// Says the configured routes of neighbors again where there is no word on them at all
/// ("flush adj-rib out").
std::unique_ptr<BulkWords> restore_configured(State& state, const rib::Audience& peers,
                                              const Cause& cause);
/// A statement that makes many routes.
std::unique_ptr<BulkWords> say_routes(State& state, grammar::RouteList routes,
                                      const rib::Audience& audience, bgp::Purpose purpose,
                                      const Voice& voice, const Cause& cause);

/// What a reload changes for one neighbor.
struct ConfiguredChange {
  NeighborId neighbor = 0;
  rib::Audience audience;
  std::vector<SharedRoutes> from;  // what the file said before
  SharedRoutes to;
};

/// The configuration speaks: what the file has no more is withdrawn, what it has is said.
class ConfiguredWords final : public BulkWords {
 public:
  ConfiguredWords(State& state, std::vector<ConfiguredChange> changes, std::string_view cause);
  /// Ends it where it stands; gives what it has not finished.
  std::vector<ConfiguredChange> abandon();

 private:
  bool say(State& state, Transaction& transaction) override;
  bool say_next(State& state, Transaction& transaction, ConfiguredChange& change);
  void withdraw_if_gone(State& state, Transaction& transaction, const ConfiguredChange& change,
                        const grammar::RouteView& route) const;

  std::vector<ConfiguredChange> changes_;
  std::size_t at_ = 0;  // of changes_
  // Of the change at hand.
  base::Index index_;  // of `to`, 1 + place
  std::size_t indexed_ = 0;
  std::size_t list_ = 0;  // of `from`
  std::size_t compared_ = 0;
  std::size_t said_ = 0;
};

}  // namespace openbell::engine
