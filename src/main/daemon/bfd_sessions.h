#pragma once
// The engine's BFD sessions, on a thread of their own.

#include "io/bfd/bfd_thread.h"
#include "main/daemon/world.h"

namespace openbell {

class BfdSessions final : public engine::BfdPort, public io::BfdEvents {
 public:
  explicit BfdSessions(World& world)
      : world_(world), thread_(world.reactor, *this, [this](const std::string& line) {
          world_.log.log(4, "bfd", line);
        }) {}

  /// BFD goes before a loop that has this SCHED_FIFO priority.
  void stay_ahead_of(int loop_priority);

  std::string start_bfd(bfd::SessionId session, const bfd::SessionConfig& config) override;
  void stop_bfd(bfd::SessionId session) override;
  bfd::Statistics bfd_statistics(bfd::SessionId session) override;

  void on_bfd(bfd::SessionId session, const bfd::Report& report) override;

 private:
  World& world_;
  io::BfdThread thread_;
};

}  // namespace openbell
