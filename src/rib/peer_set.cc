#include "rib/peer_set.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/hash.h"

namespace openbell::rib {

std::size_t PeerSetPool::WordsHash::operator()(const Words& words) const {
  return base::hash_bytes(
      {reinterpret_cast<const std::uint8_t*>(words.data()), words.size() * sizeof(std::uint64_t)});
}

PeerSetPool::PeerSetPool() {
  intern({});
}

PeerSet PeerSetPool::single(PeerIndex peer) {
  Words words(peer / 64 + 1);
  words.back() = std::uint64_t{1} << (peer % 64);
  return intern(std::move(words));
}

PeerSet PeerSetPool::unite(PeerSet a, PeerSet b) {
  if (a == b || b == nobody) return a;
  if (a == nobody) return b;
  return combine(Operation::unite, a, b);
}

PeerSet PeerSetPool::intersect(PeerSet a, PeerSet b) {
  if (a == b) return a;
  if (a == nobody || b == nobody) return nobody;
  return combine(Operation::intersect, a, b);
}

PeerSet PeerSetPool::subtract(PeerSet a, PeerSet b) {
  if (a == b || a == nobody) return nobody;
  if (b == nobody) return a;
  return combine(Operation::subtract, a, b);
}

std::size_t PeerSetPool::size(PeerSet set) const {
  std::size_t count = 0;
  for (const std::uint64_t word : *sets_[set])
    count += static_cast<std::size_t>(__builtin_popcountll(word));
  return count;
}

PeerSet PeerSetPool::combine(Operation operation, PeerSet a, PeerSet b) {
  Memo& memo = memos_[(a * 31 + b * 7 + static_cast<std::uint32_t>(operation)) % std::size(memos_)];
  if (memo.a == a && memo.b == b && memo.operation == operation) return memo.result;
  const Words& left = *sets_[a];
  const Words& right = *sets_[b];
  Words words(std::max(left.size(), right.size()));
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::uint64_t l = i < left.size() ? left[i] : 0;
    const std::uint64_t r = i < right.size() ? right[i] : 0;
    switch (operation) {
      case Operation::unite:
        words[i] = l | r;
        break;
      case Operation::intersect:
        words[i] = l & r;
        break;
      case Operation::subtract:
        words[i] = l & ~r;
        break;
    }
  }
  while (!words.empty() && words.back() == 0) words.pop_back();
  memo = {a, b, intern(std::move(words)), operation};
  return memo.result;
}

PeerSet PeerSetPool::intern(Words words) {
  const auto [at, added] =
      handles_.try_emplace(std::move(words), static_cast<PeerSet>(sets_.size()));
  if (added) sets_.push_back(&at->first);
  return at->second;
}

}  // namespace openbell::rib
