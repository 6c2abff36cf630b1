#include "io/net/socket_address.h"

#include <cstring>
#include <netinet/in.h>

namespace openbell::io {

SocketAddress socket_address(const Endpoint& endpoint) {
  SocketAddress result;
  if (endpoint.address.is_v6()) {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(endpoint.port);
    std::memcpy(&v6.sin6_addr, endpoint.address.bytes().data(), 16);
    std::memcpy(&result.storage, &v6, sizeof v6);
    result.size = sizeof v6;
  } else {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(endpoint.port);
    if (endpoint.address) std::memcpy(&v4.sin_addr, endpoint.address.bytes().data(), 4);
    std::memcpy(&result.storage, &v4, sizeof v4);
    result.size = sizeof v4;
  }
  return result;
}

Endpoint endpoint_of(const SocketAddress& address) {
  Endpoint result;
  if (address.storage.ss_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &address.storage, sizeof v6);
    result.address = base::IpAddress::from_bytes({v6.sin6_addr.s6_addr, 16});
    result.port = ntohs(v6.sin6_port);
  } else if (address.storage.ss_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &address.storage, sizeof v4);
    result.address = base::IpAddress::v4(ntohl(v4.sin_addr.s_addr));
    result.port = ntohs(v4.sin_port);
  }
  return result;
}

}  // namespace openbell::io
