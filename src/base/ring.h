#pragma once
// A bounded queue of byte records from one thread to one other, without locks and without
// allocation after construction. The producer never waits: a record that does not fit is refused.
//
//   | size(4) bytes … pad to 8 | size(4) bytes … | wrap mark | (unused to the end) |
//
// A record is contiguous. One that would cross the end of the storage leaves a wrap mark and starts
// at the beginning, so a record of up to half the storage always fits once the ring is empty.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include "base/bytes.h"
#include "base/check.h"

namespace openbell::base {

class Ring {
 public:
  /// `capacity` in bytes: a power of two, at least 64. All of it is touched here, so that no page
  /// fault waits for the producer.
  explicit Ring(std::size_t capacity) : capacity_(capacity), mask_(capacity - 1) {
    OPENBELL_CHECK(capacity >= 64 && (capacity & mask_) == 0);
    storage_ = std::make_unique<std::uint8_t[]>(capacity);
  }
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  /// The longest record that fits into an empty ring wherever its end stands.
  [[nodiscard]] std::size_t record_size_max() const { return capacity_ / 2 - header_size; }

  /// Producer: room for one record of `size` bytes, to be filled and then published by commit().
  /// An empty view when it does not fit now (or ever, above record_size_max()).
  [[nodiscard]] MutableBytes reserve(std::size_t size) {
    if (size == 0 || size > record_size_max()) return {};
    const std::size_t needed = footprint(size);
    const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
    const std::size_t to_end = capacity_ - (tail & mask_);
    const std::size_t skipped = needed > to_end ? to_end : 0;
    if (!has_room(tail, skipped + needed)) return {};
    if (skipped != 0) store_size(tail, wrap_mark);
    reserved_at_ = tail + skipped;
    reserved_end_ = reserved_at_ + needed;
    store_size(reserved_at_, static_cast<std::uint32_t>(size));
    return {at(reserved_at_) + header_size, size};
  }
  /// Producer: publishes the record that reserve() gave.
  void commit() { tail_.store(reserved_end_, std::memory_order_release); }
  /// Producer: copies one record in; false, with nothing changed, when it does not fit.
  bool try_push(Bytes record) {
    const MutableBytes room = reserve(record.size());
    if (room.empty()) return false;
    std::memcpy(room.data(), record.data(), record.size());
    commit();
    return true;
  }

  /// Consumer: the oldest record, empty when there is none. Stays valid until pop().
  [[nodiscard]] Bytes front() {
    std::uint64_t head = head_.load(std::memory_order_relaxed);
    if (head == seen_tail_) seen_tail_ = tail_.load(std::memory_order_acquire);
    if (head == seen_tail_) return {};
    if (load_size(head) == wrap_mark) {
      head += capacity_ - (head & mask_);
      head_.store(head, std::memory_order_release);
    }
    return {at(head) + header_size, load_size(head)};
  }
  /// Consumer: gives the place of front() back. Only after front() gave a record.
  void pop() {
    const std::uint64_t head = head_.load(std::memory_order_relaxed);
    head_.store(head + footprint(load_size(head)), std::memory_order_release);
  }

 private:
  static constexpr std::size_t header_size = 4;
  static constexpr std::size_t alignment = 8;
  static constexpr std::uint32_t wrap_mark = UINT32_MAX;
  static constexpr std::size_t cache_line = 64;

  static constexpr std::size_t footprint(std::size_t size) {
    return (size + header_size + alignment - 1) & ~(alignment - 1);
  }
  bool has_room(std::uint64_t tail, std::size_t needed) {
    if (tail + needed - seen_head_ <= capacity_) return true;
    seen_head_ = head_.load(std::memory_order_acquire);
    return tail + needed - seen_head_ <= capacity_;
  }
  std::uint8_t* at(std::uint64_t position) { return storage_.get() + (position & mask_); }
  void store_size(std::uint64_t position, std::uint32_t size) {
    std::memcpy(at(position), &size, sizeof size);
  }
  std::uint32_t load_size(std::uint64_t position) {
    std::uint32_t size;
    std::memcpy(&size, at(position), sizeof size);
    return size;
  }

  const std::size_t capacity_;
  const std::size_t mask_;
  std::unique_ptr<std::uint8_t[]> storage_;

  // Positions only rise; the place in the storage is the position modulo the capacity. Each side
  // keeps what it last saw of the other, so that the shared lines move only when it must look.
  alignas(cache_line) std::atomic<std::uint64_t> tail_{0};  // written by the producer
  std::uint64_t reserved_at_ = 0;
  std::uint64_t reserved_end_ = 0;
  std::uint64_t seen_head_ = 0;
  alignas(cache_line) std::atomic<std::uint64_t> head_{0};  // written by the consumer
  std::uint64_t seen_tail_ = 0;
};

}  // namespace openbell::base
