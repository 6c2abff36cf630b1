// service NAME { … }: routes, the checks that they follow, and what happens when those fail.

#include "grammar/config/check_kind.h"
#include "grammar/config/draft.h"
#include "grammar/config/value.h"

namespace openbell::grammar {

namespace {

using base::TextReader;
using health::interval_max;
using health::interval_min;

constexpr std::size_t checks_max = 256;

bool read_route(SectionParser& parser, ServiceConfig&, const Row<RoutesDraft>& row) {
  return row.parse(parser, parser.service->routes);
}

template <std::size_t i>
constexpr Row<ServiceConfig> route_row() {
  return route_statement<ServiceConfig, i, read_route>();
}

// --- checks

const CheckKind* find_kind(std::string_view word) {
  for (const CheckKind& kind : check_kinds())
    if (kind.name == word) return &kind;
  return nullptr;
}

std::string kind_names() {
  std::string names;
  for (const CheckKind& kind : check_kinds())
    names.append(names.empty() ? "" : " ").append(kind.name);
  return names;
}

void refuse_check_name(SectionParser& parser, const CheckDraft& check) {
  for (const CheckDraft& other : parser.service->checks)
    if (other.config.name == check.config.name)
      return parser.error(check.offset,
                          "a check called '" + check.config.name +
                              "' already exists in this service: give this one another name, "
                              "check " +
                              check.config.kind + " NAME { … }");
}

/// `check KIND [NAME] { … }`
bool parse_check(SectionParser& parser, ServiceConfig&) {
  TextReader& in = parser.in;
  CheckDraft check;
  check.offset = parser.statement();
  check.kind = in.quoted() ? nullptr : find_kind(in.peek());
  if (check.kind == nullptr) {
    const std::string names = kind_names();
    return in.fail_unknown("one of " + names, names);
  }
  check.config.by = check.kind->by;
  check.config.kind = in.word();
  check.config.name = check.config.kind;
  if (!parser.bare() && !parse_name(parser, "a name for the check", check.config.name))
    return false;
  refuse_check_name(parser, check);
  if (!parser.read_block("check " + check.config.kind, check.kind->rows, check.config,
                         &check.given))
    return false;
  if (parser.service->checks.size() == checks_max)
    parser.error(check.offset, "a service has at most 256 checks");
  else
    parser.service->checks.push_back(std::move(check));
  return true;
}

template <typename Kind, auto member>
constexpr Row<ServiceConfig> check_default(std::string_view word, std::string_view value,
                                           std::string_view help) {
  return unit<ServiceConfig>(
      RowKind::leaf, word, value, help, [](SectionParser& parser, ServiceConfig&) {
        return Kind::parse(parser, (parser.service->defaults.*member).emplace());
      });
}

// --- how many must be up

void set_needed(SectionParser& parser, ServiceConfig& service, std::uint16_t needed) {
  service.needed = needed;
  parser.service->needed_place = parser.statement();
}

bool parse_all(SectionParser& parser, ServiceConfig& service) {
  set_needed(parser, service, 0);
  return true;
}

bool parse_any(SectionParser& parser, ServiceConfig& service) {
  set_needed(parser, service, 1);
  return true;
}

bool parse_at_least(SectionParser& parser, ServiceConfig& service) {
  std::uint16_t needed = 0;
  if (!Number<1, checks_max>::parse(parser, needed)) return false;
  set_needed(parser, service, needed);
  return true;
}

bool parse_at(SectionParser& parser, ServiceConfig& service) {
  return parser.in.expect("least") && parse_at_least(parser, service);
}

// --- the rest

bool parse_neighbors(SectionParser& parser, ServiceConfig&) {
  return parse_name_or_names(parser, "the address of a neighbor", parser.service->neighbors);
}

bool parse_dampen(SectionParser& parser, ServiceConfig& service) {
  return parser.read_block("dampen", dampen_rows(), service.dampen);
}

/// `seen`, or the names of other services
bool parse_last_announcer(SectionParser& parser, ServiceConfig& service) {
  if (parser.in.accept("seen")) {
    service.last_announcer.seen = true;
    return true;
  }
  if (parser.in.peek() != "[" || parser.in.quoted())
    return parser.in.fail("seen, or the names of services in brackets");
  return parse_names(parser, "the name of a service", parser.service->members);
}

/// `down withdraw;` or `down { … }`
bool parse_when(SectionParser& parser, ServiceConfig&) {
  TextReader& in = parser.in;
  std::optional<PathOverride>* state = nullptr;
  if (in.accept("down")) {
    state = &parser.service->down;
  } else if (in.accept("disabled")) {
    state = &parser.service->disabled;
  } else {
    return in.fail_unknown("down or disabled", "down disabled");
  }
  if (in.accept("withdraw")) {
    state->reset();
    return in.expect(";");
  }
  if (in.peek() != "{" || in.quoted()) return in.fail("withdraw, or attributes in braces");
  if (!parse_path_override(in, state->emplace())) return false;
  in.accept(";");
  return true;
}

constexpr Row<ServiceConfig> service_table[] = {
    route_row<0>(),
    route_row<1>(),
    route_row<2>(),
    route_row<3>(),
    route_row<4>(),
    route_row<5>(),
    unit(RowKind::block, "check", "KIND [NAME] { … }", "what must be up", parse_check),
    unit(RowKind::leaf, "all", {}, "every check must be up; the default", parse_all),
    unit(RowKind::leaf, "any", {}, "one check must be up", parse_any),
    unit(RowKind::leaf, "at-least", "N", "so many checks must be up", parse_at_least),
    unit(RowKind::leaf, "at", "least N", "the same", parse_at),
    check_default<TimeSpan<interval_min, interval_max>, &CheckDefaults::interval>(
        "interval", "TIME", "of its checks that say none"),
    check_default<TimeSpan<interval_min, interval_max>, &CheckDefaults::timeout>(
        "timeout", "TIME", "of its checks that say none"),
    check_default<TimeSpan<base::microseconds(1), interval_max, Zero::accepted>,
                  &CheckDefaults::jitter>("jitter", "TIME", "of its checks that say none"),
    check_default<Number<1, 1000>, &CheckDefaults::rise>("rise", "1..1000",
                                                         "of its checks that say none"),
    check_default<Number<1, 1000>, &CheckDefaults::fall>("fall", "1..1000",
                                                         "of its checks that say none"),
    unit(RowKind::leaf, "neighbor", "IP | [ IP… ]", "who gets its routes; everybody by default",
         parse_neighbors),
    unit(RowKind::block, "dampen", "{ … }", "stay down while it flaps", parse_dampen),
    unit(RowKind::leaf, "last-announcer", "seen | [ SERVICE… ]",
         "not withdrawn while nobody else announces it", parse_last_announcer),
    unit(RowKind::statement, "when", "down | disabled, withdraw | { … }",
         "what becomes of its routes then", parse_when),
};
static_assert(std::size(service_table) <= GivenRows::rows_max);

using DampenTime = TimeSpan<base::milliseconds(1), interval_max>;

constexpr Row<health::DampeningConfig> dampen_table[] = {
    leaf<health::DampeningConfig, Number<0, 1000>, &health::DampeningConfig::after>(
        "after", "0..1000", "failures that mean flapping; 0: never"),
    leaf<health::DampeningConfig, DampenTime, &health::DampeningConfig::within>(
        "within", "TIME", "in which they fall"),
    leaf<health::DampeningConfig, DampenTime, &health::DampeningConfig::hold>(
        "hold", "TIME", "without failure before it is up again"),
};

}  // namespace

std::span<const Row<ServiceConfig>> service_rows() {
  return service_table;
}

std::span<const Row<health::DampeningConfig>> dampen_rows() {
  return dampen_table;
}

}  // namespace openbell::grammar
