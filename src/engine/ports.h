#pragma once
// What the engine asks of the world outside, a port for each kind of thing. main/ answers with
// sockets and processes, a test with a fake network: every call is a plain request that never
// blocks.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/ip.h"
#include "base/tick.h"
#include "bfd/config.h"
#include "grammar/config/configuration.h"
#include "health/check_config.h"
#include "rib/peer_set.h"

namespace openbell::engine {

/// A TCP connection, given by the engine (outgoing) or the network (accepted). Never reused while
/// the daemon lives.
enum class ConnectionId : std::uint64_t {};
inline constexpr ConnectionId no_connection{};
/// Never given to another client while the daemon lives.
enum class ClientId : std::uint32_t {};
/// A neighbor, while it is configured: what the routes know as a peer.
using NeighborId = rib::PeerIndex;
/// A helper process; never given to another while the daemon lives.
enum class HelperId : std::uint32_t {};

/// Names what was written to all peers in one turn.
using StampId = std::uint64_t;
/// What the kernel tells of bytes that were written.
enum class StampKind : std::uint8_t {
  sent,              // handed to the driver
  acknowledged,      // by the peer's TCP
  sent_by_hardware,  // the card's own clock, where there is one
};

/// When the bytes for one sink of Rehearser::rehearse were handed to the kernel, and when the sink
/// had read them all. Never: it did not happen within its limit.
struct Rehearsed {
  base::Tick written = base::never;
  base::Tick received = base::never;
};

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

/// TCP connections to peers.
class Network {
 public:
  virtual ~Network() = default;

  /// Starts a connection; answered later by Engine::on_connected or Engine::on_connect_failed.
  virtual void connect(ConnectionId connection, const TransportOptions& options) = 0;
  /// Closes after what was written has left (bounded by the network); no more events for it.
  virtual void close(ConnectionId connection) = 0;
  /// Hands over one or more whole messages. Never fails: what the kernel does not take is kept. The
  /// bytes are copied when needed. Returns the bytes now waiting in user space: above 0, the engine
  /// sends only what is urgent until on_writable.
  virtual std::size_t write(ConnectionId connection, base::Bytes messages) = 0;
  /// As write(); Engine::on_stamp tells when the last byte left the host and when the peer's kernel
  /// acknowledged it, where the kernel can tell.
  virtual std::size_t write_stamped(ConnectionId connection, base::Bytes messages,
                                    StampId stamp) = 0;
};

/// Helper processes.
class Processes {
 public:
  virtual ~Processes() = default;

  /// Starts a helper; answered by on_helper_exited when it ends (or could not start).
  virtual void start_helper(HelperId helper, const grammar::ProcessConfig& process) = 0;
  /// Tells it to end (SIGTERM, later SIGKILL).
  virtual void stop_helper(HelperId helper) = 0;
  /// Queues lines for the helper's stdin. Returns the bytes waiting; the engine keeps the bound.
  virtual std::size_t write_helper(HelperId helper, std::string_view lines) = 0;
};

/// Clients that are no processes: the pipes of the command line, a connection of a socket.
class ClientLinks {
 public:
  virtual ~ClientLinks() = default;

  /// Queues lines for a client. Returns the bytes waiting; the engine keeps the bound.
  virtual std::size_t write_client(ClientId client, std::string_view lines) = 0;
};

/// Checks. What is looked at is the port's business, when is the engine's.
class Probes {
 public:
  virtual ~Probes() = default;

  /// Prepares a check; nothing is looked at yet.
  virtual void start_probe(health::ProbeId probe, const health::CheckConfig& check) = 0;
  /// One attempt: an answer at once, or Engine::on_probe later.
  virtual std::optional<health::ProbeResult> run_probe(health::ProbeId probe) = 0;
  /// The attempt at hand is given up: no answer comes.
  virtual void cancel_probe(health::ProbeId probe) = 0;
  virtual void stop_probe(health::ProbeId probe) = 0;
  /// What a probe counts, for people; empty when it counts nothing.
  virtual std::string probe_detail(health::ProbeId probe) = 0;
  virtual bool file_exists(const std::string& path) = 0;
};

/// BFD sessions.
class BfdPort {
 public:
  virtual ~BfdPort() = default;

  /// Starts a session, or gives a running one other settings without a flap. Reports come by
  /// Engine::on_bfd. Returns why it cannot run, empty when it does.
  virtual std::string start_bfd(bfd::SessionId session, const bfd::SessionConfig& config) = 0;
  virtual void stop_bfd(bfd::SessionId session) = 0;
  virtual bfd::Statistics bfd_statistics(bfd::SessionId session) = 0;
};

class Clock {
 public:
  virtual ~Clock() = default;

  /// The clocks read anew, for measuring inside a turn.
  virtual base::Now clock() = 0;
  /// Minutes since Monday 00:00 in a time zone (IANA name); -1: no such zone.
  virtual int minute_of_week(std::string_view zone, std::int64_t utc_ns) = 0;
};

/// Sinks that drills send to.
class Rehearser {
 public:
  virtual ~Rehearser() = default;

  /// Sends each element to a sink of its own inside the host, as Network::write would to a peer;
  /// answered by Engine::on_rehearsed.
  virtual void rehearse(std::vector<std::vector<std::uint8_t>> messages) = 0;
};

class Log {
 public:
  virtual ~Log() = default;

  /// One line. `level` as in syslog: 3 error, 4 warning, 6 info, 7 debug.
  virtual void log(int level, std::string_view source, std::string_view message) = 0;
};

/// The daemon as a whole.
class Lifecycle {
 public:
  virtual ~Lifecycle() = default;

  /// Asks for Engine::on_configuration with the files parsed anew.
  virtual void reload() = 0;
  /// Asks for the end of the daemon once everything written has left.
  virtual void exit(int status) = 0;
};

struct Ports {
  Network& network;
  Processes& processes;
  ClientLinks& clients;
  Probes& probes;
  BfdPort& bfd;
  Clock& clock;
  Rehearser& rehearser;
  Log& log;
  Lifecycle& lifecycle;
};

}  // namespace openbell::engine
