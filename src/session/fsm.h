#pragma once
// The finite state machine of RFC 4271 8 as a pure function: what to do in a state when something
// happens. What goes with an event travels in it and, as far as an action needs it, on in the step:
// a step is all that Session has to know to carry it out.

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "bgp/message/notification.h"
#include "bgp/message/update.h"
#include "bgp/types.h"

namespace openbell::session {

struct Negotiated;

enum class State : std::uint8_t { idle, connect, active, open_sent, open_confirm, established };
inline constexpr std::size_t state_count = 6;

/// Events of RFC 4271 8.1 (their numbers in comments) and of later RFCs.
enum class EventKind : std::uint8_t {
  manual_start,                // 1
  manual_start_passive,        // 4
  automatic_start,             // 3: the wait after a failure is over
  automatic_start_passive,     // 5
  manual_stop,                 // 2: stays down
  automatic_stop,              // 8: comes back
  connect_retry_expired,       // 9
  hold_expired,                // 10
  keepalive_expired,           // 11
  send_hold_expired,           // RFC 9687 4.3
  tcp_connected,               // 16: ours
  tcp_accepted,                // 17: the peer's
  tcp_awaiting_open,           // 16, 17 with the OPEN delayed until the peer's is there
  tcp_failed,                  // 18: not made, or lost
  open_received,               // 19, 20
  open_error,                  // 22
  header_error,                // 21
  keepalive_received,          // 26
  update_received,             // 27
  update_error,                // 28
  notification_received,       // 25
  notification_version_error,  // 24
  refresh_received,            // RFC 2918 4
  refresh_error,               // RFC 7313 5
  collision_dump,              // 23
  bfd_down,                    // RFC 9384 2
};
inline constexpr std::size_t event_count = 26;

/// What is to be said to the peer. Code 0: nothing.
struct Notification {
  bgp::NotificationCode code;
  bgp::Bytes data;
};

/// Something that happens. What it refers to lives until its step has been carried out; nothing is
/// kept and nothing is owned, so that an UPDATE or a KEEPALIVE costs no allocation.
struct Event {
  EventKind kind{};
  /// Of manual_stop, automatic_stop and the errors: what ends the session.
  Notification notification{};
  /// Why the connection will be closed, where the event knows better than the machine.
  std::string_view reason{};
  const Negotiated* negotiated = nullptr;     // of open_received where an OPEN was awaited
  const bgp::UpdateView* update = nullptr;    // of update_received in Established
  const bgp::RefreshView* refresh = nullptr;  // of refresh_received in Established
  bgp::Bytes message{};                       // the whole message of `update` or `refresh`
};

enum class Action : std::uint8_t {
  start_connect_retry,
  stop_connect_retry,
  connect,
  send_open,
  send_keepalive,
  send_notification,
  close,            // the connection, or the attempt to make one
  start_open_wait,  // the hold timer while no hold time was agreed on
  start_hold,       // the agreed hold timer, restarted
  start_keepalive,
  stop_timers,  // all but connect retry
  negotiated,   // what was agreed on holds from here on
  deliver_update,
  deliver_refresh,
};
inline constexpr std::size_t action_count = 14;

class ActionSet {
 public:
  constexpr ActionSet() = default;
  constexpr ActionSet(std::initializer_list<Action> actions) {
    for (const Action action : actions) bits_ |= bit(action);
  }
  [[nodiscard]] constexpr bool contains(Action action) const { return (bits_ & bit(action)) != 0; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  bool operator==(const ActionSet&) const = default;

 private:
  static constexpr std::uint32_t bit(Action action) { return 1u << static_cast<unsigned>(action); }
  std::uint32_t bits_ = 0;
};

/// The next state, the actions, and what these need: views of the event, living as long as it.
struct Step {
  State next{};
  ActionSet actions{};
  Notification notification{};              // for send_notification
  std::string_view reason{};                // for close; empty: a NOTIFICATION, or nothing special
  const Negotiated* negotiated = nullptr;   // for negotiated, and for a send_open that waited
  const bgp::UpdateView* update = nullptr;  // for deliver_update
  const bgp::RefreshView* refresh = nullptr;  // for deliver_refresh
  bgp::Bytes message{};                       // for both of them
};

/// Total: every pair of state and event has an answer.
Step step(State state, const Event& event);

/// "IDLE" ... "ESTABLISHED", as ExaBGP's events say.
std::string_view name(State state);
/// "keepalive_received"
std::string_view name(EventKind kind);
std::string_view name(Action action);

/// All pairs with their answers, one line each: the golden file of the machine. A NOTIFICATION
/// without a number is the one that comes with the event.
std::string print_table();

}  // namespace openbell::session
