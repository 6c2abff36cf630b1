#include "io/time_zone.h"

#include <chrono>
#include <date/tz.h>
#include <stdexcept>

namespace openbell::io {

namespace {

/// nullptr when there is none.
const date::time_zone* find_zone(std::string_view name) {
  try {
    return date::locate_zone(name);
  } catch (const std::runtime_error&) {
    return nullptr;  // how the library says no: no such zone, or no zones on this system
  }
}

}  // namespace

bool zone_exists(std::string_view zone) {
  return find_zone(zone) != nullptr;
}

int minute_of_week(std::string_view zone, std::int64_t utc_ns) {
  const date::time_zone* found = find_zone(zone);
  if (found == nullptr) return -1;
  const date::sys_seconds at = date::floor<std::chrono::seconds>(
      date::sys_time<std::chrono::nanoseconds>(std::chrono::nanoseconds(utc_ns)));
  const date::local_seconds local = found->to_local(at);
  const date::local_days day = date::floor<date::days>(local);
  const unsigned monday_is_0 = date::weekday(day).iso_encoding() - 1;
  const auto minutes = date::floor<std::chrono::minutes>(local - day).count();
  return static_cast<int>(monday_is_0 * 24 * 60) + static_cast<int>(minutes);
}

}  // namespace openbell::io
