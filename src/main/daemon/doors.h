#pragma once
// Where peers can connect to us: which sockets listen, with whose keys.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "grammar/config/configuration.h"
#include "io/net/listener.h"

namespace openbell {

/// What an accepted socket must get, by its peer.
struct PeerTtl {
  std::uint8_t outgoing = 0;  // 0: the system's
  std::uint8_t incoming_min = 0;
};

class Doors {
 public:
  Doors(io::Reactor& reactor, io::Listener::Action action)
      : reactor_(reactor), action_(std::move(action)) {}

  /// Listens on every address of `bind` at `port`, and where neighbors say `listen`; what listens
  /// already and still should is not touched. Sets MD5 keys and TTL. Returns what did not work, a
  /// line each.
  std::vector<std::string> apply(const grammar::Configuration& configuration,
                                 const std::vector<base::IpAddress>& bind, std::uint16_t port);
  /// Nobody else comes in.
  void close() { doors_.clear(); }
  [[nodiscard]] bool empty() const { return doors_.empty(); }
  /// The TTL values of the neighbor with the longest prefix that holds `peer`.
  [[nodiscard]] PeerTtl ttl_for(const base::IpAddress& peer) const;

 private:
  struct Door {
    std::unique_ptr<io::Listener> listener;
    std::map<base::IpPrefix, std::string> keys;
  };
  using Name = std::pair<base::IpAddress, std::uint16_t>;
  void set_keys(Door& door, const grammar::Configuration& configuration,
                std::vector<std::string>& errors);

  io::Reactor& reactor_;
  io::Listener::Action action_;
  std::map<Name, Door> doors_;
  std::vector<std::pair<base::IpPrefix, PeerTtl>> ttls_;
};

}  // namespace openbell
