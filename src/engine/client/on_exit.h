#pragma once
// What becomes of the routes of a helper that has ended: `on-exit` of its process section.

namespace openbell::engine {

class Control;
class Helper;
class Routing;

/// The helper has ended, and not because we asked it to start anew.
void on_helper_death(Helper& helper, Routing& routing, Control& control);
/// Withdraws what the process that ended had announced and nobody has said again since.
void withdraw_owned(const Helper& helper, Routing& routing);

}  // namespace openbell::engine
