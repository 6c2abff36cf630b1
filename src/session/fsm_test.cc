#include "session/fsm.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "gtest/gtest.h"

#include "session/negotiate.h"

namespace openbell::session {
namespace {

TEST(Fsm, TableIsTheGoldenFile) {
  std::ifstream file("tests/golden/session/fsm.table");
  ASSERT_TRUE(file) << "run from the source root";
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_EQ(print_table(), text.str());
}

TEST(Fsm, EveryPairHasOneLine) {
  const std::string table = print_table();
  EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(table, '\n')), state_count * event_count);
}

TEST(Fsm, WhatLeavesASessionStopsItsTimers) {
  for (std::size_t s = 0; s < state_count; ++s) {
    for (std::size_t e = 0; e < event_count; ++e) {
      const auto state = static_cast<State>(s);
      const Step to = step(state, {static_cast<EventKind>(e)});
      if (state == State::idle || to.next != State::idle) continue;
      EXPECT_TRUE(to.actions.contains(Action::close)) << s << ' ' << e;
      EXPECT_TRUE(to.actions.contains(Action::stop_timers)) << s << ' ' << e;
      EXPECT_NE(to.actions.contains(Action::start_connect_retry),
                to.actions.contains(Action::stop_connect_retry))
          << s << ' ' << e;
    }
  }
}

// What is in an event is in the action that is about it, and nowhere else.
TEST(Fsm, AStepHasWhatItsActionsNeed) {
  const Negotiated negotiated;
  const bgp::UpdateView update;
  const bgp::RefreshView refresh;
  const std::uint8_t bytes[] = {1, 2, 3};
  const bgp::NotificationCode code{99, 1};  // no state's own
  for (std::size_t s = 0; s < state_count; ++s) {
    for (std::size_t e = 0; e < event_count; ++e) {
      const Event event{.kind = static_cast<EventKind>(e),
                        .notification = {code, bytes},
                        .reason = "why",
                        .negotiated = &negotiated,
                        .update = &update,
                        .refresh = &refresh,
                        .message = bytes};
      const auto state = static_cast<State>(s);
      const Step to = step(state, event);
      const auto with = [&](Action action) { return to.actions.contains(action); };
      SCOPED_TRACE(std::string(name(state)) + ' ' + std::string(name(event.kind)));
      const bool own = to.notification.code != code;
      EXPECT_EQ(to.notification.code.code != 0, with(Action::send_notification));
      EXPECT_EQ(to.notification.data.empty(), own);
      EXPECT_EQ(to.reason, state != State::idle && to.next == State::idle ? "why" : "");
      EXPECT_EQ(to.negotiated != nullptr, with(Action::negotiated));
      EXPECT_EQ(to.update != nullptr, with(Action::deliver_update));
      EXPECT_EQ(to.refresh != nullptr, with(Action::deliver_refresh));
      EXPECT_EQ(!to.message.empty(), with(Action::deliver_update) || with(Action::deliver_refresh));
    }
  }
}

// What the peer did or the operator said is told as it came; what a state or a timer finds wrong
// has its own number.
TEST(Fsm, ErrorsAndTheOperatorChooseTheNotification) {
  const bgp::NotificationCode code{6, 2};
  const std::uint8_t bytes[] = {1};
  for (const EventKind kind :
       {EventKind::manual_stop, EventKind::automatic_stop, EventKind::open_error,
        EventKind::header_error, EventKind::update_error, EventKind::refresh_error}) {
    const Step to = step(State::open_sent, {.kind = kind, .notification = {code, bytes}});
    EXPECT_EQ(to.notification.code, code) << name(kind);
    EXPECT_EQ(to.notification.data.data(), bytes) << name(kind);
  }
  const Step expired =
      step(State::established, {.kind = EventKind::hold_expired, .notification = {code, bytes}});
  EXPECT_EQ(expired.notification.code, bgp::notification::hold_timer_expired);
}

TEST(Fsm, OnlyEstablishedDelivers) {
  for (std::size_t s = 0; s < state_count; ++s) {
    for (std::size_t e = 0; e < event_count; ++e) {
      const auto state = static_cast<State>(s);
      if (state == State::established) continue;
      const Step to = step(state, {static_cast<EventKind>(e)});
      EXPECT_FALSE(to.actions.contains(Action::deliver_update)) << s << ' ' << e;
      EXPECT_FALSE(to.actions.contains(Action::deliver_refresh)) << s << ' ' << e;
    }
  }
}

}  // namespace
}  // namespace openbell::session
