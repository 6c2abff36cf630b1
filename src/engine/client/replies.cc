#include "engine/client/replies.h"

#include <algorithm>

#include "base/check.h"

namespace openbell::engine {

void Replies::close() {
  open_ = false;
  waiting_ = 0;
  lost_ = 0;
  drop_queued();
}

void Replies::deliver(std::string_view lines) {
  if (!open_) return;
  if (waiting_ + queued_.size() + lines.size() > bytes_max_) return lose();
  queued_.append(lines);
}

void Replies::answer(std::string_view lines) {
  if (!open_) return;
  std::string& into = reports_.empty() ? queued_ : reports_.back().answers;
  if (waiting_ + into.size() + lines.size() > 2 * bytes_max_) return lose();
  into.append(lines);
}

std::uint64_t Replies::begin_report(std::string_view ending) {
  reports_.push_back({++last_report_, std::string(ending), {}});
  return last_report_;
}

void Replies::end_report() {
  OPENBELL_CHECK(!reports_.empty());
  do {
    queued_.append(reports_.front().ending).append(reports_.front().answers);
    reports_.pop_front();
  } while (!reports_.empty() && reports_.front().finished);
}

void Replies::finish_report(std::uint64_t number, std::string_view lines) {
  const auto known = std::find_if(reports_.begin(), reports_.end(),
                                  [&](const Report& report) { return report.number == number; });
  if (known == reports_.end()) return;
  known->ending = lines;
  known->finished = true;
  if (known == reports_.begin()) end_report();
}

void Replies::drop_queued() {
  queued_.clear();
  reports_.clear();
}

void Replies::lose() {
  ++lost_;
  ++lost_total_;
}

}  // namespace openbell::engine
