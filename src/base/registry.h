#pragma once
// Objects under numbers of one kind. A number stands for its object until that is erased; then it
// may be given to another.

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/number.h"

namespace openbell::base {

/// `Number`: an enumeration of its own for each kind of thing, so that none is taken for another.
template <typename Number, typename T>
class Registry {
 public:
  /// Takes a number; put() follows.
  Number take() {
    if (free_.empty()) {
      objects_.emplace_back();
      return static_cast<Number>(objects_.size() - 1);
    }
    const Number number = free_.back();
    free_.pop_back();
    return number;
  }
  T& put(Number number, std::unique_ptr<T> object) {
    OPENBELL_CHECK(slot(number) == nullptr);
    slot(number) = std::move(object);
    return *slot(number);
  }
  void erase(Number number) {
    slot(number).reset();
    free_.push_back(number);
  }

  /// Null when there is none (any more).
  [[nodiscard]] T* find(Number number) const {
    return place(number) < objects_.size() ? objects_[place(number)].get() : nullptr;
  }
  [[nodiscard]] bool empty() const { return objects_.size() == free_.size(); }
  /// Calls visit(T&) for each, by ascending numbers; what is put or erased meanwhile does not
  /// disturb.
  template <typename Visit>
  void for_each(Visit visit) const {
    for (std::size_t at = 0; at < objects_.size(); ++at)
      if (T* const object = objects_[at].get()) visit(*object);
  }
  /// The first for which `test(T&)` holds; null when there is none.
  template <typename Test>
  [[nodiscard]] T* find_if(Test test) const {
    for (const std::unique_ptr<T>& object : objects_)
      if (object != nullptr && test(*object)) return object.get();
    return nullptr;
  }

 private:
  std::unique_ptr<T>& slot(Number number) { return objects_[place(number)]; }

  std::vector<std::unique_ptr<T>> objects_;
  std::vector<Number> free_;
};

}  // namespace openbell::base
