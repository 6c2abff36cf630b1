#pragma once
// What becomes of the routes of a helper that has ended: `on-exit` of its process section.

#include "base/tick.h"

namespace openbell::engine {

class Control;
class Helper;
class Routing;

/// The helper has ended, and not because we asked it to start anew.
void on_helper_death(Helper& helper, Routing& routing, Control& control);
/// The configuration has it no more: nothing of it comes back within its delay.
void wait_no_more(Helper& helper, base::Tick now);
/// Withdraws what processes that ended had announced and nobody has said again since, where it is
/// time.
void withdraw_due(Helper& helper, Routing& routing);

}  // namespace openbell::engine
