#pragma once
// Reports that are a list of things: a line or more of text for each, or the elements of a JSON
// array.

#include <string>
#include <string_view>

#include "base/text.h"

namespace openbell::engine {

/// A text as a JSON string.
inline std::string json_text(std::string_view value) {
  std::string text;
  base::TextWriter(text).json_string(value);
  return text;
}

/// `print(text, element)` appends one element: a JSON object, or whole lines.
template <typename Elements, typename Print>
std::string list_report(const Elements& elements, bool json, Print print) {
  std::string text(json ? "[" : "");
  std::string_view separator = " ";
  for (const auto& element : elements) {
    if (json) text += separator;
    print(text, element);
    separator = ", ";
  }
  if (json) text += " ]\n";
  return text;
}

}  // namespace openbell::engine
