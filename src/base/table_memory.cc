#include "base/table_memory.h"

#include <algorithm>
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

constexpr std::size_t huge_page = 2u << 20;
/// Only addresses until they are touched.
constexpr std::size_t region_size = 8 * huge_page;
/// Pages of the kernel: blocks are made of whole ones.
constexpr std::size_t page_size = 4096;

constexpr std::size_t rounded(std::size_t size, std::size_t unit) {
  return (size + unit - 1) / unit * unit;
}

/// Addresses of `size` bytes, whole huge pages. Throws std::bad_alloc.
std::uint8_t* map(std::size_t size) {
  // Huge pages are aligned: one more is asked for, and what lies around them given back.
  void* mapped =
      ::mmap(nullptr, size + huge_page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  auto* const begin = static_cast<std::uint8_t*>(mapped);
  const std::size_t before =
      (huge_page - reinterpret_cast<std::uintptr_t>(begin) % huge_page) % huge_page;
  if (before != 0) ::munmap(begin, before);
  ::munmap(begin + before + size, huge_page - before);
  return begin + before;
}

/// Where huge pages are not to be had the kernel refuses, and ordinary ones do.
void ask_for_huge_pages(void* memory, std::size_t size) {
  ::madvise(memory, size, MADV_HUGEPAGE);
}

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
    return size % huge_page == 0 ? take_whole(size) : cut(size);
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

  /// Huge pages of its own, so that giving them back takes none apart.
  static void* take_whole(std::size_t size) {
    void* memory = map(size);
    ask_for_huge_pages(memory, size);
    return memory;
  }

  /// What is left of the last region is lost, untouched.
  void* cut(std::size_t size) {
    if (size > left_) {
      left_ = regions_ == 0 ? huge_page : region_size;
      left_ = std::max(left_, rounded(size, huge_page));
      next_ = map(left_);
      if (regions_++ != 0) ask_for_huge_pages(next_, left_);
    }
    void* memory = next_;
    next_ += size;
    left_ -= size;
    return memory;
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

}  // namespace

void* take_table_memory(std::size_t size) {
  if constexpr (sanitized) return std::memset(::operator new(size), 0, size);
  return regions().take(rounded(size, page_size));
}

void give_table_memory(void* memory, std::size_t size) noexcept {
  if constexpr (sanitized) return ::operator delete(memory);
  regions().give(memory, rounded(size, page_size));
}

void keep_table_memory(std::size_t bytes) {
  regions().keep(bytes);
}

}  // namespace openbell::base
