#include "engine/routing/watchdog.h"

#include "engine/ports.h"
#include "rib/stored_nlri.h"

namespace openbell::engine {

WatchdogTable::~WatchdogTable() {
  for (const auto& [name, group] : groups_)
    for (const auto& [hash, watched] : group.commanded) paths_.release(watched.path);
}

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
  for (auto at = group.commanded.equal_range(hash); at.first != at.second;) {
    const auto entry = at.first++;
    Watched& watched = entry->second;
    if (!bgp::same_key(watched.route.nlri, route.nlri)) continue;
    if (!kept && watched.path == path && base::equal(watched.route.nlri.tail, route.nlri.tail)) {
      watched.audience |= audience;
      kept = true;
      continue;
    }
    // What was said before holds for those who were not told anew.
    watched.audience -= audience;
    if (!watched.audience.empty()) continue;
    paths_.release(watched.path);
    group.commanded.erase(entry);
    --commanded_;
  }
  if (kept) return paths_.release(path);
  if (commanded_ == routes_max) {
    paths_.release(path);
    return log_.log(3, "api",
                    "watchdog " + std::string(route.watchdog) + " does not keep another route");
  }
  ++commanded_;
  Watched& watched = group.commanded.emplace(hash, Watched())->second;
  watched.bytes.assign(route.nlri.key.begin(), route.nlri.key.end());
  watched.bytes.insert(watched.bytes.end(), route.nlri.tail.begin(), route.nlri.tail.end());
  watched.route = route;
  watched.route.path = {};
  watched.route.watchdog = {};
  watched.lease_group = route.lease_group;
  watched.route.lease_group = {};
  watched.route.nlri.key = bgp::Bytes(watched.bytes).first(route.nlri.key.size());
  watched.route.nlri.tail = bgp::Bytes(watched.bytes).subspan(route.nlri.key.size());
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

void WatchdogTable::for_each(
    std::string_view name, const rib::Audience& audience,
    const std::function<void(const grammar::RouteView&, const rib::Audience&)>& visit) const {
  const auto known = groups_.find(name);
  if (known == groups_.end()) return;
  for (const auto& [hash, watched] : known->second.commanded) {
    const rib::Audience whom = watched.audience & audience;
    if (whom.empty()) continue;
    grammar::RouteView route = watched.route;
    route.path = paths_.view(watched.path);
    route.lease_group = watched.lease_group;
    visit(route, whom);
  }
}

}  // namespace openbell::engine
