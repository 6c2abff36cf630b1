#include "engine/reload.h"

#include <algorithm>
#include <array>
#include <map>

#include "engine/routing/bulk_words.h"

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

/// Tears down what other settings make impossible; those born of a range have its settings.
void change_neighbor(State& state, Neighbor& neighbor, grammar::NeighborConfig config,
                     const std::vector<HelperId>& helpers) {
  const bool moved = neighbor.config().peer_address != config.peer_address;
  const bgp::NotificationCode code =
      moved ? bgp::notification::peer_deconfigured : bgp::notification::other_configuration_change;
  const auto end_if_other = [&](Neighbor& changed, bool same) {
    if (same) return;
    if (moved) return changed.move(code, "its address has changed");
    changed.tear_down(code, "configuration changed");
  };
  const bool same = neighbor.config().same_session(config);
  neighbor.adopt(std::move(config));
  neighbor.bind(helpers);
  if (!neighbor.is_range()) return end_if_other(neighbor, same);
  for (const auto& born : state.neighbors) {
    if (born == nullptr || !born->is_born_of_range() || born->range() != neighbor.id()) continue;
    born->adopt(neighbor);
    end_if_other(*born, same);
  }
}

/// Begins to say what the file says. Before the first session there is nobody to keep waiting.
void say_configured(State& state, std::vector<ConfiguredChange> changes, std::string_view cause) {
  // What an earlier file has not said to the end is said by nobody else.
  for (const auto& job : state.jobs) {
    auto* earlier = dynamic_cast<ConfiguredWords*>(job.get());
    if (earlier == nullptr) continue;
    for (ConfiguredChange& rest : earlier->abandon()) {
      const auto same = std::find_if(changes.begin(), changes.end(), [&](const auto& change) {
        return change.neighbor == rest.neighbor;
      });
      if (same == changes.end()) continue;
      same->from.insert(same->from.end(), std::make_move_iterator(rest.from.begin()),
                        std::make_move_iterator(rest.from.end()));
    }
  }
  auto job = std::make_unique<ConfiguredWords>(state, std::move(changes), cause);
  // The first slice before the services and plans of the file: what a short file changes is one
  // change for its peers.
  if (state.started) return static_cast<void>(begin_words(state, std::move(job)));
  while (job->step(state) == BulkJob::Progress::more) {
  }
}

base::IpAddress any_ipv6() {
  const std::array<std::uint8_t, 16> bytes{0x20, 0x01, 0x0D, 0xB8};
  return base::IpAddress::from_bytes(bytes);
}

/// Which next hops can be sent to a neighbor with which family.
void set_able(State& state, const Neighbor& neighbor) {
  const grammar::NeighborConfig& config = neighbor.config();
  config.families.for_each([&](bgp::Family family) {
    const auto add = [&](NextHopClass next_hop) {
      state.routing.able(family, next_hop) |= neighbor.audience();
    };
    add(NextHopClass::none);
    const bgp::NextHop ipv4{bgp::NextHop::Kind::address, base::IpAddress::v4(1)};
    const bgp::NextHop ipv6{bgp::NextHop::Kind::address, any_ipv6()};
    const bgp::NextHop self{bgp::NextHop::Kind::self, {}};
    if (config.can_send(family, ipv4)) add(NextHopClass::ipv4);
    if (config.can_send(family, ipv6)) add(NextHopClass::ipv6);
    if (config.can_send(family, self)) add(NextHopClass::self);
  });
}

/// A neighbor that only got another address keeps what it was told: the words of helpers and
/// commands stay with its number.
bool only_moved(const Neighbor& was, const grammar::NeighborConfig& is) {
  return was.config().same_session_elsewhere(is) && was.config().description == is.description &&
         was.config().api == is.api && was.routes() == is.routes;
}

}  // namespace

namespace {

NeighborId take_number(State& state) {
  if (state.free_neighbor_ids.empty()) {
    state.neighbors.emplace_back();
    return static_cast<NeighborId>(state.neighbors.size() - 1);
  }
  const NeighborId id = state.free_neighbor_ids.back();
  state.free_neighbor_ids.pop_back();
  return id;
}

}  // namespace

Neighbor& add_neighbor(State& state, grammar::NeighborConfig config) {
  const NeighborId id = take_number(state);
  state.neighbors[id] = std::make_unique<Neighbor>(state, id, std::move(config));
  return *state.neighbors[id];
}

Neighbor& add_unborn(State& state, const Neighbor& range, const base::IpAddress& peer) {
  const NeighborId id = take_number(state);
  state.neighbors[id] = std::make_unique<Neighbor>(state, id, range, peer);
  return *state.neighbors[id];
}

