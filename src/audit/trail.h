#pragma once
// Both ends of the ring between the core and the thread that writes the audit log.

#include <cstdint>
#include <string>

#include "audit/record.h"
#include "base/ring.h"
#include "base/tick.h"

namespace openbell::audit {

/// The core's end. Appending copies the record into the ring: no allocation, no lock, no system
/// call, never a wait. What does not fit is counted, and the loss becomes a record of its own
/// (`kind: lost`) before anything that comes after it.
class Trail {
 public:
  /// The ring outlives the trail.
  explicit Trail(base::Ring& ring) : ring_(ring) {}

  /// Takes the record with the next sequence number, which is returned; record.sequence is not
  /// read. A number is used up also when the record is lost.
  std::uint64_t append(const Record& record);
  /// Reports a loss that append() had no room to report. Called once a turn; costs one comparison
  /// when nothing was lost.
  void report_loss(base::Now now);

  /// Records lost since the start, reported or not.
  [[nodiscard]] std::uint64_t lost_count() const { return lost_count_; }

 private:
  bool push(const Record& record);
  bool push_loss(std::int64_t utc_ns, std::int64_t mono_ns);

  base::Ring& ring_;
  std::uint64_t last_sequence_ = 0;
  std::uint64_t lost_count_ = 0;
  std::uint64_t unreported_first_ = 0;  // sequence of the first lost record not reported, 0: none
  std::uint64_t unreported_last_ = 0;
};

/// The writer thread's end.
class Drain {
 public:
  /// The ring outlives the drain.
  explicit Drain(base::Ring& ring) : ring_(ring) {}
  /// Appends JSON lines of waiting records to `out` until it holds at least `size_max` bytes or
  /// none is left. True when some may be left.
  bool fill(std::string& out, std::size_t size_max);

 private:
  base::Ring& ring_;
};

}  // namespace openbell::audit
