#include "io/loop/reactor.h"

#include <csignal>
#include <fcntl.h>
#include <string>
#include <sys/epoll.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "gtest/gtest.h"

#include "io/loop/loop_for_test.h"
#include "io/loop/signals.h"
#include "io/loop/wakeup.h"

namespace openbell::io {
namespace {

struct Pipe {
  Pipe() {
    int fds[2];
    if (::pipe2(fds, O_NONBLOCK | O_CLOEXEC) != 0) ADD_FAILURE() << "no pipe";
    read = Fd(fds[0]);
    write = Fd(fds[1]);
  }
  void put() { EXPECT_EQ(::write(write.get(), "x", 1), 1); }
  void take() {
    char c;
    EXPECT_EQ(::read(read.get(), &c, 1), 1);
  }
  Fd read;
  Fd write;
};

struct Recorder final : Handler {
  void on_ready(std::uint32_t tag, std::uint32_t events) override { action(tag, events); }
  std::function<void(std::uint32_t, std::uint32_t)> action;
};

TEST(Reactor, ServesTimersThenControlThenHelpersThenSockets) {
  LoopForTest loop;
  Pipe socket;
  Pipe helper;
  Pipe control;
  std::string order;
  Recorder handler;
  handler.action = [&](std::uint32_t tag, std::uint32_t) { order += static_cast<char>(tag); };
  loop.reactor.watch(socket.read.get(), EPOLLIN, Rank::socket, handler, 's');
  loop.reactor.watch(helper.read.get(), EPOLLIN, Rank::helper, handler, 'h');
  loop.reactor.watch(control.read.get(), EPOLLIN, Rank::control, handler, 'c');
  Timer timer(loop.reactor, [&] { order += 't'; });
  timer.arm_now();
  loop.at_end = [&] {
    order += 'e';
    return false;
  };
  socket.put();
  helper.put();
  control.put();
  loop.reactor.turn(loop);
  EXPECT_EQ(order, "tchse");
}

TEST(Reactor, AHandlerUnwatchedInThisTurnIsNotCalled) {
  LoopForTest loop;
  Pipe first;
  Pipe second;
  Watch watches[2];
  int calls = 0;
  Recorder handler;
  handler.action = [&](std::uint32_t, std::uint32_t) {
    ++calls;
    loop.reactor.unwatch(watches[0]);
    loop.reactor.unwatch(watches[1]);
  };
  watches[0] = loop.reactor.watch(first.read.get(), EPOLLIN, Rank::socket, handler);
  watches[1] = loop.reactor.watch(second.read.get(), EPOLLIN, Rank::socket, handler);
  first.put();
  second.put();
  loop.reactor.turn(loop);
  EXPECT_EQ(calls, 1);
}

TEST(Reactor, AReusedSlotDoesNotGetTheEventsOfItsPredecessor) {
  LoopForTest loop;
  Pipe first;
  Pipe second;
  Pipe third;
  Watch watches[2];
  Watch newcomer = 0;
  int old_calls = 0;
  int new_calls = 0;
  Recorder handler;
  Recorder other;
  handler.action = [&](std::uint32_t, std::uint32_t) {
    ++old_calls;
    loop.reactor.unwatch(watches[0]);
    loop.reactor.unwatch(watches[1]);
    newcomer = loop.reactor.watch(third.read.get(), EPOLLIN, Rank::socket, other);
  };
  other.action = [&](std::uint32_t, std::uint32_t) { ++new_calls; };
  watches[0] = loop.reactor.watch(first.read.get(), EPOLLIN, Rank::socket, handler);
  watches[1] = loop.reactor.watch(second.read.get(), EPOLLIN, Rank::socket, handler);
  first.put();
  second.put();
  loop.reactor.turn(loop);
  EXPECT_EQ(old_calls, 1);
  EXPECT_EQ(new_calls, 0);
  EXPECT_NE(newcomer, 0u);
}

TEST(Reactor, AgainServesOnceInTheNextTurnThoughNothingIsReady) {
  LoopForTest loop;
  Pipe pipe;
  std::vector<std::uint32_t> events;
  Recorder handler;
  handler.action = [&](std::uint32_t, std::uint32_t bits) { events.push_back(bits); };
  const Watch watch = loop.reactor.watch(pipe.read.get(), EPOLLIN, Rank::helper, handler);
  loop.reactor.again(watch);
  loop.reactor.again(watch);
  loop.reactor.turn(loop);
  EXPECT_EQ(events, (std::vector<std::uint32_t>{0}));
  pipe.put();
  loop.reactor.again(watch);
  loop.reactor.turn(loop);
  EXPECT_EQ(events, (std::vector<std::uint32_t>{0, EPOLLIN}));
}

TEST(Reactor, BulkWorkLeftMakesTheNextTurnComeWithoutWaiting) {
  LoopForTest loop;
  loop.look_again = base::seconds(60);
  int turns = 0;
  loop.at_end = [&] { return ++turns < 1000; };
  Timer first(loop.reactor, [] {});
  first.arm_now();
  EXPECT_TRUE(loop.until([&] { return turns == 1000; }));
}

TEST(Reactor, WakesForATimerInEveryIdlePolicy) {
  for (const Idle idle : {Idle::block, Idle::spin, Idle::spin_then_block}) {
    LoopForTest loop({.idle = idle});
    bool fired = false;
    Timer timer(loop.reactor, [&] { fired = true; });
    const base::Tick due = tick() + base::milliseconds(3);
    timer.arm(due);
    EXPECT_TRUE(loop.until([&] { return fired; }));
    EXPECT_GE(tick(), due);
  }
}

TEST(Reactor, CountsLongTurns) {
  LoopForTest loop({.turn_max = base::microseconds(1)});
  loop.at_end = [] {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    return true;
  };
  loop.reactor.turn(loop);
  EXPECT_EQ(loop.reactor.statistics().turns_long, 1u);
  EXPECT_GE(loop.reactor.statistics().turn_longest, base::milliseconds(2));
}

TEST(Wakeup, AnotherThreadMakesTheLoopAct) {
  LoopForTest loop;
  int acted = 0;
  Wakeup wakeup(loop.reactor, [&] { ++acted; });
  std::thread other([&] { wakeup.wake(); });
  EXPECT_TRUE(loop.until([&] { return acted > 0; }));
  other.join();
  EXPECT_EQ(acted, 1);
}

TEST(Signals, EachKindPendingIsHandledOnce) {
  LoopForTest loop;
  std::vector<int> seen;
  Signals signals(loop.reactor, {SIGUSR1, SIGUSR2, SIGHUP, SIGALRM},
                  [&](int signal) { seen.push_back(signal); });
  for (const int signal : {SIGUSR2, SIGUSR1, SIGALRM, SIGHUP, SIGUSR1}) ::raise(signal);
  EXPECT_TRUE(loop.until([&] { return seen.size() >= 4; }));
  EXPECT_EQ(seen, (std::vector<int>{SIGHUP, SIGUSR1, SIGUSR2, SIGALRM}));
  EXPECT_STREQ(signal_name(SIGUSR1), "SIGUSR1");
  EXPECT_STREQ(signal_name(63), "UNKNOWN");
}

}  // namespace
}  // namespace openbell::io
