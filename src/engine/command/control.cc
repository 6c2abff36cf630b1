#include "engine/command/control.h"

#include <utility>

#include "engine/report/bus.h"

namespace openbell::engine {

namespace {

std::string describe(const Cause& cause) {
  if (cause.kind == audit::Cause::Kind::helper) return std::string(cause.name) + " command";
  return std::string(cause.name);
}

/// Ends all sessions; they are made anew from the same configuration.
void restart_all(State& state) {
  for (const auto& neighbor : state.neighbors)
    if (neighbor != nullptr)
      neighbor->tear_down(bgp::notification::administrative_reset, "restarting");
}

}  // namespace

void request(State& state, Request request, const Cause& cause) {
  state.publisher.publish(state.now,
                          Requested{state.publisher.keep(cause), request == Request::shutdown});
  if (request <= state.requested) return;
  state.requested = request;
  state.request_cause = describe(cause);
}

void carry_out_requests(State& state) {
  switch (std::exchange(state.requested, Request::none)) {
    case Request::none:
      return;
    case Request::restart:
      restart_all(state);
      [[fallthrough]];
    case Request::reload:
      return state.host.reload();
    case Request::shutdown:
      return end_everything(state, state.request_cause);
  }
}

void end_everything(State& state, std::string_view cause) {
  if (state.ending) return;
  state.ending = true;
  for (const auto& neighbor : state.neighbors)
    if (neighbor != nullptr)
      neighbor->end_for_good(bgp::notification::administrative_shutdown, "shutting down",
                             "stop, message [shutting down]");
  emit_shutdown(state);
  state.publisher.publish(state.now, Stopped{state.publisher.keep(cause)});
  state.host.exit(0);
}

}  // namespace openbell::engine
