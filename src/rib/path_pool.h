#pragma once
// Paths (next hop and attributes), each stored once and counted: routes with equal paths share one
// 32-bit handle, and "has it changed?" is a comparison of handles.

#include <cstdint>
#include <memory>

#include "base/index.h"
#include "base/slab.h"
#include "bgp/path.h"

namespace openbell::rib {

using Path = base::Handle;
inline constexpr Path no_path = base::no_handle;

class PathPool {
 public:
  /// The handle of an equal path, made when there is none, with one more use.
  Path acquire(const bgp::PathView& view);
  /// One more use of a path at hand. no_path is allowed.
  void retain(Path path) {
    if (path != no_path) ++records_[path].uses;
  }
  /// One use less; the last one frees it. no_path is allowed.
  void release(Path path);
  /// Lives while the path is in use.
  [[nodiscard]] bgp::PathView view(Path path) const;

  /// A number per path for whoever walks over many routes and sorts them by path; zero for a new
  /// path.
  std::uint64_t& mark(Path path) { return records_[path].mark; }
  /// A number that no mark has been made with yet: several walk over the same paths.
  std::uint64_t next_epoch() { return ++epoch_; }

 private:
  struct Record {
    bgp::NextHop next_hop;
    std::unique_ptr<std::uint8_t[]> attributes;
    std::uint32_t size = 0;
    std::uint32_t uses = 0;
    std::uint32_t hash = 0;
    std::uint64_t mark = 0;
  };

  std::uint64_t epoch_ = 0;
  base::Slab<Record> records_;
  base::Index index_;
  Path last_ = no_path;  // that was acquired
};

}  // namespace openbell::rib
