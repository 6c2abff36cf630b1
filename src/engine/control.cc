#include "engine/control.h"

#include <utility>

#include "engine/ports.h"
#include "engine/report/client_events.h"
#include "engine/report/publisher.h"
#include "engine/session/roster.h"

namespace openbell::engine {

namespace {

std::string describe(const Cause& cause) {
  if (cause.kind == audit::Cause::Kind::helper) return std::string(cause.name) + " command";
  return std::string(cause.name);
}

}  // namespace

void Control::request(Request request, const Cause& cause) {
  publisher_.publish(Requested{publisher_.keep(cause), request == Request::shutdown});
  if (request <= requested_) return;
  requested_ = request;
  cause_ = describe(cause);
}

void Control::carry_out() {
  switch (std::exchange(requested_, Request::none)) {
    case Request::none:
      return;
    case Request::restart:
      restart_sessions();
      [[fallthrough]];
    case Request::reload:
      return lifecycle_.reload();
    case Request::shutdown:
      return end_everything(cause_);
  }
}

/// Ends all sessions; they are made anew from the same configuration.
void Control::restart_sessions() {
  roster_.for_each([](Neighbor& neighbor) {
    neighbor.tear_down(bgp::notification::administrative_reset, "restarting");
  });
}

void Control::end_everything(std::string_view cause) {
  if (std::exchange(ending_, true)) return;
  roster_.close_ranges();
  roster_.for_each([](Neighbor& neighbor) {
    neighbor.end_for_good(bgp::notification::administrative_shutdown, "shutting down",
                          "stop, message [shutting down]");
  });
  events_.emit_shutdown();
  publisher_.publish(Stopped{publisher_.keep(cause)});
  lifecycle_.exit(0);
}

void Control::end_when_given_up() {
  if (ending_ || !roster_.given_up()) return;
  ending_ = true;
  lifecycle_.exit(0);
}

}  // namespace openbell::engine
