#include "grammar/name_pattern.h"

// g++ 12 takes the std::function of the library's automaton for uninitialized under sanitizers.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <regex>

namespace openbell::grammar {

namespace {

constexpr std::size_t text_size_max = 255;

}  // namespace

struct NamePattern::Compiled {
  std::regex regex;
};

NamePattern::NamePattern() : compiled_(std::make_unique<Compiled>()) {}
NamePattern::~NamePattern() = default;

bool NamePattern::compile(std::string_view text) {
  if (text.size() > text_size_max) return false;
  try {
    compiled_->regex.assign(text.begin(), text.end());
  } catch (const std::regex_error&) {
    return false;
  }
  return true;
}

bool NamePattern::matches(std::string_view name) const {
  try {
    return std::regex_search(name.begin(), name.end(), compiled_->regex,
                             std::regex_constants::match_continuous);
  } catch (const std::regex_error&) {
    return false;  // the library gave up: too complex for this name
  }
}

}  // namespace openbell::grammar
