#include "engine/routing/watchdog.h"

#include "engine/ports.h"
#include "rib/stored_nlri.h"

namespace openbell::engine {

// --- what commands have said

grammar::RouteView WatchdogTable::Watched::view(const rib::PathPool& paths) const {
  grammar::RouteView view = route;
  view.nlri.key = bgp::Bytes(bytes).first(key_size);
  view.nlri.tail = bgp::Bytes(bytes).subspan(key_size);
  view.path = paths.view(path);
  view.lease_group = lease_group;
  return view;
}

WatchdogTable::Portion::Portion(const Portion& other) : routes(other.routes), paths_(other.paths_) {
  for (const Watched& watched : routes) paths_.retain(watched.path);
}

WatchdogTable::Portion::~Portion() {
  for (const Watched& watched : routes) paths_.release(watched.path);
}

const WatchdogTable::Watched& WatchdogTable::Group::at(std::uint32_t place) const {
  return commanded[place / Portion::routes_max]->routes[place % Portion::routes_max];
}

std::vector<WatchdogTable::Watched>& WatchdogTable::Group::own_portion(std::size_t number) {
  std::shared_ptr<Portion>& portion = commanded[number];
  if (portion.use_count() != 1) portion = std::make_shared<Portion>(*portion);
  return portion->routes;
}

WatchdogTable::Watched& WatchdogTable::Group::own(std::uint32_t place) {
  return own_portion(place / Portion::routes_max)[place % Portion::routes_max];
}

std::uint32_t WatchdogTable::take_place(Group& group) {
  if (!group.free.empty()) {
    const std::uint32_t place = group.free.back();
    group.free.pop_back();
    return place;
  }
  Portions& portions = group.commanded;
  if (portions.empty() || portions.back()->routes.size() == Portion::routes_max)
    portions.push_back(std::make_shared<Portion>(paths_));
  const std::size_t last = portions.size() - 1;
  std::vector<Watched>& routes = group.own_portion(last);
  routes.emplace_back();
  return static_cast<std::uint32_t>(last * Portion::routes_max + routes.size() - 1);
}

std::vector<std::shared_ptr<const WatchdogTable::Portion>> WatchdogTable::commanded(
    std::string_view name) const {
  const auto known = groups_.find(name);
  if (known == groups_.end()) return {};
  return {known->second.commanded.begin(), known->second.commanded.end()};
}

// --- where watchdogs stand

WatchdogTable::Group& WatchdogTable::group(std::string_view name) {
  const auto known = groups_.find(name);
  return known != groups_.end() ? known->second : groups_[std::string(name)];
}

rib::Audience WatchdogTable::decide(Group& group, const grammar::RouteView& route,
                                    const rib::Audience& audience) {
  const rib::Audience undecided = audience - group.announced - group.withdrawn;
  (route.starts_withdrawn ? group.withdrawn : group.announced) |= undecided;
  return audience & group.announced;
}

rib::Audience WatchdogTable::let_through(const grammar::RouteView& route,
                                         const rib::Audience& audience) {
  Group& of = group(route.watchdog);
  remember(of, route, audience);
  return decide(of, route, audience);
}

void WatchdogTable::remember(Group& group, const grammar::RouteView& route,
                             const rib::Audience& audience) {
  const std::uint32_t hash = rib::hash_of(route.nlri);
  const rib::Path path = paths_.acquire(route.path);
  bool kept = false;
  for (auto at = group.places.equal_range(hash); at.first != at.second;) {
    const auto entry = at.first++;
    const std::uint32_t place = entry->second;
    const bgp::NlriView nlri = group.at(place).view(paths_).nlri;
    if (!bgp::same_key(nlri, route.nlri)) continue;
    if (!kept && group.at(place).path == path && base::equal(nlri.tail, route.nlri.tail)) {
      if (!(audience - group.at(place).audience).empty()) group.own(place).audience |= audience;
      kept = true;
      continue;
    }
    // What was said before holds for those who were not told anew.
    Watched& watched = group.own(place);
    watched.audience -= audience;
    if (!watched.audience.empty()) continue;
    paths_.release(watched.path);
    watched = {};
    group.places.erase(entry);
    group.free.push_back(place);
    --commanded_;
  }
  if (kept) return paths_.release(path);
  if (commanded_ == routes_max) {
    paths_.release(path);
    return log_.log(3, "api",
                    "watchdog " + std::string(route.watchdog) + " does not keep another route");
  }
  ++commanded_;
  const std::uint32_t place = take_place(group);
  group.places.emplace(hash, place);
  Watched& watched = group.own(place);
  watched.bytes.assign(route.nlri.key.begin(), route.nlri.key.end());
  watched.bytes.insert(watched.bytes.end(), route.nlri.tail.begin(), route.nlri.tail.end());
  watched.key_size = route.nlri.key.size();
  watched.route = route;
  watched.route.nlri.key = watched.route.nlri.tail = {};
  watched.route.path = {};
  watched.route.watchdog = {};
  watched.lease_group = route.lease_group;
  watched.route.lease_group = {};
  watched.path = path;
  watched.audience = audience;
}

rib::Audience WatchdogTable::let_configured(const grammar::RouteView& route,
                                            const rib::Audience& audience) {
  if (route.watchdog.empty()) return audience;
  return decide(group(route.watchdog), route, audience);
}

void WatchdogTable::set(std::string_view name, const rib::Audience& audience, bool announced) {
  Group& of = group(name);
  (announced ? of.announced : of.withdrawn) |= audience;
  (announced ? of.withdrawn : of.announced) -= audience;
}

}  // namespace openbell::engine
