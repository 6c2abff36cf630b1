#include "rib/route_store.h"

#include <algorithm>

namespace openbell::rib {

using base::Handle;
using base::no_handle;

RouteStore::~RouteStore() {
  for (Handle at = 1; at < routes_.end(); ++at)
    if (routes_[at].audience != nobody) routes_[at].nlri.release();
}

Handle RouteStore::head(std::uint32_t hash, const bgp::NlriView& nlri) const {
  return index_.find(hash, [&](Handle route) { return routes_[route].nlri.same_key(nlri); });
}

PeerSet RouteStore::announce(const bgp::NlriView& nlri, Path path, PeerSet audience,
                             Origin origin) {
  const std::uint32_t hash = hash_of(nlri);
  PeerSet news = audience;
  Handle joinable = no_handle;
  for (Handle at = head(hash, nlri); at != no_handle && news != nobody;) {
    Route& route = routes_[at];
    const Handle next = route.next;
    const bool same =
        !route.withdrawn && route.path == path && base::equal(route.nlri.view().tail, nlri.tail);
    const PeerSet shared = peers_.intersect(route.audience, news);
    const PeerSet kept = same ? peers_.subtract(shared, doomed(route)) : nobody;
    news = peers_.subtract(news, kept);
    if (same && shared != nobody) route.owner = origin.owner;
    if (same && route.change > seen_change_ && origin.priority == Priority::bulk) joinable = at;
    if (!same && !route.withdrawn && shared != nobody) ++replaced_;
    if (kept != shared) remove_peers(hash, at, peers_.subtract(shared, kept));
    at = next;
  }
  if (news == nobody) return nobody;
  if (joinable != no_handle) {
    routes_[joinable].audience = peers_.unite(routes_[joinable].audience, news);
    return news;
  }
  const Handle added = add(hash, nlri, path, news, false);
  routes_[added].owner = origin.owner;
  push(announcement_lane(origin.priority), added);
  return news;
}

PeerSet RouteStore::withdraw(const bgp::NlriView& nlri, Path attributes, PeerSet audience,
                             PeerSet listening, Priority priority) {
  const std::uint32_t hash = hash_of(nlri);
  PeerSet lost = nobody;
  std::uint8_t tail[255];
  bgp::NlriView gone = nlri;
  for (Handle at = head(hash, nlri); at != no_handle;) {
    Route& route = routes_[at];
    const Handle next = route.next;
    const PeerSet shared = peers_.intersect(route.audience, audience);
    if (shared != nobody) {
      const bgp::NlriView known = route.nlri.view();
      if (gone.tail.empty() && !known.tail.empty()) {
        std::copy(known.tail.begin(), known.tail.end(), tail);
        gone.tail = {tail, known.tail.size()};
      }
      if (!route.withdrawn) lost = peers_.unite(lost, shared);
      remove_peers(hash, at, shared);
    }
    at = next;
  }
  const PeerSet told = peers_.intersect(audience, listening);
  if (told != nobody) {
    push(withdrawal_lane(priority), add(hash, gone, attributes, told, true));
  }
  return lost;
}

std::uint64_t RouteStore::begin_clearing(PeerSet peers) {
  seen();
  clearings_.push_back({last_change_, peers});
  return last_change_;
}

void RouteStore::end_clearing(std::uint64_t last_change, PeerSet peers) {
  const auto known = std::find(clearings_.begin(), clearings_.end(), Clearing{last_change, peers});
  OPENBELL_CHECK(known != clearings_.end());
  clearings_.erase(known);
}

PeerSet RouteStore::doomed(const Route& route) const {
  PeerSet peers = nobody;
  if (route.owner == lasting_owner) return peers;
  for (const Clearing& clearing : clearings_)
    if (route.change <= clearing.last_change) peers = peers_.unite(peers, clearing.peers);
  return peers;
}

Handle RouteStore::find(const bgp::NlriView& nlri, PeerIndex peer) const {
  for (Handle at = head(hash_of(nlri), nlri); at != no_handle; at = routes_[at].next)
    if (!routes_[at].withdrawn && peers_.contains(routes_[at].audience, peer)) return at;
  return no_handle;
}

Positions RouteStore::ends() const {
  Positions ends;
  for (const Lane lane : lanes) ends[lane] = queue(lane).end();
  return ends;
}

void RouteStore::push(Lane lane, Handle route) {
  queues_[static_cast<std::size_t>(lane)].push({route, routes_[route].change});
}

bool RouteStore::trim(const Positions& passed, std::size_t budget) {
  bool more = false;
  for (const Lane lane : lanes) more |= trim(lane, passed[lane], budget);
  return more;
}

bool RouteStore::trim(Lane lane, std::uint64_t passed, std::size_t budget) {
  ChangeQueue& queue = queues_[static_cast<std::size_t>(lane)];
  if (!is_withdrawal(lane)) {
    queue.trim(passed);
    return false;
  }
  const std::uint64_t until = std::min(passed, queue.begin() + budget);
  for (std::uint64_t at = queue.begin(); at < until; ++at) {
    const Change& entry = queue[at];
    const Route& route = routes_[entry.route];
    if (route.change == entry.change && route.withdrawn && route.audience != nobody)
      erase(hash_of(route.nlri.view()), entry.route);
  }
  queue.trim(until);
  return until < passed;
}

Handle RouteStore::add(std::uint32_t hash, const bgp::NlriView& nlri, Path path, PeerSet audience,
                       bool withdrawn) {
  const Handle first = head(hash, nlri);
  const Handle added = routes_.allocate();
  Route& route = routes_[added];
  route.nlri.assign(nlri);
  route.withdrawn = withdrawn;
  route.path = path;
  paths_.retain(path);
  route.audience = audience;
  route.change = ++last_change_;
  if (first == no_handle) {
    index_.insert(hash, added);
  } else {
    route.next = routes_[first].next;
    routes_[first].next = added;
  }
  return added;
}

void RouteStore::remove_peers(std::uint32_t hash, Handle route, PeerSet peers) {
  routes_[route].audience = peers_.subtract(routes_[route].audience, peers);
  if (routes_[route].audience == nobody) erase(hash, route);
}

void RouteStore::erase(std::uint32_t hash, Handle gone) {
  Route& route = routes_[gone];
  const Handle first = head(hash, route.nlri.view());
  if (first == gone) {
    if (route.next == no_handle) {
      index_.erase(hash, gone);
    } else {
      index_.replace(hash, gone, route.next);
    }
  } else {
    Handle before = first;
    while (routes_[before].next != gone) before = routes_[before].next;
    routes_[before].next = route.next;
  }
  route.nlri.release();
  paths_.release(route.path);
  route.audience = nobody;
  route.owner = 0;
  route.change = 0;
  routes_.release(gone);
}

}  // namespace openbell::rib
