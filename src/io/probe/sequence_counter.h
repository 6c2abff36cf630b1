#pragma once
// Counts what is missing in a row of sequence numbers.

#include <cstdint>

#include "base/bytes.h"

namespace openbell::io {

/// Numbers of `size` bytes (1, 2, 4 or 8) at a fixed place of each packet, counted up by one and
/// starting over after the largest.
class SequenceCounter {
 public:
  SequenceCounter(std::size_t offset, std::size_t size, bool little_endian)
      : offset_(offset), size_(size), little_endian_(little_endian) {}

  /// A packet, at least as far as the number stands in it; a shorter one has none.
  void see(base::Bytes packet) {
    if (size_ == 0 || packet.size() < offset_ + size_) return;
    const std::uint64_t number = read(packet.subspan(offset_, size_));
    // As far as the number is from the one that was due, round the clock of its size.
    const std::uint64_t step = (number - next_) & mask();
    // More than half of the way round is backwards: the sender started anew, or a packet was
    // overtaken. Nothing is missing then.
    if (known_ && step <= mask() / 2) gaps_ += step;
    known_ = true;
    next_ = (number + 1) & mask();
  }
  /// Numbers left out so far.
  [[nodiscard]] std::uint64_t gaps() const { return gaps_; }

 private:
  [[nodiscard]] std::uint64_t mask() const {
    return size_ == 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (size_ * 8)) - 1;
  }
  [[nodiscard]] std::uint64_t read(base::Bytes bytes) const {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
      value = value << 8 | bytes[little_endian_ ? bytes.size() - 1 - i : i];
    return value;
  }

  std::size_t offset_;
  std::size_t size_;
  bool little_endian_;
  bool known_ = false;
  std::uint64_t next_ = 0;
  std::uint64_t gaps_ = 0;
};

}  // namespace openbell::io
