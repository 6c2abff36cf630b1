#pragma once
// TCP sockets as BGP wants them: made, bound, protected (RFC 2385, RFC 5082), named.

#include <cstdint>
#include <expected>
#include <string>

#include "base/ip.h"
#include "io/fd.h"

namespace openbell::io {

struct Endpoint {
  base::IpAddress address;
  std::uint16_t port = 0;
  /// `10.0.0.1:179`, `[::1]:179`.
  [[nodiscard]] std::string text() const;
  bool operator==(const Endpoint&) const = default;
};

/// What a connection is made with.
struct TcpOptions {
  Endpoint peer;
  base::IpAddress local_address;  // none: any
  std::string interface;          // SO_BINDTODEVICE; empty: any
  std::string md5_password;       // RFC 2385; empty: none
  std::uint8_t ttl = 0;           // of what is sent; 0: the system's
  std::uint8_t ttl_min = 0;       // least accepted; 0: any
};

/// A non-blocking socket on its way to `options.peer`. The error says which step failed.
std::expected<Fd, std::string> open_connection(const TcpOptions& options);

/// A non-blocking socket that listens (backlog 4096), IPv6 ones for IPv6 alone.
std::expected<Fd, std::string> open_listener(const Endpoint& local);

/// What every session's socket gets, made or accepted: TCP_NODELAY, and few unsent bytes in the
/// kernel so that what is urgent never waits there behind bulk.
void tune_session(int socket);

/// TTL of what is sent (0: the system's) and least TTL accepted (0: any); empty or an error.
std::string set_ttl(int socket, bool v6, std::uint8_t ttl, std::uint8_t ttl_min);

/// Signs what is exchanged with `peers` (RFC 2385). An empty password removes the key. Empty or an
/// error: "TCP-MD5 is not supported by this kernel".
std::string set_md5(int socket, const base::IpPrefix& peers, const std::string& password);

/// The pending error of a socket (SO_ERROR), which reading clears.
int pending_error(int socket);
Endpoint local_endpoint(int socket);
Endpoint peer_endpoint(int socket);

}  // namespace openbell::io
