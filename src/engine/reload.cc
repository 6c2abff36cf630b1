#include "engine/reload.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include "engine/client/clients.h"
#include "engine/client/on_exit.h"
#include "engine/policy/policies.h"
#include "engine/routing/changeover.h"
#include "engine/routing/routing.h"
#include "engine/session/roster.h"

namespace openbell::engine {

namespace {

/// Helpers by name: kept when unchanged, restarted when their definition changed or when they are
/// back before they have ended, started when new, stopped when gone. Gives the helper of each
/// process of the configuration.
std::vector<HelperId> apply_processes(Parts& parts,
                                      const std::vector<grammar::ProcessConfig>& processes) {
  std::vector<HelperId> ids;
  std::set<HelperId> kept;
  for (const grammar::ProcessConfig& process : processes) {
    Helper* helper = parts.clients.helper_called(process.name);
    const bool known = helper != nullptr;
    if (known && !helper->configured) {
      // It is ending already, and was thought to do so for good.
      helper->come_back(process);
    } else if (known) {
      const bool other_program = helper->process.run != process.run;
      helper->adopt(process);
      if (other_program && helper->running) helper->restart();
    } else {
      helper = &parts.clients.add_helper(process);
      helper->restart_delay(parts.turn.now.tick);
      parts.ports.processes.start_helper(helper->id(), process);
    }
    ids.push_back(helper->id());
    kept.insert(helper->id());
  }
  parts.clients.for_each_helper([&](Helper& helper) {
    if (kept.contains(helper.id())) return;
    helper.configured = false;
    helper.restart_at = base::never;
    if (helper.running) return parts.ports.processes.stop_helper(helper.id());
    wait_no_more(helper, parts.turn.now.tick);
  });
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

constexpr std::string_view has_moved = "its address has changed";

/// Tears down what other settings make impossible.
void change_neighbor(Neighbor& neighbor, grammar::NeighborConfig config,
                     const std::vector<HelperId>& helpers) {
  const bool moved = neighbor.config().peer_address != config.peer_address;
  const bool same = neighbor.config().same_session_elsewhere(config);
  // The session that ends is that with the old address.
  if (moved) neighbor.leave(bgp::notification::peer_deconfigured, has_moved);
  neighbor.adopt(std::move(config));
  neighbor.bind(helpers);
  if (moved) return neighbor.connect();
  if (!same)
    neighbor.tear_down(bgp::notification::other_configuration_change, "configuration changed");
}

/// Those born of a range have its settings, and are in it.
void change_range(Roster& roster, Neighbor& range, grammar::NeighborConfig config,
                  const std::vector<HelperId>& helpers) {
  const bool same = range.config().same_session_elsewhere(config);
  range.adopt(std::move(config));
  range.bind(helpers);
  roster.for_each_of(range, [&](Neighbor& born) {
    if (!range.config().peer_address.contains(born.peer_address()))
      return roster.remove(born.id(), bgp::notification::peer_deconfigured, has_moved);
    born.adopt(range);
    if (!same)
      born.tear_down(bgp::notification::other_configuration_change, "configuration changed");
  });
}

base::IpAddress any_ipv6() {
  const std::array<std::uint8_t, 16> bytes{0x20, 0x01, 0x0D, 0xB8};
  return base::IpAddress::from_bytes(bytes);
}

/// Which next hops can be sent to a neighbor with which family.
void set_able(Routing& routing, const Neighbor& neighbor) {
  const grammar::NeighborConfig& config = neighbor.config();
  config.families.for_each([&](bgp::Family family) {
    const auto add = [&](NextHopClass next_hop) {
      routing.able(family, next_hop) |= neighbor.audience();
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

/// The same helpers hear the same of it. The places of processes are those of different files.
bool same_bindings(const Neighbor& was, const grammar::NeighborConfig& is,
                   const std::vector<HelperId>& helpers) {
  const std::vector<grammar::ApiBinding>& before = was.config().api;
  if (before.size() != is.api.size()) return false;
  for (std::size_t i = 0; i < before.size(); ++i) {
    grammar::ApiBinding binding = before[i];
    binding.process = is.api[i].process;
    if (binding != is.api[i] || was.helpers()[i] != helpers[base::place(is.api[i].process)])
      return false;
  }
  return true;
}

/// A neighbor that only got another address, or a range that did, keeps what it was told: the words
/// of helpers and commands stay with its number. One and many are never each other's heirs.
bool only_moved(const Neighbor& was, const grammar::NeighborConfig& is,
                const std::vector<HelperId>& helpers) {
  return was.is_range() != is.peer_address.is_host() && was.config().same_session_elsewhere(is) &&
         was.config().description == is.description && same_bindings(was, is, helpers) &&
         was.routes() == is.routes;
}

/// Recomputes who may be commanded by whom and who has which family.
void refresh_audiences(Parts& parts) {
  parts.clients.forget_selections();
  for (std::size_t family = 0; family < bgp::family_count; ++family)
    for (std::size_t next_hop = 0; next_hop < next_hop_class_count; ++next_hop)
      parts.routing.able(static_cast<bgp::Family>(family),
                         static_cast<NextHopClass>(next_hop)) = {};
  std::map<HelperId, rib::Audience> audiences;
  parts.roster.for_each_configured([&](const Neighbor& neighbor) {
    set_able(parts.routing, neighbor);
    for (const HelperId helper : neighbor.helpers()) audiences[helper] |= neighbor.audience();
  });
  // What ends by our word still commands the neighbors that it had.
  parts.clients.for_each_helper([&](Helper& helper) {
    if (helper.configured) helper.set_audience(std::move(audiences[helper.id()]));
  });
  const rib::Audience everybody = parts.roster.select({});
  parts.clients.for_each_linked([&](Client& client) { client.audience = everybody; });
}

/// The neighbors of a file find those that there are.
class NeighborDifference {
 public:
  NeighborDifference(Parts& parts, const std::vector<HelperId>& helpers)
      : parts_(parts), roster_(parts.roster), helpers_(helpers) {
    Identities identities;
    roster_.for_each_configured([&](const Neighbor& neighbor) {
      known_[identities.next(neighbor.config())] = neighbor.id();
    });
  }

  void apply(std::vector<grammar::NeighborConfig>& neighbors) {
    Identities identities;
    std::vector<grammar::NeighborConfig*> strangers;
    for (grammar::NeighborConfig& config : neighbors) {
      const auto same = known_.find(identities.next(config));
      if (same == known_.end()) {
        strangers.push_back(&config);
        continue;
      }
      take_over(roster_[same->second], std::move(config));
      known_.erase(same);
    }
    for (grammar::NeighborConfig* config : strangers)
      if (!move(*config, strangers)) add(std::move(*config));
    for (const auto& [identity, id] : known_)
      roster_.remove(id, bgp::notification::peer_deconfigured, "stop, message [removed]");
  }

  [[nodiscard]] std::vector<ConfiguredChange>& changes() { return changes_; }
  void start_added() {
    for (const NeighborId id : added_) roster_[id].start();
  }

 private:
  void take_over(Neighbor& neighbor, grammar::NeighborConfig config) {
    std::vector<SharedRoutes> from;
    if (!neighbor.routes().empty()) from.push_back(neighbor.shared_routes());
    if (neighbor.is_range()) {
      change_range(roster_, neighbor, std::move(config), helpers_);
    } else {
      change_neighbor(neighbor, std::move(config), helpers_);
    }
    changes_.push_back({neighbor.id(), neighbor.audience(), std::move(from),
                        neighbor.shared_routes(), neighbor.superseded()});
  }

  /// Those born of a range whose peers are more closely described by a neighbor, or a longer range,
  /// that the file has now: their next sessions are its. `own` is the number that it goes on under.
  void end_born_who_belong_to(const grammar::NeighborConfig& config,
                              std::optional<NeighborId> own = {}) {
    roster_.for_each([&](const Neighbor& born) {
      if (!born.is_born_of_range() || born.range() == own) return;
      const base::IpAddress& local = born.config().local_address;
      if (local && config.local_address && local != config.local_address) return;
      if (config.peer_address.contains(born.peer_address()) &&
          config.peer_address.length > roster_[born.range()].config().peer_address.length)
        roster_.remove(born.id(), bgp::notification::other_configuration_change,
                       "another neighbor has its address");
    });
  }

  void add(grammar::NeighborConfig config) {
    end_born_who_belong_to(config);
    Neighbor& neighbor = roster_.add(std::move(config));
    neighbor.bind(helpers_);
    added_.push_back(neighbor.id());
    changes_.push_back(
        {neighbor.id(), neighbor.audience(), {}, neighbor.shared_routes(), neighbor.superseded()});
  }

  /// Where it is clear that a neighbor only got another address, it goes on under that.
  bool move(grammar::NeighborConfig& config,
            const std::vector<grammar::NeighborConfig*>& strangers) {
    const auto alike = [&](const auto& entry) {
      return only_moved(roster_[entry.second], config, helpers_);
    };
    const auto moved = std::find_if(known_.begin(), known_.end(), alike);
    // Where several might be meant, nobody inherits.
    if (moved == known_.end() || std::count_if(known_.begin(), known_.end(), alike) != 1 ||
        std::count_if(strangers.begin(), strangers.end(), [&](const auto* other) {
          return only_moved(roster_[moved->second], *other, helpers_);
        }) != 1)
      return false;
    end_born_who_belong_to(config, moved->second);
    Neighbor& neighbor = roster_[moved->second];
    const base::IpPrefix from = neighbor.config().peer_address;
    parts_.ports.log.log(
        6, "configuration",
        from.text() + " is " + config.peer_address.text() + " now, and keeps what it was told");
    take_over(neighbor, std::move(config));
    parts_.policies.plans.follow(from, neighbor.config().peer_address);
    known_.erase(moved);
    return true;
  }

  Parts& parts_;
  Roster& roster_;
  const std::vector<HelperId>& helpers_;
  std::map<Identity, NeighborId> known_;  // and not found yet
  std::vector<NeighborId> added_;
  std::vector<ConfiguredChange> changes_;
};

}  // namespace

void apply_configuration(Parts& parts, grammar::Configuration configuration, std::string_view cause,
                         Occasion occasion) {
  const std::vector<HelperId> helpers = apply_processes(parts, configuration.processes);
  NeighborDifference difference(parts, helpers);
  difference.apply(configuration.neighbors);
  refresh_audiences(parts);
  auto changeover = std::make_unique<Changeover>(parts.routing);
  parts.policies.apply(configuration, *changeover);
  changeover->say(std::move(difference.changes()), cause);
  if (occasion == Occasion::start) {
    while (changeover->step() == BulkJob::Progress::more) {
    }
  } else {
    Changeover::begin(parts.routing, std::move(changeover));
  }
  difference.start_added();
  configuration.neighbors.clear();
  parts.policies.plans.apply(std::exchange(configuration.plans, {}));
  parts.configuration = std::move(configuration);
}

}  // namespace openbell::engine
