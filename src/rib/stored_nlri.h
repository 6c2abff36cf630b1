#pragma once
// The bytes of an NLRI inside a 32-byte record: short ones (every IPv4 prefix) in place, longer
// ones in a block of their own.
//
//   4 B  path identifier, when there is one
//   n B  key
//   m B  tail

#include <cstdint>
#include <cstring>

#include "base/hash.h"
#include "bgp/nlri/family.h"

namespace openbell::rib {

/// One NLRI in canonical form. Lives in slabs, so its block is given back by hand: release().
class StoredNlri {
 public:
  /// Copies the bytes of `view`. Anything held before must have been released.
  void assign(const bgp::NlriView& view);
  void release();
  /// Lives until release().
  [[nodiscard]] bgp::NlriView view() const;
  /// Same family, path identifier and key.
  [[nodiscard]] bool same_key(const bgp::NlriView& view) const;
  [[nodiscard]] bgp::Family family() const { return family_; }

 private:
  static constexpr std::size_t inline_size = 12;

  [[nodiscard]] std::size_t key_offset() const { return has_path_id_ ? 4u : 0u; }
  [[nodiscard]] const std::uint8_t* data() const;
  [[nodiscard]] std::size_t size() const;

  std::uint8_t bytes_[inline_size];  // long: the first 8 are a pointer to a block that begins with
                                     // its 16-bit size
  bgp::Family family_;
  bool has_path_id_ : 1;
  std::uint8_t size_ : 7;  // all ones: long
  std::uint8_t tail_size_;
};
static_assert(sizeof(StoredNlri) == 15);

/// Hash of what makes an NLRI's identity.
inline std::uint32_t hash_of(const bgp::NlriView& view) {
  const std::uint64_t identifier = view.has_path_id ? std::uint64_t{1} << 32 | view.path_id : 0;
  const std::uint64_t seed =
      0x9E3779B97F4A7C15 ^ (static_cast<std::uint64_t>(view.family) << 40) ^ identifier;
  return static_cast<std::uint32_t>(base::hash_bytes(view.key, seed));
}

}  // namespace openbell::rib
