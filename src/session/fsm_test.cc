#include "session/fsm.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "gtest/gtest.h"

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
      const Step to = step(state, static_cast<Event>(e));
      if (state == State::idle || to.next != State::idle) continue;
      EXPECT_TRUE(to.actions.contains(Action::close)) << s << ' ' << e;
      EXPECT_TRUE(to.actions.contains(Action::stop_timers)) << s << ' ' << e;
      EXPECT_NE(to.actions.contains(Action::start_connect_retry),
                to.actions.contains(Action::stop_connect_retry))
          << s << ' ' << e;
    }
  }
}

TEST(Fsm, OnlyEstablishedDelivers) {
  for (std::size_t s = 0; s < state_count; ++s) {
    for (std::size_t e = 0; e < event_count; ++e) {
      const auto state = static_cast<State>(s);
      if (state == State::established) continue;
      const Step to = step(state, static_cast<Event>(e));
      EXPECT_FALSE(to.actions.contains(Action::deliver_update)) << s << ' ' << e;
      EXPECT_FALSE(to.actions.contains(Action::deliver_refresh)) << s << ' ' << e;
    }
  }
}

}  // namespace
}  // namespace openbell::session
