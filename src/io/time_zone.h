#pragma once
// What people's clocks and calendars show in a time zone, daylight saving included.

#include <cstdint>
#include <string_view>

namespace openbell::io {

inline constexpr int minutes_per_week = 7 * 24 * 60;

/// The system has a zone of this name ("America/New_York", "UTC").
bool zone_exists(std::string_view zone);

/// Minutes since Monday 00:00 that the clocks of `zone` show at `utc_ns` (nanoseconds since 1970),
/// 0 to 10079; -1 for an unknown zone. When the clocks go back an hour of minutes comes twice, when
/// they go forward an hour of minutes is left out. The first call reads the system's list of zones,
/// about 10 ms; later ones take less than a microsecond.
int minute_of_week(std::string_view zone, std::int64_t utc_ns);

}  // namespace openbell::io
