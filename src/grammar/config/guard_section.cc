// guard { … }, what holds changes back, and realtime { … }.

#include "grammar/config/draft.h"
#include "grammar/config/value.h"

namespace openbell::grammar {

namespace {

using base::TextReader;
using base::TextWriter;

constexpr std::string_view days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr std::size_t frozen_max = 64;
constexpr std::uint8_t every_day = 0x7F;
constexpr std::uint16_t minutes_max = 1440;

bool find_day(std::string_view word, std::size_t& day) {
  for (day = 0; day < std::size(days) && days[day] != word; ++day) {
  }
  return day < std::size(days);
}

/// `mon` or `mon-fri`; a range may go over the end of the week. Nothing when it is neither.
std::uint8_t days_of(std::string_view word) {
  const std::size_t dash = word.find('-');
  std::size_t first = 0;
  std::size_t last = 0;
  if (!find_day(word.substr(0, dash), first)) return 0;
  if (dash == std::string_view::npos) return static_cast<std::uint8_t>(1u << first);
  if (!find_day(word.substr(dash + 1), last)) return 0;
  unsigned set = 1u << last;
  for (std::size_t day = first; day != last; day = (day + 1) % std::size(days)) set |= 1u << day;
  return static_cast<std::uint8_t>(set);
}

/// `09:30`, at most 24:00.
bool minute_of(std::string_view word, std::uint16_t& minute) {
  if (word.size() != 5 || word[2] != ':') return false;
  std::uint64_t hours = 0;
  std::uint64_t minutes = 0;
  if (!base::parse_decimal(word.substr(0, 2), 24, hours) ||
      !base::parse_decimal(word.substr(3), 59, minutes))
    return false;
  minute = static_cast<std::uint16_t>(hours * 60 + minutes);
  return minute <= minutes_max;
}

bool is_zone_name(std::string_view word) {
  constexpr std::size_t size_max = 64;
  if (word.empty() || word.size() > size_max || word.front() == '/' ||
      word.find("..") != std::string_view::npos)
    return false;
  for (const char c : word) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter && std::string_view("/_+-").find(c) == std::string_view::npos) return false;
  }
  return true;
}

bool parse_days(TextReader& in, FrozenHours& hours) {
  hours.days = 0;
  do {
    const std::uint8_t some = days_of(in.peek());
    if (some == 0) return in.fail("days such as mon or mon-fri, or times such as 09:30-16:00");
    hours.days |= some;
    in.word();
  } while (in.accept(","));
  return true;
}

bool parse_span(TextReader& in, FrozenHours& hours) {
  const std::string_view word = in.peek();
  const std::size_t dash = word.find('-');
  const bool fits = dash != std::string_view::npos &&
                    minute_of(word.substr(0, dash), hours.from_minute) &&
                    minute_of(word.substr(dash + 1), hours.to_minute) &&
                    hours.from_minute != minutes_max && hours.from_minute != hours.to_minute;
  if (!fits) return in.fail("times such as 09:30-16:00, from 00:00 to 24:00");
  in.word();
  return true;
}

bool parse_zone(SectionParser& parser, FrozenHours& hours) {
  TextReader& in = parser.in;
  const std::string zone(in.peek());
  const bool known = is_zone_name(zone) &&
                     (parser.options.zone_exists == nullptr || parser.options.zone_exists(zone));
  if (!known) return in.fail("a time zone such as America/New_York or UTC");
  in.word();
  hours.zone = zone;
  return true;
}

/// `frozen [DAYS] HH:MM-HH:MM [ZONE]`
bool parse_frozen(SectionParser& parser, GuardConfig& guard) {
  TextReader& in = parser.in;
  FrozenHours hours;
  const bool begins_with_time = !in.peek().empty() && in.peek()[0] >= '0' && in.peek()[0] <= '9';
  if (!begins_with_time && !parse_days(in, hours)) return false;
  if (!parse_span(in, hours)) return false;
  if (!parser.bare() && !parse_zone(parser, hours)) return false;
  if (guard.frozen.size() == frozen_max)
    parser.error(parser.statement(), "at most 64 frozen statements");
  else
    guard.frozen.push_back(hours);
  return true;
}

