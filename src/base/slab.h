#pragma once
// Records of one size behind 32-bit handles. Grows by whole chunks that never move, so growth costs
// the same however large the table is, and a handle is half a pointer. Handle 0 is "none".

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/table_memory.h"

namespace openbell::base {

using Handle = std::uint32_t;
inline constexpr Handle no_handle = 0;

template <typename T>
class Slab {
 public:
  /// A new record, value-initialised. Throws std::bad_alloc when memory is gone.
  Handle allocate() {
    if (free_ != no_handle) {
      const Handle handle = free_;
      free_ = next_free_[handle / chunk_size][handle % chunk_size];
      (*this)[handle] = T{};
      ++used_;
      return handle;
    }
    if (end_ >= chunks_.size() * chunk_size) {
      chunks_.push_back(TableBlock<T>::make(chunk_size));
      next_free_.push_back(nullptr);
    }
    ++used_;
    return static_cast<Handle>(end_++);
  }

  void release(Handle handle) {
    auto& links = next_free_[handle / chunk_size];
    if (links == nullptr) links = std::make_unique<Handle[]>(chunk_size);
    links[handle % chunk_size] = std::exchange(free_, handle);
    --used_;
  }

  T& operator[](Handle handle) { return chunks_[handle / chunk_size][handle % chunk_size]; }
  const T& operator[](Handle handle) const {
    return chunks_[handle / chunk_size][handle % chunk_size];
  }

  /// Every handle ever given is below this.
  [[nodiscard]] Handle end() const { return static_cast<Handle>(end_); }
  [[nodiscard]] std::size_t used() const { return used_; }

 private:
  static constexpr std::size_t chunk_size = 4096;

  std::vector<TableBlock<T>> chunks_;
  std::vector<std::unique_ptr<Handle[]>> next_free_;  // made when a chunk first gives a record back
  std::size_t end_ = 1;
  std::size_t used_ = 0;
  Handle free_ = no_handle;
};

}  // namespace openbell::base
