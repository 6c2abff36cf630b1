#include "health/service_state.h"

namespace openbell::health {

std::string_view name(ServiceStatus status) {
  switch (status) {
    case ServiceStatus::unknown:
      return "unknown";
    case ServiceStatus::up:
      return "up";
    case ServiceStatus::down:
      return "down";
    case ServiceStatus::disabled:
      return "disabled";
  }
  return "unknown";
}

State verdict(std::span<const State> checks, std::size_t needed) {
  std::size_t up = 0;
  std::size_t unknown = 0;
  for (const State state : checks) {
    up += state == State::up;
    unknown += state == State::unknown;
  }
  if (needed == 0) needed = checks.size();
  if (up >= needed) return State::up;
  return up + unknown >= needed ? State::unknown : State::down;
}

void Dampening::note_failure(base::Tick now, bool was_up) {
  if (config_.after == 0) return;
  if (holds(now)) until_ = now + config_.hold;
  if (!was_up) return;
  failures_.push_back(now);
  while (failures_.size() > config_.after || failures_.front() + config_.within < now)
    failures_.pop_front();
  if (failures_.size() >= config_.after) until_ = now + config_.hold;
}

bool Dampening::end(base::Tick now) {
  if (until_ == base::Tick{} || holds(now)) return false;
  until_ = {};
  return true;
}

ServiceStatus wanted_status(const ServiceSays& says) {
  if (says.disabled) return ServiceStatus::disabled;
  if (says.order != Order::none)
    return says.order == Order::up ? ServiceStatus::up : ServiceStatus::down;
  switch (says.checks) {
    case State::unknown:
      // What a reload has added says nothing yet: the status stays while it could still hold.
      return says.status == ServiceStatus::disabled ? ServiceStatus::unknown : says.status;
    case State::up:
      return says.dampened ? ServiceStatus::down : ServiceStatus::up;
    case State::down:
      return ServiceStatus::down;
  }
  return ServiceStatus::down;
}

}  // namespace openbell::health
