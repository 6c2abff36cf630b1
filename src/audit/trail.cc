#include "audit/trail.h"

#include <algorithm>
#include <charconv>

#include "base/check.h"

namespace openbell::audit {

bool Trail::push(const Record& record) {
  const base::MutableBytes room = ring_.reserve(packed_size(record));
  if (room.empty()) return false;
  pack(record, room);
  ring_.commit();
  return true;
}

bool Trail::push_loss(std::int64_t utc_ns, std::int64_t mono_ns) {
  char text[96];
  char* end = text;
  const auto put = [&end](std::string_view words, std::uint64_t number) {
    end = std::copy(words.begin(), words.end(), end);
    end = std::to_chars(end, end + 20, number).ptr;
  };
  put("", unreported_last_ - unreported_first_ + 1);
  put(" records lost: seq ", unreported_first_);
  put(" to ", unreported_last_);
  Record loss;
  loss.utc_ns = utc_ns;
  loss.mono_ns = mono_ns;
  loss.sequence = unreported_last_ + 1;
  loss.kind = Kind::lost;
  loss.detail = {text, end};
  if (!push(loss)) return false;
  last_sequence_ = loss.sequence;
  unreported_first_ = 0;
  return true;
}

std::uint64_t Trail::append(const Record& record) {
  if (unreported_first_ != 0) [[unlikely]]
    push_loss(record.utc_ns, record.mono_ns);
  Record numbered = record;
  numbered.sequence = ++last_sequence_;
  if (unreported_first_ == 0 && push(numbered)) [[likely]]
    return numbered.sequence;
  if (unreported_first_ == 0) unreported_first_ = numbered.sequence;
  unreported_last_ = numbered.sequence;
  ++lost_count_;
  return numbered.sequence;
}

void Trail::report_loss(base::Now now) {
  if (unreported_first_ != 0) [[unlikely]]
    push_loss(now.utc_ns, now.tick.ns);
}

bool Drain::fill(std::string& out, std::size_t size_max) {
  while (out.size() < size_max) {
    const base::Bytes packed = ring_.front();
    if (packed.empty()) return false;
    const bool printed = print_packed(packed, out);
    OPENBELL_CHECK(printed);
    ring_.pop();
  }
  return true;
}

}  // namespace openbell::audit
