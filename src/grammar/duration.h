#pragma once
// Lengths of time as text: `200us`, `5ms`, `1.5s`, `2m`, `1h`; `0` alone needs no unit.

#include <string_view>

#include "base/text.h"
#include "base/tick.h"

namespace openbell::grammar {

/// From `least` to `most`; with `zero` also 0.
struct DurationBounds {
  base::Duration least;
  base::Duration most;
  bool zero = false;
};

/// The text of a whole number of nanoseconds in ns, us, ms, s, m or h, with a fraction if that is
/// exact. A bare number is only 0.
bool read_duration(std::string_view text, base::Duration& value);
/// Takes the word at hand, or complains and says the bounds.
bool parse_duration(base::TextReader& in, const DurationBounds& bounds, base::Duration& value);
/// In the largest unit that needs no fraction: reads back the same.
void print_duration(base::Duration value, base::TextWriter& out);

}  // namespace openbell::grammar
