#pragma once
// A configuration as data: what an ExaBGP file says, plus OpenBell's own sections (exabgp-language
// 1 and 2).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"
#include "bfd/config.h"
#include "bgp/nlri/family.h"
#include "grammar/config/service.h"
#include "grammar/route/route.h"

namespace openbell::grammar {

enum class Encoder : std::uint8_t { text, json };

/// What becomes of the routes that a helper has announced when it ends: ExaBGP keeps them.
enum class OnExit : std::uint8_t {
  keep,
  withdraw,  // after ProcessConfig::on_exit_delay, unless it was started again and said them again
  exit,      // the daemon ends
};

/// Events that only OpenBell has: a helper gets those it has subscribed to.
struct Subscriptions {
  bool service = false;
  bool plan = false;
  bool guard = false;
  bool lease = false;
  bool bfd = false;
  bool operator==(const Subscriptions&) const = default;
};

struct ProcessConfig {
  std::string name;
  std::vector<std::string> run;  // program and arguments, program looked up (absolute path)
  Encoder encoder = Encoder::text;
  bgp::Dialect dialect = bgp::Dialect::v5_0;  // `encoder json` = 5.0; `version 4 | 5 | 6;`
  bool respawn = true;
  bool ack = true;
  std::uint64_t queue_bytes = 64u << 20;  // `queue N;`: what may wait for the helper's stdin before
                                          // events are dropped and counted
  OnExit on_exit = OnExit::keep;
  base::Duration on_exit_delay{};
  Subscriptions subscriptions;  // `subscribe [ service plan guard lease bfd ];`
  bool operator==(const ProcessConfig&) const = default;
};

/// What one helper wants to hear of one neighbor's messages in one direction.
struct MessageInterest {
  bool parsed = false;
  bool packets = false;
  bool consolidate = false;
  bool open = false;
  bool update = false;
  bool notification = false;
  bool keepalive = false;
  bool refresh = false;
  bool operational = false;
  bool operator==(const MessageInterest&) const = default;
};

/// Place in Configuration::processes.
enum class ProcessIndex : std::uint32_t {};

/// One helper of one neighbor: may command it, hears of it.
struct ApiBinding {
  ProcessIndex process{};
  bool neighbor_changes = false;
  bool negotiated = false;
  bool fsm = false;
  bool signal = false;
  MessageInterest receive;
  MessageInterest send;
  bool operator==(const ApiBinding&) const = default;
};

enum class AddPathMode : std::uint8_t { disabled = 0, receive = 1, send = 2, send_receive = 3 };

struct CapabilityConfig {
  bool asn4 = true;
  bool extended_message = true;
  bool route_refresh = false;
  bool multi_session = false;
  bool operational = false;
  bool aigp = false;
  bool software_version = false;
  bool link_local_nexthop = false;
  bool nexthop = false;
  std::optional<std::uint16_t> graceful_restart_s;  // absent: not announced
  AddPathMode add_path = AddPathMode::disabled;
  bool operator==(const CapabilityConfig&) const = default;
};

struct NeighborConfig {
  std::string description;
  base::IpPrefix peer_address;             // a range when shorter than a host prefix (passive only)
  base::IpAddress local_address;           // none: auto
  std::optional<std::uint32_t> local_as;   // absent: auto
  std::optional<std::uint32_t> peer_as;    // absent: auto
  std::optional<std::uint32_t> router_id;  // host order; absent: the IPv4 local address
  std::uint16_t hold_time_s = 180;
  bool passive = false;
  std::uint16_t listen_port = 0;   // 0: none
  std::uint16_t connect_port = 0;  // 0: the default (tcp.port, 179)
  std::string source_interface;
  std::optional<std::uint8_t> outgoing_ttl;
  std::optional<std::uint8_t> incoming_ttl;  // GTSM: least TTL accepted (RFC 5082)
  std::string md5_password;                  // decoded when md5-base64
  base::IpAddress md5_ip;
  std::uint32_t rate_limit = 0;  // UPDATEs a second, 0: none
  bool group_updates = true;
  bool auto_flush = true;
  bool adj_rib_out = true;
  bool adj_rib_in = true;
  bool manual_eor = false;
  std::string host_name;
  std::string domain_name;
  base::IpAddress local_link_local;
  CapabilityConfig capability;
  bgp::FamilySet families;
  bgp::FamilySet add_path_families;  // empty: every family that the capability lists
  bgp::FamilySet nexthop_families;   // ipv4 families whose next hop may be IPv6 (RFC 8950)
  std::optional<bfd::SessionConfig> bfd;
  bool kernel_timestamps = false;  // of every small UPDATE: when it left, when it was acknowledged
  std::vector<ApiBinding> api;
  RouteList routes;

