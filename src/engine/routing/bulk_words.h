#pragma once
// Words that are said in slices, all at the moment at which they were decided: a reload, a clear, a
// helper's death. What is said meanwhile is later, and wins.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/cause.h"
#include "engine/ports.h"
#include "engine/routing/bulk.h"
#include "engine/routing/route_finder.h"
#include "engine/routing/transaction.h"

namespace openbell::engine {

/// The frame of such a job: every slice is a transaction of its own, with its record.
class BulkWords : public BulkJob {
 public:
  ~BulkWords() override;
  Progress step() final;
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
  BulkWords(Routing& routing, OwnCause cause, std::string_view result, const Voice& voice);
  [[nodiscard]] rib::Moment moment() const { return moment_; }
  [[nodiscard]] rib::Claims& claims() const { return claims_; }
  [[nodiscard]] Cause cause() const;
  [[nodiscard]] Routing& routing() const { return routing_; }

 private:
  /// Says the next words. False: those were the last.
  virtual bool say(Transaction& transaction) = 0;
  /// For the record of a slice.
  [[nodiscard]] virtual std::string detail_of(const Outcome& /*slice*/) const { return {}; }

  Routing& routing_;
  rib::Claims& claims_;
  OwnCause cause_;
  std::string_view result_;
  Voice voice_;
  rib::Moment moment_;
  std::optional<Outcome> first_;
};

/// Does the first slice at once - most such words are few - and leaves the rest to the turns that
/// come.
Outcome begin_words(Routing& routing, std::unique_ptr<BulkWords> job);

/// Ends every word for `peers` ("clear adj-rib out").
std::unique_ptr<BulkWords> clear_words(Routing& routing, const rib::Audience& peers,
                                       const Cause& cause);
/// Withdraws every word that `claimant` was the last to say, ahead of what is bulk.
std::unique_ptr<BulkWords> withdraw_words_of(Routing& routing, rib::Claimant claimant,
                                             const Cause& cause);
/// Routes of the configuration and for whom they are.
struct ConfiguredList {
  rib::Audience audience;
  SharedRoutes routes;
};
/// Says configured routes again where there is no word on them at all ("flush adj-rib out").
std::unique_ptr<BulkWords> restore_configured(Routing& routing, std::vector<ConfiguredList> lists,
                                              const Cause& cause);

/// What a command says: one statement, which can make many routes.
struct Statement {
  bgp::Purpose purpose = bgp::Purpose::announce;
  grammar::RouteList routes;
  base::Duration lease{};  // of each of them; 0: for ever
  std::string lease_group;
  /// The i-th, with its lease; the view lives as long as the statement is not changed.
  [[nodiscard]] grammar::RouteView at(std::size_t i) const;
};
/// Why an Outcome is not leased.
std::string no_more_leases();
/// The rest of a statement, from a place in its routes on. `result`: for its records.
std::unique_ptr<BulkWords> say_rest(Routing& routing, Statement statement, std::size_t from,
                                    const rib::Audience& audience, const Voice& voice,
                                    const Cause& cause, std::string_view result);

/// What a reload changes for one neighbor.
struct ConfiguredChange {
  NeighborId neighbor{};
  rib::Audience audience;
  std::vector<SharedRoutes> from;  // what the file said before
  SharedRoutes to;
  /// Gets the places in `to` of routes that a later one of the same NLRI follows, up to 64.
  std::shared_ptr<std::vector<std::uint32_t>> superseded;
};

/// The configuration speaks: what the file has is said, then what it has no more is withdrawn.
class ConfiguredWords final : public BulkWords {
 public:
  ConfiguredWords(Routing& routing, std::vector<ConfiguredChange> changes, std::string_view cause);
  /// Ends it where it stands; gives what it has not finished.
  std::vector<ConfiguredChange> abandon();

 private:
  bool say(Transaction& transaction) override;
  /// One step of one change; false when all was said, or withdrawn, before.
  bool say_next(Transaction& transaction, const ConfiguredChange& change);
  bool withdraw_next(Transaction& transaction, const ConfiguredChange& change);
  /// Looks at one more of the routes of `to`; false when all are known.
  bool learn_next(const ConfiguredChange& change);
  rib::Audience held_back(const grammar::RouteView& route, const rib::Audience& audience);

  std::vector<ConfiguredChange> changes_;
  enum class Walk : std::uint8_t { says, withdraws } walk_{};
  std::size_t at_ = 0;  // of changes_
  /// Of changes_: its routes are of some NLRI more than once, for all that is known.
  std::vector<bool> repeats_;
  // Of the change at hand.
  std::size_t said_ = 0;
  std::optional<RouteFinder> finder_;  // of `to`
  std::size_t list_ = 0;               // of `from`
  std::size_t compared_ = 0;
};

}  // namespace openbell::engine
