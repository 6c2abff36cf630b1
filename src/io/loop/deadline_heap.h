#pragma once
// The earliest of many deadlines: a binary heap whose items know their place, so that a deadline
// changes in O(log n) and nothing is allocated while no item is added.

#include <cstddef>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/tick.h"

namespace openbell::io {

/// Base of what stands in a DeadlineHeap; in at most one at a time.
class DeadlineItem {
 private:
  template <typename Item>
  friend class DeadlineHeap;
  base::Tick deadline_ = base::never;
  std::size_t place_ = 0;
};

template <typename Item>  // derives from DeadlineItem
class DeadlineHeap {
 public:
  /// Of the first; base::never when the heap is empty.
  [[nodiscard]] base::Tick first_deadline() const {
    return heap_.empty() ? base::never : deadline(heap_.front());
  }
  /// The item with the earliest deadline. Not of an empty heap.
  [[nodiscard]] Item& first() const { return *heap_.front(); }
  [[nodiscard]] const std::vector<Item*>& items() const { return heap_; }

  void add(Item& item, base::Tick deadline) {
    heap_.push_back(&item);
    place(heap_.size() - 1, &item);
    item.deadline_ = deadline;
    rise(heap_.size() - 1);
  }
  void change(Item& item, base::Tick deadline) {
    OPENBELL_CHECK(heap_[item.place_] == &item);
    item.deadline_ = deadline;
    rise(item.place_);
    sink(item.place_);
  }
  void remove(Item& item) {
    const std::size_t at = item.place_;
    OPENBELL_CHECK(heap_[at] == &item);
    Item* last = heap_.back();
    heap_.pop_back();
    if (last == &item) return;
    place(at, last);
    rise(at);
    sink(last->place_);
  }

 private:
  static base::Tick deadline(const Item* item) { return item->deadline_; }
  void place(std::size_t at, Item* item) {
    heap_[at] = item;
    item->place_ = at;
  }
  void swap(std::size_t a, std::size_t b) {
    Item* item = heap_[a];
    place(a, heap_[b]);
    place(b, item);
  }
  void rise(std::size_t at) {
    for (; at != 0 && deadline(heap_[at]) < deadline(heap_[(at - 1) / 2]); at = (at - 1) / 2)
      swap(at, (at - 1) / 2);
  }
  void sink(std::size_t at) {
    for (;;) {
      std::size_t least = at;
      for (const std::size_t child : {2 * at + 1, 2 * at + 2})
        if (child < heap_.size() && deadline(heap_[child]) < deadline(heap_[least])) least = child;
      if (least == at) return;
      swap(at, least);
      at = least;
    }
  }

  std::vector<Item*> heap_;
};

}  // namespace openbell::io
