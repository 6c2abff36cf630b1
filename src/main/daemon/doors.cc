#include "main/daemon/doors.h"

#include <algorithm>
#include <set>

namespace openbell {

std::vector<std::string> Doors::apply(const grammar::Configuration& configuration,
                                      const std::vector<base::IpAddress>& bind,
                                      std::uint16_t port) {
  std::set<Name> wanted;
  for (const base::IpAddress& address : bind) wanted.insert({address, port});
  ttls_.clear();
  for (const grammar::NeighborConfig& neighbor : configuration.neighbors) {
    const base::IpAddress& local = neighbor.md5_ip ? neighbor.md5_ip : neighbor.local_address;
    if (neighbor.listen_port != 0) wanted.insert({local, neighbor.listen_port});
    if (neighbor.outgoing_ttl || neighbor.incoming_ttl)
      ttls_.push_back({neighbor.peer_address,
                       {neighbor.outgoing_ttl.value_or(0), neighbor.incoming_ttl.value_or(0)}});
  }
  std::erase_if(doors_, [&](const auto& entry) { return !wanted.contains(entry.first); });
  std::vector<std::string> errors;
  for (const Name& name : wanted) {
    if (doors_.contains(name)) continue;
    auto listener = io::Listener::open(reactor_, {name.first, name.second}, action_);
    if (listener)
      doors_[name].listener = std::move(*listener);
    else
      errors.push_back(std::move(listener.error()));
  }
  for (auto& [name, door] : doors_) set_keys(door, configuration, errors);
  return errors;
}

void Doors::set_keys(Door& door, const grammar::Configuration& configuration,
                     std::vector<std::string>& errors) {
  const bool v6 = door.listener->local().address.is_v6();
  std::map<base::IpPrefix, std::string> keys;
  std::uint8_t ttl = 0;
  for (const grammar::NeighborConfig& neighbor : configuration.neighbors) {
    if (neighbor.peer_address.address.is_v6() != v6) continue;
    if (!neighbor.md5_password.empty()) keys[neighbor.peer_address] = neighbor.md5_password;
    // RFC 5082 3: our SYN-ACK must be as near as what follows it.
    ttl = std::max(ttl, neighbor.outgoing_ttl.value_or(0));
  }
  const auto note = [&](std::string error) {
    if (!error.empty()) errors.push_back(std::move(error));
  };
  for (const auto& [peers, password] : door.keys)
    if (!keys.contains(peers)) note(door.listener->set_md5(peers, {}));
  for (const auto& [peers, password] : keys) {
    const auto old = door.keys.find(peers);
    if (old == door.keys.end() || old->second != password)
      note(door.listener->set_md5(peers, password));
  }
  door.keys = std::move(keys);
  note(door.listener->set_ttl(ttl));
}

PeerTtl Doors::ttl_for(const base::IpAddress& peer) const {
  PeerTtl found;
  int longest = -1;
  for (const auto& [peers, ttl] : ttls_) {
    if (peers.length <= longest || !peers.contains(peer)) continue;
    found = ttl;
    longest = peers.length;
  }
  return found;
}

}  // namespace openbell
