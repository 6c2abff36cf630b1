#pragma once
// Addresses as the kernel's socket calls want them.

#include <sys/socket.h>

#include "io/net/socket.h"

namespace openbell::io {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

/// No address: any of IPv4.
SocketAddress socket_address(const Endpoint& endpoint);
/// Nothing for a family that is neither IPv4 nor IPv6.
Endpoint endpoint_of(const SocketAddress& address);

}  // namespace openbell::io
