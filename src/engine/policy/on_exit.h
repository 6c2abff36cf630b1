#pragma once
// What becomes of the routes of a helper that has ended: `on-exit` of its process section.

namespace openbell::engine {

struct State;
class Helper;

/// The helper has ended, and not because we asked it to start anew.
void on_helper_death(State& state, Helper& helper);
/// Withdraws what the process that ended had announced and nobody has said again since.
void withdraw_owned(State& state, Helper& helper);

}  // namespace openbell::engine
