#pragma once
// Finds the routes of some lists by their NLRI. It is made in steps: no turn looks at all of them.

#include <cstdint>
#include <memory>
#include <vector>

#include "base/index.h"
#include "grammar/route/route.h"

namespace openbell::engine {

class RouteFinder {
 public:
  using Lists = std::vector<std::shared_ptr<const grammar::RouteList>>;
  struct Place {
    std::size_t list = 0;
    std::size_t route = 0;
  };

  RouteFinder() = default;
  explicit RouteFinder(Lists lists);

  [[nodiscard]] const Lists& lists() const { return lists_; }
  /// Looks at up to `budget` further routes and takes them off it. True when it knows them all.
  /// `repeated` gets the places of those that a later one of the same NLRI follows.
  bool learn(std::size_t& budget, std::vector<Place>* repeated = nullptr);
  [[nodiscard]] bool contains(const bgp::NlriView& nlri) const {
    return find(nlri) != base::no_handle;
  }
  /// Of several of one NLRI the last; false: there is none.
  bool find(const bgp::NlriView& nlri, Place& place) const;

 private:
  /// 1 + the number of a route, counted over all lists.
  [[nodiscard]] base::Handle find(const bgp::NlriView& nlri) const;
  [[nodiscard]] Place place_of(base::Handle handle) const;
  [[nodiscard]] bgp::NlriView nlri_of(base::Handle handle) const;
  [[nodiscard]] std::size_t size() const { return ends_.empty() ? 0 : ends_.back(); }

  Lists lists_;
  std::vector<std::size_t> ends_;  // of each list, counted over all
  std::size_t known_ = 0;
  base::Index index_;
};

}  // namespace openbell::engine
