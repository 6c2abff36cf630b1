#pragma once
// Remembers what the words after a prefix meant: helpers and files repeat the same few texts.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bgp/nlri/family.h"
#include "bgp/path.h"

namespace openbell::grammar {

/// The meaning of one text: everything of a route but its prefix.
struct CachedPath {
  std::string text;
  bgp::NextHop next_hop;
  std::vector<std::uint8_t> attributes;
  std::vector<std::uint8_t> labels;
  std::array<std::uint8_t, 8> rd{};
  std::uint32_t path_id = 0;
  std::uint32_t token = 0;
  bool has_rd = false;
  bool has_path_id = false;
};

/// At most 4096 texts of at most 512 bytes. A text has four places; the oldest of them is replaced.
/// Finding one does not allocate.
class PathCache {
 public:
  static constexpr std::size_t text_size_max = 512;

  PathCache() : sets_(set_count) {}
  /// The meaning of `text`, null when it was not seen. Stays valid until the next insert.
  [[nodiscard]] const CachedPath* find(std::string_view text) const;
  /// A place to write the meaning of `text` into, which is set.
  CachedPath& insert(std::string_view text);

 private:
  static constexpr std::size_t set_count = 1024;
  static constexpr std::size_t ways = 4;
  struct Set {
    std::array<std::uint64_t, ways> hashes{};
    std::array<std::unique_ptr<CachedPath>, ways> paths;
    std::uint8_t next = 0;
  };

  std::vector<Set> sets_;
};

}  // namespace openbell::grammar
