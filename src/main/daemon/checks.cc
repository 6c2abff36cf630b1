#include "main/daemon/checks.h"

#include "io/files.h"
#include "io/loop/clock.h"
#include "io/time_zone.h"

namespace openbell {

void Checks::start_probe(health::ProbeId probe, const health::CheckConfig& check) {
  probes_.start(probe, check);
}

std::optional<health::ProbeResult> Checks::run_probe(health::ProbeId probe) {
  return probes_.run(probe);
}

void Checks::cancel_probe(health::ProbeId probe) {
  probes_.cancel(probe);
}

void Checks::stop_probe(health::ProbeId probe) {
  probes_.stop(probe);
}

std::string Checks::probe_detail(health::ProbeId probe) {
  return probes_.detail(probe);
}

bool Checks::file_exists(const std::string& path) {
  return io::file_kind(path).exists;
}

void Checks::on_probe(health::ProbeId probe, const health::ProbeResult& result) {
  world_.engine->on_probe(probe, result, world_.now());
}

Drills::Drills(World& world)
    : world_(world), rehearsal_(world.reactor, [this](const io::Rehearsal::Result& result) {
        on_rehearsed(result);
      }) {}

void Drills::rehearse(std::vector<std::vector<std::uint8_t>> messages) {
  const std::string error = rehearsal_.run(std::move(messages));
  if (!error.empty()) world_.engine->on_rehearsed({}, {}, error, world_.now());
}

void Drills::on_rehearsed(const io::Rehearsal::Result& result) {
  std::vector<engine::Rehearsed> sinks;
  for (const io::Rehearsal::Times& times : result.peers)
    sinks.push_back({times.written, times.received});
  world_.engine->on_rehearsed(result.started, sinks, result.error, world_.now());
}

base::Now SystemClock::clock() {
  return io::now();
}

int SystemClock::minute_of_week(std::string_view zone, std::int64_t utc_ns) {
  return io::minute_of_week(zone, utc_ns);
}

}  // namespace openbell
