#pragma once
// What becomes of the routes of a helper that has ended: `on-exit` of its process section.

namespace openbell::engine {

class Control;
class Helper;
class Routing;

/// The helper has ended, and not because we asked it to start anew.
void on_helper_death(Helper& helper, Routing& routing, Control& control);
/// Withdraws what processes that ended had announced and nobody has said again since, where it is
/// time.
void withdraw_due(Helper& helper, Routing& routing);

}  // namespace openbell::engine
