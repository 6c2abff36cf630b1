#pragma once
// Leased routes: `announce … lease 50ms` lives only while its helper says so again. Every route has
// its own time; `renew` begins that of a whole group anew at the cost of one.

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/deadline_queue.h"
#include "base/tick.h"
#include "bgp/nlri/family.h"
#include "engine/turn.h"
#include "rib/peer_set.h"

namespace openbell::engine {

class LeaseTable {
 public:
  static constexpr std::size_t leases_max = 1u << 20;

  explicit LeaseTable(const Turn& turn) : turn_(turn) {}

  [[nodiscard]] bool empty() const { return by_route_.empty(); }
  /// The word on `nlri` that was just said for `audience` is withdrawn after `duration` unless
  /// renewed. False, with nothing remembered, when there are leases_max already.
  bool grant(const bgp::NlriView& nlri, const rib::Audience& audience, base::Duration duration,
             std::string_view group);
  /// Something else was said about the route for these neighbors.
  void forget(const bgp::NlriView& nlri, const rib::Audience& peers);
  /// Looks at up to `budget` leases from `place` on, and frees those of peers that have gone. True
  /// at the end.
  bool sweep(std::size_t& place, std::size_t budget);
  /// Begins the time of every route of a group anew. False when the group has none (any more).
  bool renew(std::string_view group);

  /// When a lease is looked at: it may have been renewed.
  [[nodiscard]] base::Tick deadline() const { return due_.next(); }

  struct Group {
    std::string name;
    base::Tick renewed{};
    std::uint64_t routes = 0;
    std::uint64_t expired = 0;  // since it was first used
  };
  [[nodiscard]] const std::map<std::string, Group, std::less<>>& groups() const { return groups_; }

  /// A word whose lease has ended.
  struct Ended {
    bgp::NlriView nlri;  // of `bytes`
    std::vector<std::uint8_t> bytes;
    rib::Audience audience;
  };
  /// Takes out leases that nobody has renewed, by group; looks at up to `budget`.
  std::map<std::string_view, std::vector<Ended>> take_ended(std::size_t budget);

 private:
  struct Lease {
    std::string key;  // see key_of
    bgp::NlriView nlri;
    std::vector<std::uint8_t> bytes;  // of nlri
    rib::Audience audience;
    base::Duration duration{};
    base::Tick said{};
    Group* group = nullptr;
    [[nodiscard]] base::Tick ends() const { return std::max(said, group->renewed) + duration; }
  };

  static std::string key_of(const bgp::NlriView& nlri);
  void remove(std::uint32_t number);

  const Turn& turn_;
  std::vector<Lease> leases_;        // by number
  std::vector<std::uint32_t> free_;  // numbers
  /// A route can have several, for different neighbors.
  std::unordered_multimap<std::string, std::uint32_t> by_route_;
  std::map<std::string, Group, std::less<>> groups_;
  base::DeadlineQueue due_;  // a lease is looked at then; it may have been renewed
};

}  // namespace openbell::engine
