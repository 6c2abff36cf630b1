#pragma once
// The real thing without the peers: bytes are sent over real TCP connections, to ourselves, and
// both ends say when. For drills of what must be fast on the day that it matters.
//
//   loop:   send() to peer 0, 1, 2 …            written
//   thread: epoll, recv() as a peer would       received, when the last byte was read

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "io/loop/reactor.h"
#include "io/loop/wakeup.h"

namespace openbell::io {

class RehearsalSinks;

/// Owned by the loop's thread; starts one of its own at the first prepare() or run().
class Rehearsal final : public Handler {
 public:
  static constexpr std::size_t peers_max = 1024;
  static constexpr std::size_t peer_bytes_max = 16u << 20;

  struct Times {
    base::Tick written;   // send() of the last byte had returned
    base::Tick received;  // the peer had read it: before `written` where the kernel was that quick
  };
  struct Result {
    std::string error;         // empty: it came to its end
    base::Tick started;        // right before the first send(): connections were there
    std::vector<Times> peers;  // as in run(); zero for a peer without bytes
  };
  using OnDone = std::function<void(const Result&)>;

  /// `on_done` is called from the loop, once for each run() that was accepted, at the latest after
  /// `patience`.
  Rehearsal(Reactor& reactor, OnDone on_done, base::Duration patience = base::seconds(10));
  ~Rehearsal() override;

  /// Connects what is missing for so many peers, on the thread, so that run() finds it ready.
  void prepare(std::size_t peers);
  /// Writes messages[i] to peer i, in that order, at once (when the connections are there already,
  /// which they stay for the next run). Empty, or why it was not accepted.
  std::string run(std::vector<std::vector<std::uint8_t>> messages);
  [[nodiscard]] bool is_running() const { return running_; }
  /// Peers that are connected.
  [[nodiscard]] std::size_t prepared() const { return sources_.size(); }

  void on_ready(std::uint32_t tag, std::uint32_t events) override;

 private:
  struct Source {
    Fd socket;
    Watch watch = 0;
    std::size_t written = 0;  // bytes, of this run
  };

  RehearsalSinks& sinks();
  void on_news();
  void start();
  void write(std::size_t peer);
  void finish(const std::string& error);

  Reactor& reactor_;
  OnDone on_done_;
  base::Duration patience_;
  bool running_ = false;
  bool started_ = false;  // connections were there: bytes are under way
  std::vector<std::vector<std::uint8_t>> messages_;
  std::vector<Source> sources_;
  Result result_;
  Timer deadline_;
  Wakeup wakeup_;
  std::unique_ptr<RehearsalSinks> sinks_;  // last: its thread uses wakeup_
};

}  // namespace openbell::io
