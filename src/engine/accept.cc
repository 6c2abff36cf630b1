// Incoming connections, and neighbors that are born from a range of addresses.

#include <algorithm>

#include "bgp/message/notification.h"
#include "engine/bulk.h"
#include "engine/reload.h"

namespace openbell::engine {

namespace {

/// Neighbors that one range may give birth to.
constexpr std::size_t range_neighbors_max = 4096;

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

Neighbor& bear(State& state, const Neighbor& range, const base::IpAddress& peer) {
  grammar::NeighborConfig config = range.config();
  config.peer_address = {peer, static_cast<std::uint8_t>(peer.bytes().size() * 8)};
  Neighbor& born = add_neighbor(state, std::move(config));
  born.set_ephemeral();
  refresh_audiences(state);
  born.start();
  state.jobs.push_back(copy_routes(range.id(), born.id()));
  return born;
}

}  // namespace

bool accept(State& state, ConnectionId connection, const base::IpAddress& local,
            const base::IpAddress& peer) {
  Neighbor* neighbor = configured_for(state, local, peer);
  if (neighbor == nullptr && !state.ending) {
    if (const Neighbor* range = range_for(state, local, peer)) {
      const auto born =
          std::count_if(state.neighbors.begin(), state.neighbors.end(),
                        [](const auto& each) { return each != nullptr && each->ephemeral(); });
      if (static_cast<std::size_t>(born) >= range_neighbors_max)
        return refuse(state, connection, bgp::notification::out_of_resources,
                      "too many neighbors of a range");
      neighbor = &bear(state, *range, peer);
    }
  }
  if (neighbor == nullptr)
    return refuse(state, connection, bgp::notification::connection_rejected,
                  "no session configured for the peer");
  return neighbor->on_accepted(connection, local);
}

void reap_ephemeral(State& state, const std::vector<NeighborId>& touched) {
  bool any = false;
  for (const NeighborId id : touched) {
    const Neighbor* neighbor = state.neighbor(id);
    if (neighbor == nullptr || !neighbor->ephemeral() || !neighbor->quiet()) continue;
    remove_neighbor(state, id, bgp::notification::peer_deconfigured, "closing connection");
    any = true;
  }
  if (any) refresh_audiences(state);
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
