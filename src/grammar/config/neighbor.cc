#include "grammar/config/configuration.h"

namespace openbell::grammar {

namespace {

std::string as_text(const std::optional<std::uint32_t>& as) {
  return as ? std::to_string(*as) : "auto";
}

}  // namespace

std::string NeighborConfig::name() const {
  std::string name = "neighbor ";
  base::TextWriter out(name);
  peer_address.print(out);
  out.put(" local-ip ").put(local_address ? local_address.text() : "None");
  out.put(" local-as ").put(as_text(local_as)).put(" peer-as ").put(as_text(peer_as));
  out.put(" router-id ");
  if (router_id) {
    base::IpAddress::v4(*router_id).print(out);
  } else {
    out.put(local_address.is_v4() ? local_address.text() : "None");
  }
  out.put(" family-allowed ");
  if (!capability.multi_session) {
    out.put("in-open");
    return name;
  }
  bool first = true;
  families.for_each([&](bgp::Family family) {
    const bgp::FamilyOps& row = bgp::ops(family);
    out.put(first ? "" : "/").put(row.afi_name).put('-').put(row.safi_name);
    first = false;
  });
  return name;
}

bool NeighborConfig::can_send(bgp::Family family, const bgp::NextHop& next_hop) const {
  const bool extended = capability.nexthop && nexthop_families.contains(family);
  return bgp::may_send(family, next_hop, local_address, extended);
}

bool NeighborConfig::same_session(const NeighborConfig& other) const {
  return peer_address == other.peer_address && same_session_elsewhere(other);
}

bool NeighborConfig::same_session_elsewhere(const NeighborConfig& other) const {
  return local_address == other.local_address && local_as == other.local_as &&
         peer_as == other.peer_as && router_id == other.router_id &&
         hold_time_s == other.hold_time_s && passive == other.passive &&
         listen_port == other.listen_port && connect_port == other.connect_port &&
         source_interface == other.source_interface && outgoing_ttl == other.outgoing_ttl &&
         incoming_ttl == other.incoming_ttl && md5_password == other.md5_password &&
         md5_ip == other.md5_ip && rate_limit == other.rate_limit &&
         group_updates == other.group_updates && auto_flush == other.auto_flush &&
         adj_rib_out == other.adj_rib_out && adj_rib_in == other.adj_rib_in &&
         manual_eor == other.manual_eor && host_name == other.host_name &&
         domain_name == other.domain_name && local_link_local == other.local_link_local &&
         capability == other.capability && families == other.families &&
         add_path_families == other.add_path_families && nexthop_families == other.nexthop_families;
}

}  // namespace openbell::grammar
