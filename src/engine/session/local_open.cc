#include "engine/session/local_open.h"

#include <algorithm>
#include <vector>

#include "bgp/nlri/family.h"

namespace openbell::engine {

namespace {

using bgp::Family;

/// The families that the capability ADD-PATH may name, in ExaBGP's order.
std::vector<Family> add_path_order() {
  std::vector<Family> order;
  for (std::size_t i = 0; i < bgp::family_count; ++i)
    if (bgp::ops(static_cast<Family>(i)).add_path_place != 0)
      order.push_back(static_cast<Family>(i));
  std::sort(order.begin(), order.end(), [](Family a, Family b) {
    return bgp::ops(a).add_path_place < bgp::ops(b).add_path_place;
  });
  return order;
}

std::vector<bgp::AddPathEntry> add_path_entries(const grammar::NeighborConfig& config) {
  std::vector<bgp::AddPathEntry> entries;
  for (const Family family : add_path_order()) {
    const bool wanted =
        config.add_path_families.empty() || config.add_path_families.contains(family);
    if (wanted && config.families.contains(family))
      entries.push_back(
          {bgp::numbers_of(family), static_cast<bgp::AddPathMode>(config.capability.add_path)});
  }
  return entries;
}

bgp::GracefulRestart graceful_restart(const grammar::NeighborConfig& config, bool restarted) {
  bgp::GracefulRestart result;
  result.restarted = restarted;
  result.time_s = *config.capability.graceful_restart_s;
  // Nothing that forwards is in this process, so forwarding goes on whatever happens to it.
  config.families.for_each(
      [&](Family family) { result.families.push_back({bgp::numbers_of(family), true}); });
  return result;
}

bgp::Capabilities capabilities(const grammar::NeighborConfig& config, const Options& options,
                               bool restarted) {
  const grammar::CapabilityConfig& wanted = config.capability;
  bgp::Capabilities set;
  config.families.for_each([&](Family family) { set.families.push_back(bgp::numbers_of(family)); });
  if (wanted.asn4) set.four_octet_as = config.local_as.value_or(0);
  if (wanted.nexthop) {
    set.extended_next_hop.emplace();
    config.nexthop_families.for_each([&](Family family) {
      set.extended_next_hop->push_back({bgp::numbers_of(family), bgp::afi_ipv6});
    });
  }
  if (wanted.add_path != grammar::AddPathMode::disabled) set.add_path = add_path_entries(config);
  if (wanted.graceful_restart_s) set.graceful_restart = graceful_restart(config, restarted);
  set.route_refresh = wanted.route_refresh;
  set.enhanced_refresh = wanted.route_refresh;
  set.operational = wanted.operational;
  set.extended_message = wanted.extended_message;
  if (!config.host_name.empty())
    set.host_name = bgp::HostName{config.host_name, config.domain_name};
  if (wanted.software_version) set.software_version = options.software;
  set.link_local_next_hop = wanted.link_local_nexthop;
  // ExaBGP announces the capability twice, for session 0 and 1, and keeps one session.
  if (wanted.multi_session) set.multisession = {0, 1};
  return set;
}

}  // namespace

session::LocalOpen local_open(const grammar::NeighborConfig& config, const Options& options,
                              bool restarted) {
  session::LocalOpen open;
  open.local_as = config.local_as;
  open.peer_as = config.peer_as;
  open.hold_time_s = config.hold_time_s;
  const bool v4 = config.local_address.is_v4();
  open.router_id = config.router_id.value_or(v4 ? config.local_address.v4_host_order() : 0);
  open.capabilities = capabilities(config, options, restarted);
  open.aigp = config.capability.aigp;
  open.group_updates = config.group_updates;
  open.local_link_local =
      config.capability.link_local_nexthop ? config.local_link_local : base::IpAddress{};
  return open;
}

}  // namespace openbell::engine
