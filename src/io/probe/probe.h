#pragma once
// What a kind of probe is made of: a class in its own file, and one row of the table of kinds.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "health/check_config.h"
#include "io/loop/reactor.h"

namespace openbell::io {

class CommandReaper;
class CommandSpawner;
class HttpClient;
class LinkMonitor;
class ProbeTable;

/// What the probes of a table share. Each service is made when the first probe needs it.
class ProbeServices {
 public:
  ProbeServices(Reactor& reactor, ProbeTable& table);
  ~ProbeServices();

  [[nodiscard]] Reactor& reactor() const { return reactor_; }
  CommandReaper& reaper();
  CommandSpawner& spawner();
  HttpClient& http();
  LinkMonitor& links();
  void report(health::ProbeId id, const health::ProbeResult& result);

 private:
  Reactor& reactor_;
  ProbeTable& table_;
  std::unique_ptr<CommandReaper> reaper_;  // outlives the spawner
  std::unique_ptr<CommandSpawner> spawner_;
  std::unique_ptr<HttpClient> http_;
  std::unique_ptr<LinkMonitor> links_;
};

/// What a probe is made from.
struct ProbeOrigin {
  ProbeServices& services;
  health::ProbeId id;
  const health::CheckConfig& config;
};

class Probe {
 public:
  explicit Probe(const ProbeOrigin& origin)
      : services_(origin.services), config_(origin.config), id_(origin.id) {}
  virtual ~Probe() = default;
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  /// One attempt; never called while one is under way.
  virtual std::optional<health::ProbeResult> run() = 0;
  /// Gives up the attempt that is under way.
  virtual void cancel() {}
  [[nodiscard]] virtual std::string detail() const { return {}; }

 protected:
  using Result = health::ProbeResult;

  [[nodiscard]] Reactor& reactor() const { return services_.reactor(); }
  [[nodiscard]] ProbeServices& services() const { return services_; }
  [[nodiscard]] const health::CheckConfig& config() const { return config_; }
  /// Good, and looked at again when the usual interval is over.
  [[nodiscard]] static Result success() { return {.ok = true, .error = {}, .again = {}}; }
  /// Good until further notice: the probe reports by itself.
  [[nodiscard]] static Result watched() { return {.ok = true, .error = {}, .again = base::never}; }
  /// Good, and cannot turn bad by waiting before `deadline`: looked at then, but at the usual
  /// interval when that is earlier, for what a deadline does not cover.
  [[nodiscard]] Result fresh_until(base::Tick deadline, base::Tick now) const;
  /// Bad. The probe keeps the text.
  Result failure(std::string error, base::Tick again = {});
  /// The answer to the attempt under way, or what the kernel told. The probe touches nothing of
  /// itself afterwards: the owner may have stopped it.
  void report(const Result& result) { services_.report(id_, result); }

 private:
  ProbeServices& services_;
  const health::CheckConfig config_;
  const health::ProbeId id_;
  std::string error_;
};

/// The words of the system for `error`, fit for the middle of a sentence: "connection refused".
std::string reason_of(int error);
/// `ns` in the unit that people would choose: "12us", "340ms", "7s".
std::string time_text(base::Duration time);

struct ProbeKind {
  std::string_view word;  // of the configuration
  std::unique_ptr<Probe> (*make)(const ProbeOrigin& origin);
};

template <class Kind>
std::unique_ptr<Probe> make_probe(const ProbeOrigin& origin) {
  return std::make_unique<Kind>(origin);
}

// Each in the file of its name; the list of them is in probe_table.cc.
extern const ProbeKind tcp_probe_kind;
extern const ProbeKind hold_probe_kind;
extern const ProbeKind udp_probe_kind;
extern const ProbeKind http_probe_kind;
extern const ProbeKind https_probe_kind;
extern const ProbeKind exec_probe_kind;
extern const ProbeKind process_probe_kind;
extern const ProbeKind heartbeat_probe_kind;
extern const ProbeKind file_probe_kind;
extern const ProbeKind interface_probe_kind;
extern const ProbeKind feed_probe_kind;

}  // namespace openbell::io
