#pragma once
// The engine's network: TCP connections that it asks for, and those that peers make.

#include "grammar/config/configuration.h"
#include "io/net/connections.h"
#include "main/daemon/doors.h"
#include "main/daemon/world.h"

namespace openbell {

class PeerSockets final : public engine::Network, public io::ConnectionEvents {
 public:
  explicit PeerSockets(World& world);

  /// Listens where a configuration and `tcp.bind` want it. Returns what did not work, a line each.
  std::vector<std::string> listen(const grammar::Configuration& configuration,
                                  const std::vector<base::IpAddress>& bind, std::uint16_t port) {
    return doors_.apply(configuration, bind, port);
  }
  /// Nobody else comes in.
  void close_doors() { doors_.close(); }
  [[nodiscard]] bool empty() const { return connections_.size() == 0; }

  void connect(engine::ConnectionId connection, const engine::TransportOptions& options) override;
  void close(engine::ConnectionId connection) override;
  std::size_t write(engine::ConnectionId connection, base::Bytes messages) override;
  std::size_t write_stamped(engine::ConnectionId connection, base::Bytes messages,
                            engine::StampId stamp) override;

  void on_connected(io::ConnectionId id, const io::Endpoint& local,
                    const io::Endpoint& peer) override;
  void on_connect_failed(io::ConnectionId id, std::string_view why) override;
  std::size_t on_bytes(io::ConnectionId id, base::Bytes bytes) override;
  void on_writable(io::ConnectionId id) override;
  void on_closed(io::ConnectionId id, std::string_view why) override;
  void on_stamp(io::ConnectionId id, std::uint64_t stamp, io::StampKind kind,
                std::int64_t utc_ns) override;

 private:
  void on_accepted(io::Listener::Accepted accepted);

  World& world_;
  io::ConnectionTable connections_;
  Doors doors_;
  std::uint64_t last_accepted_;
};

}  // namespace openbell
