#pragma once
// Signals as events of the loop. The kernel keeps one of each kind pending, so none is dropped
// while another is handled; they come in the order of their numbers.

#include <functional>
#include <initializer_list>

#include "io/loop/reactor.h"

namespace openbell::io {

/// Keeps `signals` pending, for this thread and those it starts later.
void block_signals(std::initializer_list<int> signals);

class Signals final : public Handler {
 public:
  /// Blocks `signals` as block_signals() does, and ignores SIGPIPE: comes before the first thread.
  Signals(Reactor& reactor, std::initializer_list<int> signals, std::function<void(int)> action);
  ~Signals() override;
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  void on_ready(std::uint32_t tag, std::uint32_t events) override;

 private:
  Reactor& reactor_;
  std::function<void(int)> action_;
  Fd fd_;
  Watch watch_ = 0;
};

/// "SIGUSR1", or "UNKNOWN".
const char* signal_name(int signal);

}  // namespace openbell::io
