#pragma once
// A BFD session as configured, and what its owner hears of it.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/ip.h"
#include "base/tick.h"

namespace openbell::bfd {

/// RFC 5880 4.1: Auth Type.
enum class AuthType : std::uint8_t {
  none = 0,
  keyed_md5 = 2,
  meticulous_md5 = 3,
  keyed_sha1 = 4,
  meticulous_sha1 = 5
};

/// `bfd { … }` of a neighbor (addresses and interface are the neighbor's) or `bfd NAME { … }`.
struct SessionConfig {
  std::string name;               // of a stand-alone session; empty for a neighbor's
  base::IpAddress local_address;  // none: as the kernel chooses for each packet
  base::IpAddress peer_address;
  std::string interface;       // SO_BINDTODEVICE, empty: any
  bool multihop = false;       // RFC 5883: port 4784 instead of 3784
  std::uint8_t ttl_min = 255;  // least TTL accepted (single hop: 255, RFC 5881 5)
  base::Duration transmit = base::milliseconds(300);  // desired minimum, from 1 ms
  base::Duration receive = base::milliseconds(300);   // required minimum, from 1 ms
  std::uint8_t multiplier = 3;
  bool passive = false;  // RFC 5880 6.1: speaks only when spoken to
  AuthType auth = AuthType::none;
  std::uint8_t key_id = 0;
  std::string secret;  // at most 16 bytes for MD5, 20 for SHA1
  bool operator==(const SessionConfig&) const = default;
};

inline constexpr base::Duration interval_min = base::milliseconds(1);
inline constexpr base::Duration interval_max = base::seconds(60);

/// RFC 5880 4.1: Sta.
enum class State : std::uint8_t { admin_down = 0, down = 1, init = 2, up = 3 };
std::string_view name(State state);  // "admin-down", "down", "init", "up"

/// RFC 5880 4.1: Diag.
enum class Diagnostic : std::uint8_t {
  none = 0,
  control_detection_time_expired = 1,
  echo_function_failed = 2,
  neighbor_signaled_session_down = 3,
  forwarding_plane_reset = 4,
  path_down = 5,
  concatenated_path_down = 6,
  administratively_down = 7,
  reverse_concatenated_path_down = 8,
};
std::string_view name(Diagnostic diagnostic);  // words of the RFC, lower case

/// Index of a session, given by its owner, stable while it is configured.
enum class SessionId : std::uint32_t {};

/// A change of state, as the owner hears of it. Times are CLOCK_MONOTONIC.
struct Report {
  State state = State::down;
  State previous = State::down;
  Diagnostic diagnostic = Diagnostic::none;
  State remote_state = State::down;
  Diagnostic remote_diagnostic = Diagnostic::none;
  base::Tick last_received{};  // the last valid packet before the change
  base::Tick decided{};        // when the session's own thread changed the state
  base::Duration transmit{};   // as negotiated so far: RFC 5880 6.8.3 has both sides slow until up,
  base::Duration detection{};  // so that Statistics tell, a round trip later, what up came to
};

/// What `show bfd` prints. Counters since the session was configured.
struct Statistics {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::uint64_t discarded = 0;  // not ours, malformed, wrong TTL or authentication
  std::uint64_t downs = 0;
  base::Duration transmit_late_max{};  // how much later than planned a packet left
  base::Duration transmit{};           // as negotiated now
  base::Duration detection{};          // as negotiated now, multiplier included
};

}  // namespace openbell::bfd
