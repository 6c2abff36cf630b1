#pragma once
// The engine's checks, drills and clock: what looks at something and says what it saw.

#include "io/net/rehearsal.h"
#include "io/probe/probe_table.h"
#include "main/daemon/world.h"

namespace openbell {

class Checks final : public engine::Probes, public io::ProbeEvents {
 public:
  explicit Checks(World& world) : world_(world), probes_(world.reactor, *this) {}

  void start_probe(health::ProbeId probe, const health::CheckConfig& check) override;
  std::optional<health::ProbeResult> run_probe(health::ProbeId probe) override;
  void cancel_probe(health::ProbeId probe) override;
  void stop_probe(health::ProbeId probe) override;
  std::string probe_detail(health::ProbeId probe) override;
  bool file_exists(const std::string& path) override;

  void on_probe(health::ProbeId probe, const health::ProbeResult& result) override;

 private:
  World& world_;
  io::ProbeTable probes_;
};

class Drills final : public engine::Rehearser {
 public:
  explicit Drills(World& world);

  void rehearse(std::vector<std::vector<std::uint8_t>> messages) override;

 private:
  void on_rehearsed(const io::Rehearsal::Result& result);

  World& world_;
  io::Rehearsal rehearsal_;
};

class SystemClock final : public engine::Clock {
 public:
  base::Now clock() override;
  int minute_of_week(std::string_view zone, std::int64_t utc_ns) override;
};

}  // namespace openbell
