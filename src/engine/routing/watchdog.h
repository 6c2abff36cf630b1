#pragma once
// Watchdogs: routes under one name that a word announces and withdraws together (exabgp-runtime
// 4.6). Until somebody has turned a watchdog, each of its routes follows its own word (with
// `withdraw` it waits); from then on all of them follow the watchdog. Each neighbor has a state of
// its own; who is born of a range has that of the range until told otherwise.
//
// The routes of files are in their lists. Those of commands are kept here until they are withdrawn.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/index.h"
#include "base/slab.h"
#include "grammar/route/route.h"
#include "rib/claimant.h"
#include "rib/moment.h"
#include "rib/path_pool.h"
#include "rib/peer_set.h"

namespace openbell::engine {

class Log;

class WatchdogTable {
 public:
  /// Routes that commands may leave with watchdogs.
  static constexpr std::size_t routes_max = 1u << 20;
  /// Names that commands may turn.
  static constexpr std::size_t turned_max = 1u << 16;

  WatchdogTable(rib::PathPool& paths, Log& log) : paths_(paths), log_(log) {}
  WatchdogTable(const WatchdogTable&) = delete;
  WatchdogTable& operator=(const WatchdogTable&) = delete;

  // --- where watchdogs stand

  /// Those of `audience` who are told a route that has a watchdog.
  [[nodiscard]] rib::Audience let_through(const grammar::RouteView& route,
                                          const rib::Audience& audience) const;
  /// The same for a route of the configuration, which need not have one.
  [[nodiscard]] rib::Audience let_configured(const grammar::RouteView& route,
                                             const rib::Audience& audience) const {
    return route.watchdog.empty() ? audience : let_through(route, audience);
  }
  /// The watchdog stands so from now on, for these neighbors.
  void turn(std::string_view name, const rib::Audience& audience, bool announced);

  // --- the routes of commands

  [[nodiscard]] std::size_t size() const { return routes_; }
  [[nodiscard]] bool empty() const { return routes_ == 0; }
  /// A command has said a route, of that path, which is one of its watchdog now for `audience`, and
  /// of no other.
  void remember(const grammar::RouteView& route, rib::Path path, const rib::Audience& audience,
                rib::Claimant claimant);
  /// A statement that was decided at `moment` goes on remembering routes in slices.
  void begin_statement(rib::Moment moment) { statements_.push_back(moment); }
  void end_statement(rib::Moment moment) { std::erase(statements_, moment); }
  /// Some statement that was decided earlier does.
  [[nodiscard]] bool remembers_before(rib::Moment moment) const {
    return !statements_.empty() && statements_.front() < moment;
  }
  /// A command has withdrawn a route for these neighbors: no watchdog brings it back to them.
  void forget(const bgp::NlriView& nlri, const rib::Audience& audience);
  /// A commanded route of that NLRI is some watchdog's for one of `audience`, said or waiting.
  [[nodiscard]] bool remembers(const bgp::NlriView& nlri, const rib::Audience& audience) const;

  /// A word about many routes counts at once, and what it ends is freed in slices.
  using EndNumber = std::uint64_t;
  /// All routes are forgotten for `audience`, or those that `claimant` was the last to say. 0:
  /// there are none.
  EndNumber end(std::optional<rib::Audience> audience, std::optional<rib::Claimant> claimant);
  /// Looks at up to `budget` routes from `place` on, and frees what has ended and what is for peers
  /// that have gone. True at the end.
  bool sweep(base::Handle& place, std::size_t budget);
  /// Everything was swept since that end.
  void close(EndNumber number);

  /// What was said of a route.
  class Words {
   public:
    /// Takes its own use of `path`.
    Words(rib::PathPool& paths, const grammar::RouteView& route, rib::Path path);
    Words(const Words&) = delete;
    Words& operator=(const Words&) = delete;
    ~Words();
    /// As it was said, without the watchdog; lives as long as this.
    [[nodiscard]] grammar::RouteView view() const;
    [[nodiscard]] bgp::NlriView nlri() const;
    /// The same, whatever watchdog it was said with.
    [[nodiscard]] bool same(const grammar::RouteView& route, rib::Path path) const;

   private:
    rib::PathPool& paths_;
    std::vector<std::uint8_t> bytes_;  // key, then tail
    std::size_t key_size_ = 0;
    grammar::RouteView route_;  // without what is kept beside it
    std::string lease_group_;
    rib::Path path_;
  };
  struct Watched {
    std::shared_ptr<const Words> words;  // null: the place is free
    rib::Audience audience;
    rib::Claimant claimant;
    EndNumber said = 0;  // later than this end
  };
  using Portion = std::vector<Watched>;

  struct End {
    EndNumber number = 0;
    std::optional<rib::Audience> audience;
    std::optional<rib::Claimant> claimant;
  };
  /// The routes of a watchdog that commands have said, as they are now, whatever is said later.
  struct Commanded {
    std::vector<std::shared_ptr<const Portion>> portions;
    std::vector<End> ends;
    /// For whom it is a route of the watchdog.
    [[nodiscard]] rib::Audience audience_of(const Watched& watched) const {
      return settled(watched, ends);
    }
  };
  [[nodiscard]] Commanded commanded(std::string_view name) const;
  /// Some of the watchdogs that have such routes.
  [[nodiscard]] std::vector<std::string> some_names(std::size_t most) const;

 private:
  static constexpr std::size_t portion_size = 256;

  struct Group {
    std::string_view name;
    rib::Audience announced;
    rib::Audience withdrawn;
    std::vector<std::shared_ptr<Portion>>
        portions;                     // copied before they change if others hold them
    std::vector<std::uint32_t> free;  // places in them
    std::size_t routes = 0;
  };
  using Groups = std::map<std::string, Group, std::less<>>;
  /// Where a route is. Those of one NLRI, for different neighbors, are in a chain.
  struct Place {
    Group* group = nullptr;
    std::uint32_t number = 0;  // in its portions
    base::Handle next = base::no_handle;
  };

  static rib::Audience settled(const Watched& watched, const std::vector<End>& ends);
  Group& group(std::string_view name);
  void drop_if_idle(Group& group);
  [[nodiscard]] const Watched& at(base::Handle handle) const;
  /// To be changed.
  [[nodiscard]] Watched& own(base::Handle handle);
  [[nodiscard]] static Portion& own_portion(Group& group, std::size_t number);
  static std::uint32_t take_number(Group& group);
  [[nodiscard]] base::Handle first_of(const bgp::NlriView& nlri, std::uint32_t hash) const;
  void add(std::string_view name, Watched watched);
  /// Leaves it to those; nobody: it is freed.
  void narrow(base::Handle handle, rib::Audience audience);
  void remove(base::Handle handle);

  rib::PathPool& paths_;
  Log& log_;
  Groups groups_;
  std::size_t routes_ = 0;
  base::Slab<Place> places_;
  base::Index index_;  // first place of each NLRI
  std::vector<End> ends_;
  EndNumber last_end_ = 0;
  std::vector<rib::Moment> statements_;  // that go on, ascending
};

}  // namespace openbell::engine
