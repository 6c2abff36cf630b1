#pragma once
// What the engine asks of the world outside. main/ answers with sockets and processes, a test with
// a fake network: every call is a plain request that never blocks.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/ip.h"
#include "grammar/configuration.h"

namespace openbell::engine {

/// A TCP connection, given by the engine (outgoing) or the host (accepted). Never reused while the
/// daemon lives.
using ConnectionId = std::uint64_t;
/// Index of a neighbor in the engine, stable while it is configured.
using NeighborId = std::uint32_t;
/// Index of a helper process in the engine, stable while it is configured.
using HelperId = std::uint32_t;

/// How to reach a peer, or to let it reach us.
struct TransportOptions {
  base::IpAddress local_address;  // none: any
  base::IpAddress peer_address;
  std::uint16_t port = 179;
  std::string source_interface;  // SO_BINDTODEVICE
  std::string md5_password;      // RFC 2385
  std::uint8_t ttl = 0;          // outgoing IP_TTL, 0: the kernel's
  std::uint8_t ttl_min = 0;      // least incoming TTL (RFC 5082), 0: any
};

class Host {
 public:
  virtual ~Host() = default;

  /// Starts a connection; answered later by Engine::on_connected or Engine::on_connect_failed.
  virtual void connect(ConnectionId connection, const TransportOptions& options) = 0;
  /// Closes after what was written has left (bounded by the host); no more events for it.
  virtual void close(ConnectionId connection) = 0;
  /// Hands over one or more whole messages. Never fails: what the kernel does not take is kept. The
  /// bytes are copied when needed. Returns the bytes now waiting in user space: above 0, the engine
  /// sends only what is urgent until on_writable.
  virtual std::size_t write(ConnectionId connection, base::Bytes messages) = 0;

  /// Starts a helper; answered by on_helper_exited when it ends (or could not start).
  virtual void start_helper(HelperId helper, const grammar::ProcessConfig& process) = 0;
  /// Tells it to end (SIGTERM, later SIGKILL).
  virtual void stop_helper(HelperId helper) = 0;
  /// Queues lines for the helper's stdin. Returns the bytes waiting; the engine keeps the bound.
  virtual std::size_t write_helper(HelperId helper, std::string_view lines) = 0;

  /// Asks for Engine::on_configuration with the files parsed anew.
  virtual void reload() = 0;
  /// Asks for the end of the daemon once everything written has left.
  virtual void exit(int status) = 0;
  /// One line of the log. `level` as in syslog: 3 error, 4 warning, 6 info, 7 debug.
  virtual void log(int level, std::string_view source, std::string_view message) = 0;
};

}  // namespace openbell::engine
