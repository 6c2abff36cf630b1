#pragma once
// What a neighbor's configuration says of our side of the OPEN.

#include "engine/options.h"
#include "grammar/config/configuration.h"
#include "session/negotiate.h"

namespace openbell::engine {

/// `restarted`: no session with this neighbor was up since the daemon started (RFC 4724 3, Restart
/// State).
session::LocalOpen local_open(const grammar::NeighborConfig& config, const Options& options,
                              bool restarted);

}  // namespace openbell::engine
