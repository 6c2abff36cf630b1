#include "engine/routing/watchdog.h"

#include <algorithm>
#include <utility>

#include "engine/ports.h"
#include "rib/stored_nlri.h"

namespace openbell::engine {

using base::Handle;
using base::no_handle;

// --- where watchdogs stand

rib::Audience WatchdogTable::let_through(const grammar::RouteView& route,
                                         const rib::Audience& audience) const {
  const auto known = groups_.find(route.watchdog);
  if (known == groups_.end()) return route.starts_withdrawn ? rib::Audience() : audience;
  const Group& of = known->second;
  return route.starts_withdrawn ? audience & of.announced : audience - of.withdrawn;
}

void WatchdogTable::turn(std::string_view name, const rib::Audience& audience, bool announced) {
  if (!groups_.contains(name) && groups_.size() >= routes_ + turned_max)
    return log_.log(3, "api",
                    "watchdog " + std::string(name) + " is not kept: too many have been turned");
  Group& of = group(name);
  (announced ? of.announced : of.withdrawn) |= audience;
  (announced ? of.withdrawn : of.announced) -= audience;
}

WatchdogTable::Group& WatchdogTable::group(std::string_view name) {
  const auto known = groups_.find(name);
  if (known != groups_.end()) return known->second;
  const auto added = groups_.try_emplace(std::string(name)).first;
  added->second.name = added->first;
  return added->second;
}

/// A watchdog without routes of commands: its portions go, and all of it when nobody turned it.
void WatchdogTable::drop_if_idle(Group& group) {
  if (group.routes != 0) return;
  group.portions.clear();
  group.free.clear();
  if (group.announced.empty() && group.withdrawn.empty()) groups_.erase(groups_.find(group.name));
}

// --- what was said of a route

WatchdogTable::Words::Words(rib::PathPool& paths, const grammar::RouteView& route, rib::Path path)
    : paths_(paths),
      key_size_(route.nlri.key.size()),
      route_(route),
      lease_group_(route.lease_group),
      path_(path) {
  paths_.retain(path_);
  bytes_.assign(route.nlri.key.begin(), route.nlri.key.end());
  bytes_.insert(bytes_.end(), route.nlri.tail.begin(), route.nlri.tail.end());
  route_.nlri.key = route_.nlri.tail = {};
  route_.path = {};
  route_.watchdog = route_.lease_group = {};
}

WatchdogTable::Words::~Words() {
  paths_.release(path_);
}

grammar::RouteView WatchdogTable::Words::view() const {
  grammar::RouteView view = route_;
  view.nlri = nlri();
  view.path = paths_.view(path_);
  view.lease_group = lease_group_;
  return view;
}

bgp::NlriView WatchdogTable::Words::nlri() const {
  bgp::NlriView view = route_.nlri;
  view.key = bgp::Bytes(bytes_).first(key_size_);
  view.tail = bgp::Bytes(bytes_).subspan(key_size_);
  return view;
}

bool WatchdogTable::Words::same(const grammar::RouteView& route, rib::Path path) const {
  return path_ == path && base::equal(nlri().tail, route.nlri.tail) &&
         route_.lease.ns == route.lease.ns && lease_group_ == route.lease_group;
}

// --- where routes are

const WatchdogTable::Watched& WatchdogTable::at(Handle handle) const {
  const Place& place = places_[handle];
  return (*place.group->portions[place.number / portion_size])[place.number % portion_size];
}

WatchdogTable::Watched& WatchdogTable::own(Handle handle) {
  const Place& place = places_[handle];
  return own_portion(*place.group, place.number / portion_size)[place.number % portion_size];
}

WatchdogTable::Portion& WatchdogTable::own_portion(Group& group, std::size_t number) {
  std::shared_ptr<Portion>& portion = group.portions[number];
  if (portion.use_count() != 1) portion = std::make_shared<Portion>(*portion);
  return *portion;
}

std::uint32_t WatchdogTable::take_number(Group& group) {
  if (!group.free.empty()) {
    const std::uint32_t number = group.free.back();
    group.free.pop_back();
    return number;
  }
  if (group.portions.empty() || group.portions.back()->size() == portion_size)
    group.portions.push_back(std::make_shared<Portion>());
  const std::size_t last = group.portions.size() - 1;
  Portion& portion = own_portion(group, last);
  portion.emplace_back();
  return static_cast<std::uint32_t>(last * portion_size + portion.size() - 1);
}

Handle WatchdogTable::first_of(const bgp::NlriView& nlri, std::uint32_t hash) const {
  return index_.find(hash,
                     [&](Handle handle) { return bgp::same_key(at(handle).words->nlri(), nlri); });
}

void WatchdogTable::add(std::string_view name, Watched watched) {
  const bgp::NlriView nlri = watched.words->nlri();
  const std::uint32_t hash = rib::hash_of(nlri);
  const Handle first = first_of(nlri, hash);
  Group& of = group(name);
  const Handle added = places_.allocate();
  places_[added] = {&of, take_number(of), no_handle};
  own(added) = std::move(watched);
  ++of.routes;
  ++routes_;
  if (first == no_handle) return index_.insert(hash, added);
  places_[added].next = std::exchange(places_[first].next, added);
}

void WatchdogTable::narrow(Handle handle, rib::Audience audience) {
  if (audience.empty()) return remove(handle);
  if (audience != at(handle).audience) own(handle).audience = std::move(audience);
}

void WatchdogTable::remove(Handle handle) {
  const std::shared_ptr<const Words> words = at(handle).words;
  const std::uint32_t hash = rib::hash_of(words->nlri());
  const Handle next = places_[handle].next;
  Handle before = first_of(words->nlri(), hash);
  if (before == handle) {
    next == no_handle ? index_.erase(hash, handle) : index_.replace(hash, handle, next);
  } else {
    while (places_[before].next != handle) before = places_[before].next;
    places_[before].next = next;
  }
  own(handle) = {};
  const Place place = std::exchange(places_[handle], {});
  places_.release(handle);
  --routes_;
  --place.group->routes;
  place.group->free.push_back(place.number);
  drop_if_idle(*place.group);
}

// --- the routes of commands

void WatchdogTable::remember(const grammar::RouteView& route, rib::Path path,
                             const rib::Audience& audience, rib::Claimant claimant) {
  if (audience.empty()) return;
  bool kept = false;
  Handle next = no_handle;
  for (Handle handle = first_of(route.nlri, rib::hash_of(route.nlri)); handle != no_handle;
       handle = next) {
    next = places_[handle].next;
    const Watched& watched = at(handle);
    rib::Audience still = settled(watched, ends_);
    if (kept || watched.claimant != claimant || places_[handle].group->name != route.watchdog ||
        !watched.words->same(route, path)) {
      // What was said before holds for those who were not told anew.
      narrow(handle, still - audience);
      continue;
    }
    kept = true;
    still |= audience;
    if (still == watched.audience && ends_.empty()) continue;
    Watched& changed = own(handle);
    changed.audience = std::move(still);
    changed.said = last_end_;
  }
  if (kept) return;
  if (routes_ == routes_max)
    return log_.log(3, "api",
                    "watchdog " + std::string(route.watchdog) + " does not keep another route");
  add(route.watchdog,
      {std::make_shared<const Words>(paths_, route, path), audience, claimant, last_end_});
}

void WatchdogTable::forget(const bgp::NlriView& nlri, const rib::Audience& audience) {
  if (empty() || audience.empty()) return;
  Handle next = no_handle;
  for (Handle handle = first_of(nlri, rib::hash_of(nlri)); handle != no_handle; handle = next) {
    next = places_[handle].next;
    narrow(handle, at(handle).audience - audience);
  }
}

bool WatchdogTable::remembers(const bgp::NlriView& nlri, const rib::Audience& audience) const {
  if (empty()) return false;
  for (Handle handle = first_of(nlri, rib::hash_of(nlri)); handle != no_handle;
       handle = places_[handle].next)
    if (at(handle).audience.intersects(audience)) return true;
  return false;
}

WatchdogTable::Commanded WatchdogTable::commanded(std::string_view name) const {
  const auto known = groups_.find(name);
  if (known == groups_.end()) return {};
  const auto& portions = known->second.portions;
  return {{portions.begin(), portions.end()}, ends_};
}

std::vector<std::string> WatchdogTable::some_names(std::size_t most) const {
  constexpr std::size_t looked_at_max = 256;
  std::vector<std::string> names;
  std::size_t looked_at = 0;
  for (auto at = groups_.begin();
       at != groups_.end() && names.size() < most && looked_at < looked_at_max; ++at, ++looked_at)
    if (at->second.routes != 0) names.push_back(at->first);
  return names;
}

// --- words about many of them

rib::Audience WatchdogTable::settled(const Watched& watched, const std::vector<End>& ends) {
  rib::Audience left = watched.audience;
  for (const End& end : ends) {
    if (end.number <= watched.said || (end.claimant && *end.claimant != watched.claimant)) continue;
    left = end.audience ? left - *end.audience : rib::Audience();
  }
  return left;
}

WatchdogTable::EndNumber WatchdogTable::end(std::optional<rib::Audience> audience,
                                            std::optional<rib::Claimant> claimant) {
  if (empty()) return 0;
  ends_.push_back({++last_end_, std::move(audience), claimant});
  return last_end_;
}

bool WatchdogTable::sweep(Handle& place, std::size_t budget) {
  if (empty()) return true;
  for (; budget != 0 && place < places_.end(); --budget, ++place)
    if (places_[place].group != nullptr) narrow(place, settled(at(place), ends_));
  return place >= places_.end();
}

void WatchdogTable::close(EndNumber number) {
  std::erase_if(ends_, [&](const End& end) { return end.number == number; });
}

}  // namespace openbell::engine