void print_days(std::uint8_t set, TextWriter& out) {
  bool any = false;
  for (std::size_t day = 0; day < std::size(days); ++day) {
    if ((set >> day & 1) == 0) continue;
    std::size_t last = day;
    while (last + 1 < std::size(days) && (set >> (last + 1) & 1) != 0) ++last;
    out.put(any ? "," : "").put(days[day]);
    if (last != day) out.put('-').put(days[last]);
    any = true;
    day = last;
  }
  out.put(' ');
}

void print_minute(std::uint16_t minute, TextWriter& out) {
  const auto two = [&](unsigned n) {
    out.put(static_cast<char>('0' + n / 10)).put(static_cast<char>('0' + n % 10));
  };
  two(minute / 60u);
  out.put(':');
  two(minute % 60u);
}

struct ActOrHold {
  static bool parse(SectionParser& parser, bool& hold) {
    if (parser.in.accept("hold")) {
      hold = true;
    } else if (parser.in.accept("act")) {
      hold = false;
    } else {
      return parser.in.fail_unknown("act or hold", "act hold");
    }
    return true;
  }
  static void print(bool hold, TextWriter& out) { out.put(hold ? "hold" : "act"); }
};

constexpr Row<GuardConfig> guard_table[] = {
    leaf<GuardConfig, Number<1, UINT32_MAX>, &GuardConfig::changes_per_second>(
        "maximum-changes", "N", "changes of routes in a second before the rest is held"),
    unit(RowKind::leaf, "frozen", "[DAYS] HH:MM-HH:MM [ZONE]", "hours without changes",
         parse_frozen),
    leaf<GuardConfig, ActOrHold, &GuardConfig::hold_checks>(
        "checks", "act | hold", "what a failing check wants in frozen hours"),
    leaf<GuardConfig, ActOrHold, &GuardConfig::hold_leases>(
        "leases", "act | hold", "what a lease that ran out wants in frozen hours"),
};

// --- realtime

using Idle = RealtimeConfig::Idle;

constexpr std::pair<std::string_view, Idle> idles[] = {
    {"block", Idle::block}, {"spin", Idle::spin}, {"spin-then-block", Idle::spin_then_block}};

struct IdlePolicy {
  static bool parse(SectionParser& parser, Idle& value) {
    for (const auto& [word, idle] : idles) {
      if (!parser.in.accept(word)) continue;
      value = idle;
      return true;
    }
    return parser.in.fail_unknown("block, spin or spin-then-block", "block spin spin-then-block");
  }
  static void print(Idle value, TextWriter& out) {
    for (const auto& [word, idle] : idles)
      if (idle == value) out.put(word);
  }
};

struct Processor {
  static constexpr std::uint64_t most = 1023;  // CPU_SETSIZE
  static bool parse(SectionParser& parser, std::int32_t& value) {
    return Number<0, most>::parse(parser, value);
  }
  static void print(std::int32_t value, TextWriter& out) { out.signed_number(value); }
};

struct FifoPriority {
  static bool parse(SectionParser& parser, std::uint8_t& value) {
    if (!parser.in.accept("fifo")) return parser.in.fail("fifo and a number from 1 to 99");
    return Number<1, 99>::parse(parser, value);
  }
  static void print(std::uint8_t value, TextWriter& out) { out.put("fifo ").number(value); }
};

constexpr Row<RealtimeConfig> realtime_table[] = {
    leaf<RealtimeConfig, Processor, &RealtimeConfig::cpu>("cpu", "N", "the one to run on"),
    leaf<RealtimeConfig, FifoPriority, &RealtimeConfig::priority>(
        "priority", "fifo 1..99", "before everything of lower priority (SCHED_FIFO)"),
    leaf<RealtimeConfig, Flag<Bare::on>, &RealtimeConfig::lock_memory>(
        "lock-memory", "[BOOLEAN]", "never paged out (mlockall)"),
    leaf<RealtimeConfig, IdlePolicy, &RealtimeConfig::idle>(
        "idle", "block | spin | spin-then-block", "how to wait for what happens next"),
};

}  // namespace

void print_frozen(const FrozenHours& hours, TextWriter& out) {
  if (hours.days != every_day) print_days(hours.days, out);
  print_minute(hours.from_minute, out);
  print_minute(hours.to_minute, out.put('-'));
  out.put(' ').put(hours.zone);
}

std::span<const Row<GuardConfig>> guard_rows() {
  return guard_table;
}

std::span<const Row<RealtimeConfig>> realtime_rows() {
  return realtime_table;
}

}  // namespace openbell::grammar
