#include "engine/client/helper.h"

#include <algorithm>
#include <utility>

namespace openbell::engine {

namespace {
/// A helper that lived this long is restarted at once.
constexpr base::Duration healthy_life = base::seconds(10);
constexpr base::Duration first_delay = base::milliseconds(10);
constexpr base::Duration longest_delay = base::seconds(10);
}  // namespace

Helper::Helper(HelperId id, ClientId client_id, grammar::ProcessConfig config, bool ack,
               Processes& processes)
    : process(std::move(config)),
      client(client_id,
             {.name = process.name,
              .role = Role::administer,
              .kind = audit::Cause::Kind::helper,
              .queue_bytes = process.queue_bytes},
             *this),
      id_(id),
      processes_(processes) {
  client.acknowledge = ack && process.ack ? Acknowledge::yes : Acknowledge::no;
  adopt(process);
}

void Helper::adopt(grammar::ProcessConfig config) {
  process = std::move(config);
  client.dialect = process.dialect;
  client.encoder = process.encoder;
  client.subscriptions = process.subscriptions;
  client.replies.set_limit(process.queue_bytes);
}

void Helper::set_audience(rib::Audience audience) {
  if (running && restart_asked) {
    next_audience_ = std::move(audience);
  } else {
    client.audience = std::move(audience);
  }
}

void Helper::restart() {
  restart_asked = true;
  processes_.stop_helper(id_);
}

void Helper::come_back(grammar::ProcessConfig config) {
  configured = true;
  restart_asked = true;
  adopt(std::move(config));
}

void Helper::started(int pid, rib::Claimant claimant) {
  running = true;
  client.pid = pid;
  if (!std::exchange(heir_due, false)) client.claimant = claimant;
  client.replies.open();
}

void Helper::stopped() {
  if (next_audience_) client.audience = *std::exchange(next_audience_, std::nullopt);
  running = false;
  client.replies.close();
}

void Helper::make_room(base::Tick now) {
  restart_asked = false;
  heir_due = true;
  restart_at = now;
}

base::Duration Helper::restart_delay(base::Tick now) {
  const bool healthy = now - std::exchange(started_at_, now) >= healthy_life;
  quick_deaths_ = healthy ? 0 : quick_deaths_ + 1;
  base::Duration delay = first_delay;
  for (unsigned i = 1; i < quick_deaths_ && delay < longest_delay; ++i) delay = delay * 2;
  return healthy ? base::Duration{} : std::min(delay, longest_delay);
}

}  // namespace openbell::engine
