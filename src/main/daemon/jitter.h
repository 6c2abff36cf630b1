#pragma once
// How late this host wakes a thread, and so which BFD timers it can hold.

#include <string>

#include "base/tick.h"
#include "grammar/config/configuration.h"
#include "main/command/arguments.h"

namespace openbell {

/// How late wake-ups came, out of `samples` that were asked for a millisecond ahead each.
struct Lateness {
  std::size_t samples = 0;
  base::Duration least;
  base::Duration p50;
  base::Duration p99;
  base::Duration p999;
  base::Duration worst;
  std::string refused;  // why there was no SCHED_FIFO although it was asked for
};

/// Measures for `time` as the BFD thread waits, on a thread of its own. `fifo_priority` 0: the
/// ordinary scheduler.
Lateness measure_jitter(base::Duration time, int fifo_priority);

/// The shortest interval, in whole milliseconds, whose half of (multiplier - 1) intervals is longer
/// than `worst`: a packet that is so late leaves the other half to the network and to the peer.
base::Duration shortest_interval(base::Duration worst, std::uint8_t multiplier);

/// What `openbell check` warns of: a BFD session of the configuration with timers below 50 ms that
/// this host, measured for 0.3 s, cannot hold. Empty: nothing to say.
std::string jitter_warning(const grammar::Configuration& configuration);

/// `openbell jitter [--seconds N] [--json]`
int run_jitter(const Arguments& arguments);

}  // namespace openbell
