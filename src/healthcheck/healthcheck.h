#pragma once
// `healthcheck`: ExaBGP's helper that announces addresses while a command succeeds.

#include "healthcheck/options.h"

namespace openbell::healthcheck {

/// Commands on stdout, their answers on stdin, log on stderr and syslog, until SIGTERM, SIGINT,
/// SIGHUP, or nobody reads any more. Exit status 0; 1 when it cannot start, cannot set addresses up
/// or the speaker is gone.
int run(const Options& options);

}  // namespace openbell::healthcheck
