#pragma once
// One line of the audit log: what changed or was refused, when, on whose word, and what came of it.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/ip.h"

namespace openbell::audit {

enum class Kind : std::uint8_t {
  change,
  session,
  command_refused,
  reload,
  start,
  stop,
  lost,
  service,  // a service or a check changed state
  guard,    // a change was held, released, dropped
  plan,     // a plan was run, reverted, armed, rehearsed
  receipt,  // the peers' kernels acknowledged a change
};

/// On whose word something happened.
struct Cause {
  enum class Kind : std::uint8_t {
    none,
    helper,
    configuration,
    reload,
    signal,
    cli,
    check,  // a service, on what its checks found; `name` of the service
    lease,  // that nobody renewed; `name` of its group
    plan,   // `name` of the plan
    bfd,    // `name`: the session or the neighbor's address
  };
  Kind kind = Kind::none;
  std::string_view name;    // of the helper, of the configuration file
  std::int32_t number = 0;  // pid of the helper, number of the signal
};

/// Views are read by Trail::append and not kept.
struct Record {
  std::int64_t utc_ns = 0;
  std::int64_t mono_ns = 0;
  std::uint64_t sequence = 0;  // given by the Trail, strictly rising from 1
  Kind kind = Kind::change;
  Cause cause;
  std::string_view command;  // as read, bytes of any kind
  std::string_view result;   // "done", "queued", "refused: no such neighbor"
  std::string_view detail;   // kind of its own words: "up", "down: hold timer expired"
  std::span<const base::IpAddress> neighbors;
  std::uint64_t routes = 0;        // that were changed; 0: the record is not about routes
  std::uint64_t first_change = 0;  // numbers of the changes, 0: nobody was told anything else
  std::uint64_t last_change = 0;
};

/// Bounds of one record: what is longer is cut and marked, never refused.
inline constexpr std::size_t command_size_max = 4096;
inline constexpr std::size_t text_size_max = 1024;  // result, detail, cause name
inline constexpr std::size_t neighbors_max = 1024;

/// Bytes that pack() needs for a record.
std::size_t packed_size(const Record& record);
/// Writes the compact form that travels through the ring into `into`, packed_size() bytes.
void pack(const Record& record, base::MutableBytes into);
/// Appends the JSON line of a packed record with its newline. False, with nothing appended, when
/// the bytes are not a packed record.
///
/// Keys, in this order: seq, time (RFC 3339, UTC, nanoseconds), utc_ns, mono_ns, kind, cause {kind,
/// name, pid | signal}, command, neighbors, result, detail, routes, changes [first, last];
/// `command_size` and `neighbors_count`
/// with the whole numbers follow when something was cut. Members that are empty are left out. Bytes
/// that are not UTF-8 are escaped as the code point of the same number, so that every line is JSON.
bool print_packed(base::Bytes packed, std::string& out);

/// "2026-11-22T23:14:24.000000001Z"
void print_rfc3339(std::int64_t utc_ns, base::TextWriter& out);

}  // namespace openbell::audit
