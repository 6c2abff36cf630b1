#pragma once
// "announce watchdog" and "withdraw watchdog": every route of a watchdog is said, or taken back, as
// of the moment of the command.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/routing/configured_words.h"

namespace openbell::engine {

/// What such a command says.
struct WatchdogStatement {
  std::string watchdog;
  bgp::Purpose purpose = bgp::Purpose::announce;
  rib::Audience audience;
  std::vector<ConfiguredList> configured;  // lists that may have routes of it
  /// Is told how many routes each slice has said.
  std::function<void(std::size_t)> count;
  /// Is told at the end when no route of these neighbors has the watchdog, with some that there
  /// are.
  std::function<void(const std::vector<std::string>& names)> none;
};

/// Sets where the watchdog stands, at once; its routes follow.
std::unique_ptr<BulkWords> watchdog_words(Routing& routing, WatchdogStatement statement,
                                          const Voice& voice, const Cause& cause);

}  // namespace openbell::engine
