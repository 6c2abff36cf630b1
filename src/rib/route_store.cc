#include "rib/route_store.h"

#include <algorithm>

namespace openbell::rib {

using base::Handle;
using base::no_handle;

RouteStore::~RouteStore() {
  for (Handle at = 1; at < routes_.end(); ++at)
    if (routes_[at].change != 0) routes_[at].nlri.release();
}

RouteStore::Chain RouteStore::chain(const bgp::NlriView& nlri) const {
  const std::uint32_t hash = hash_of(nlri);
  return {hash,
          index_.find(hash, [&](Handle route) { return routes_[route].nlri.same_key(nlri); })};
}

Handle RouteStore::find(const bgp::NlriView& nlri, PeerIndex peer) const {
  for (Handle at = chain(nlri).first; at != no_handle; at = routes_[at].next)
    if (!routes_[at].withdrawn && peers_.contains(routes_[at].audience, peer)) return at;
  return no_handle;
}

Positions RouteStore::ends() const {
  Positions ends;
  for (const Lane lane : lanes) ends[lane] = queue(lane).end();
  return ends;
}

// --- changes

RouteStore::Announced RouteStore::announce(Chain& chain, const bgp::NlriView& nlri, Path path,
                                           const Audience& audience, Origin origin) {
  Audience news = audience;
  Snapshot pending;
  Snapshot unsent;
  Handle joinable = no_handle;
  bool replaces = false;
  for (Handle at = chain.first; at != no_handle && news.handle() != nobody;) {
    Route& route = routes_[at];
    Handle next = route.next;
    const bool same =
        !route.withdrawn && route.path == path && base::equal(route.nlri.view().tail, nlri.tail);
    if (same && origin.joins && route.change > seen_change_ &&
        route.claimant == origin.claimant.packed() &&
        (!moments_.open() || moment_of(at) == speaking_))
      joinable = at;
    if (const Audience shared = peers_.audience_of(route.audience) & news; !shared.empty()) {
      if (same) {
        news -= shared;
        Snapshot behind;
        if (readers_ != nullptr && this->pending(route.change))
          behind = readers_->unread(at, shared);
        // Who has not been sent it yet may be one who cannot be.
        if (readers_ != nullptr && (route.unsent || !behind.empty()))
          unsent |= readers_->unsendable(at, shared);
        pending |= behind;
        affirm(chain, at, shared, origin);
      } else {
        if (!route.withdrawn) ++replaced_;
        const Audience quiet = told_the_same(at, nlri, path, shared);
        if (!quiet.empty()) {
          news -= quiet;
          affirm(chain, split(chain, at, quiet, path), quiet, origin);
        }
        if (const Audience changed = shared - quiet; !changed.empty()) {
          replaces = true;
          next = remove_peers(chain, at, changed);
        }
      }
    }
    at = next;
  }
  if (news.empty()) return {.pending = pending, .unsent = unsent};
  if (joinable != no_handle) {
    const SetHandle before = routes_[joinable].audience;
    const Audience joined = peers_.audience_of(before) | news;
    peers_.retain(joined.handle());
    routes_[joinable].audience = joined.handle();
    routes_[joinable].replaces |= replaces;
    peers_.release(before);
    return {news, routes_[joinable].change, pending, unsent};
  }
  const Handle added = add(chain, nlri, path, news, false, ++last_change_);
  routes_[added].claimant = origin.claimant.packed();
  routes_[added].replaces = replaces;
  push(announcement_lane(origin.priority), added);
  return {.news = news, .pending = pending, .unsent = unsent};
}

/// Those of `shared` who were told a record and for whom another path is the same bytes: it differs
/// in how it was said.
Audience RouteStore::told_the_same(Handle at, const bgp::NlriView& nlri, Path path,
                                   const Audience& shared) {
  Audience quiet;
  const Route& route = routes_[at];
  if (resolver_ == nullptr || route.withdrawn) return quiet;
  const bgp::PathView before = paths_.view(route.path);
  const bgp::PathView now = paths_.view(path);
  // Other words for the same are rare, a real change is not: what cannot be the same is not
  // encoded.
  if (before.next_hop == now.next_hop ? before.attributes.size() == now.attributes.size()
                                      : before.next_hop.kind == now.next_hop.kind)
    return quiet;
  if (!base::equal(route.nlri.view().tail, nlri.tail)) return quiet;
  Snapshot told = shared & listening_;
  if (pending(route.change)) {
    if (readers_ == nullptr) return quiet;
    told -= readers_->unread(at, shared);
  }
  if (route.unsent && readers_ != nullptr) told -= readers_->unsendable(at, shared);
  told.for_each([&](PeerIndex peer) {
    if (resolver_->same(peer, nlri.family, before, now)) quiet |= peers_.audience(peer);
  });
  return quiet;
}

void RouteStore::affirm(Chain& chain, Handle at, const Audience& peers, Origin origin) {
  const bool owned = routes_[at].claimant == origin.claimant.packed();
  if (owned && !needs_moment(at)) return;
  // What was said again is another's word now, or later than words still to come: for these peers.
  const bool whole =
      routes_[at].audience == peers.handle() || peers_.audience_of(routes_[at].audience) == peers;
  const Handle said = whole ? at : split(chain, at, peers, routes_[at].path);
  routes_[said].claimant = origin.claimant.packed();
  if (needs_moment(said)) said_[said] = speaking_ == latest ? last_change_ : speaking_;
}

Handle RouteStore::split(Chain& chain, Handle at, const Audience& peers, Path path) {
  const Handle added = make(routes_[at].nlri.view(), path, peers, false, routes_[at].change);
  // It stands behind the whole, whose entry stands for both: who has read that is told nothing.
  routes_[added].twin = true;
  routes_[added].next = std::exchange(routes_[at].next, added);
  routes_[added].claimant = routes_[at].claimant;
  routes_[added].replaces = routes_[at].replaces;
  routes_[added].unsent = routes_[at].unsent;
  if (const auto said = said_.find(at); said != said_.end()) said_[added] = said->second;
  return remove_peers(chain, at, peers) == at ? at : added;
}

bool RouteStore::pending(std::uint64_t change) const {
  if (walked_) return true;
  return lowest_unread(Lane::announced, queue(Lane::announced).begin()) <= change ||
         lowest_unread(Lane::urgent_announced, queue(Lane::urgent_announced).begin()) <= change;
}

Audience RouteStore::withdraw(Chain& chain, const bgp::NlriView& nlri, Path attributes,
                              const Audience& audience, Priority priority) {
  Audience lost;
  std::uint8_t tail[255];
  bgp::NlriView gone = nlri;
  for (Handle at = chain.first; at != no_handle;) {
    Route& route = routes_[at];
    Handle next = route.next;
    if (const Audience shared = peers_.audience_of(route.audience) & audience; !shared.empty()) {
      const bgp::NlriView known = route.nlri.view();
      if (gone.tail.empty() && !known.tail.empty()) {
        std::copy(known.tail.begin(), known.tail.end(), tail);
        gone.tail = {tail, known.tail.size()};
      }
      if (!route.withdrawn) lost |= shared;
      next = remove_peers(chain, at, shared);
    }
    at = next;
  }
  const bool told = audience.intersects(listening_);
  if (!told && !moments_.open()) return lost;
  const Handle tombstone = add(chain, gone, attributes, audience, true, ++last_change_);
  if (told) {
    push(withdrawal_lane(priority), tombstone);
  } else {
    kept_.push_back({tombstone, last_change_});
  }
  return lost;
}

Snapshot RouteStore::pending_withdrawal(const Chain& chain, const Audience& audience) const {
  Snapshot pending;
  for (Handle at = chain.first; at != no_handle; at = routes_[at].next)
    if (routes_[at].withdrawn && readers_ != nullptr)
      pending |= readers_->unread(at, peers_.audience_of(routes_[at].audience) & audience);
  return pending;
}

void RouteStore::note_withdrawn(Chain& chain, const bgp::NlriView& nlri, const Audience& audience) {
  if (audience.empty() || !moments_.open() || moments_.oldest() >= speaking_) return;
  const Handle tombstone = add(chain, nlri, no_path, audience, true, ++last_change_);
  kept_.push_back({tombstone, last_change_});
}

void RouteStore::erase_deserted(Handle route) {
  Chain chain = this->chain(routes_[route].nlri.view());
  // Its place may be a twin's then, of whom nobody is left either.
  while (erase(chain, route) == route && peers_.is_empty(routes_[route].audience)) {
  }
}

// --- moments

Moment RouteStore::open_moment() {
  // A number of its own: no other word has it, and what is said from now on, a change or not, is
  // later.
  const Moment moment = ++last_change_;
  ++last_change_;
  moments_.begin(moment);
  seen();
  return moment;
}

void RouteStore::close_moment(Moment moment) {
  if (moments_.end(moment)) said_.clear();
}

void RouteStore::speak_as_of(Moment moment) {
  if (speaking_ != latest && last_change_ >= slice_first_)
    moments_.note({slice_first_, last_change_}, speaking_);
  speaking_ = moment;
  slice_first_ = last_change_ + 1;
}

Moment RouteStore::moment_of(Handle route) const {
  if (const auto said = said_.find(route); said != said_.end()) return said->second;
  const std::uint64_t change = routes_[route].change;
  if (speaking_ != latest && change >= slice_first_) return speaking_;
  return moments_.of(change);
}

/// What was said again now must be known as later than it shows, by bulk words that are still to
/// come.
bool RouteStore::needs_moment(Handle route) const {
  if (!moments_.open()) return false;
  if (speaking_ == latest) return moment_of(route) <= moments_.newest();
  return moments_.oldest() < speaking_ && moment_of(route) < speaking_;
}

// --- queues and records

void RouteStore::push(Lane lane, Handle route) {
  queues_[static_cast<std::size_t>(lane)].push({route, routes_[route].change});
}

std::uint64_t RouteStore::lowest_unread(Lane lane, std::uint64_t position) const {
  const ChangeQueue& entries = queue(lane);
  return position < entries.end() ? entries[position].change : last_change_ + 1;
}

bool RouteStore::trim(const Positions& passed, std::size_t budget) {
  bool more = free_kept_tombstones(budget);
  for (const Lane lane : lanes) more |= trim(lane, passed[lane], budget);
  return more;
}

bool RouteStore::trim(Lane lane, std::uint64_t passed, std::size_t budget) {
  ChangeQueue& queue = queues_[static_cast<std::size_t>(lane)];
  if (!is_withdrawal(lane)) {
    queue.trim(passed);
    return false;
  }
  const std::uint64_t until =
      queue.begin() + std::min<std::uint64_t>(passed - queue.begin(), budget);
  for (std::uint64_t at = queue.begin(); at < until; ++at) {
    // A word that comes in slices must still find what was withdrawn since it was decided.
    if (moments_.open() && queue[at].change > moments_.oldest()) {
      kept_.push_back(queue[at]);
    } else {
      free_tombstone(queue[at]);
    }
  }
  queue.trim(until);
  return until < passed;
}

bool RouteStore::free_kept_tombstones(std::size_t budget) {
  if (moments_.open()) return false;
  for (; budget != 0 && !kept_.empty(); --budget) {
    free_tombstone(kept_.front());
    kept_.pop_front();
  }
  return !kept_.empty();
}

void RouteStore::free_tombstone(const Change& entry) {
  const Route& route = routes_[entry.route];
  if (route.change != entry.change || !route.withdrawn) return;
  erase_deserted(entry.route);
}

Handle RouteStore::make(const bgp::NlriView& nlri, Path path, const Audience& audience,
                        bool withdrawn, std::uint64_t change) {
  const Handle added = routes_.allocate();
  Route& route = routes_[added];
  route.nlri.assign(nlri);
  route.withdrawn = withdrawn;
  route.path = path;
  paths_.retain(path);
  route.audience = audience.handle();
  peers_.retain(route.audience);
  route.change = change;
  return added;
}

Handle RouteStore::add(Chain& chain, const bgp::NlriView& nlri, Path path, const Audience& audience,
                       bool withdrawn, std::uint64_t change) {
  const Handle added = make(nlri, path, audience, withdrawn, change);
  if (chain.first == no_handle) {
    index_.insert(chain.hash, added);
    chain.first = added;
    return added;
  }
  Handle before = chain.first;  // and its twins
  while (const Handle twin = next_twin(before)) before = twin;
  routes_[added].next = std::exchange(routes_[before].next, added);
  return added;
}

Handle RouteStore::remove_peers(Chain& chain, Handle at, const Audience& peers) {
  const SetHandle before = routes_[at].audience;
  const Audience left = peers_.audience_of(before) - peers;
  if (left.empty()) return erase(chain, at);
  if (left.handle() == before) return routes_[at].next;
  peers_.retain(left.handle());
  routes_[at].audience = left.handle();
  peers_.release(before);
  return routes_[at].next;
}

/// The entry of the queue names the first of the twins: it is that of the others, for those who
/// have not read it, and those who have are told nothing.
void RouteStore::give_place_to_twin(Handle route, Handle twin) {
  std::swap(routes_[route].path, routes_[twin].path);
  std::swap(routes_[route].audience, routes_[twin].audience);
  std::swap(routes_[route].claimant, routes_[twin].claimant);
  routes_[route].replaces = routes_[twin].replaces;
  routes_[route].unsent = routes_[twin].unsent;
  if (said_.empty()) return;
  if (const auto said = said_.find(twin); said != said_.end()) {
    said_[route] = said->second;
  } else {
    said_.erase(route);
  }
}

Handle RouteStore::erase(Chain& chain, Handle gone) {
  Route& route = routes_[gone];
  if (const Handle heir = next_twin(gone); heir != no_handle && !route.twin) {
    give_place_to_twin(gone, heir);
    erase(chain, heir);
    return gone;
  }
  const Handle next = route.next;
  if (chain.first == gone) {
    if (route.next == no_handle) {
      index_.erase(chain.hash, gone);
    } else {
      index_.replace(chain.hash, gone, route.next);
    }
    chain.first = route.next;
  } else {
    Handle before = chain.first;
    while (routes_[before].next != gone) before = routes_[before].next;
    routes_[before].next = route.next;
  }
  if (!said_.empty()) said_.erase(gone);
  route.nlri.release();
  paths_.release(route.path);
  peers_.release(route.audience);
  route.audience = nobody;
  route.claimant = 0;
  route.twin = false;
  route.replaces = false;
  route.unsent = false;
  route.change = 0;
  routes_.release(gone);
  return next;
}

}  // namespace openbell::rib
