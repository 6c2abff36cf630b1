#include "engine/command/helper.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace openbell::engine {

namespace {
/// A helper that lived this long is restarted at once.
constexpr base::Duration healthy_life = base::seconds(10);
constexpr base::Duration first_delay = base::milliseconds(10);
constexpr base::Duration longest_delay = base::seconds(10);
}  // namespace

Helper::Helper(HelperId id, grammar::ProcessConfig config, bool ack)
    : process(std::move(config)),
      acknowledge(ack && process.ack ? Acknowledge::yes : Acknowledge::no),
      id_(id) {}

void Helper::deliver(std::string_view lines) {
  if (!running) return;
  if (waiting_ + queued_.size() + lines.size() > process.queue_bytes) return lose();
  queued_.append(lines);
}

void Helper::answer(std::string_view lines) {
  if (!running) return;
  std::string& into = reports_.empty() ? queued_ : reports_.back().answers;
  if (waiting_ + into.size() + lines.size() > 2 * process.queue_bytes) return lose();
  into.append(lines);
}

std::uint64_t Helper::begin_report(std::string_view ending) {
  reports_.push_back({++last_report_, std::string(ending), {}});
  return last_report_;
}

void Helper::end_report() {
  OPENBELL_CHECK(!reports_.empty());
  do {
    queued_.append(reports_.front().ending).append(reports_.front().answers);
    reports_.pop_front();
  } while (!reports_.empty() && reports_.front().finished);
}

void Helper::finish_report(std::uint64_t number, std::string_view lines) {
  const auto known = std::find_if(reports_.begin(), reports_.end(),
                                  [&](const Report& report) { return report.number == number; });
  if (known == reports_.end()) return;
  known->ending = lines;
  known->finished = true;
  if (known == reports_.begin()) end_report();
}

base::Duration Helper::restart_delay(base::Tick now) {
  const bool healthy = now - std::exchange(started_at_, now) >= healthy_life;
  quick_deaths_ = healthy ? 0 : quick_deaths_ + 1;
  base::Duration delay = first_delay;
  for (unsigned i = 1; i < quick_deaths_ && delay < longest_delay; ++i) delay = delay * 2;
  return healthy ? base::Duration{} : std::min(delay, longest_delay);
}

void Helper::started(int process_id, rib::Claimant process_claimant) {
  running = true;
  pid = process_id;
  claimant = process_claimant;
}

void Helper::stopped() {
  if (next_audience_) audience_ = *std::exchange(next_audience_, std::nullopt);
  running = false;
  waiting_ = 0;
  lost_ = 0;
  drop_queued();
}

void Helper::drop_queued() {
  queued_.clear();
  reports_.clear();
}

void Helper::lose() {
  ++lost_;
  ++lost_total_;
}

}  // namespace openbell::engine
