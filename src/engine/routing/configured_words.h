#pragma once
// The words of the configuration. A reload says the routes that it has now, then the end of those
// that it has no more.

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/ports.h"
#include "engine/routing/bulk_words.h"
#include "engine/routing/route_finder.h"

namespace openbell::engine {

/// Routes of the configuration and for whom they are.
struct ConfiguredList {
  rib::Audience audience;
  SharedRoutes routes;
};
/// Says configured routes again where there is no word on them at all ("flush adj-rib out").
std::unique_ptr<BulkWords> restore_configured(Routing& routing, std::vector<ConfiguredList> lists,
                                              const Cause& cause);

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
