#pragma once
// Sets of peers, interned and counted: a route names the peers that it is for with one 32-bit
// handle, however many they are.
//
// There are two kinds, and they are two types. An Audience is alive: a peer that is born of a range
// joins every audience that its range is in, in one operation, and who holds the set need not know
// of it. A Snapshot says whom something has reached: nobody joins it. A peer that goes leaves both.
// A set that nobody holds any more is freed, so memory follows what is configured and connected,
// not what has been.

#include <cstdint>
#include <utility>
#include <vector>

#include "base/index.h"
#include "base/number.h"

namespace openbell::rib {

/// A peer; small numbers, reused after the peer is gone.
enum class PeerIndex : std::uint32_t {};

/// A set in its pool, not counted: for records that count their uses by hand. 0 is the empty set;
/// a set whose peers have gone is empty under a handle of its own (PeerSetPool::is_empty).
using SetHandle = std::uint32_t;
inline constexpr SetHandle nobody = 0;

enum class SetKind : std::uint8_t { alive, frozen };
enum class SetOperation : std::uint8_t { unite, intersect, subtract };

template <SetKind kind>
class BasicPeerSet;
using Audience = BasicPeerSet<SetKind::alive>;
using Snapshot = BasicPeerSet<SetKind::frozen>;
Snapshot operator&(const Audience& a, const Snapshot& b);

class PeerSetPool {
 public:
  PeerSetPool();
  PeerSetPool(const PeerSetPool&) = delete;
  PeerSetPool& operator=(const PeerSetPool&) = delete;

  /// The audience of one peer.
  Audience audience(PeerIndex peer);
  /// The audience behind a handle, with one more use.
  Audience audience_of(SetHandle set);
  /// Those who are in `audience` now.
  Snapshot snapshot(const Audience& audience);
  Snapshot snapshot(PeerIndex peer);

  /// `born` joins every audience that `parent` is in. Nobody may hold `born` before. O(sets).
  void join(PeerIndex parent, PeerIndex born);
  /// The peer leaves every set; its index may be given to another. True when that has left an
  /// audience empty that somebody holds. O(sets).
  bool leave(PeerIndex peer);

  [[nodiscard]] bool is_empty(SetHandle set) const { return sets_[set].words.empty(); }
  [[nodiscard]] bool contains(SetHandle set, PeerIndex peer) const {
    return has(sets_[set].words, peer);
  }
  [[nodiscard]] bool intersects(SetHandle a, SetHandle b);
  [[nodiscard]] std::size_t size_of(SetHandle set) const;
  /// Calls `visit(PeerIndex)` in ascending order; it may make sets.
  template <typename Visit>
  void for_each(SetHandle set, Visit visit) const {
    for (std::size_t w = 0; w < sets_[set].words.size(); ++w)
      for (std::uint64_t bits = sets_[set].words[w]; bits != 0; bits &= bits - 1)
        visit(static_cast<PeerIndex>(w * 64 + static_cast<std::size_t>(__builtin_ctzll(bits))));
  }

  void retain(SetHandle set) {
    if (set != nobody) ++sets_[set].uses;
  }
  void release(SetHandle set) {
    if (set != nobody && --sets_[set].uses == 0) free(set);
  }
  /// Sets held by somebody, those remembered as results included.
  [[nodiscard]] std::size_t size() const { return sets_.size() - 1 - free_.size(); }

 private:
  template <SetKind kind>
  friend class BasicPeerSet;
  friend Snapshot operator&(const Audience& a, const Snapshot& b);

  /// 64 peers a word, no zero words at the end.
  using Words = std::vector<std::uint64_t>;
  struct Set {
    Words words;
    std::uint32_t uses = 0;
    std::uint32_t memo_uses = 0;  // of them, by memos
    std::uint32_t hash = 0;
    SetKind kind = SetKind::alive;
    bool interned = false;  // found by its content: of equal sets one is
  };
  /// The results used last, so that a run of routes for the same peers costs a comparison each.
  struct Memo {
    SetHandle a = nobody;
    SetHandle b = nobody;
    SetHandle result = nobody;
    SetOperation operation{};
    SetKind kind{};
    bool used = false;
  };
  static constexpr std::size_t memo_count = 64;

  static std::size_t word_of(PeerIndex peer) { return base::place(peer) / 64; }
  static std::uint64_t bit_of(PeerIndex peer) {
    return std::uint64_t{1} << (base::place(peer) % 64);
  }
  static bool has(const Words& words, PeerIndex peer) {
    return word_of(peer) < words.size() && (words[word_of(peer)] & bit_of(peer)) != 0;
  }
  static std::uint32_t hash_of(const Words& words, SetKind kind);
  /// The result stays in use by its memo until another takes that place.
  SetHandle combine(SetOperation operation, SetHandle a, SetHandle b, SetKind kind) {
    Memo& memo = memos_[(a * 31 + b * 7 + static_cast<std::uint32_t>(operation) * 3 +
                         static_cast<std::uint32_t>(kind)) %
                        memo_count];
    if (memo.used && memo.a == a && memo.b == b && memo.operation == operation && memo.kind == kind)
      return memo.result;
    return compute(operation, a, b, kind, memo);
  }
  SetHandle compute(SetOperation operation, SetHandle a, SetHandle b, SetKind kind, Memo& memo);
  SetHandle intern(Words words, SetKind kind);
  SetHandle find(const Words& words, SetKind kind, std::uint32_t hash) const;
  Words single(PeerIndex peer) const;
  void remember(Memo& memo, const Memo& result);
  void forget(Memo& memo);
  void reindex(SetHandle set);
  void unindex(SetHandle set);
  void free(SetHandle set);
  bool equal(SetHandle a, SetHandle b) const { return sets_[a].words == sets_[b].words; }

