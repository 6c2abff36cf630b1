#include "health/check.h"

#include <utility>

namespace openbell::health {

std::string_view name(State state) {
  switch (state) {
    case State::unknown:
      return "unknown";
    case State::up:
      return "up";
    case State::down:
      return "down";
  }
  return "unknown";
}

Check::Check(const CheckConfig& config, std::uint64_t seed, base::Tick now)
    : config_(config), random_(seed), due_(now) {}

base::Tick Check::deadline() const {
  return attempting_ ? expires_ : due_;
}

Check::Duty Check::on_timer(base::Tick now) {
  if (deadline() > now) return Duty::nothing;
  if (attempting_) return Duty::give_up;
  attempting_ = true;
  ++attempts_;
  lateness_ = now - due_;
  expires_ = now + config_.timeout;
  due_ = after_interval(now);
  return Duty::attempt;
}

bool Check::on_timeout(base::Tick now) {
  if (!attempting_) return false;
  return on_result({.ok = false, .error = "no answer in time"}, now);
}

bool Check::on_result(const ProbeResult& result, base::Tick now) {
  attempting_ = false;
  expires_ = base::never;
  const bool changed = count(result.ok);
  if (result.ok) {
    error_.clear();
  } else {
    ++failures_;
    error_ = result.error;
  }
  // A probe that reports by itself still has to say the same often enough to be believed.
  const State told = result.ok ? State::up : State::down;
  const base::Tick again =
      result.again == base::never && state_ != told ? base::Tick{} : result.again;
  if (again > now) {
    due_ = again;
  } else if (due_ == base::never || due_ <= now) {
    due_ = after_interval(now);
  }
  return changed;
}

base::Tick Check::after_interval(base::Tick now) {
  base::Tick due = now + config_.interval;
  if (config_.jitter.ns != 0)
    due = due + base::nanoseconds(static_cast<std::int64_t>(
                    random() % static_cast<std::uint64_t>(config_.jitter.ns + 1)));
  return due;
}

bool Check::count(bool ok) {
  in_a_row_ = ok == last_ok_ && in_a_row_ != UINT16_MAX ? static_cast<std::uint16_t>(in_a_row_ + 1)
                                                        : std::uint16_t{1};
  last_ok_ = ok;
  if (in_a_row_ < (ok ? config_.rise : config_.fall)) return false;
  return std::exchange(state_, ok ? State::up : State::down) != (ok ? State::up : State::down);
}

/// splitmix64
std::uint64_t Check::random() {
  std::uint64_t z = random_ += 0x9E3779B97F4A7C15;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

}  // namespace openbell::health
