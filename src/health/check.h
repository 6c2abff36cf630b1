#pragma once
// One check as a pure state machine: when to look, and what a row of answers means. Knows nothing
// of what is looked at.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/tick.h"
#include "health/check_config.h"

namespace openbell::health {

enum class State : std::uint8_t { unknown, up, down };
std::string_view name(State state);  // "unknown", "up", "down"

class Check {
 public:
  /// `seed` moves the first attempt and the jitter; equal seeds give equal checks.
  Check(const CheckConfig& config, std::uint64_t seed, base::Tick now);

  /// What on_timer asks of the owner.
  enum class Duty : std::uint8_t {
    nothing,
    attempt,  // look, and report by on_result
    give_up,  // the attempt has taken too long: cancel it; `timed_out` tells if the state changed
  };
  /// base::never: only the probe itself can tell news.
  [[nodiscard]] base::Tick deadline() const;
  Duty on_timer(base::Tick now);
  /// An answer to an attempt, or what the probe reports by itself. True when the state changed.
  bool on_result(const ProbeResult& result, base::Tick now);
  /// After Duty::give_up: counts as a failure. True when the state changed.
  bool on_timeout(base::Tick now);

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] const CheckConfig& config() const { return config_; }
  /// Why the last failure; empty after a success.
  [[nodiscard]] const std::string& error() const { return error_; }
  [[nodiscard]] std::uint64_t attempts() const { return attempts_; }
  [[nodiscard]] std::uint64_t failures() const { return failures_; }
  /// When the attempt at hand was due and began: what the loop itself was late by.
  [[nodiscard]] base::Duration lateness() const { return lateness_; }

 private:
  [[nodiscard]] base::Tick after_interval(base::Tick now);
  bool count(bool ok);
  std::uint64_t random();

  CheckConfig config_;
  std::uint64_t random_;
  State state_ = State::unknown;
  std::uint16_t in_a_row_ = 0;  // equal answers, the last one included
  bool last_ok_ = false;
  bool attempting_ = false;
  base::Tick due_;                    // of the next attempt
  base::Tick expires_ = base::never;  // of the attempt at hand
  base::Duration lateness_{};
  std::string error_;
  std::uint64_t attempts_ = 0;
  std::uint64_t failures_ = 0;
};

}  // namespace openbell::health
