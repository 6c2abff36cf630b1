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
    std::vector<void*>& unused = unused_[size];
    if (!unused.empty()) {
      void* memory = unused.back();
      unused.pop_back();
      return memory;
    }
    unused.reserve(++made_[size]);  // giving back never fails
    if (size > left_) begin_region(size);
    void* memory = next_;
    next_ += size;
    left_ -= size;
    return memory;
  }

  void give(void* memory, std::size_t size) noexcept {
    const std::lock_guard lock(mutex_);
    // Its pages go back to the kernel; what is read there next is zero.
    ::madvise(memory, size, MADV_DONTNEED);
    unused_[size].push_back(memory);
  }

 private:
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
  std::map<std::size_t, std::vector<void*>> unused_;  // by block size
  std::map<std::size_t, std::size_t> made_;
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

}  // namespace openbell::base
