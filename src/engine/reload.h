#pragma once
// From one configuration to another: the difference is applied, what did not change is not touched.

#include <string_view>

#include "engine/parts.h"

namespace openbell::engine {

/// At the start there is nobody to keep waiting.
enum class Occasion : std::uint8_t { start, reload };

void apply_configuration(Parts& parts, grammar::Configuration configuration, std::string_view cause,
                         Occasion occasion);

}  // namespace openbell::engine
