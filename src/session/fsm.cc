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
  return {state, actions, {}};
}

/// Down with a NOTIFICATION, and back later.
constexpr Step fail(bgp::NotificationCode notification = {}) {
  return {State::idle, {send_notification, close, stop_timers, start_connect_retry}, notification};
}

/// Down without a word, and back later.
constexpr Step lose() {
  return {State::idle, {close, stop_timers, start_connect_retry}, {}};
}

/// The operator's: down until started again.
constexpr Step halt(bool with_notification) {
  if (with_notification)
    return {State::idle, {send_notification, close, stop_timers, stop_connect_retry}, {}};
  return {State::idle, {close, stop_timers, stop_connect_retry}, {}};
}

constexpr Step open_and_wait() {
  return {State::open_sent, {stop_connect_retry, send_open, start_open_wait}, {}};
}

Step in_idle(Event event) {
  switch (event) {
    case Event::manual_start:
    case Event::automatic_start:
      return {State::connect, {start_connect_retry, connect}, {}};
    case Event::manual_start_passive:
    case Event::automatic_start_passive:
      return {State::active, {stop_connect_retry}, {}};
    case Event::manual_stop:
      return stay(State::idle, {stop_connect_retry});
    case Event::tcp_connected:
    case Event::tcp_accepted:
    case Event::tcp_awaiting_open:
      return stay(State::idle, {close});  // RFC 4271 8.2.2: refused in Idle
    case Event::automatic_stop:
    case Event::connect_retry_expired:
    case Event::hold_expired:
    case Event::keepalive_expired:
    case Event::send_hold_expired:
    case Event::tcp_failed:
    case Event::open_received:
    case Event::open_error:
    case Event::header_error:
    case Event::keepalive_received:
    case Event::update_received:
    case Event::update_error:
    case Event::notification_received:
    case Event::notification_version_error:
    case Event::refresh_received:
    case Event::refresh_error:
    case Event::collision_dump:
    case Event::bfd_down:
      return stay(State::idle);
  }
  return stay(State::idle);
}

/// Connect and Active: no connection yet, or one on which the peer's OPEN is awaited.
Step without_open(State state, Event event) {
  switch (event) {
    case Event::manual_start:
    case Event::manual_start_passive:
    case Event::automatic_start:
    case Event::automatic_start_passive:
      return stay(state);  // RFC 4271 8.2.2: start events are ignored
    case Event::manual_stop:
      return halt(false);
    case Event::connect_retry_expired:
      return {State::connect, {close, start_connect_retry, connect}, {}};
    case Event::tcp_connected:
    case Event::tcp_accepted:
      return open_and_wait();
    case Event::tcp_awaiting_open:
      return stay(state, {stop_connect_retry, start_open_wait});
    case Event::open_received:
      return {State::open_confirm,
              {send_open, negotiated, send_keepalive, start_hold, start_keepalive},
              {}};
    case Event::hold_expired:
      return fail(code::hold_timer_expired);
    case Event::open_error:
    case Event::header_error:
      return fail();
    case Event::collision_dump:
      return fail(code::connection_collision);
    case Event::automatic_stop:
    case Event::keepalive_expired:
    case Event::send_hold_expired:
    case Event::tcp_failed:
    case Event::keepalive_received:
    case Event::update_received:
    case Event::update_error:
    case Event::notification_received:
    case Event::notification_version_error:
    case Event::refresh_received:
    case Event::refresh_error:
    case Event::bfd_down:
      return lose();
  }
  return lose();
}

/// What ends any session with an OPEN on its way, alike in OpenSent, OpenConfirm, Established.
/// `unexpected` answers a message that has no place in the state (RFC 6608 3).
Step with_open(State state, Event event, bgp::NotificationCode unexpected) {
  switch (event) {
    case Event::manual_start:
    case Event::manual_start_passive:
    case Event::automatic_start:
    case Event::automatic_start_passive:
      return stay(state);
    case Event::manual_stop:
      return halt(true);
    case Event::automatic_stop:
    case Event::open_error:
    case Event::header_error:
    case Event::update_error:
    case Event::refresh_error:
      return fail();
    case Event::hold_expired:
      return fail(code::hold_timer_expired);
    case Event::send_hold_expired:
      return fail(code::send_hold_timer_expired);
    case Event::collision_dump:
      return fail(code::connection_collision);
    case Event::bfd_down:
      return fail(code::bfd_down);
    case Event::tcp_failed:
    case Event::notification_received:
    case Event::notification_version_error:
      return lose();
    case Event::open_received:
    case Event::keepalive_received:
    case Event::update_received:
    case Event::refresh_received:
      return fail(unexpected);
    case Event::connect_retry_expired:
    case Event::keepalive_expired:
    case Event::tcp_connected:
    case Event::tcp_accepted:
    case Event::tcp_awaiting_open:
      return stay(state);  // not ours: another connection is the engine's to judge (collision)
  }
  return lose();
}

Step in_open_sent(Event event) {
  if (event == Event::open_received)
    return {State::open_confirm, {negotiated, send_keepalive, start_hold, start_keepalive}, {}};
  return with_open(State::open_sent, event, code::unexpected_in_open_sent);
}

Step in_open_confirm(Event event) {
  if (event == Event::keepalive_received) return {State::established, {start_hold}, {}};
  if (event == Event::keepalive_expired)
    return stay(State::open_confirm, {send_keepalive, start_keepalive});
  return with_open(State::open_confirm, event, code::unexpected_in_open_confirm);
}

Step in_established(Event event) {
  if (event == Event::keepalive_received) return stay(State::established, {start_hold});
  if (event == Event::update_received)
    return stay(State::established, {start_hold, deliver_update});
  if (event == Event::refresh_received)
    return stay(State::established, {start_hold, deliver_refresh});
  if (event == Event::keepalive_expired)
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

void print_step(State from, Event event, std::string& out) {
  const Step to = step(from, event);
  out.append(name(from)).append(" ").append(name(event)).append(" -> ").append(name(to.next));
  const char* separator = ": ";
  for (std::size_t i = 0; i < action_count; ++i) {
    const auto action = static_cast<Action>(i);
    if (!to.actions.contains(action)) continue;
    out.append(separator).append(name(action));
    separator = ", ";
    if (action == send_notification && to.notification.code != 0)
      out.append(" ")
          .append(std::to_string(to.notification.code))
          .append("/")
          .append(std::to_string(to.notification.subcode));
  }
  out.push_back('\n');
}

}  // namespace

Step step(State state, Event event) {
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

std::string_view name(Event event) {
  return event_names[static_cast<std::size_t>(event)];
}

std::string_view name(Action action) {
  return action_names[static_cast<std::size_t>(action)];
}

std::string print_table() {
  std::string out;
  for (std::size_t state = 0; state < state_count; ++state)
    for (std::size_t event = 0; event < event_count; ++event)
      print_step(static_cast<State>(state), static_cast<Event>(event), out);
  return out;
}

}  // namespace openbell::session
