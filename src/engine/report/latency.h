#pragma once
// How long everything takes, always measured: from a line read to the peer's acknowledgement, in
// constant memory.

#include <array>
#include <cstdint>

#include "base/histogram.h"
#include "base/tick.h"
#include "engine/ports.h"
#include "engine/turn.h"

namespace openbell::engine {

class Neighbor;

/// What is measured of one neighbor.
struct PeerLatency {
  base::Histogram written;       // from the decision to the return of send()
  base::Histogram sent;          // from there to the driver; kernel timestamps only
  base::Histogram acknowledged;  // from there to the peer's TCP; kernel timestamps only

  base::Tick encoded{};     // when the bytes of the last write were ready …
  base::Tick written_at{};  // … and when the kernel had them
  StampId stamp = 0;        // of the last write, 0: none
  std::uint64_t turn = 0;   // of the last write that was counted

  /// Stamped writes whose fate is not known yet; old ones are overwritten.
  struct Outstanding {
    StampId stamp = 0;
    std::int64_t written_utc_ns = 0;
    std::int64_t sent_utc_ns = 0;
  };
  std::array<Outstanding, 32> outstanding{};
};

class Latency {
 public:
  Latency(Clock& clock, const Turn& turn) : clock_(clock), turn_(turn) {}

  /// Something that peers must hear was decided, on news of this turn. The first of a turn counts.
  void changed(base::Tick read);
  /// The stamp of a write to `neighbor` that comes now; 0: it needs none. `awaited`: a receipt
  /// waits for it.
  StampId stamp_for(Neighbor& neighbor, bool awaited);
  /// The write was done.
  void on_written(Neighbor& neighbor, StampId stamp, base::Tick encoded);
  void on_stamp(Neighbor& neighbor, StampId stamp, StampKind kind, std::int64_t utc_ns);
  /// Everything of this turn has been written.
  void end_turn();
  /// Wall-clock time of a tick of this turn.
  [[nodiscard]] std::int64_t utc_of(base::Tick tick) const;
  /// Something was handed to the network.
  void note_write() { ++writes_; }
  [[nodiscard]] std::uint64_t writes() const { return writes_; }

  base::Histogram decided;     // from the turn's news to the decision
  base::Histogram check_late;  // a check ran so much after it was due
  base::Histogram turns;       // of the loop
  PeerLatency all;             // the histograms of all neighbors in one

 private:
  Clock& clock_;
  const Turn& turn_;
  bool active_ = false;  // something was decided in this turn
  base::Tick decided_at_{};
  std::uint64_t number_ = 1;  // of the turn
  StampId last_stamp_ = 0;
  std::uint64_t writes_ = 0;
};

}  // namespace openbell::engine
