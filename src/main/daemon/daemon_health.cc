// What the engine asks of the world for checks, BFD, receipts and drills.

#include <algorithm>

#include "io/loop/clock.h"
#include "io/time_zone.h"
#include "main/daemon/daemon.h"

namespace openbell {

namespace {

engine::StampKind kind_of(io::StampKind kind) {
  switch (kind) {
    case io::StampKind::sent:
      return engine::StampKind::sent;
    case io::StampKind::acknowledged:
      return engine::StampKind::acknowledged;
    case io::StampKind::sent_by_hardware:
      return engine::StampKind::sent_by_hardware;
  }
  return engine::StampKind::sent;
}

}  // namespace

void Daemon::start_probe(health::ProbeId probe, const health::CheckConfig& check) {
  probes_.start(probe, check);
}

std::optional<health::ProbeResult> Daemon::run_probe(health::ProbeId probe) {
  return probes_.run(probe);
}

void Daemon::cancel_probe(health::ProbeId probe) {
  probes_.cancel(probe);
}

void Daemon::stop_probe(health::ProbeId probe) {
  probes_.stop(probe);
}

std::string Daemon::probe_detail(health::ProbeId probe) {
  return probes_.detail(probe);
}

bool Daemon::file_exists(const std::string& path) {
  return io::file_kind(path).exists;
}

void Daemon::on_probe(health::ProbeId probe, const health::ProbeResult& result) {
  engine_->on_probe(probe, result, reactor_.now());
}

std::string Daemon::start_bfd(bfd::SessionId session, const bfd::SessionConfig& config) {
  return bfd_.start(session, config);
}

void Daemon::stop_bfd(bfd::SessionId session) {
  bfd_.stop(session);
}

bfd::Statistics Daemon::bfd_statistics(bfd::SessionId session) {
  return bfd_.statistics(session);
}

void Daemon::on_bfd(bfd::SessionId session, const bfd::Report& report) {
  engine_->on_bfd(session, report, reactor_.now());
}

base::Now Daemon::clock() {
  return io::now();
}

std::size_t Daemon::write_stamped(engine::ConnectionId connection, base::Bytes messages,
                                  engine::StampId stamp) {
  return connections_.write_stamped(io::ConnectionId{std::to_underlying(connection)}, messages,
                                    stamp);
}

void Daemon::on_stamp(io::ConnectionId id, std::uint64_t stamp, io::StampKind kind,
                      std::int64_t utc_ns) {
  engine_->on_stamp(engine::ConnectionId{std::to_underlying(id)}, stamp, kind_of(kind), utc_ns,
                    reactor_.now());
}

int Daemon::minute_of_week(std::string_view zone, std::int64_t utc_ns) {
  return io::minute_of_week(zone, utc_ns);
}

void Daemon::rehearse(std::vector<std::vector<std::uint8_t>> messages) {
  const std::string error = rehearsal_.run(std::move(messages));
  if (!error.empty()) engine_->on_rehearsed({}, {}, error, reactor_.now());
}

void Daemon::on_rehearsed(const io::Rehearsal::Result& result) {
  std::vector<engine::Rehearsed> sinks;
  for (const io::Rehearsal::Times& times : result.peers)
    sinks.push_back({times.written, times.received});
  engine_->on_rehearsed(result.started, sinks, result.error, reactor_.now());
}

}  // namespace openbell
