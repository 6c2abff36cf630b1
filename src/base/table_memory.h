#pragma once
// Memory of tables that grow to millions of records: blocks of a few sizes, cut from regions that
// the kernel is asked to back with huge pages (2 MiB). A table of a million routes is then a few
// dozen page faults instead of ten thousand, and looking something up in it misses the TLB less.
//
// The first region is of ordinary pages, so that a small table costs no more than it holds. The
// pages of what is given back return to the kernel, its addresses are used for the next block of
// the same size. A block of whole huge pages is cut from no region: one that comes and goes takes
// no huge page apart.

#include <cstddef>
#include <memory>
#include <type_traits>

namespace openbell::base {

/// Whole pages of at least `size` bytes, all zero. Throws std::bad_alloc. Any thread.
void* take_table_memory(std::size_t size);
/// `size` as it was taken.
void give_table_memory(void* memory, std::size_t size) noexcept;
/// From now on so many bytes of what is given back keep their pages for the next block of their
/// size, at first none: for a process that makes and ends one table after the other, to which the
/// faults cost as much as everything else.
void keep_table_memory(std::size_t bytes);

/// An array of T in such memory, value-initialised.
template <typename T>
class TableBlock {
 public:
  TableBlock() = default;
  static TableBlock make(std::size_t count) {
    TableBlock block;
    block.first_ = {static_cast<T*>(take_table_memory(sizeof(T) * count)), Give{count}};
    // Of a trivial type zero is the value.
    if constexpr (!std::is_trivially_default_constructible_v<T>)
      std::uninitialized_value_construct_n(block.first_.get(), count);
    return block;
  }
  [[nodiscard]] explicit operator bool() const { return first_ != nullptr; }
  T& operator[](std::size_t i) const { return first_.get()[i]; }

 private:
  struct Give {
    std::size_t count = 0;
    void operator()(T* first) const noexcept {
      std::destroy_n(first, count);
      give_table_memory(first, sizeof(T) * count);
    }
  };
  std::unique_ptr<T, Give> first_;
};

}  // namespace openbell::base
