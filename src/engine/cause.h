#pragma once
// On whose word something happens; travels with every change into events and the audit log.

#include <string>
#include <string_view>

#include "audit/record.h"

namespace openbell::engine {

struct Cause {
  audit::Cause::Kind kind = audit::Cause::Kind::none;
  std::string_view name;          // of the helper, of the configuration
  int number = 0;                 // pid, signal
  std::string_view command = {};  // the line as read
};

/// One that outlives the turn.
struct OwnCause {
  explicit OwnCause(const Cause& cause)
      : kind(cause.kind), name(cause.name), number(cause.number), command(cause.command) {}
  [[nodiscard]] Cause view() const { return {kind, name, number, command}; }

  audit::Cause::Kind kind{};
  std::string name;
  int number = 0;
  std::string command;
};

/// Numbers of those who say words; helpers get theirs from here on.
inline constexpr std::uint32_t claimant_configuration = 1;
inline constexpr std::uint32_t first_helper_claimant = 2;

}  // namespace openbell::engine
