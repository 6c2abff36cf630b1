#pragma once
// The states of a health check and the commands that tell of them (exabgp-runtime 7.3, 7.4). Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "healthcheck/options.h"

namespace openbell::healthcheck {

enum class State : std::uint8_t {
  init,
  disabled,
  rising,   // successes, not yet enough
  falling,  // failures, not yet enough
  up,
  down,
};
/// "INIT", … as in the STATE of hooks.
std::string_view name_of(State state);

enum class Observation : std::uint8_t { disabled, success, failure };

struct Machine {
  State state = State::init;
  std::uint32_t count = 0;  // of successes while rising, of failures while falling
  bool operator==(const Machine&) const = default;
};

/// What follows from one check. `rise` and `fall` of 0 and 1 are the same: at once.
Machine step(Machine machine, Observation observation, std::uint32_t rise, std::uint32_t fall);

/// UP, DOWN and DISABLED have something to announce.
bool is_settled(State state);

/// The commands for a settled state, a line each without its newline.
std::vector<std::string> commands_for(State state, const std::vector<base::IpPrefix>& prefixes,
                                      const Options& options);
/// The commands that withdraw everything.
std::vector<std::string> withdrawals(const std::vector<base::IpPrefix>& prefixes,
                                     const Options& options);

}  // namespace openbell::healthcheck
