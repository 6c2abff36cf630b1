#pragma once
// `server`: from the command line to a running daemon.

#include "main/command/arguments.h"
#include "main/daemon/settings.h"

namespace openbell {

/// Runs until it is told to end. Exit status 0, or 1 for everything that makes running impossible.
int run_server(const Arguments& arguments, const Settings& settings);

}  // namespace openbell
