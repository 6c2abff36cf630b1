#pragma once
// A queue that many readers follow at their own pace: entries keep their position while they are in
// it. Grows and shrinks by chunks.

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <memory>

#include "base/check.h"
#include "base/slab.h"

namespace openbell::rib {

/// A route changed: `change` tells whether a later change has made the entry stale.
struct Change {
  base::Handle route = base::no_handle;
  std::uint64_t change = 0;
};

/// What must not wait for what: a lane is read to its end before the next one is looked at, so that
/// a failed check passes a million routes of a helper, and a withdrawal any announcement.
enum class Lane : std::uint8_t { urgent_withdrawn, urgent_announced, withdrawn, announced };
inline constexpr std::size_t lane_count = 4;
inline constexpr std::array<Lane, lane_count> lanes = {
    Lane::urgent_withdrawn, Lane::urgent_announced, Lane::withdrawn, Lane::announced};

/// Whether a change goes before what is queued already.
enum class Priority : std::uint8_t { bulk, urgent };

constexpr bool is_withdrawal(Lane lane) {
  return lane == Lane::urgent_withdrawn || lane == Lane::withdrawn;
}
constexpr bool is_urgent(Lane lane) {
  return lane == Lane::urgent_withdrawn || lane == Lane::urgent_announced;
}
constexpr Lane withdrawal_lane(Priority priority) {
  return priority == Priority::urgent ? Lane::urgent_withdrawn : Lane::withdrawn;
}
constexpr Lane announcement_lane(Priority priority) {
  return priority == Priority::urgent ? Lane::urgent_announced : Lane::announced;
}

/// A place in every lane: where a reader stands, or what it must have read.
struct Positions {
  std::array<std::uint64_t, lane_count> at{};
  std::uint64_t& operator[](Lane lane) { return at[static_cast<std::size_t>(lane)]; }
  std::uint64_t operator[](Lane lane) const { return at[static_cast<std::size_t>(lane)]; }
  bool operator==(const Positions&) const = default;
  /// No lane stands before that of `mark`.
  [[nodiscard]] bool reached(const Positions& mark) const {
    for (std::size_t i = 0; i < lane_count; ++i)
      if (at[i] < mark.at[i]) return false;
    return true;
  }
  /// The earlier place in every lane.
  void limit(const Positions& other) {
    for (std::size_t i = 0; i < lane_count; ++i) at[i] = std::min(at[i], other.at[i]);
  }
};

class ChangeQueue {
 public:
  [[nodiscard]] std::uint64_t begin() const { return begin_; }
  [[nodiscard]] std::uint64_t end() const { return end_; }
  [[nodiscard]] const Change& operator[](std::uint64_t position) const {
    const std::uint64_t offset = position - chunk_begin_;
    return chunks_[offset / chunk_size][offset % chunk_size];
  }
  /// The entry of a change stands at a position or behind it.
  [[nodiscard]] bool holds(std::uint64_t change, std::uint64_t position) const {
    std::uint64_t low = std::max(position, begin_);
    for (std::uint64_t high = end_; low < high;) {
      const std::uint64_t middle = low + (high - low) / 2;
      (*this)[middle].change < change ? low = middle + 1 : high = middle;
    }
    return low < end_ && (*this)[low].change == change;
  }
  void push(Change change) {
    const std::uint64_t offset = end_ - chunk_begin_;
    if (offset == chunks_.size() * chunk_size) chunks_.push_back(take_chunk());
    chunks_[offset / chunk_size][offset % chunk_size] = change;
    ++end_;
  }
  /// Forgets everything before `position`.
  void trim(std::uint64_t position) {
    OPENBELL_CHECK(position >= begin_ && position <= end_);
    begin_ = position;
    while (!chunks_.empty() && begin_ - chunk_begin_ >= chunk_size) {
      spare_ = std::move(chunks_.front());
      chunks_.pop_front();
      chunk_begin_ += chunk_size;
    }
  }

 private:
  static constexpr std::size_t chunk_size = 4096;
  using Chunk = std::unique_ptr<Change[]>;

  Chunk take_chunk() {
    return spare_ != nullptr ? std::move(spare_) : std::make_unique<Change[]>(chunk_size);
  }

  std::deque<Chunk> chunks_;
  Chunk spare_;
  std::uint64_t chunk_begin_ = 0;  // position of the first entry of the first chunk
  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0;
};

}  // namespace openbell::rib
