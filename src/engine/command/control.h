#pragma once
// What ends, restarts or reloads the whole: asked by a command or a signal, done at the end of the
// turn so that what came before is sent first.

#include "engine/state.h"

namespace openbell::engine {

/// Remembers the request, with its cause for the audit log; a stronger one wins.
void request(State& state, Request request, const Cause& cause);
/// Carries out what was requested.
void carry_out_requests(State& state);
/// Ends all sessions with Cease / Administrative Shutdown, tells the helpers, and asks the host for
/// the end.
void end_everything(State& state, std::string_view cause);

}  // namespace openbell::engine
