#pragma once
// From one configuration to another: the difference is applied, what did not change is not touched.

#include "engine/state.h"

namespace openbell::engine {

void apply_configuration(State& state, grammar::Configuration configuration,
                         std::string_view cause);

/// Recomputes who may be commanded by whom and who has which family; after every change of
/// neighbors or helpers.
void refresh_audiences(State& state);

/// The neighbors with these peer addresses; all of them when there are none.
rib::Audience select_neighbors(State& state, const std::vector<base::IpPrefix>& addresses);

/// Adds a neighbor under a number of its own. Not started yet.
Neighbor& add_neighbor(State& state, grammar::NeighborConfig config);
/// The same for a peer of a range that has connected.
Neighbor& add_unborn(State& state, const Neighbor& range, const base::IpAddress& peer);
/// Ends a neighbor's session and forgets what was announced to it. Those born of a range go with
/// it.
void remove_neighbor(State& state, NeighborId id, bgp::NotificationCode code,
                     std::string_view reason);

/// An incoming connection: finds the neighbor it belongs to, by address or as one of a range. False
/// when it was refused.
bool accept(State& state, ConnectionId connection, const base::IpAddress& local,
            const base::IpAddress& peer);
/// Removes those neighbors born of a range, or not even born, whose session is over.
void reap_born_of_ranges(State& state, const std::vector<NeighborId>& touched);
/// tcp.attempts, tcp.once: asks the host for the end when no neighbor will connect any more.
void exit_when_given_up(State& state);

}  // namespace openbell::engine
