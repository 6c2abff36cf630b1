#pragma once
// A hash index from 32-bit hashes to handles whose growth is spread over the operations that
// follow: no rehash of the whole, no allocation and no release of a large block, whatever its size.
// Equality is the caller's business.

#include <bit>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "base/slab.h"

namespace openbell::base {

class Index {
 public:
  Index() : table_(small_segment) {}

  /// The first handle under `hash` for which `equal(handle)` holds, or no_handle.
  template <typename Equal>
  [[nodiscard]] Handle find(std::uint32_t hash, Equal equal) const {
    const Handle found = table_.find(hash, equal);
    if (found != no_handle || old_.empty()) return found;
    return old_.find(hash, equal);
  }

  /// A lookup of that hash is about to come: its memory is fetched meanwhile.
  void expect(std::uint32_t hash) const {
    if (const Slot* slot = table_.at(hash & table_.mask)) __builtin_prefetch(slot, 1);
  }

  /// Adds a handle that is not there yet.
  void insert(std::uint32_t hash, Handle handle) {
    migrate();
    if (table_.crowded()) grow();
    table_.insert(hash, handle);
    ++size_;
  }

  /// Puts `handle` in the place of `was`.
  void replace(std::uint32_t hash, Handle was, Handle handle) { locate(hash, was).handle = handle; }

  void erase(std::uint32_t hash, Handle handle) {
    locate(hash, handle).handle = erased;
    --size_;
    migrate();
  }

  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  /// Zero memory is free slots.
  struct Slot {
    std::uint32_t hash;
    Handle handle;
  };
  static_assert(no_handle == 0);
  using Segment = TableBlock<Slot>;
  /// Slots of a segment: 64 KiB, and a huge page in tables that have one.
  static constexpr std::size_t small_segment = 1u << 13;
  static constexpr std::size_t large_segment = 1u << 18;
  static constexpr std::size_t migrated_per_step = 16;
  static constexpr Handle erased = ~Handle{0};

  /// Open addressing over segments that are made when first touched.
  struct Table {
    explicit Table(std::size_t slots)
        : mask(slots - 1),
          shift(std::countr_zero(slots >= large_segment ? large_segment : small_segment)),
          segments(slots >> shift) {}

    [[nodiscard]] bool empty() const { return segments.empty(); }
    [[nodiscard]] bool crowded() const { return occupied * 4 >= (mask + 1) * 3; }
    [[nodiscard]] std::size_t slots() const { return segments.size() << shift; }
    [[nodiscard]] std::size_t segment_slots() const { return std::size_t{1} << shift; }
    /// Null when the segment was never touched.
    [[nodiscard]] Slot* at(std::size_t i) const {
      const Segment& segment = segments[i >> shift];
      return segment ? &segment[i & (segment_slots() - 1)] : nullptr;
    }
    template <typename Equal>
    [[nodiscard]] Handle find(std::uint32_t hash, Equal equal) const {
      for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
        const Slot* slot = at(i);
        if (slot == nullptr || slot->handle == no_handle) return no_handle;
        if (slot->hash == hash && slot->handle != erased && equal(slot->handle))
          return slot->handle;
      }
    }
    void insert(std::uint32_t hash, Handle handle) {
      std::size_t i = hash & mask;
      Slot* slot = &make(i);
      while (slot->handle != no_handle && slot->handle != erased) slot = &make(i = (i + 1) & mask);
      // The place of what was erased is used again: what comes and goes leaves no trail behind.
      if (slot->handle == no_handle) ++occupied;
      *slot = {hash, handle};
    }
    Slot& make(std::size_t i) {
      Segment& segment = segments[i >> shift];
      if (!segment) segment = Segment::make(segment_slots());
      return segment[i & (segment_slots() - 1)];
    }

    std::size_t mask;
    int shift;                 // of a slot's number to its segment's
    std::size_t occupied = 0;  // erased ones included
    std::vector<Segment> segments;
  };

  Slot& locate(std::uint32_t hash, Handle handle) {
    for (const Table* table : {&table_, &old_}) {
      if (table->empty()) continue;
      for (std::size_t i = hash & table->mask;; i = (i + 1) & table->mask) {
        Slot* slot = table->at(i);
        if (slot == nullptr || slot->handle == no_handle) break;
        if (slot->handle == handle) return *slot;
      }
    }
    check_failed(__FILE__, __LINE__, "a handle that was inserted is found");
  }

  void grow() {
    while (!old_.empty()) migrate();
    const std::size_t live_slots = size_ * 2 > table_.mask ? table_.slots() * 2 : table_.slots();
    old_ = std::exchange(table_, Table(live_slots));
    migrated_ = 0;
  }

  /// Moves a few slots of the old table. Lookups there go over moved slots as over erased ones. The
  /// old segments are released one by one once all have moved.
  void migrate() {
    if (!spent_.empty()) spent_.pop_back();
    if (old_.empty()) return;
    for (std::size_t n = 0; n < migrated_per_step && migrated_ < old_.slots(); ++n, ++migrated_) {
      Slot* slot = old_.at(migrated_);
      if (slot == nullptr) {
        migrated_ += old_.segment_slots() - 1;
        continue;
      }
      if (slot->handle == no_handle || slot->handle == erased) continue;
      table_.insert(slot->hash, slot->handle);
      slot->handle = erased;
    }
    if (migrated_ < old_.slots()) return;
    spent_ = std::move(old_.segments);
    old_ = Table(0);
  }

  Table table_;
  Table old_{0};
  std::vector<Segment> spent_;  // segments of a table that was left, released one at a time
  std::size_t migrated_ = 0;    // slots of old_ that were moved
  std::size_t size_ = 0;
};

}  // namespace openbell::base
