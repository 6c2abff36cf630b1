#include "engine/routing/journal.h"

#include <algorithm>

namespace openbell::engine {

namespace {

template <std::size_t size>
std::uint8_t copy(std::string_view text, std::array<char, size>& into) {
  const std::size_t kept = std::min(text.size(), size);
  std::copy_n(text.begin(), kept, into.begin());
  return static_cast<std::uint8_t>(kept);
}

}  // namespace

void Journal::note(std::uint64_t decision, const Cause& cause, rib::ChangeRange range,
                   std::int64_t utc_ns) {
  if (next_ == entries_.size()) {
    if (entries_.size() < entries_max) {
      entries_.emplace_back();
    } else {
      next_ = 0;
    }
  }
  Entry& entry = entries_[next_++];
  entry.decision = decision;
  entry.range = range;
  entry.utc_ns = utc_ns;
  entry.kind = cause.kind;
  entry.name_size = copy(cause.name, entry.name_bytes);
  entry.command_size = copy(cause.command, entry.command_bytes);
}

const Journal::Entry* Journal::of_change(std::uint64_t change) const {
  const auto known = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.range.contains(change); });
  return known == entries_.end() ? nullptr : &*known;
}

const Journal::Entry* Journal::of_decision(std::uint64_t decision) const {
  const auto known = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.decision == decision; });
  return known == entries_.end() ? nullptr : &*known;
}

}  // namespace openbell::engine
