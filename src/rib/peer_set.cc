#include "rib/peer_set.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/check.h"
#include "base/hash.h"

namespace openbell::rib {

PeerSetPool::PeerSetPool() {
  sets_.emplace_back();  // nobody
}

std::uint32_t PeerSetPool::hash_of(const Words& words, SetKind kind) {
  return static_cast<std::uint32_t>(base::hash_bytes(
      {reinterpret_cast<const std::uint8_t*>(words.data()), words.size() * sizeof(std::uint64_t)},
      static_cast<std::uint64_t>(kind) + 1));
}

PeerSetPool::Words PeerSetPool::single(PeerIndex peer) const {
  Words words(word_of(peer) + 1);
  words.back() = bit_of(peer);
  return words;
}

Audience PeerSetPool::audience(PeerIndex peer) {
  const SetHandle set = intern(single(peer), SetKind::alive);
  retain(set);
  return {*this, set};
}

Audience PeerSetPool::audience_of(SetHandle set) {
  retain(set);
  return {*this, set};
}

Snapshot PeerSetPool::snapshot(PeerIndex peer) {
  const SetHandle set = intern(single(peer), SetKind::frozen);
  retain(set);
  return {*this, set};
}

Snapshot PeerSetPool::snapshot(const Audience& audience) {
  if (audience.empty()) return {};
  const SetHandle set =
      combine(SetOperation::unite, audience.handle(), audience.handle(), SetKind::frozen);
  retain(set);
  return {*this, set};
}

void PeerSetPool::join(PeerIndex parent, PeerIndex born) {
  // A snapshot that is remembered as the result of an audience is that of before.
  for (Memo& memo : memos_) forget(memo);
  for (SetHandle set = 1; set < sets_.size(); ++set) {
    Set& record = sets_[set];
    if (record.kind != SetKind::alive || !has(record.words, parent)) continue;
    OPENBELL_CHECK(!has(record.words, born));
    unindex(set);
    if (record.words.size() <= word_of(born)) record.words.resize(word_of(born) + 1);
    record.words[word_of(born)] |= bit_of(born);
    reindex(set);
  }
}

bool PeerSetPool::leave(PeerIndex peer) {
  // What was remembered may name sets that become equal to others.
  for (Memo& memo : memos_) forget(memo);
  bool emptied = false;
  for (SetHandle set = 1; set < sets_.size(); ++set) {
    Set& record = sets_[set];
    if (!has(record.words, peer)) continue;
    unindex(set);
    record.words[word_of(peer)] &= ~bit_of(peer);
    while (!record.words.empty() && record.words.back() == 0) record.words.pop_back();
    emptied |= record.words.empty() && record.kind == SetKind::alive;
    reindex(set);
  }
  return emptied;
}

std::size_t PeerSetPool::size_of(SetHandle set) const {
  std::size_t count = 0;
  for (const std::uint64_t word : sets_[set].words)
    count += static_cast<std::size_t>(__builtin_popcountll(word));
  return count;
}

bool PeerSetPool::intersects(SetHandle a, SetHandle b) {
  if (a == nobody || b == nobody) return false;
  return combine(SetOperation::intersect, a, b, SetKind::frozen) != nobody;
}

SetHandle PeerSetPool::compute(SetOperation operation, SetHandle a, SetHandle b, SetKind kind,
                               Memo& memo) {
  const Words& left = sets_[a].words;
  const Words& right = sets_[b].words;
  Words words(std::max(left.size(), right.size()));
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::uint64_t l = i < left.size() ? left[i] : 0;
    const std::uint64_t r = i < right.size() ? right[i] : 0;
    switch (operation) {
      case SetOperation::unite:
        words[i] = l | r;
        break;
      case SetOperation::intersect:
        words[i] = l & r;
        break;
      case SetOperation::subtract:
        words[i] = l & ~r;
        break;
    }
  }
  while (!words.empty() && words.back() == 0) words.pop_back();
  const SetHandle result = intern(std::move(words), kind);
  remember(memo, {a, b, result, operation, kind, true});
  return result;
}

void PeerSetPool::remember(Memo& memo, const Memo& news) {
  for (const SetHandle set : {news.a, news.b, news.result}) {
    retain(set);
    ++sets_[set].memo_uses;
  }
  forget(memo);
  memo = news;
}

void PeerSetPool::forget(Memo& memo) {
  if (!std::exchange(memo.used, false)) return;
  for (const SetHandle set : {memo.a, memo.b, memo.result}) {
    --sets_[set].memo_uses;
    release(set);
  }
}

/// The handle of an equal set, made when there is none. Not held yet: the caller retains it.
SetHandle PeerSetPool::intern(Words words, SetKind kind) {
  if (words.empty()) return nobody;
  const std::uint32_t hash = hash_of(words, kind);
  if (const SetHandle known = find(words, kind, hash); known != nobody) return known;
  SetHandle set = static_cast<SetHandle>(sets_.size());
  if (free_.empty()) {
    sets_.emplace_back();
  } else {
    set = free_.back();
    free_.pop_back();
  }
  sets_[set] = {std::move(words), 0, 0, hash, kind, true};
  index_.insert(hash, set);
  return set;
}

SetHandle PeerSetPool::find(const Words& words, SetKind kind, std::uint32_t hash) const {
  return index_.find(
      hash, [&](SetHandle set) { return sets_[set].kind == kind && sets_[set].words == words; });
}

void PeerSetPool::unindex(SetHandle set) {
  if (std::exchange(sets_[set].interned, false)) index_.erase(sets_[set].hash, set);
}

/// Makes a set that was changed findable again, unless an equal one is already.
void PeerSetPool::reindex(SetHandle set) {
  Set& record = sets_[set];
  record.hash = hash_of(record.words, record.kind);
  if (record.words.empty() || find(record.words, record.kind, record.hash) != nobody) return;
  record.interned = true;
  index_.insert(record.hash, set);
}

void PeerSetPool::free(SetHandle set) {
  unindex(set);
  sets_[set] = {};
  free_.push_back(set);
}

}  // namespace openbell::rib
