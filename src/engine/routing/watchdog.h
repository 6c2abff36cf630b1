#pragma once
// Watchdogs: routes under one name that a word announces and withdraws together (exabgp-runtime
// 4.6). Each neighbor has a state of its own; who is born of a range has that of the range until
// told otherwise.

#include <cstdint>
#include <map>
#include <memory>
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

  /// A commanded route.
  struct Watched {
    std::vector<std::uint8_t> bytes;  // key, then tail
    std::size_t key_size = 0;
    grammar::RouteView route;  // without what is kept beside it
    std::string lease_group;
    rib::Path path = rib::no_path;  // none: the place is free
    rib::Audience audience;
    /// As it was said; lives as long as this.
    [[nodiscard]] grammar::RouteView view(const rib::PathPool& paths) const;
  };
  /// Some of the commanded routes. What somebody else holds is copied before it is changed.
  class Portion {
   public:
    static constexpr std::size_t routes_max = 256;

    explicit Portion(rib::PathPool& paths) : paths_(paths) {}
    Portion(const Portion& other);
    Portion& operator=(const Portion&) = delete;
    ~Portion();

    std::vector<Watched> routes;

   private:
    rib::PathPool& paths_;
  };
  using Portions = std::vector<std::shared_ptr<Portion>>;

  /// The routes of a watchdog that commands have said, as they are now, whatever is said later.
  [[nodiscard]] std::vector<std::shared_ptr<const Portion>> commanded(std::string_view name) const;

 private:
  struct Group {
    rib::Audience announced;
    rib::Audience withdrawn;
    Portions commanded;
    std::vector<std::uint32_t> free;                               // places in them
    std::unordered_multimap<std::uint32_t, std::uint32_t> places;  // by hash of the NLRI
    [[nodiscard]] const Watched& at(std::uint32_t place) const;
    /// To be changed.
    [[nodiscard]] Watched& own(std::uint32_t place);
    [[nodiscard]] std::vector<Watched>& own_portion(std::size_t number);
  };

  Group& group(std::string_view name);
  /// A free place.
  std::uint32_t take_place(Group& group);
  void remember(Group& group, const grammar::RouteView& route, const rib::Audience& audience);
  rib::Audience decide(Group& group, const grammar::RouteView& route,
                       const rib::Audience& audience);

  rib::PathPool& paths_;
  Log& log_;
  std::map<std::string, Group, std::less<>> groups_;
  std::size_t commanded_ = 0;
};

}  // namespace openbell::engine
