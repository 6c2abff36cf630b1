#pragma once
// From one configuration to another: the difference is applied, what did not change is not touched.

#include "engine/state.h"

namespace openbell::engine {

void apply_configuration(State& state, grammar::Configuration configuration);

/// Recomputes who may be commanded by whom and who has which family; after every change of
/// neighbors or helpers.
void refresh_audiences(State& state);

/// The neighbors with these peer addresses; all of them when there are none.
rib::PeerSet select_neighbors(State& state, const std::vector<base::IpPrefix>& addresses);

/// Adds a neighbor under a number of its own and announces its configured routes. Not started yet.
Neighbor& add_neighbor(State& state, grammar::NeighborConfig config);
/// Ends a neighbor's session and forgets what was announced to it.
void remove_neighbor(State& state, NeighborId id, bgp::NotificationCode code,
                     std::string_view reason);

/// An incoming connection: finds the neighbor it belongs to, by address or as one of a range. False
/// when it was refused.
bool accept(State& state, ConnectionId connection, const base::IpAddress& local,
            const base::IpAddress& peer);
/// Removes those neighbors born from a range whose session is over.
void reap_ephemeral(State& state, const std::vector<NeighborId>& touched);
/// tcp.attempts, tcp.once: asks the host for the end when no neighbor will connect any more.
void exit_when_given_up(State& state);

}  // namespace openbell::engine
