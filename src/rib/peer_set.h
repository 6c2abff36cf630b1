#pragma once
// Sets of peers, interned: a route names the peers it is for with one 32-bit handle, however many
// they are.

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace openbell::rib {

/// Index of a peer, small and reused after the peer is gone.
using PeerIndex = std::uint32_t;

/// A set in its pool. 0 is the empty set. Equal sets have equal handles.
using PeerSet = std::uint32_t;
inline constexpr PeerSet nobody = 0;

/// Sets stay for the pool's life: there are as many as distinct audiences, which selectors and
/// configurations bound.
class PeerSetPool {
 public:
  PeerSetPool();

  PeerSet single(PeerIndex peer);
  PeerSet unite(PeerSet a, PeerSet b);
  PeerSet intersect(PeerSet a, PeerSet b);
  /// a without b
  PeerSet subtract(PeerSet a, PeerSet b);
  [[nodiscard]] bool contains(PeerSet set, PeerIndex peer) const {
    const Words& words = *sets_[set];
    return peer / 64 < words.size() && (words[peer / 64] >> (peer % 64) & 1) != 0;
  }
  /// Calls `visit(PeerIndex)` in ascending order.
  template <typename Visit>
  void for_each(PeerSet set, Visit visit) const {
    const Words& words = *sets_[set];
    for (std::size_t w = 0; w < words.size(); ++w)
      for (std::uint64_t bits = words[w]; bits != 0; bits &= bits - 1)
        visit(static_cast<PeerIndex>(w * 64 + static_cast<std::size_t>(__builtin_ctzll(bits))));
  }
  [[nodiscard]] std::size_t size(PeerSet set) const;

 private:
  /// 64 peers a word, no zero words at the end.
  using Words = std::vector<std::uint64_t>;
  struct WordsHash {
    std::size_t operator()(const Words& words) const;
  };
  enum class Operation : std::uint8_t { unite, intersect, subtract };
  /// The results used last, so that a run of routes for the same peers costs a comparison each.
  struct Memo {
    PeerSet a = nobody;
    PeerSet b = nobody;
    PeerSet result = nobody;
    Operation operation{};
  };

  PeerSet combine(Operation operation, PeerSet a, PeerSet b);
  PeerSet intern(Words words);

  std::unordered_map<Words, PeerSet, WordsHash> handles_;
  std::vector<const Words*> sets_;
  Memo memos_[64];
};

}  // namespace openbell::rib
