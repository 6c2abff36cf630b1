#include "main/daemon/peer_sockets.h"

#include <utility>

namespace openbell {

namespace {

// The engine numbers the connections that it makes from below; ours never meet them.
constexpr std::uint64_t first_accepted = std::uint64_t{1} << 62;

// Who serves a connection has a number of its own kind for it.
constexpr io::ConnectionId served(engine::ConnectionId id) {
  return io::ConnectionId{std::to_underlying(id)};
}
constexpr engine::ConnectionId known(io::ConnectionId id) {
  return engine::ConnectionId{std::to_underlying(id)};
}

engine::StampKind kind_of(io::StampKind kind) {
  switch (kind) {
    case io::StampKind::sent:
      return engine::StampKind::sent;
    case io::StampKind::acknowledged:
      return engine::StampKind::acknowledged;
    case io::StampKind::sent_by_hardware:
      return engine::StampKind::sent_by_hardware;
  }
  return engine::StampKind::sent;
}

}  // namespace

PeerSockets::PeerSockets(World& world)
    : world_(world),
      connections_(world.reactor, *this),
      doors_(world.reactor,
             [this](io::Listener::Accepted accepted) { on_accepted(std::move(accepted)); }),
      last_accepted_(first_accepted) {}

void PeerSockets::connect(engine::ConnectionId connection,
                          const engine::TransportOptions& options) {
  connections_.connect(served(connection), {.peer = {options.peer_address, options.port},
                                            .local_address = options.local_address,
                                            .interface = options.source_interface,
                                            .md5_password = options.md5_password,
                                            .ttl = options.ttl,
                                            .ttl_min = options.ttl_min});
}

void PeerSockets::close(engine::ConnectionId connection) {
  connections_.close(served(connection));
}

std::size_t PeerSockets::write(engine::ConnectionId connection, base::Bytes messages) {
  return connections_.write(served(connection), messages);
}

std::size_t PeerSockets::write_stamped(engine::ConnectionId connection, base::Bytes messages,
                                       engine::StampId stamp) {
  return connections_.write_stamped(served(connection), messages, stamp);
}

void PeerSockets::on_accepted(io::Listener::Accepted accepted) {
  const io::ConnectionId id{++last_accepted_};
  const PeerTtl ttl = doors_.ttl_for(accepted.peer.address);
  const std::string error =
      connections_.adopt(id, std::move(accepted.socket), ttl.outgoing, ttl.incoming_min);
  if (!error.empty())
    return world_.log.log(3, "network", accepted.peer.address.text() + ": " + error);
  const engine::Accepted answer = world_.engine->on_accepted(known(id), accepted.local.address,
                                                             accepted.peer.address, world_.now());
  if (answer == engine::Accepted::refused) connections_.close(id);
}

void PeerSockets::on_connected(io::ConnectionId id, const io::Endpoint& local,
                               const io::Endpoint& peer) {
  world_.engine->on_connected(known(id), local.address, peer.address, world_.now());
}

void PeerSockets::on_connect_failed(io::ConnectionId id, std::string_view why) {
  world_.engine->on_connect_failed(known(id), why, world_.now());
}

std::size_t PeerSockets::on_bytes(io::ConnectionId id, base::Bytes bytes) {
  return world_.engine->on_bytes(known(id), bytes, world_.now());
}

void PeerSockets::on_writable(io::ConnectionId id) {
  world_.engine->on_writable(known(id), world_.now());
}

void PeerSockets::on_closed(io::ConnectionId id, std::string_view why) {
  world_.engine->on_closed(known(id), why, world_.now());
}

void PeerSockets::on_stamp(io::ConnectionId id, std::uint64_t stamp, io::StampKind kind,
                           std::int64_t utc_ns) {
  world_.engine->on_stamp(known(id), stamp, kind_of(kind), utc_ns, world_.now());
}

}  // namespace openbell
