// RFC 4271 8.2.2 with RFC 6608 (subcodes), RFC 9687 (send hold timer), RFC 9384 (BFD).
//
// What deviates:
// - Every failure goes to Idle, and back from there when the connect retry timer expires (RFC 4271
//   8.1.1 DampPeerOscillations with that timer as IdleHoldTimer); ExaBGP's helpers see it so. The
//   RFC goes to Active from OpenSent when TCP fails.
// - DelayOpen is only used where our AS number is the peer's (local-as auto): then its end is the
//   peer's OPEN, not a timer.

#include "session/fsm.h"

#include "base/check.h"

namespace openbell::session {

namespace {

using enum Action;
namespace code = bgp::notification;

constexpr Step stay(State state, ActionSet actions = {}) {
  return {.next = state, .actions = actions};
}

constexpr Step go(State next, ActionSet actions) {
  return {.next = next, .actions = actions};
}

/// Down with a NOTIFICATION, and back later.
Step fail(const Event& event, const Notification& notification) {
  return {.next = State::idle,
          .actions = {send_notification, close, stop_timers, start_connect_retry},
          .notification = notification,
          .reason = event.reason};
}

/// The same with the NOTIFICATION that the state asks for, whatever the event says.
Step fail(const Event& event, bgp::NotificationCode code) {
  return fail(event, Notification{code, {}});
}

/// Down without a word, and back later.
Step lose(const Event& event) {
  return {.next = State::idle,
          .actions = {close, stop_timers, start_connect_retry},
          .reason = event.reason};
}

/// The operator's: down until started again.
Step halt_in_silence(const Event& event) {
  return {.next = State::idle,
          .actions = {close, stop_timers, stop_connect_retry},
          .reason = event.reason};
}

Step halt(const Event& event) {
  return {.next = State::idle,
          .actions = {send_notification, close, stop_timers, stop_connect_retry},
          .notification = event.notification,
          .reason = event.reason};
}

constexpr Step open_and_wait() {
  return go(State::open_sent, {stop_connect_retry, send_open, start_open_wait});
}

/// The peer's OPEN is accepted.
Step confirm(const Event& event, ActionSet actions) {
  return {.next = State::open_confirm, .actions = actions, .negotiated = event.negotiated};
}

Step in_idle(const Event& event) {
  switch (event.kind) {
    case EventKind::manual_start:
    case EventKind::automatic_start:
      return go(State::connect, {start_connect_retry, connect});
    case EventKind::manual_start_passive:
    case EventKind::automatic_start_passive:
      return go(State::active, {stop_connect_retry});
    case EventKind::manual_stop:
      return stay(State::idle, {stop_connect_retry});
    case EventKind::tcp_connected:
    case EventKind::tcp_accepted:
    case EventKind::tcp_awaiting_open:
      return stay(State::idle, {close});  // RFC 4271 8.2.2: refused in Idle
    case EventKind::automatic_stop:
    case EventKind::connect_retry_expired:
    case EventKind::hold_expired:
    case EventKind::keepalive_expired:
    case EventKind::send_hold_expired:
    case EventKind::tcp_failed:
    case EventKind::open_received:
    case EventKind::open_error:
    case EventKind::header_error:
    case EventKind::keepalive_received:
    case EventKind::update_received:
    case EventKind::update_error:
    case EventKind::notification_received:
    case EventKind::notification_version_error:
    case EventKind::refresh_received:
    case EventKind::refresh_error:
    case EventKind::collision_dump:
    case EventKind::bfd_down:
      return stay(State::idle);
  }
  return stay(State::idle);
}

/// Connect and Active: no connection yet, or one on which the peer's OPEN is awaited.
Step without_open(State state, const Event& event) {
  switch (event.kind) {
    case EventKind::manual_start:
    case EventKind::manual_start_passive:
    case EventKind::automatic_start:
    case EventKind::automatic_start_passive:
      return stay(state);  // RFC 4271 8.2.2: start events are ignored
    case EventKind::manual_stop:
      return halt_in_silence(event);
    case EventKind::connect_retry_expired:
      return go(State::connect, {close, start_connect_retry, connect});
    case EventKind::tcp_connected:
    case EventKind::tcp_accepted:
      return open_and_wait();
    case EventKind::tcp_awaiting_open:
      return stay(state, {stop_connect_retry, start_open_wait});
    case EventKind::open_received:
      return confirm(event, {send_open, negotiated, send_keepalive, start_hold, start_keepalive});
    case EventKind::hold_expired:
      return fail(event, code::hold_timer_expired);
    case EventKind::open_error:
    case EventKind::header_error:
      return fail(event, event.notification);
    case EventKind::collision_dump:
      return fail(event, code::connection_collision);
    case EventKind::automatic_stop:
    case EventKind::keepalive_expired:
    case EventKind::send_hold_expired:
    case EventKind::tcp_failed:
    case EventKind::keepalive_received:
    case EventKind::update_received:
    case EventKind::update_error:
    case EventKind::notification_received:
    case EventKind::notification_version_error:
    case EventKind::refresh_received:
    case EventKind::refresh_error:
    case EventKind::bfd_down:
      return lose(event);
  }
  return lose(event);
}

/// What ends any session with an OPEN on its way, alike in OpenSent, OpenConfirm, Established.
/// `unexpected` answers a message that has no place in the state (RFC 6608 3).
Step with_open(State state, const Event& event, bgp::NotificationCode unexpected) {
  switch (event.kind) {
    case EventKind::manual_start:
    case EventKind::manual_start_passive:
    case EventKind::automatic_start:
    case EventKind::automatic_start_passive:
      return stay(state);
    case EventKind::manual_stop:
      return halt(event);
    case EventKind::automatic_stop:
    case EventKind::open_error:
    case EventKind::header_error:
    case EventKind::update_error:
    case EventKind::refresh_error:
      return fail(event, event.notification);
    case EventKind::hold_expired:
      return fail(event, code::hold_timer_expired);
    case EventKind::send_hold_expired:
      return fail(event, code::send_hold_timer_expired);
    case EventKind::collision_dump:
      return fail(event, code::connection_collision);
    case EventKind::bfd_down:
      return fail(event, code::bfd_down);
    case EventKind::tcp_failed:
    case EventKind::notification_received:
    case EventKind::notification_version_error:
      return lose(event);
    case EventKind::open_received:
    case EventKind::keepalive_received:
    case EventKind::update_received:
    case EventKind::refresh_received:
      return fail(event, unexpected);
    case EventKind::connect_retry_expired:
    case EventKind::keepalive_expired:
    case EventKind::tcp_connected:
    case EventKind::tcp_accepted:
    case EventKind::tcp_awaiting_open:
      return stay(state);  // not ours: another connection is the engine's to judge (collision)
  }
  return lose(event);
}

Step in_open_sent(const Event& event) {
  if (event.kind == EventKind::open_received)
    return confirm(event, {negotiated, send_keepalive, start_hold, start_keepalive});
  return with_open(State::open_sent, event, code::unexpected_in_open_sent);
}

Step in_open_confirm(const Event& event) {
  if (event.kind == EventKind::keepalive_received) return go(State::established, {start_hold});
  if (event.kind == EventKind::keepalive_expired)
    return stay(State::open_confirm, {send_keepalive, start_keepalive});
  return with_open(State::open_confirm, event, code::unexpected_in_open_confirm);
}

Step in_established(const Event& event) {
  if (event.kind == EventKind::keepalive_received) return stay(State::established, {start_hold});
  if (event.kind == EventKind::update_received)
    return {.next = State::established,
            .actions = {start_hold, deliver_update},
            .update = event.update,
            .message = event.message};
  if (event.kind == EventKind::refresh_received)
    return {.next = State::established,
            .actions = {start_hold, deliver_refresh},
            .refresh = event.refresh,
            .message = event.message};
  if (event.kind == EventKind::keepalive_expired)
    return stay(State::established, {send_keepalive, start_keepalive});
  return with_open(State::established, event, code::unexpected_in_established);
}

constexpr std::string_view state_names[] = {"IDLE",     "CONNECT",     "ACTIVE",
                                            "OPENSENT", "OPENCONFIRM", "ESTABLISHED"};
static_assert(std::size(state_names) == state_count);

constexpr std::string_view event_names[] = {
    "manual_start",          "manual_start_passive",
    "automatic_start",       "automatic_start_passive",
    "manual_stop",           "automatic_stop",
    "connect_retry_expired", "hold_expired",
    "keepalive_expired",     "send_hold_expired",
    "tcp_connected",         "tcp_accepted",
    "tcp_awaiting_open",     "tcp_failed",
    "open_received",         "open_error",
    "header_error",          "keepalive_received",
    "update_received",       "update_error",
    "notification_received", "notification_version_error",
    "refresh_received",      "refresh_error",
    "collision_dump",        "bfd_down",
};
static_assert(std::size(event_names) == event_count);

constexpr std::string_view action_names[] = {
    "start_connect_retry", "stop_connect_retry", "connect",     "send_open",
    "send_keepalive",      "send_notification",  "close",       "start_open_wait",
    "start_hold",          "start_keepalive",    "stop_timers", "negotiated",
    "deliver_update",      "deliver_refresh",
};
static_assert(std::size(action_names) == action_count);

void print_step(State from, EventKind event, std::string& out) {
  const Step to = step(from, {event});
  out.append(name(from)).append(" ").append(name(event)).append(" -> ").append(name(to.next));
  const char* separator = ": ";
  for (std::size_t i = 0; i < action_count; ++i) {
    const auto action = static_cast<Action>(i);
    if (!to.actions.contains(action)) continue;
    out.append(separator).append(name(action));
    separator = ", ";
    const bgp::NotificationCode notification = to.notification.code;
    if (action == send_notification && notification.code != 0)
      out.append(" ")
          .append(std::to_string(notification.code))
          .append("/")
          .append(std::to_string(notification.subcode));
  }
  out.push_back('\n');
}

}  // namespace

Step step(State state, const Event& event) {
  switch (state) {
    case State::idle:
      return in_idle(event);
    case State::connect:
    case State::active:
      return without_open(state, event);
    case State::open_sent:
      return in_open_sent(event);
    case State::open_confirm:
      return in_open_confirm(event);
    case State::established:
      return in_established(event);
  }
  OPENBELL_CHECK(false);
}

std::string_view name(State state) {
  return state_names[static_cast<std::size_t>(state)];
}

std::string_view name(EventKind kind) {
  return event_names[static_cast<std::size_t>(kind)];
}

std::string_view name(Action action) {
  return action_names[static_cast<std::size_t>(action)];
}

std::string print_table() {
  std::string out;
  for (std::size_t state = 0; state < state_count; ++state)
    for (std::size_t event = 0; event < event_count; ++event)
      print_step(static_cast<State>(state), static_cast<EventKind>(event), out);
  return out;
}

}  // namespace openbell::session
