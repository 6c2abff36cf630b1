#pragma once
// What follows from a change: done after it, in order, in the same turn, so that no change happens
// in the middle of another.

#include <cstdint>
#include <string>

namespace openbell::engine {

struct State;

struct Consequence {
  enum class Kind : std::uint8_t {
    service_down,  // plans wait for it
    check_down,
    review,  // a change that a guard holds may be harmless now
  };
  Kind kind{};
  std::string service;
  std::string check;
  std::string why;
};

/// Carries out what waits, also what follows from that.
void run_consequences(State& state);

}  // namespace openbell::engine
