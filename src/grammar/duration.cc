#include "grammar/duration.h"

namespace openbell::grammar {

namespace {

struct Unit {
  std::string_view word;
  std::int64_t ns;
};

constexpr Unit units[] = {{"h", 3'600'000'000'000}, {"m", 60'000'000'000}, {"s", 1'000'000'000},
                          {"ms", 1'000'000},        {"us", 1'000},         {"ns", 1}};

const Unit* find_unit(std::string_view word) {
  for (const Unit& unit : units)
    if (unit.word == word) return &unit;
  return nullptr;
}

/// `digits` after the point, in nanoseconds; false when they do not come to a whole number.
bool read_fraction(std::string_view digits, std::int64_t unit_ns, std::int64_t& ns) {
  constexpr std::size_t digits_max = 9;
  std::uint64_t numerator = 0;
  if (digits.size() > digits_max || !base::parse_decimal(digits, UINT64_MAX, numerator))
    return false;
  std::uint64_t denominator = 1;
  for (std::size_t i = 0; i < digits.size(); ++i) denominator *= 10;
  // Both factors may be large: the unit is split so that no product leaves 64 bits.
  const auto unit = static_cast<std::uint64_t>(unit_ns);
  const std::uint64_t whole = numerator * (unit / denominator);
  const std::uint64_t rest = numerator * (unit % denominator);
  if (rest % denominator != 0) return false;
  ns = static_cast<std::int64_t>(whole + rest / denominator);
  return true;
}

}  // namespace

bool read_duration(std::string_view text, base::Duration& value) {
  if (text == "0") {
    value = {};
    return true;
  }
  const std::size_t end = text.find_first_not_of("0123456789.");
  if (end == std::string_view::npos) return false;
  const Unit* unit = find_unit(text.substr(end));
  if (unit == nullptr) return false;
  const std::string_view number = text.substr(0, end);
  const std::size_t point = number.find('.');
  std::uint64_t whole = 0;
  // One unit is left for the fraction.
  const auto most = static_cast<std::uint64_t>(INT64_MAX / unit->ns - 1);
  if (!base::parse_decimal(number.substr(0, point), most, whole)) return false;
  std::int64_t fraction = 0;
  if (point != std::string_view::npos &&
      !read_fraction(number.substr(point + 1), unit->ns, fraction))
    return false;
  value = {static_cast<std::int64_t>(whole) * unit->ns + fraction};
  return true;
}

bool parse_duration(base::TextReader& in, const DurationBounds& bounds, base::Duration& value) {
  base::Duration read;
  const bool zero = bounds.zero && read_duration(in.peek(), read) && read == base::Duration{};
  if (zero || (read_duration(in.peek(), read) && read >= bounds.least && read <= bounds.most)) {
    value = read;
    in.word();
    return true;
  }
  std::string wanted = bounds.zero ? "0, or a time from " : "a time from ";
  base::TextWriter out(wanted);
  print_duration(bounds.least, out);
  print_duration(bounds.most, out.put(" to "));
  out.put(", such as 5ms or 1.5s");
  return in.fail(wanted);
}

void print_duration(base::Duration value, base::TextWriter& out) {
  if (value == base::Duration{}) {
    out.put('0');
    return;
  }
  const Unit* unit = units;
  while (value.ns % unit->ns != 0) ++unit;
  out.signed_number(value.ns / unit->ns).put(unit->word);
}

}  // namespace openbell::grammar
