#pragma once
// What a check looks at and how often, as data: filled by the grammar, read by the engine, which
// says when, and by the probes of io/, which look.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"
#include "base/tick.h"

namespace openbell::health {

/// Who looks for a check: a probe of the host, or the engine, which knows its own sessions.
enum class CheckedBy : std::uint8_t { probe, bfd_session, neighbor_session };

/// `check KIND [NAME] { … }` of a service. Which fields matter depends on the kind; the others keep
/// their defaults. Every field that is given is valid: the grammar has checked it.
struct CheckConfig {
  std::string kind;  // "tcp", "hold", …: of what a probe looks for, a row of the probes' table
  CheckedBy by = CheckedBy::probe;
  std::string name;  // unique in its service; the kind when none was given

  // --- when
  base::Duration interval = base::seconds(1);  // from 100 us; between the starts of two attempts
  base::Duration timeout = base::seconds(1);   // of one attempt, at most the interval
  base::Duration jitter{};                     // up to this is added to each interval at random
  std::uint16_t rise = 3;                      // successes in a row that mean up
  std::uint16_t fall = 3;                      // failures in a row that mean down
  std::string disable_file;                    // while it exists the check counts as disabled

  // --- what
  base::IpAddress address;           // tcp hold udp http https; feed: the group; peer: the neighbor
  std::uint16_t port = 0;            // of `address`
  base::IpAddress local_address;     // to connect from; none: the kernel's choice
  base::IpAddress source;            // feed: the only sender (SSM); none: any
  std::string interface;             // feed: where the group is joined; interface: the one to watch
  std::vector<std::string> command;  // exec: program and arguments
  bool shell = false;                // exec: `command` is one text for /bin/sh -c
  std::int32_t exit_status = 0;      // exec: what means success
  std::string path;                  // heartbeat file: the file; http https: the path of the URL
  base::Duration stale{};            // heartbeat: without a bump for so long; file: modified longer
                                     // ago, 0: existing is enough; feed: silent for so long
  std::int32_t pid = 0;              // process: by its pid
  std::string pid_file;              // process: by the file that holds it
  std::string process_name;          // process: by the name in /proc/PID/comm
  std::string session;               // bfd: the name of a `bfd` section
  std::string payload;               // udp: the bytes to send
  std::string expect;                // udp: the bytes an answer must contain; http: its body
  std::string method = "GET";        // http https
  std::string host;                  // http https: Host header and TLS name; none: the address
  std::uint16_t status = 200;        // http https: expected
  bool verify = true;                // https: the certificate must be valid for `host`
  std::string ca_file;               // https: PEM of the authorities; none: the system's
  std::uint16_t sequence_offset = 0;  // feed: where in a datagram its sequence number stands …
  std::uint8_t sequence_size = 0;     // … and its size, 1 2 4 or 8 bytes; 0: gaps are not counted
  bool sequence_little = false;       // … little-endian

  bool operator==(const CheckConfig&) const = default;
};

/// Limits of the table above.
inline constexpr base::Duration interval_min = base::microseconds(100);
inline constexpr base::Duration interval_max = base::seconds(86'400);
inline constexpr std::size_t payload_size_max = 1400;

/// Index of a check in the engine, stable while it is configured.
enum class ProbeId : std::uint32_t {};
inline constexpr ProbeId no_probe{UINT32_MAX};

/// What an attempt found, or what the kernel reported by itself.
struct ProbeResult {
  bool ok = false;
  std::string_view error = {};  // why not, for people; lives for the call
  /// When the check must look again: zero, after its interval; base::never, not at all, because
  /// the probe reports every change by itself; else exactly then, because until then the answer
  /// cannot change (a heartbeat that is fresh until its deadline).
  base::Tick again{};
};

/// `dampen { after 3; within 60s; hold 30s; }`: after so many failures within that time the service
/// stays down until nothing has failed for `hold`. after 0: never.
struct DampeningConfig {
  std::uint16_t after = 0;
  base::Duration within = base::seconds(60);
  base::Duration hold = base::seconds(30);
  bool operator==(const DampeningConfig&) const = default;
};

}  // namespace openbell::health
