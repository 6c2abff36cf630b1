#pragma once
// The turn of the loop that is being carried out.

#include "base/tick.h"

namespace openbell::engine {

struct Turn {
  base::Now now;
  bool urgent = false;        // what goes before the rest waits to be written
  bool more_to_send = false;  // the last flush left work that could go on at once
};

}  // namespace openbell::engine
