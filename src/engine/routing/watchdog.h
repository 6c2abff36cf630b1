#pragma once
// Watchdogs: routes under one name that a word announces and withdraws together (exabgp-runtime
// 4.6). Each neighbor has a state of its own; who is born of a range has that of the range until
// told otherwise.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "grammar/route/route.h"
#include "rib/path_pool.h"
#include "rib/peer_set.h"

namespace openbell::engine {

class Log;

class WatchdogTable {
 public:
  /// Routes that commands may leave with watchdogs.
  static constexpr std::size_t routes_max = 1u << 20;

  WatchdogTable(rib::PathPool& paths, Log& log) : paths_(paths), log_(log) {}
  ~WatchdogTable();
  WatchdogTable(const WatchdogTable&) = delete;
  WatchdogTable& operator=(const WatchdogTable&) = delete;

  /// A word on a route with a watchdog was given: it is remembered for `audience`. Those of the
  /// audience for whom the watchdog stands on announce: the first route of its name decides where
  /// it stands.
  rib::Audience let_through(const grammar::RouteView& route, const rib::Audience& audience);
  /// The same for a route of the configuration, which is remembered there.
  rib::Audience let_configured(const grammar::RouteView& route, const rib::Audience& audience);

  /// The watchdog stands so from now on, for these neighbors.
  void set(std::string_view name, const rib::Audience& audience, bool announced);
  /// Calls visit(route, for whom) for every route of a watchdog that commands have said for some
  /// of `audience`.
  void for_each(
      std::string_view name, const rib::Audience& audience,
      const std::function<void(const grammar::RouteView&, const rib::Audience&)>& visit) const;

 private:
  /// A commanded route.
  struct Watched {
    std::vector<std::uint8_t> bytes;  // key, then tail
    grammar::RouteView route;         // without its path
    std::string lease_group;
    rib::Path path = rib::no_path;
    rib::Audience audience;
  };
  struct Group {
    rib::Audience announced;
    rib::Audience withdrawn;
    std::unordered_multimap<std::uint32_t, Watched> commanded;  // by hash of the NLRI
  };

  Group& group(std::string_view name);
  void remember(Group& group, const grammar::RouteView& route, const rib::Audience& audience);
  rib::Audience decide(Group& group, const grammar::RouteView& route,
                       const rib::Audience& audience);

  rib::PathPool& paths_;
  Log& log_;
  std::map<std::string, Group, std::less<>> groups_;
  std::size_t commanded_ = 0;
};

}  // namespace openbell::engine
