#include "engine/routing/journal.h"

#include <algorithm>

namespace openbell::engine {

void Journal::note(std::uint64_t decision, const Cause& cause, rib::ChangeRange range,
                   std::int64_t utc_ns) {
  if (next_ == entries_.size()) {
    if (entries_.size() < entries_max) {
      entries_.emplace_back();
    } else {
      next_ = 0;
    }
  }
  const std::string_view name = cause.name.substr(0, name_max);
  const std::string_view command = cause.command.substr(0, command_max);
  if (text_end_ % text_bytes + name.size() + command.size() > text_bytes)
    text_end_ += text_bytes - text_end_ % text_bytes;
  Entry& entry = entries_[next_++];
  entry.decision = decision;
  entry.range = range;
  entry.utc_ns = utc_ns;
  entry.text = text_end_;
  entry.kind = cause.kind;
  entry.name_size = static_cast<std::uint8_t>(name.size());
  entry.command_size = static_cast<std::uint8_t>(command.size());
  const std::size_t at = text_end_ % text_bytes;
  text_end_ += name.size() + command.size();
  if (text_.size() < at + name.size() + command.size())
    text_.resize(at + name.size() + command.size());
  const auto kept = std::copy(name.begin(), name.end(), text_.data() + at);
  std::copy(command.begin(), command.end(), kept);
}

const Journal::Entry* Journal::of_change(std::uint64_t change) const {
  const auto known = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return whole(entry) && entry.range.contains(change);
  });
  return known == entries_.end() ? nullptr : &*known;
}

const Journal::Entry* Journal::of_decision(std::uint64_t decision) const {
  const auto known = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return whole(entry) && entry.decision == decision;
  });
  return known == entries_.end() ? nullptr : &*known;
}

std::string_view Journal::name(const Entry& entry) const {
  return std::string_view(text_.data(), text_.size())
      .substr(entry.text % text_bytes, entry.name_size);
}

std::string_view Journal::command(const Entry& entry) const {
  return std::string_view(text_.data(), text_.size())
      .substr(entry.text % text_bytes + entry.name_size, entry.command_size);
}

}  // namespace openbell::engine
