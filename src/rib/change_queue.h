#pragma once
// A queue that many readers follow at their own pace: entries keep their position while they are in
// it. Grows and shrinks by chunks.

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

class ChangeQueue {
 public:
  [[nodiscard]] std::uint64_t begin() const { return begin_; }
  [[nodiscard]] std::uint64_t end() const { return end_; }
  [[nodiscard]] const Change& operator[](std::uint64_t position) const {
    const std::uint64_t offset = position - chunk_begin_;
    return chunks_[offset / chunk_size][offset % chunk_size];
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
