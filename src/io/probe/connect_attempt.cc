#include "io/probe/connect_attempt.h"

#include <cerrno>
#include <sys/socket.h>

#include "io/net/socket.h"
#include "io/probe/probe.h"

namespace openbell::io {

namespace {
constexpr std::size_t drop_max = 256u << 10;
}

std::expected<Fd, std::string> begin_connect(const health::CheckConfig& config) {
  TcpOptions options;
  options.peer = {config.address, config.port};
  options.local_address = config.local_address;
  return open_connection(options);
}

std::string connect_outcome(int socket) {
  if (const int error = pending_error(socket); error != 0) return reason_of(error);
  // To a free local port that the kernel also chose for our end, TCP connects to itself
  // (a simultaneous open): nobody listens there.
  if (local_endpoint(socket) == peer_endpoint(socket)) return reason_of(ECONNREFUSED);
  return {};
}

bool drop_input(int socket, std::string& reason) {
  // TCP drops with MSG_TRUNC what it would have copied.
  const ssize_t size = ::recv(socket, nullptr, drop_max, MSG_TRUNC | MSG_DONTWAIT);
  if (size > 0 || (size < 0 && (errno == EAGAIN || errno == EINTR))) return true;
  reason = size == 0 ? "closed by the peer" : reason_of(errno);
  return false;
}

}  // namespace openbell::io
