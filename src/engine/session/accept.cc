// Incoming connections, and neighbors that are born from a range of addresses.

#include <algorithm>

#include "bgp/message/notification.h"
#include "engine/reload.h"
#include "engine/routing/bulk.h"

namespace openbell::engine {

namespace {

/// Neighbors that ranges may give birth to.
constexpr std::size_t born_max = 4096;
/// Strangers that are listened to until they have said an OPEN.
constexpr std::size_t unborn_max = 1024;

/// A connection that cannot be used is answered and left to the host to close.
bool refuse(State& state, ConnectionId connection, bgp::NotificationCode code,
            std::string_view text) {
  std::uint8_t message[bgp::message_size_max];
  state.host.write(connection,
                   bgp::encode_notification(code, bgp::cease_data(code, text), message));
  return false;
}

bool fits(const Neighbor& neighbor, const base::IpAddress& local) {
  return !neighbor.config().local_address || neighbor.config().local_address == local;
}

Neighbor* configured_for(State& state, const base::IpAddress& local, const base::IpAddress& peer) {
  for (const auto& neighbor : state.neighbors)
    if (neighbor != nullptr && !neighbor->is_range() && neighbor->peer_address() == peer &&
        fits(*neighbor, local))
      return neighbor.get();
  return nullptr;
}

Neighbor* range_for(State& state, const base::IpAddress& local, const base::IpAddress& peer) {
  Neighbor* longest = nullptr;
  for (const auto& neighbor : state.neighbors) {
    if (neighbor == nullptr || !neighbor->is_range() ||
        !neighbor->config().peer_address.contains(peer) || !fits(*neighbor, local))
      continue;
    if (longest == nullptr ||
        longest->config().peer_address.length < neighbor->config().peer_address.length)
      longest = neighbor.get();
  }
  return longest;
}

/// Empty, or why no further peer of a range is taken.
std::string_view crowded(const State& state) {
  std::size_t born = 0;
  std::size_t unborn = 0;
  for (const auto& neighbor : state.neighbors) {
    if (neighbor == nullptr || !neighbor->is_born_of_range()) continue;
    ++(neighbor->unborn() ? unborn : born);
  }
  if (born >= born_max) return "too many neighbors of a range";
  return unborn >= unborn_max ? "too many connections without an OPEN" : std::string_view();
}

}  // namespace

bool accept(State& state, ConnectionId connection, const base::IpAddress& local,
            const base::IpAddress& peer) {
  Neighbor* neighbor = configured_for(state, local, peer);
  // Who was born of a range and went begins anew, also when it comes back before the turn ends.
  if (neighbor != nullptr && neighbor->is_born_of_range() && neighbor->quiet()) {
    remove_neighbor(state, neighbor->id(), bgp::notification::peer_deconfigured,
                    "closing connection");
    neighbor = nullptr;
  }
  if (neighbor == nullptr && !state.ending) {
    if (const Neighbor* range = range_for(state, local, peer)) {
      if (const std::string_view why = crowded(state); !why.empty())
        return refuse(state, connection, bgp::notification::out_of_resources, why);
      neighbor = &add_unborn(state, *range, peer);
      neighbor->start();
    }
  }
  if (neighbor == nullptr)
    return refuse(state, connection, bgp::notification::connection_rejected,
                  "no session configured for the peer");
  return neighbor->on_accepted(connection, local);
}

void reap_born_of_ranges(State& state, const std::vector<NeighborId>& touched) {
  for (const NeighborId id : touched) {
    const Neighbor* neighbor = state.neighbor(id);
    if (neighbor == nullptr || !neighbor->is_born_of_range() || !neighbor->quiet()) continue;
    remove_neighbor(state, id, bgp::notification::peer_deconfigured, "closing connection");
  }
}

void exit_when_given_up(State& state) {
  if (state.options.attempts == 0 || state.ending || !state.started) return;
  const bool all =
      std::all_of(state.neighbors.begin(), state.neighbors.end(),
                  [](const auto& neighbor) { return neighbor == nullptr || neighbor->given_up(); });
  if (!all || state.neighbors.empty()) return;
  state.ending = true;
  state.host.exit(0);
}

}  // namespace openbell::engine