  std::vector<Set> sets_;  // by handle
  std::vector<SetHandle> free_;
  base::Index index_;
  Memo memos_[memo_count];
};

/// A counted set of one kind. Lives no longer than its pool.
template <SetKind kind>
class BasicPeerSet {
 public:
  BasicPeerSet() = default;
  BasicPeerSet(const BasicPeerSet& other) : pool_(other.pool_), set_(other.set_) {
    if (set_ != nobody) pool_->retain(set_);
  }
  BasicPeerSet(BasicPeerSet&& other) noexcept
      : pool_(other.pool_), set_(std::exchange(other.set_, nobody)) {}
  BasicPeerSet& operator=(BasicPeerSet other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(set_, other.set_);
    return *this;
  }
  ~BasicPeerSet() {
    if (set_ != nobody) pool_->release(set_);
  }

  [[nodiscard]] SetHandle handle() const { return set_; }
  [[nodiscard]] bool empty() const { return set_ == nobody || pool_->is_empty(set_); }
  [[nodiscard]] bool contains(PeerIndex peer) const {
    return set_ != nobody && pool_->contains(set_, peer);
  }
  [[nodiscard]] std::size_t size() const { return set_ == nobody ? 0 : pool_->size_of(set_); }
  template <typename Visit>
  void for_each(Visit visit) const {
    if (set_ != nobody) pool_->for_each(set_, visit);
  }
  template <SetKind other_kind>
  [[nodiscard]] bool intersects(const BasicPeerSet<other_kind>& other) const {
    return set_ != nobody && other.set_ != nobody && pool_->intersects(set_, other.set_);
  }

  BasicPeerSet& operator|=(const BasicPeerSet& other) {
    if (set_ != other.set_) *this = *this | other;
    return *this;
  }
  template <SetKind other_kind>
  BasicPeerSet& operator-=(const BasicPeerSet<other_kind>& other) {
    return *this = *this - other;
  }

  friend BasicPeerSet operator|(const BasicPeerSet& a, const BasicPeerSet& b) {
    if (b.set_ == nobody || a.set_ == b.set_) return a;
    if (a.set_ == nobody) return b;
    return a.combined(SetOperation::unite, b.set_);
  }
  template <SetKind other_kind>
  friend BasicPeerSet operator-(const BasicPeerSet& a, const BasicPeerSet<other_kind>& b) {
    if (a.set_ == nobody || b.handle() == nobody) return a;
    if (a.set_ == b.handle()) return {};
    return a.combined(SetOperation::subtract, b.handle());
  }
  friend BasicPeerSet operator&(const BasicPeerSet& a, const BasicPeerSet& b) {
    if (a.set_ == b.set_) return a;
    if (a.set_ == nobody || b.set_ == nobody) return {};
    return a.combined(SetOperation::intersect, b.set_);
  }
  /// The same peers.
  friend bool operator==(const BasicPeerSet& a, const BasicPeerSet& b) {
    return a.set_ == b.set_ || a.has_equal_peers(b);
  }

 private:
  friend class PeerSetPool;
  template <SetKind other_kind>
  friend class BasicPeerSet;
  friend Snapshot operator&(const Audience& a, const Snapshot& b);

  /// Takes over one use.
  BasicPeerSet(PeerSetPool& pool, SetHandle set) : pool_(&pool), set_(set) {}
  [[nodiscard]] BasicPeerSet combined(SetOperation operation, SetHandle other) const {
    const SetHandle result = pool_->combine(operation, set_, other, kind);
    pool_->retain(result);
    return {*pool_, result};
  }

  [[nodiscard]] bool has_equal_peers(const BasicPeerSet& other) const {
    return (pool_ != nullptr ? pool_ : other.pool_)->equal(set_, other.set_);
  }

  PeerSetPool* pool_ = nullptr;
  SetHandle set_ = nobody;
};

/// Those of a snapshot who are in the audience now.
inline Snapshot operator&(const Audience& a, const Snapshot& b) {
  if (a.set_ == nobody || b.set_ == nobody) return {};
  const SetHandle result =
      b.pool_->combine(SetOperation::intersect, a.set_, b.set_, SetKind::frozen);
  b.pool_->retain(result);
  return {*b.pool_, result};
}

}  // namespace openbell::rib
