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

/// Of each family: whether it is configured, and which next hops can be sent in it.
std::vector<bool> reach_of(const grammar::NeighborConfig& config) {
  const std::array<bgp::NextHop, next_hop_class_count> next_hops{{
      {bgp::NextHop::Kind::address, base::IpAddress::v4(1)},
      {bgp::NextHop::Kind::address, any_ipv6()},
      {bgp::NextHop::Kind::self, {}},
  }};
  std::vector<bool> reach;
  for (std::size_t i = 0; i < bgp::family_count; ++i) {
    const auto family = static_cast<bgp::Family>(i);
    reach.push_back(config.families.contains(family));
    for (const bgp::NextHop& next_hop : next_hops)
      reach.push_back(config.can_send(family, next_hop));
  }
  return reach;
}

void set_reach(Parts& parts) {
  std::map<std::vector<bool>, rib::Audience> alike;  // nearly all neighbors are
  parts.roster.for_each_configured(
      [&](const Neighbor& neighbor) { alike[reach_of(neighbor.config())] |= neighbor.audience(); });
  for (std::size_t i = 0; i < bgp::family_count; ++i) {
    Routing::Reach& reach = parts.routing.reach(static_cast<bgp::Family>(i));
    reach = {};
    for (const auto& [bits, peers] : alike) {
      auto bit = bits.begin() + static_cast<std::ptrdiff_t>(i * (1 + next_hop_class_count));
      if (*bit) reach.configured |= peers;
      for (rib::Audience& able : reach.able)
        if (*++bit) able |= peers;
    }
    reach.carrying = reach.configured;
  }
  parts.roster.for_each([&](const Neighbor& neighbor) {
    if (neighbor.established())
      parts.routing.note_families(neighbor.audience(), neighbor.config().families,
                                  neighbor.wire_context()->families);
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
  set_reach(parts);
  std::map<HelperId, rib::Audience> audiences;
  parts.roster.for_each_configured([&](const Neighbor& neighbor) {
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
