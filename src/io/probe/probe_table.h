#pragma once
// The probes: what looks at the world for the checks of services. The owner says when (interval,
// jitter, timeout, rise and fall are its business); a probe makes one attempt when told, and
// reports by itself what the kernel tells by itself: a closed connection, an ended process, a link.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "health/check_config.h"
#include "io/loop/reactor.h"

namespace openbell::io {

class Probe;
class ProbeServices;

class ProbeEvents {
 public:
  virtual ~ProbeEvents() = default;
  /// What an attempt found, or what the kernel said without one. Always from the loop, never from
  /// inside a call of the table; the owner may call the table, even stop this probe.
  virtual void on_probe(health::ProbeId id, const health::ProbeResult& result) = 0;
};

/// The words of the kinds that it knows: all but those that the engine answers itself.
std::vector<std::string_view> probe_kinds();

/// Belongs to the loop's thread.
class ProbeTable {
 public:
  ProbeTable(Reactor& reactor, ProbeEvents& events);
  ~ProbeTable();
  ProbeTable(const ProbeTable&) = delete;
  ProbeTable& operator=(const ProbeTable&) = delete;

  /// Prepares; nothing is looked at yet. An older probe with the same id is stopped. A kind that is
  /// not known here is our own mistake.
  void start(health::ProbeId id, const health::CheckConfig& config);
  /// One attempt: an answer at once, whose error lives until the next call for this probe, or
  /// on_probe() later. Nothing while an attempt is under way.
  std::optional<health::ProbeResult> run(health::ProbeId id);
  /// The attempt is given up (the owner's timeout): no answer comes.
  void cancel(health::ProbeId id);
  /// Gives up everything that the probe holds: descriptors at once, a command by SIGKILL.
  void stop(health::ProbeId id);
  /// For people: "packets 812 bytes 81200 gaps 0 …"; empty when there is nothing to tell.
  [[nodiscard]] std::string detail(health::ProbeId id) const;

 private:
  friend class ProbeServices;
  struct Entry {
    std::unique_ptr<Probe> probe;
    bool running = false;
  };
  void report(health::ProbeId id, const health::ProbeResult& result);

  ProbeEvents& events_;
  std::unique_ptr<ProbeServices> services_;  // outlives the probes
  std::unordered_map<health::ProbeId, Entry> probes_;
};

}  // namespace openbell::io
