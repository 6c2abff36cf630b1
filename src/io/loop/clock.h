#pragma once
// The only place that asks the system what time it is.

#include "base/tick.h"

namespace openbell::io {

/// Both clocks, read one after the other (about 50 ns).
base::Now now();
/// The monotonic clock alone.
base::Tick tick();

}  // namespace openbell::io
