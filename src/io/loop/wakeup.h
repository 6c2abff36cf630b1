#pragma once
// Lets another thread make the loop run a function in its next turn.

#include <functional>

#include "io/loop/reactor.h"

namespace openbell::io {

class Wakeup final : public Handler {
 public:
  Wakeup(Reactor& reactor, std::function<void()> action, Rank rank = Rank::control);
  ~Wakeup() override;
  Wakeup(const Wakeup&) = delete;
  Wakeup& operator=(const Wakeup&) = delete;

  /// From any thread. Several calls before the loop comes round are one.
  void wake();
  void on_ready(std::uint32_t tag, std::uint32_t events) override;

 private:
  Reactor& reactor_;
  std::function<void()> action_;
  Fd event_;
  Watch watch_ = 0;
};

}  // namespace openbell::io
