#pragma once
// Every TCP connection of the daemon by its number: made or adopted, read with reassembly, written
// without ever waiting, closed so that the last message still arrives.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/bytes.h"
#include "io/loop/reactor.h"
#include "io/net/chunk_queue.h"
#include "io/net/socket.h"
#include "io/net/transmit_stamps.h"

namespace openbell::io {

enum class ConnectionId : std::uint64_t {};

/// What the owner hears. Every call comes from the loop, never from inside a call of the table.
class ConnectionEvents {
 public:
  virtual ~ConnectionEvents() = default;
  virtual void on_connected(ConnectionId id, const Endpoint& local, const Endpoint& peer) = 0;
  virtual void on_connect_failed(ConnectionId id, std::string_view why) = 0;
  /// All bytes not consumed so far, in order; returns how many are. The rest comes again with what
  /// follows; at most 131070 bytes are held, a full buffer of which nothing is consumed ends the
  /// connection.
  virtual std::size_t on_bytes(ConnectionId id, base::Bytes bytes) = 0;
  /// Everything that write() kept has left.
  virtual void on_writable(ConnectionId id) = 0;
  virtual void on_closed(ConnectionId id, std::string_view why) = 0;
  /// The kernel's time for the last byte of write_stamped(…, stamp): `sent` before `acknowledged`,
  /// stamps in the order of their writes. Some may be missing (see TransmitStamps): nothing may
  /// wait for them. In nanoseconds of UTC, or of the card's own clock (StampKind).
  virtual void on_stamp(ConnectionId /*id*/, std::uint64_t /*stamp*/, StampKind /*kind*/,
                        std::int64_t /*utc_ns*/) {}
};

struct ConnectionLimits {
  base::Duration connect =
      base::seconds(3);  // a silent peer: the kernel would wait longer each time
  base::Duration linger = base::seconds(1);  // for what close() left to flush
};

class Connection;

class ConnectionTable {
 public:
  ConnectionTable(Reactor& reactor, ConnectionEvents& events, const ConnectionLimits& limits = {});
  ~ConnectionTable();

  /// Answered by on_connected or on_connect_failed. `id` was never used before.
  void connect(ConnectionId id, const TcpOptions& options);
  /// Takes over an accepted socket, connected already: no on_connected. Empty, or why the options
  /// (TTL) could not be set; the socket is closed then.
  std::string adopt(ConnectionId id, Fd socket, std::uint8_t ttl, std::uint8_t ttl_min);
  /// Sends at once what the kernel takes and keeps the rest. Returns the bytes kept; above 0,
  /// on_writable follows. Writes to a connection that is lost go nowhere: on_closed is on its way.
  std::size_t write(ConnectionId id, base::Bytes bytes);
  /// The same, and on_stamp follows for its last byte, with this `stamp`, when that has left and
  /// when the peer has acknowledged it. Nothing is heard of it when the connection ends before,
  /// when the kernel has no time stamps, or when 1024 later ones wait too. The first for a
  /// connection allocates. Bytes that are not stamped cost no more than before.
  std::size_t write_stamped(ConnectionId id, base::Bytes bytes, std::uint64_t stamp);
  /// No more events for it. What was written still leaves (within the limit), followed by FIN; what
  /// the peer still sends is read and dropped, so that no RST overtakes our last message.
  void close(ConnectionId id);

  /// Connections that exist, lingering ones included.
  [[nodiscard]] std::size_t size() const { return connections_.size(); }

 private:
  friend class Connection;
  Connection& add(ConnectionId id);
  void remove(ConnectionId id);

  Reactor& reactor_;
  ConnectionEvents& events_;
  ConnectionLimits limits_;
  std::unordered_map<ConnectionId, std::unique_ptr<Connection>> connections_;
  std::vector<std::unique_ptr<Connection>> gone_;  // may be on the stack: freed in the next turn
  Timer bury_;
};

}  // namespace openbell::io
