#pragma once
// A text as a JSON string, for reports that are formatted whole.

#include <string>
#include <string_view>

#include "base/text.h"

namespace openbell::engine {

inline std::string json_text(std::string_view value) {
  std::string text;
  base::TextWriter(text).json_string(value);
  return text;
}

}  // namespace openbell::engine
