#pragma once
// The loop: one thread, one epoll, one place that says in which order a turn serves things.
//
//   wait -> read the clocks once -> due timers -> probes -> Driver::on_urgent (send what they
//        caused) -> control (signals, ended children, wake-ups) -> helper pipes -> sockets
//        -> Driver::end_of_turn (flush the rest) -> wait
//
// Descriptors are level-triggered: a handler reads a bounded amount once and returns, and what it
// left makes the next turn ready by itself, so fairness needs no bookkeeping. Interest in writing
// is asked for only while bytes wait.

#include <cstdint>
#include <functional>
#include <set>
#include <utility>
#include <vector>

#include "base/tick.h"
#include "io/fd.h"

struct epoll_event;

namespace openbell::io {

/// Who is served first in a turn.
enum class Rank : std::uint8_t { probe, control, helper, socket };
inline constexpr std::size_t rank_count = 4;

/// What the loop does when nothing is ready.
enum class Idle : std::uint8_t {
  block,            // sleeps in the kernel: no processor time, a wake-up costs some microseconds
  spin,             // asks again at once: one core is busy for ever
  spin_then_block,  // asks again for a while after the last work, then sleeps
};

struct ReactorOptions {
  Idle idle = Idle::block;
  base::Duration spin = base::microseconds(50);      // for spin_then_block
  base::Duration turn_max = base::milliseconds(10);  // longer turns are counted
};

struct ReactorStatistics {
  std::uint64_t turns = 0;
  std::uint64_t turns_long = 0;
  base::Duration turn_longest;
};

class Handler {
 public:
  virtual ~Handler() = default;
  /// `events` are EPOLL bits, 0 when the handler asked to be served again; `tag` tells which of the
  /// handler's descriptors it is.
  virtual void on_ready(std::uint32_t tag, std::uint32_t events) = 0;
};

/// What the loop runs for.
class Driver {
 public:
  virtual ~Driver() = default;
  /// When the next turn must come at the latest; base::never when nothing waits for time.
  virtual base::Tick next_deadline() = 0;
  virtual void on_timers(const base::Now& now) = 0;
  /// Timers and probes have been served: sends what cannot wait for the rest of the turn.
  virtual void on_urgent(const base::Now&) {}
  /// Sends what the turn caused. True: bulk work is left, the next turn comes without waiting.
  virtual bool end_of_turn(const base::Now& now) = 0;
};

/// Names a watched descriptor. 0: none. Never valid again after unwatch().
using Watch = std::uint64_t;

class Timer;

class Reactor {
 public:
  explicit Reactor(const ReactorOptions& options = {});

  /// Serves `handler` whenever `fd` is ready for `events` (EPOLLIN, EPOLLOUT; errors always).
  /// Neither is owned: unwatch() comes before the descriptor is closed or the handler destroyed.
  Watch watch(int fd, std::uint32_t events, Rank rank, Handler& handler, std::uint32_t tag = 0);
  void change(Watch watch, std::uint32_t events);
  /// From here on the handler is not called for it, not even for an event of this turn. Takes 0.
  void unwatch(Watch& watch);
  /// Serves the handler in the next turn, which comes at once, even if the descriptor is not ready:
  /// for work cut short by a budget.
  void again(Watch watch);

  /// The clocks as read at the start of this turn.
  [[nodiscard]] const base::Now& now() const { return now_; }
  [[nodiscard]] const ReactorStatistics& statistics() const { return statistics_; }

  /// One turn: waits for as long as the driver allows, serves everything that is ready.
  void turn(Driver& driver);
  void run(Driver& driver);
  /// Makes run() return at the end of this turn.
  void stop() { stopping_ = true; }

 private:
  friend class Timer;
  struct Slot {
    int fd = -1;
    std::uint32_t generation = 1;
    std::uint32_t tag = 0;
    Rank rank = Rank::control;
    bool again = false;
    Handler* handler = nullptr;
    std::uint64_t turn = 0;  // the last turn that it was ready in
  };
  struct Ready {
    Watch watch;
    std::uint32_t events;
  };

  Slot* slot_of(Watch watch);
  /// Nanoseconds to wait, 0: do not, negative: no limit.
  std::int64_t wait_time(Driver& driver) const;
  int wait(epoll_event* events, int room, std::int64_t ns) const;
  void collect(const epoll_event* events, int count);
  void serve_timers(Driver& driver);
  void serve_rank(Rank rank);
  void finish_turn(Driver& driver);

  ReactorOptions options_;
  Fd epoll_;
  base::Now now_;
  base::Tick idle_since_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::vector<Ready> ready_[rank_count];
  std::vector<Watch> again_;
  std::set<std::pair<base::Tick, Timer*>> timers_;
  ReactorStatistics statistics_;
  bool more_work_ = false;
  bool stopping_ = false;
};

/// Calls `action` once in the first turn at or after its time. For the few things of this folder
/// that wait (a lingering close, a child that must die); the engine keeps its own.
class Timer {
 public:
  Timer(Reactor& reactor, std::function<void()> action)
      : reactor_(reactor), action_(std::move(action)) {}
  ~Timer() { disarm(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void arm(base::Tick when);
  /// In the next turn, which comes at once.
  void arm_now() { arm(reactor_.now().tick); }
  void disarm();
  [[nodiscard]] bool armed() const { return armed_; }

 private:
  friend class Reactor;
  Reactor& reactor_;
  std::function<void()> action_;
  base::Tick when_;
  bool armed_ = false;
};

}  // namespace openbell::io
