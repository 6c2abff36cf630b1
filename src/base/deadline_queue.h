#pragma once
// When is each of many numbered things due, and which one first? A binary heap that knows the place
// of every item: setting, moving and removing a deadline cost O(log n), the earliest O(1).

#include <cstdint>
#include <utility>
#include <vector>

#include "base/tick.h"

namespace openbell::base {

class DeadlineQueue {
 public:
  /// The deadline of `item`, a small number; `never` takes it out.
  void set(std::uint32_t item, Tick when) {
    if (item >= places_.size()) {
      if (when == never) return;
      places_.resize(item + std::size_t{1});
    }
    std::size_t at = places_[item];
    if (when == never) return remove(item);
    if (at == 0) {
      heap_.push_back({when, item});
      at = heap_.size();
      places_[item] = at;
    } else {
      heap_[at - 1].when = when;
    }
    rise(at - 1);
    sink(places_[item] - 1);
  }
  void remove(std::uint32_t item) {
    if (item >= places_.size() || places_[item] == 0) return;
    const std::size_t at = std::exchange(places_[item], 0) - 1;
    const Entry last = heap_.back();
    heap_.pop_back();
    if (at == heap_.size()) return;
    put(at, last);
    rise(at);
    sink(places_[last.item] - 1);
  }
  [[nodiscard]] Tick next() const { return heap_.empty() ? never : heap_.front().when; }
  /// The item that is due first. There must be one.
  [[nodiscard]] std::uint32_t top() const { return heap_.front().item; }
  [[nodiscard]] bool empty() const { return heap_.empty(); }

 private:
  struct Entry {
    Tick when;
    std::uint32_t item = 0;
  };
  void put(std::size_t at, Entry entry) {
    heap_[at] = entry;
    places_[entry.item] = at + 1;
  }
  void rise(std::size_t at) {
    const Entry entry = heap_[at];
    for (; at != 0 && entry.when < heap_[(at - 1) / 2].when; at = (at - 1) / 2)
      put(at, heap_[(at - 1) / 2]);
    put(at, entry);
  }
  void sink(std::size_t at) {
    const Entry entry = heap_[at];
    while (true) {
      std::size_t child = 2 * at + 1;
      if (child >= heap_.size()) break;
      if (child + 1 < heap_.size() && heap_[child + 1].when < heap_[child].when) ++child;
      if (entry.when <= heap_[child].when) break;
      put(at, heap_[child]);
      at = child;
    }
    put(at, entry);
  }

  std::vector<Entry> heap_;
  std::vector<std::size_t> places_;  // 1 + place in heap_, 0: not in it
};

}  // namespace openbell::base
