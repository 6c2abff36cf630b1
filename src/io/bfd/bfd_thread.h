#pragma once
// BFD sessions on a thread of their own, which nothing in the routing path can delay. The core
// starts and stops them and hears of their changes in its own loop, before everything else there.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>

#include "base/ring.h"
#include "bfd/config.h"
#include "io/bfd/bfd_loop.h"
#include "io/loop/wakeup.h"

namespace openbell::io {

/// Told from the core's loop.
class BfdEvents {
 public:
  virtual ~BfdEvents() = default;
  virtual void on_bfd(bfd::SessionId id, const bfd::Report& report) = 0;
};

/// All functions are for the core's thread. The BFD thread itself begins with the first session; it
/// asks for SCHED_FIFO and goes on without when that is refused.
class BfdThread {
 public:
  static constexpr int default_priority = 20;  // SCHED_FIFO
  static constexpr std::size_t sessions_max = 1024;

  /// `log` gets what an operator should know, a line each: why there is no SCHED_FIFO, that packets
  /// cannot be sent, that they can again.
  BfdThread(Reactor& reactor, BfdEvents& events, std::function<void(const std::string&)> log = {});
  /// Tells every peer that its session is administratively down.
  ~BfdThread();
  BfdThread(const BfdThread&) = delete;
  BfdThread& operator=(const BfdThread&) = delete;

  /// Starts a session, or changes the one of that id: timers, multiplier, authentication and role
  /// without a flap; other addresses are another session. Empty, or why not; then no session of
  /// that id runs.
  std::string start(bfd::SessionId id, const bfd::SessionConfig& config);
  /// Nothing is heard of it any more. The peer is told that it is administratively down. Takes an
  /// id that is not running.
  void stop(bfd::SessionId id);
  /// All zero when it is not running.
  [[nodiscard]] bfd::Statistics statistics(bfd::SessionId id) const;
  /// SCHED_FIFO priority (0: the ordinary scheduler) and processor (-1: any); `error` says what was
  /// refused.
  void set_priority(int fifo_priority, int cpu, std::string& error);

 private:
  struct Running {
    BfdKey key;
    bfd::SessionConfig config;
    std::shared_ptr<BfdCounters> counters;
  };
  struct SharedSocket {
    std::shared_ptr<const Fd> socket;  // the thread's too
    std::size_t users;
  };

  std::string start_new(bfd::SessionId id, const bfd::SessionConfig& config);
  std::string use_port(const BfdPort& port);
  void release_port(const BfdPort& port);
  void begin_thread();
  void read_news();
  void log(const std::string& line) const;

  BfdEvents& events_;
  std::function<void(const std::string&)> log_;
  base::Ring news_;
  Wakeup wakeup_;
  BfdLoop loop_;
  std::unordered_map<bfd::SessionId, Running> running_;
  std::unordered_map<BfdKey, bfd::SessionId> ids_;
  std::map<BfdPort, SharedSocket> ports_;
  std::vector<std::weak_ptr<const Fd>> closing_;
  BfdKey next_key_ = 1;
  int priority_ = default_priority;
  int cpu_ = -1;
  std::thread thread_;
};

}  // namespace openbell::io
