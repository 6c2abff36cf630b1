#pragma once
// The connection that the kinds tcp and hold make.

#include <expected>
#include <string>

#include "health/check_config.h"
#include "io/fd.h"

namespace openbell::io {

/// A non-blocking socket on its way to the address of a check; writable when that is decided.
std::expected<Fd, std::string> begin_connect(const health::CheckConfig& config);
/// How it was decided: empty when connected, or why not.
std::string connect_outcome(int socket);
/// Reads and drops what has come, a bounded amount. False when the peer has closed or the
/// connection has failed: `reason` says which.
bool drop_input(int socket, std::string& reason);

}  // namespace openbell::io
