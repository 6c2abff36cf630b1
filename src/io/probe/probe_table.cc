#include "io/probe/probe_table.h"

#include <utility>

#include "base/check.h"
#include "io/probe/command_reaper.h"
#include "io/probe/command_spawner.h"
#include "io/probe/http_client.h"
#include "io/probe/link_monitor.h"
#include "io/probe/probe.h"

namespace openbell::io {

namespace {

constexpr const ProbeKind* kinds[] = {
    &tcp_probe_kind,   &hold_probe_kind,      &udp_probe_kind,     &http_probe_kind,
    &https_probe_kind, &exec_probe_kind,      &process_probe_kind, &heartbeat_probe_kind,
    &file_probe_kind,  &interface_probe_kind, &feed_probe_kind,
};

const ProbeKind* kind_of(std::string_view word) {
  for (const ProbeKind* kind : kinds)
    if (kind->word == word) return kind;
  return nullptr;
}

}  // namespace

std::vector<std::string_view> probe_kinds() {
  std::vector<std::string_view> words;
  for (const ProbeKind* kind : kinds) words.push_back(kind->word);
  return words;
}

ProbeServices::ProbeServices(Reactor& reactor, ProbeTable& table)
    : reactor_(reactor), table_(table) {}

ProbeServices::~ProbeServices() = default;

CommandReaper& ProbeServices::reaper() {
  if (reaper_ == nullptr) reaper_ = std::make_unique<CommandReaper>(reactor_);
  return *reaper_;
}

CommandSpawner& ProbeServices::spawner() {
  if (spawner_ == nullptr) spawner_ = std::make_unique<CommandSpawner>(reactor_, reaper());
  return *spawner_;
}

HttpClient& ProbeServices::http() {
  if (http_ == nullptr) http_ = std::make_unique<HttpClient>(reactor_);
  return *http_;
}

LinkMonitor& ProbeServices::links() {
  if (links_ == nullptr) links_ = std::make_unique<LinkMonitor>(reactor_);
  return *links_;
}

void ProbeServices::report(health::ProbeId id, const health::ProbeResult& result) {
  table_.report(id, result);
}

ProbeTable::ProbeTable(Reactor& reactor, ProbeEvents& events)
    : events_(events), services_(std::make_unique<ProbeServices>(reactor, *this)) {}

ProbeTable::~ProbeTable() = default;

void ProbeTable::start(health::ProbeId id, const health::CheckConfig& config) {
  const ProbeKind* kind = kind_of(config.kind);
  OPENBELL_CHECK(kind != nullptr);
  stop(id);
  probes_[id].probe = kind->make({*services_, id, config});
}

std::optional<health::ProbeResult> ProbeTable::run(health::ProbeId id) {
  const auto at = probes_.find(id);
  if (at == probes_.end() || at->second.running) return std::nullopt;
  const std::optional<health::ProbeResult> result = at->second.probe->run();
  at->second.running = !result.has_value();
  return result;
}

void ProbeTable::cancel(health::ProbeId id) {
  const auto at = probes_.find(id);
  if (at == probes_.end() || !std::exchange(at->second.running, false)) return;
  at->second.probe->cancel();
}

void ProbeTable::stop(health::ProbeId id) {
  probes_.erase(id);
}

std::string ProbeTable::detail(health::ProbeId id) const {
  const auto at = probes_.find(id);
  return at == probes_.end() ? std::string() : at->second.probe->detail();
}

void ProbeTable::report(health::ProbeId id, const health::ProbeResult& result) {
  const auto at = probes_.find(id);
  OPENBELL_CHECK(at != probes_.end());
  at->second.running = false;
  events_.on_probe(id, result);
}

}  // namespace openbell::io
