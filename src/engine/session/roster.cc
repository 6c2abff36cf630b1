#include "engine/session/roster.h"

#include <algorithm>
#include <utility>

#include "bgp/message/notification.h"
#include "engine/routing/bulk.h"
#include "engine/routing/routing.h"

namespace openbell::engine {

namespace {

/// Neighbors that ranges may give birth to.
constexpr std::size_t born_max = 4096;
/// Strangers that are listened to until they have said an OPEN.
constexpr std::size_t unborn_max = 1024;

bool fits(const Neighbor& neighbor, const base::IpAddress& local) {
  return !neighbor.config().local_address || neighbor.config().local_address == local;
}

}  // namespace

// --- who there is

rib::Audience Roster::select(const std::vector<base::IpPrefix>& addresses) const {
  rib::Audience selected;
  for_each([&](const Neighbor& neighbor) {
    if (neighbor.unborn()) return;
    // By its title: a range is not meant by the first of its addresses, nor that by the range.
    if (addresses.empty()
            ? !neighbor.is_born_of_range()
            : std::ranges::find(addresses, neighbor.config().peer_address) != addresses.end())
      selected |= neighbor.audience();
  });
  return selected;
}

Neighbor& Roster::add(grammar::NeighborConfig config) {
  const NeighborId id = neighbors_.take();
  return neighbors_.put(id, std::make_unique<Neighbor>(context_, *this, id, std::move(config)));
}

Neighbor& Roster::add_unborn(const Neighbor& range, const base::IpAddress& peer) {
  const NeighborId id = neighbors_.take();
  return neighbors_.put(id, std::make_unique<Neighbor>(context_, *this, id, range, peer));
}

void Roster::remove(NeighborId id, bgp::NotificationCode code, std::string_view reason) {
  Neighbor& neighbor = *find(id);
  if (neighbor.is_range())
    for_each_of(neighbor, [&](const Neighbor& born) { remove(born.id(), code, reason); });
  neighbor.end_for_good(code, bgp::subcode_name(code), reason);
  context_.routing.out.close(id);
  neighbors_.erase(id);
  // From here on nobody is meant by its number.
  if (context_.routing.peers.leave(id)) context_.routing.jobs.add(sweep(context_.routing));
  context_.listener.on_gone();
}

void Roster::remove_over(Neighbor& neighbor) {
  if (std::unique_ptr<Link> silent = neighbor.give_up_silent())
    add_unborn(*find(neighbor.range()), neighbor.peer_address()).begin_with(std::move(silent));
  remove(neighbor.id(), bgp::notification::peer_deconfigured, "closing connection");
}

// --- connections

Neighbor* Roster::owner(ConnectionId connection) const {
  const auto known = owners_.find(connection);
  return known == owners_.end() ? nullptr : find(known->second);
}

Neighbor* Roster::recipient(ConnectionId connection) {
  Neighbor* neighbor = owner(connection);
  if (neighbor == nullptr || !neighbor->is_born_of_range() || !neighbor->over()) return neighbor;
  remove_over(*neighbor);
  return owner(connection);
}

ConnectionId Roster::next_connection(NeighborId owner) {
  last_connection_ = ConnectionId{std::to_underlying(last_connection_) + 1};
  note_connection(last_connection_, owner);
  return last_connection_;
}

void Roster::note_connection(ConnectionId connection, NeighborId owner) {
  owners_[connection] = owner;
}

/// A connection that cannot be used is answered and left to the network to close.
bool Roster::refuse(ConnectionId connection, bgp::NotificationCode code, std::string_view text) {
  std::uint8_t message[bgp::message_size_max];
  context_.network.write(connection,
                         bgp::encode_notification(code, bgp::cease_data(code, text), message));
  return false;
}

Neighbor* Roster::configured_for(const base::IpAddress& local, const base::IpAddress& peer) const {
  return find_if([&](const Neighbor& neighbor) {
    return !neighbor.is_range() && neighbor.peer_address() == peer && fits(neighbor, local);
  });
}

const Neighbor* Roster::range_for(const base::IpAddress& local, const base::IpAddress& peer) const {
  const Neighbor* longest = nullptr;
  for_each([&](const Neighbor& neighbor) {
    if (!neighbor.is_range() || !neighbor.config().peer_address.contains(peer) ||
        !fits(neighbor, local))
      return;
    if (longest == nullptr ||
        longest->config().peer_address.length < neighbor.config().peer_address.length)
      longest = &neighbor;
  });
  return longest;
}

/// Empty, or why no further peer of a range is taken.
std::string_view Roster::crowded() const {
  std::size_t born = 0;
  std::size_t unborn = 0;
  for_each([&](const Neighbor& neighbor) {
    if (neighbor.is_born_of_range()) ++(neighbor.unborn() ? unborn : born);
  });
  if (born >= born_max) return "too many neighbors of a range";
  return unborn >= unborn_max ? "too many connections without an OPEN" : std::string_view();
}

bool Roster::accept(ConnectionId connection, const base::IpAddress& local,
                    const base::IpAddress& peer) {
  Neighbor* neighbor = configured_for(local, peer);
  // Who was born of a range and went begins anew, also when it comes back before the turn ends.
  if (neighbor != nullptr && neighbor->is_born_of_range() && neighbor->over()) {
    remove_over(*neighbor);
    neighbor = configured_for(local, peer);
  }
  if (neighbor == nullptr && !closed_) {
    if (const Neighbor* range = range_for(local, peer)) {
      if (const std::string_view why = crowded(); !why.empty())
        return refuse(connection, bgp::notification::out_of_resources, why);
      neighbor = &add_unborn(*range, peer);
      neighbor->start();
    }
  }
  if (neighbor == nullptr)
    return refuse(connection, bgp::notification::connection_rejected,
                  "no session configured for the peer");
  return neighbor->on_accepted(connection, local);
}

// --- turns

base::Tick Roster::deadline() {
  // With a thousand neighbors, looking at each in every turn would cost more than what most turns
  // do.
  if (std::exchange(timers_changed_, false)) {
    deadline_ = base::never;
    for_each(
        [&](const Neighbor& neighbor) { deadline_ = std::min(deadline_, neighbor.deadline()); });
  }
  return deadline_;
}

void Roster::on_timer() {
  timers_changed_ = true;
  for_each([&](Neighbor& neighbor) {
    if (neighbor.deadline() <= context_.turn.now.tick) neighbor.on_timer();
  });
}

void Roster::settle() {
  settled_ = std::exchange(touched_, {});
  for (const NeighborId id : settled_)
    if (Neighbor* neighbor = find(id)) neighbor->settle();
}

void Roster::end_overrun() {
  for (const NeighborId id : std::exchange(overrun_, {}))
    if (Neighbor* neighbor = find(id))
      neighbor->tear_down(bgp::notification::out_of_resources, "the peer does not read");
}

void Roster::reap() {
  for (const NeighborId id : settled_) {
    Neighbor* neighbor = find(id);
    if (neighbor != nullptr && neighbor->is_born_of_range() && neighbor->over())
      remove_over(*neighbor);
  }
}

bool Roster::given_up() const {
  const auto goes_on = [](const Neighbor& neighbor) { return !neighbor.given_up(); };
  return !empty() && find_if(goes_on) == nullptr;
}

}  // namespace openbell::engine
