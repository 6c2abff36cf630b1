#pragma once
// When a word was said, in change numbers: what is done in slices was decided at one moment, and
// what was said after that moment wins over slices that come later.

#include <cstdint>
#include <vector>

namespace openbell::rib {

/// A word said at moment M is later than every change up to number M.
using Moment = std::uint64_t;
/// What is said now is later than everything.
inline constexpr Moment latest = UINT64_MAX;

/// Change numbers given out, 0: none were. `last` is included.
struct ChangeRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  [[nodiscard]] bool empty() const { return first == 0; }
  [[nodiscard]] bool contains(std::uint64_t change) const {
    return first != 0 && first <= change && change <= last;
  }
};

/// The moments of bulk words that are still being said, and which changes were theirs.
class Moments {
 public:
  [[nodiscard]] bool open() const { return !open_.empty(); }
  [[nodiscard]] Moment oldest() const { return open_.front(); }
  [[nodiscard]] Moment newest() const { return open_.back(); }
  /// The first that is open and not before `moment`; that itself when none is.
  [[nodiscard]] Moment open_from(Moment moment) const {
    for (const Moment open : open_)
      if (open >= moment) return open;
    return moment;
  }
  void begin(Moment moment) { open_.push_back(moment); }
  /// True when it was the last one: nobody asks for moments any more.
  bool end(Moment moment) {
    std::erase(open_, moment);
    if (open_.empty()) spans_.clear();
    return open_.empty();
  }
  /// The changes of `range` are words of `moment`.
  void note(ChangeRange range, Moment moment) {
    if (!spans_.empty() && spans_.back().moment == moment &&
        spans_.back().range.last + 1 == range.first) {
      spans_.back().range.last = range.last;
    } else {
      spans_.push_back({range, moment});
    }
  }
  /// When the word that change number `change` made was decided.
  [[nodiscard]] Moment of(std::uint64_t change) const {
    std::size_t low = 0;
    std::size_t high = spans_.size();
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      spans_[middle].range.last < change ? low = middle + 1 : high = middle;
    }
    return low < spans_.size() && spans_[low].range.contains(change) ? spans_[low].moment : change;
  }

 private:
  struct Span {
    ChangeRange range;
    Moment moment = 0;
  };
  std::vector<Moment> open_;  // ascending
  std::vector<Span> spans_;   // ascending, disjoint
};

}  // namespace openbell::rib
