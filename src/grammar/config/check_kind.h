#pragma once
// The table of the kinds of checks: a row each, with the table of its words.

#include <span>
#include <string_view>

#include "grammar/config/section.h"
#include "health/check_config.h"

namespace openbell::grammar {

struct CheckKind {
  std::string_view name;
  std::span<const Row<health::CheckConfig>> rows;
  std::string_view required;  // words that must be given, blanks between
  std::string_view one_of;    // words of which exactly one must be given
  std::uint16_t in_a_row;     // rise and fall when neither check nor service says them
  health::CheckedBy by = health::CheckedBy::probe;
};

std::span<const CheckKind> check_kinds();

}  // namespace openbell::grammar
