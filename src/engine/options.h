#pragma once
// What the environment says (ExaBGP's variables), fixed while the daemon lives.

#include <cstdint>
#include <string>

namespace openbell::engine {

struct Options {
  std::string version = "0.1.0";
  std::string exabgp_version = "5.0.0";  // whose commands and events these are: scripts compare it
  std::string software = "OpenBell/0.1.0";  // value of capability 75
  std::string host = "localhost";           // `host` of events
  int pid = 0;
  int ppid = 0;
  std::uint16_t port = 179;  // to connect to, when the neighbor names none
  std::uint16_t open_wait_s = 60;
  bool passive = false;  // all neighbors
  bool ack = true;       // helpers get `done` / `error`
  bool compact = false;  // exabgp.api.compact
  bool respawn = true;
  bool terminate = false;  // the daemon ends when a helper fails
  std::uint32_t attempts =
      0;  // connections per neighbor in the daemon's life, 0: no limit (tcp.attempts, tcp.once)
};

}  // namespace openbell::engine