void remove_neighbor(State& state, NeighborId id, bgp::NotificationCode code,
                     std::string_view reason) {
  Neighbor& neighbor = *state.neighbors[id];
  if (neighbor.is_range())
    for (NeighborId born = 0; born < state.neighbors.size(); ++born)
      if (const Neighbor* other = state.neighbor(born);
          other != nullptr && other->is_born_of_range() && other->range() == id)
        remove_neighbor(state, born, code, reason);
  neighbor.end_for_good(code, bgp::subcode_name(code), reason);
  state.routing.out.close(id);
  state.neighbors[id].reset();
  // From here on nobody is meant by its number.
  if (state.routing.peers.leave(id)) state.jobs.push_back(sweep());
  state.selections.clear();
  state.free_neighbor_ids.push_back(id);
}

rib::Audience select_neighbors(State& state, const std::vector<base::IpPrefix>& addresses) {
  rib::Audience selected;
  for (const auto& neighbor : state.neighbors) {
    if (neighbor == nullptr || neighbor->unborn()) continue;
    const auto names = [&](const base::IpPrefix& address) {
      return address == neighbor->config().peer_address ||
             address.contains(neighbor->peer_address());
    };
    if (addresses.empty() ? !neighbor->is_born_of_range()
                          : std::any_of(addresses.begin(), addresses.end(), names))
      selected |= neighbor->audience();
  }
  return selected;
}

void refresh_audiences(State& state) {
  state.selections.clear();
  for (std::size_t family = 0; family < bgp::family_count; ++family)
    for (std::size_t next_hop = 0; next_hop < next_hop_class_count; ++next_hop)
      state.routing.able(static_cast<bgp::Family>(family),
                         static_cast<NextHopClass>(next_hop)) = {};
  std::vector<rib::Audience> audiences(state.helpers.size());
  for (const auto& neighbor : state.neighbors) {
    if (neighbor == nullptr || neighbor->is_born_of_range()) continue;
    set_able(state, *neighbor);
    for (const HelperId helper : neighbor->helpers()) audiences[helper] |= neighbor->audience();
  }
  // What ends by our word still commands the neighbors that it had.
  for (const auto& helper : state.helpers)
    if (helper != nullptr && helper->configured)
      helper->set_audience(std::move(audiences[helper->id()]));
  state.services.refresh_audiences();
  state.plans.refresh_audiences();
}

void apply_configuration(State& state, grammar::Configuration configuration,
                         std::string_view cause) {
  const std::vector<HelperId> helper_ids = apply_processes(state, configuration.processes);
  Identities old_identities;
  std::map<Identity, NeighborId> known;
  for (const auto& neighbor : state.neighbors)
    if (neighbor != nullptr && !neighbor->is_born_of_range())
      known[old_identities.next(neighbor->config())] = neighbor->id();

  Identities identities;
  std::vector<grammar::NeighborConfig*> strangers;
  std::vector<ConfiguredChange> changes;
  const auto take_over = [&](Neighbor& neighbor, grammar::NeighborConfig config) {
    std::vector<SharedRoutes> from;
    if (!neighbor.routes().empty()) from.push_back(neighbor.shared_routes());
    change_neighbor(state, neighbor, std::move(config), helper_ids);
    changes.push_back(
        {neighbor.id(), neighbor.audience(), std::move(from), neighbor.shared_routes()});
  };
  for (grammar::NeighborConfig& config : configuration.neighbors) {
    const auto same = known.find(identities.next(config));
    if (same == known.end()) {
      strangers.push_back(&config);
      continue;
    }
    take_over(*state.neighbors[same->second], std::move(config));
    known.erase(same);
  }
  std::vector<NeighborId> added;
  for (grammar::NeighborConfig* config : strangers) {
    const auto alike = [&](const auto& entry) {
      return only_moved(*state.neighbors[entry.second], *config);
    };
    const auto moved = std::find_if(known.begin(), known.end(), alike);
    // Where several might be meant, nobody inherits.
    const bool clear = moved != known.end() &&
                       std::count_if(known.begin(), known.end(), alike) == 1 &&
                       std::count_if(strangers.begin(), strangers.end(), [&](const auto* other) {
                         return only_moved(*state.neighbors[moved->second], *other);
                       }) == 1;
    if (clear) {
      Neighbor& neighbor = *state.neighbors[moved->second];
      state.host.log(6, "configuration",
                     neighbor.peer_address().text() + " is " + config->peer_address.address.text() +
                         " now, and keeps what it was told");
      take_over(neighbor, std::move(*config));
      known.erase(moved);
      continue;
    }
    Neighbor& neighbor = add_neighbor(state, std::move(*config));
    neighbor.bind(helper_ids);
    added.push_back(neighbor.id());
    changes.push_back({neighbor.id(), neighbor.audience(), {}, neighbor.shared_routes()});
  }
  for (const auto& [identity, id] : known)
    remove_neighbor(state, id, bgp::notification::peer_deconfigured, "stop, message [removed]");
  refresh_audiences(state);
  say_configured(state, std::move(changes), cause);
  for (const NeighborId id : added) state.neighbors[id]->start();
  configuration.neighbors.clear();
  apply_health(state, configuration);
  state.configuration = std::move(configuration);
}

}  // namespace openbell::engine
