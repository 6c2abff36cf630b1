#pragma once
// What ends, restarts or reloads the whole: asked by a command or a signal, done at the end of the
// turn so that what came before is sent first.

#include <cstdint>
#include <string>

#include "engine/cause.h"

namespace openbell::engine {

class ClientEvents;
class Lifecycle;
class Publisher;
class Roster;

/// The stronger ones last.
enum class Request : std::uint8_t { none, reload, restart, shutdown };

class Control {
 public:
  Control(Lifecycle& lifecycle, Publisher& publisher, ClientEvents& events, Roster& roster)
      : lifecycle_(lifecycle), publisher_(publisher), events_(events), roster_(roster) {}

  /// Remembers the request, with its cause for the audit log; a stronger one wins.
  void request(Request request, const Cause& cause);
  /// Carries out what was requested.
  void carry_out();
  /// Ends all sessions with Cease / Administrative Shutdown, tells the clients, and asks for the
  /// end of the daemon.
  void end_everything(std::string_view cause);
  /// tcp.attempts, tcp.once: the end, when no neighbor will connect any more.
  void end_when_given_up();
  [[nodiscard]] bool ending() const { return ending_; }

 private:
  void restart_sessions();

  Lifecycle& lifecycle_;
  Publisher& publisher_;
  ClientEvents& events_;
  Roster& roster_;
  Request requested_ = Request::none;
  std::string cause_;  // of the request
  bool ending_ = false;
};

}  // namespace openbell::engine
