#pragma once
// `peer`: a BGP peer that accepts whoever connects and prints what it receives, for demonstrations
// and tests.

#include "main/command/arguments.h"

namespace openbell {

/// Runs until SIGINT or SIGTERM. Exit status 1 when it cannot listen.
int run_peer(const Arguments& arguments);

}  // namespace openbell
