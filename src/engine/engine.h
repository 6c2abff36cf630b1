#pragma once
// The daemon without an operating system: everything put together as a function of lines, bytes and
// ticks. One thread. main/ drives it with sockets and processes, tests with a fake world.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "audit/trail.h"
#include "base/tick.h"
#include "engine/client/identity.h"
#include "engine/options.h"
#include "engine/ports.h"
#include "grammar/config/configuration.h"

namespace openbell::engine {

/// What became of an accepted connection.
enum class Accepted : std::uint8_t { kept, refused };

class Engine {
 public:
  /// What answers at the ports, and `trail`, must outlive the engine; `trail` may be null (no audit
  /// log).
  Engine(const Ports& ports, Options options, audit::Trail* trail);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// The first configuration starts helpers and sessions; a later one (reload) applies the
  /// difference: sessions whose settings did not change stay up. `cause` for the audit log:
  /// "start", "SIGUSR1", "reload command".
  void on_configuration(grammar::Configuration configuration, std::string_view cause,
                        base::Now now);
  /// A reload was refused: everything stays as it is.
  void on_configuration_refused(std::string_view reason, std::string_view cause, base::Now now);

  void on_connected(ConnectionId connection, base::IpAddress local, base::IpAddress peer,
                    base::Now now);
  void on_connect_failed(ConnectionId connection, std::string_view reason, base::Now now);
  /// A connection came in on `local`. Kept: the network serves it under `connection`. Refused: a
  /// NOTIFICATION was written if one is due, the network closes it.
  Accepted on_accepted(ConnectionId connection, base::IpAddress local, base::IpAddress peer,
                       base::Now now);
  /// Received bytes: what is left over from before, followed by new ones. Returns how many were
  /// consumed (whole messages); the host keeps the rest and hands it over again with what comes
  /// after it.
  std::size_t on_bytes(ConnectionId connection, base::Bytes bytes, base::Now now);
  /// The peer or the kernel ended the connection (never called for one that the engine closed).
  void on_closed(ConnectionId connection, std::string_view reason, base::Now now);
  /// Everything that was waiting in user space has gone to the kernel.
  void on_writable(ConnectionId connection, base::Now now);

  void on_helper_started(HelperId helper, int pid, base::Now now);
  /// One line of a helper's stdout without its newline. Any bytes.
  void on_line(HelperId helper, std::string_view line, base::Now now);
  /// A line longer than the host's limit was thrown away; `size` bytes of it were seen.
  void on_line_refused(HelperId helper, std::size_t size, base::Now now);
  /// The queue for a helper's stdin drained to `waiting` bytes.
  void on_helper_writable(HelperId helper, std::size_t waiting, base::Now now);
  /// A helper ended (`status` text: "exit 1", "signal 9", "cannot start: …"). The engine restarts
  /// it with back-off when it may.
  void on_helper_exited(HelperId helper, std::string_view status, base::Now now);

  /// A client that is no process: somebody at a pipe or a socket, who may command every neighbor as
  /// far as the role goes. Answers go to ClientLinks::write_client.
  ClientId on_client(const ClientIdentity& identity, base::Now now);
  void on_client_line(ClientId client, std::string_view line, base::Now now);
  /// The queue for a client drained to `waiting` bytes.
  void on_client_writable(ClientId client, std::size_t waiting, base::Now now);
  /// It went. What it has announced stays.
  void on_client_gone(ClientId client, base::Now now);

  /// The answer to Probes::run_probe, or what a probe reports by itself.
  void on_probe(health::ProbeId probe, const health::ProbeResult& result, base::Now now);
  void on_bfd(bfd::SessionId session, const bfd::Report& report, base::Now now);
  /// `utc_ns`: when it happened.
  void on_stamp(ConnectionId connection, StampId stamp, StampKind kind, std::int64_t utc_ns,
                base::Now now);
  /// The answer to Rehearser::rehearse: when the first send() began, an element for each sink;
  /// `error` when it could not be done.
  void on_rehearsed(base::Tick started, std::span<const Rehearsed> sinks, std::string_view error,
                    base::Now now);

  void on_signal(int number, std::string_view name, base::Now now);

  /// When on_timer must be called at the latest; base::never when nothing is due.
  [[nodiscard]] base::Tick deadline() const;
  void on_timer(base::Now now);

  /// Sends what checks, leases and BFD have changed so far in this turn: before the turn goes on
  /// with what is less urgent.
  void flush_urgent(base::Now now);
  /// Sends what the events of this turn changed, in bounded slices. Called once at the end of every
  /// turn.
  void flush(base::Now now);
  /// flush has more to do at once: do not sleep.
  [[nodiscard]] bool has_work() const;

  /// Ends all sessions with Cease / Administrative Shutdown and tells the helpers; the host then
  /// waits until everything has left.
  void shutdown(std::string_view cause, base::Now now);

  /// The number of the change that made what the peer of a connection is told of an NLRI, also when
  /// that is a withdrawal on its way: the record of the audit log whose `changes` contain it tells
  /// why. 0: there was none.
  [[nodiscard]] std::uint64_t change_behind(ConnectionId connection,
                                            const bgp::NlriView& nlri) const;

 private:
  class Assembly;
  std::unique_ptr<Assembly> all_;
};

}  // namespace openbell::engine