  /// ExaBGP's identity string: `neighbor 10.0.0.1 local-ip 10.0.0.2 local-as 1 peer-as 2
  /// router-id 1.2.3.4 family-allowed in-open`.
  [[nodiscard]] std::string name() const;
  /// Whether routes of the family can go to it with this next hop, by what is configured: RFC 8950
  /// by its nexthop section, `self` by its local address (true while that is not known). A session
  /// may turn out to agree on less: bgp::can_send.
  [[nodiscard]] bool can_send(bgp::Family family, const bgp::NextHop& next_hop) const;
  /// Equal in everything that a running session depends on (not routes, api, description, BFD).
  [[nodiscard]] bool same_session(const NeighborConfig& other) const;
  /// The same but for the peer's address.
  [[nodiscard]] bool same_session_elsewhere(const NeighborConfig& other) const;
};

struct AuditConfig {
  std::string directory;  // empty: no audit log
  bool operator==(const AuditConfig&) const = default;
};

struct Configuration {
  std::vector<ProcessConfig> processes;
  std::vector<NeighborConfig> neighbors;
  AuditConfig audit;
  std::vector<ServiceConfig> services;
  std::vector<PlanConfig> plans;
  std::vector<bfd::SessionConfig> bfd_sessions;  // stand-alone: `bfd NAME { … }`
  GuardConfig guard;
  RealtimeConfig realtime;
};

/// One complaint or warning about a configuration text.
struct Diagnostic {
  enum class Severity : std::uint8_t { error, warning };
  Severity severity = Severity::error;
  std::string file;
  std::uint32_t line = 0;    // from 1
  std::uint32_t column = 0;  // from 1
  std::string message;  // "unknown word 'neigbor' in the root section, wanted: neighbor, process,
                        // template, audit"
  std::string suggestion;   // nearest known word, empty when none
  std::string source_line;  // for the caret
  /// `FILE:LINE:COLUMN: error: MESSAGE` with the source line, a caret and the suggestion on lines
  /// of their own.
  [[nodiscard]] std::string text() const;
};

/// Looks programs up as ExaBGP does; the world outside is asked through this so that parsing stays
/// pure.
class ProgramFinder {
 public:
  virtual ~ProgramFinder() = default;
  /// Absolute path of a program, or empty with `why` filled ("can not locate the program \"x\"").
  virtual std::string find(std::string_view program, std::string_view configuration_directory,
                           std::string& why) = 0;
  /// For a command line whose program the system lacks and we can do the work of: `run` becomes
  /// what is to be executed in its place, all of it, and the answer is true.
  virtual bool stand_in(std::vector<std::string>& /*run*/,
                        std::string_view /*configuration_directory*/) {
    return false;
  }
};

struct ParseOptions {
  std::string
      file_name;  // for diagnostics; its directory is where relative programs are looked for
  ProgramFinder* finder = nullptr;                       // null: programs are not looked up
  bool (*zone_exists)(std::string_view name) = nullptr;  // null: time zones are not looked up
  std::size_t diagnostics_max = 100;
};

/// Parses a whole file. Everything wrong is reported, not only the first; `configuration` is
/// complete only when no diagnostic is an error. Returns true when there is none. Stands for
/// 1,000,000 static routes in about half a second.
bool parse_configuration(std::string_view text, const ParseOptions& options,
                         Configuration& configuration, std::vector<Diagnostic>& diagnostics);

/// The normal form: parses back to the same configuration. `md5-password` values are written as
/// they are.
std::string print_configuration(const Configuration& configuration);
/// One neighbor as ExaBGP's `show neighbor configuration` prints it, passwords replaced by
/// `<hidden>`.
std::string print_neighbor(const NeighborConfig& neighbor, const Configuration& configuration);

}  // namespace openbell::grammar
