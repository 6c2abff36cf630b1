#include "engine/reload.h"

#include <algorithm>
#include <map>

#include "engine/bulk.h"
#include "engine/door.h"

namespace openbell::engine {

namespace {

/// Helpers by name: kept when unchanged, restarted when their definition changed, started when new,
/// stopped when gone. Gives the HelperId of each process of the configuration.
std::vector<HelperId> apply_processes(State& state,
                                      const std::vector<grammar::ProcessConfig>& processes) {
  std::vector<HelperId> ids;
  std::vector<bool> kept(state.helpers.size());
  for (const grammar::ProcessConfig& process : processes) {
    const auto same =
        std::find_if(state.helpers.begin(), state.helpers.end(), [&](const auto& helper) {
          return helper != nullptr && helper->configured && helper->name() == process.name;
        });
    if (same != state.helpers.end()) {
      Helper& helper = **same;
      const bool other_program = helper.process.run != process.run;
      helper.process = process;
      ids.push_back(helper.id());
      kept[helper.id()] = true;
      if (other_program && helper.running) {
        helper.restart_asked = true;
        state.host.stop_helper(helper.id());
      }
      continue;
    }
    const auto id = static_cast<HelperId>(state.helpers.size());
    state.helpers.push_back(std::make_unique<Helper>(id, process, state.options.ack));
    kept.push_back(true);
    ids.push_back(id);
    state.helpers.back()->restart_delay(state.now.tick);
    state.host.start_helper(id, process);
  }
  for (std::size_t id = 0; id < state.helpers.size(); ++id) {
    Helper* helper = state.helpers[id].get();
    if (helper == nullptr || kept[id]) continue;
    helper->configured = false;
    helper->restart_at = base::never;
    if (helper->running) state.host.stop_helper(helper->id());
  }
  return ids;
}

/// Neighbors are the same when they are the n-th one with that peer address and local address.
struct Identity {
  base::IpPrefix peer;
  base::IpAddress local;
  std::size_t ordinal = 0;
  auto operator<=>(const Identity&) const = default;
};

class Identities {
 public:
  Identity next(const grammar::NeighborConfig& config) {
    const std::size_t ordinal = seen_[{config.peer_address, config.local_address}]++;
    return {config.peer_address, config.local_address, ordinal};
  }

 private:
  std::map<std::pair<base::IpPrefix, base::IpAddress>, std::size_t> seen_;
};

/// Everything that moves routes by itself. Plans come last: they are encoded against the rest.
void apply_health(State& state, grammar::Configuration& configuration) {
  state.guard.apply(std::move(configuration.guard));
  state.bfd.apply(configuration.bfd_sessions);
  state.services.apply(std::exchange(configuration.services, {}));
  state.services.refresh_audiences();
  state.plans.apply(std::exchange(configuration.plans, {}));
}

/// Before the first session there is nobody to keep waiting; later a long list comes in slices.
void announce_configured(State& state, Neighbor& neighbor) {
  constexpr std::size_t at_once_max = 1024;
  if (!state.started || neighbor.routes().size() <= at_once_max)
    return neighbor.announce_configured();
  state.jobs.push_back(replace_routes(neighbor.id(), std::make_shared<const grammar::RouteList>(),
                                      neighbor.shared_routes()));
}

void change_neighbor(State& state, Neighbor& neighbor, grammar::NeighborConfig config) {
  const bool same = neighbor.config().same_session(config);
  const auto old_routes = neighbor.shared_routes();
  neighbor.adopt(std::move(config));
  state.jobs.push_back(replace_routes(neighbor.id(), old_routes, neighbor.shared_routes()));
  if (!same)
    neighbor.tear_down(bgp::notification::other_configuration_change, "configuration changed");
}

}  // namespace

Neighbor& add_neighbor(State& state, grammar::NeighborConfig config) {
  NeighborId id = static_cast<NeighborId>(state.neighbors.size());
  if (state.free_neighbor_ids.empty()) {
    state.neighbors.emplace_back();
  } else {
    id = state.free_neighbor_ids.back();
    state.free_neighbor_ids.pop_back();
  }
  state.neighbors[id] = std::make_unique<Neighbor>(state, id, std::move(config));
  return *state.neighbors[id];
}

void remove_neighbor(State& state, NeighborId id, bgp::NotificationCode code,
                     std::string_view reason) {
  state.neighbors[id]->end_for_good(code, bgp::subcode_name(code), reason);
  state.neighbors[id].reset();
  state.jobs.push_back(forget_peer(id));
}

rib::PeerSet select_neighbors(State& state, const std::vector<base::IpPrefix>& addresses) {
  rib::PeerSet selected = rib::nobody;
  for (const auto& neighbor : state.neighbors) {
    if (neighbor == nullptr) continue;
    // The range that a neighbor was born from names it too.
    const auto names = [&](const base::IpPrefix& address) {
      return address == neighbor->config().peer_address ||
             address.contains(neighbor->peer_address());
    };
    if (addresses.empty() || std::any_of(addresses.begin(), addresses.end(), names))
      selected = state.peers.unite(selected, state.peers.single(neighbor->id()));
  }
  return selected;
}

void refresh_audiences(State& state) {
  state.selections.clear();
  std::fill(std::begin(state.family_peers), std::end(state.family_peers), rib::nobody);
  for (const auto& helper : state.helpers)
    if (helper != nullptr) helper->audience = rib::nobody;
  for (const auto& neighbor : state.neighbors) {
    if (neighbor == nullptr) continue;
    const rib::PeerSet single = state.peers.single(neighbor->id());
    neighbor->config().families.for_each([&](bgp::Family family) {
      rib::PeerSet& set = state.family_peers[static_cast<std::size_t>(family)];
      set = state.peers.unite(set, single);
    });
    for (const grammar::ApiBinding& binding : neighbor->config().api)
      if (Helper* helper = state.helper(binding.process))
        helper->audience = state.peers.unite(helper->audience, single);
  }
  state.services.refresh_audiences();
}

void apply_configuration(State& state, grammar::Configuration configuration) {
  const std::vector<HelperId> helper_ids = apply_processes(state, configuration.processes);
  Identities old_identities;
  std::map<Identity, NeighborId> known;
  for (const auto& neighbor : state.neighbors)
    if (neighbor != nullptr && !neighbor->ephemeral())
      known[old_identities.next(neighbor->config())] = neighbor->id();

  Identities identities;
  std::vector<NeighborId> added;
  for (grammar::NeighborConfig& config : configuration.neighbors) {
    for (grammar::ApiBinding& binding : config.api) binding.process = helper_ids[binding.process];
    const auto same = known.find(identities.next(config));
    if (same == known.end()) {
      added.push_back(add_neighbor(state, std::move(config)).id());
      continue;
    }
    change_neighbor(state, *state.neighbors[same->second], std::move(config));
    known.erase(same);
  }
  for (const auto& [identity, id] : known)
    remove_neighbor(state, id, bgp::notification::peer_deconfigured, "stop, message [removed]");
  refresh_audiences(state);
  for (const NeighborId id : added) announce_configured(state, *state.neighbors[id]);
  for (const NeighborId id : added) state.neighbors[id]->start();
  configuration.neighbors.clear();
  apply_health(state, configuration);
  state.configuration = std::move(configuration);
}

}  // namespace openbell::engine
