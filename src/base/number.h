#pragma once
// Numbers of things, each an enumeration of its own, so that none is taken for another or used as a
// place in the wrong list.

#include <cstddef>
#include <type_traits>

namespace openbell::base {

/// The place of a numbered thing in a list that is kept by these numbers.
template <typename Number>
  requires std::is_enum_v<Number>
[[nodiscard]] constexpr std::size_t place(Number number) {
  return static_cast<std::size_t>(number);
}

}  // namespace openbell::base
