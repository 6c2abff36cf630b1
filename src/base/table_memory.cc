#include "base/table_memory.h"

#include <cstdint>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <sys/mman.h>
#include <vector>

namespace openbell::base {

namespace {

// A sanitizer watches only what it has given out itself.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define OPENBELL_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(OPENBELL_SANITIZED)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

constexpr std::size_t region_size = 2u << 20;
/// Pages of the kernel: blocks are made of whole ones.
constexpr std::size_t page_size = 4096;

class Regions {
 public:
  void* take(std::size_t size) {
    const std::lock_guard lock(mutex_);
    Blocks& blocks = blocks_[size];
    if (!blocks.kept.empty()) {
      kept_ -= size;
      return std::memset(take_last(blocks.kept), 0, size);
    }
    if (!blocks.unused.empty()) return take_last(blocks.unused);
    ++blocks.made;  // giving back never fails
    blocks.kept.reserve(blocks.made);
    blocks.unused.reserve(blocks.made);
    if (size > left_) begin_region(size);
    void* memory = next_;
    next_ += size;
    left_ -= size;
    return memory;
  }

  void give(void* memory, std::size_t size) noexcept {
    const std::lock_guard lock(mutex_);
    Blocks& blocks = blocks_[size];
    if (kept_ + size <= kept_max_) {
      kept_ += size;
      blocks.kept.push_back(memory);
      return;
    }
    // Its pages go back to the kernel; what is read there next is zero.
    ::madvise(memory, size, MADV_DONTNEED);
    blocks.unused.push_back(memory);
  }

  void keep(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    kept_max_ = bytes;
  }

 private:
  /// Of one size.
  struct Blocks {
    std::vector<void*> kept;    // with their pages
    std::vector<void*> unused;  // addresses only
    std::size_t made = 0;
  };

  static void* take_last(std::vector<void*>& blocks) {
    void* memory = blocks.back();
    blocks.pop_back();
    return memory;
  }

  /// What is left of the last region is lost: less than a block.
  void begin_region(std::size_t size) {
    const std::size_t whole = (size + region_size - 1) / region_size * region_size;
    // Huge pages are aligned: one region more is asked for, and what lies around it given back.
    void* mapped = ::mmap(nullptr, whole + region_size, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();
    auto* const begin = static_cast<std::uint8_t*>(mapped);
    const std::size_t before =
        (region_size - reinterpret_cast<std::uintptr_t>(begin) % region_size) % region_size;
    if (before != 0) ::munmap(begin, before);
    if (before != region_size) ::munmap(begin + before + whole, region_size - before);
    next_ = begin + before;
    left_ = whole;
    // Where huge pages are not to be had the kernel refuses, and ordinary ones do.
    if (regions_++ != 0) ::madvise(next_, whole, MADV_HUGEPAGE);
  }

  std::mutex mutex_;
  std::map<std::size_t, Blocks> blocks_;
  std::size_t kept_ = 0;  // bytes
  std::size_t kept_max_ = 0;
  std::uint8_t* next_ = nullptr;
  std::size_t left_ = 0;
  std::size_t regions_ = 0;
};

/// Lives as long as the last table, whichever that is.
Regions& regions() {
  static Regions* const all = new Regions;
  return *all;
}

constexpr std::size_t rounded(std::size_t size) {
  return (size + page_size - 1) / page_size * page_size;
}

}  // namespace

void* take_table_memory(std::size_t size) {
  if constexpr (sanitized) return std::memset(::operator new(size), 0, size);
  return regions().take(rounded(size));
}

void give_table_memory(void* memory, std::size_t size) noexcept {
  if constexpr (sanitized) return ::operator delete(memory);
  regions().give(memory, rounded(size));
}

void keep_table_memory(std::size_t bytes) {
  regions().keep(bytes);
}

}  // namespace openbell::base
