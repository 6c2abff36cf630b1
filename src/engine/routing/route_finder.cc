#include "engine/routing/route_finder.h"

#include <algorithm>
#include <utility>

#include "rib/stored_nlri.h"

namespace openbell::engine {

namespace {
/// So few are looked through.
constexpr std::size_t few = 16;
}  // namespace

RouteFinder::RouteFinder(Lists lists) : lists_(std::move(lists)) {
  std::size_t end = 0;
  for (const auto& list : lists_) ends_.push_back(end += list->size());
}

bool RouteFinder::learn(std::size_t& budget, std::vector<Place>* repeated) {
  const std::size_t end = size();
  for (; budget != 0 && known_ < end; --budget, ++known_) {
    if (end <= few && repeated == nullptr) continue;
    const auto handle = static_cast<base::Handle>(known_ + 1);
    const bgp::NlriView nlri = nlri_of(handle);
    const base::Handle earlier = find(nlri);
    if (earlier != base::no_handle && repeated != nullptr) repeated->push_back(place_of(earlier));
    if (end <= few) continue;
    if (earlier != base::no_handle) {
      index_.replace(rib::hash_of(nlri), earlier, handle);
    } else {
      index_.insert(rib::hash_of(nlri), handle);
    }
  }
  return known_ == end;
}

bool RouteFinder::find(const bgp::NlriView& nlri, Place& place) const {
  const base::Handle handle = find(nlri);
  if (handle == base::no_handle) return false;
  place = place_of(handle);
  return true;
}

base::Handle RouteFinder::find(const bgp::NlriView& nlri) const {
  if (known_ == 0) return base::no_handle;
  if (size() > few)
    return index_.find(rib::hash_of(nlri),
                       [&](base::Handle handle) { return bgp::same_key(nlri_of(handle), nlri); });
  auto handle = static_cast<base::Handle>(known_);
  while (handle != base::no_handle && !bgp::same_key(nlri_of(handle), nlri)) --handle;
  return handle;
}

bgp::NlriView RouteFinder::nlri_of(base::Handle handle) const {
  const Place place = place_of(handle);
  return lists_[place.list]->at(place.route).nlri;
}

RouteFinder::Place RouteFinder::place_of(base::Handle handle) const {
  const std::size_t number = handle - 1;
  const auto list = std::upper_bound(ends_.begin(), ends_.end(), number);
  const auto i = static_cast<std::size_t>(list - ends_.begin());
  return {i, number - (i == 0 ? 0 : ends_[i - 1])};
}

}  // namespace openbell::engine
