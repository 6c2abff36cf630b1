// plan NAME { … }: steps that are kept ready and run together, in the order of the file.

#include <algorithm>

#include "grammar/config/draft.h"
#include "grammar/config/value.h"

namespace openbell::grammar {

namespace {

using base::TextReader;
using Kind = PlanStep::Kind;

constexpr std::size_t steps_max = 4096;

/// A statement on one line, without comments and without the `;` at its end.
std::string one_line(std::string_view statement) {
  std::string line;
  TextReader words(statement, base::TextSource::file);
  for (std::size_t end = 0; !words.at_end();) {
    const std::size_t offset = words.offset();
    if (offset != end && !line.empty()) line.push_back(' ');
    words.word();
    end = words.taken();
    line.append(statement.substr(offset, end - offset));
  }
  if (line.ends_with(';')) line.pop_back();
  return line;
}

bool add_step(SectionParser& parser, PlanConfig& plan, PlanStep step) {
  if (plan.steps.size() == steps_max) {
    parser.error(parser.statement(), "a plan has at most 4096 steps");
    return true;
  }
  plan.steps.push_back(std::move(step));
  return true;
}

bool read_step(SectionParser& parser, PlanConfig& plan, const Row<RoutesDraft>& row,
               bgp::Purpose purpose) {
  const std::string_view rest = parser.in.rest();
  const std::size_t start = parser.in.offset();
  RoutesDraft routes;
  routes.purpose = purpose;
  if (!row.parse(parser, routes)) return false;
  if (routes.places.first_watchdog != 0)
    parser.error(routes.places.first_watchdog - 1, "a route of a plan follows no watchdog");
  if (purpose == bgp::Purpose::announce)
    parser.plan->routes.inherit(routes.places, routes.statement);
  PlanStep step;
  step.kind = purpose == bgp::Purpose::announce ? Kind::announce : Kind::withdraw;
  step.routes = std::move(routes.list);
  const std::size_t end = std::max(parser.in.taken(), start);
  step.text = std::string(row.info.word).append(" ").append(one_line(rest.substr(0, end - start)));
  return add_step(parser, plan, std::move(step));
}

bool read_announce(SectionParser& parser, PlanConfig& plan, const Row<RoutesDraft>& row) {
  return read_step(parser, plan, row, bgp::Purpose::announce);
}

template <std::size_t i>
constexpr Row<PlanConfig> route_row() {
  return route_statement<PlanConfig, i, read_announce>();
}

/// `withdraw route …`
bool parse_withdraw(SectionParser& parser, PlanConfig& plan) {
  std::string words;
  for (const Row<RoutesDraft>& row : route_rows()) {
    if (parser.in.accept(row.info.word))
      return read_step(parser, plan, row, bgp::Purpose::withdraw);
    words.append(words.empty() ? "" : " ").append(row.info.word);
  }
  return parser.in.fail_unknown("one of " + words, words);
}

/// `service NAME up` or `service NAME down`
bool parse_service(SectionParser& parser, PlanConfig& plan) {
  Reference reference{{}, parser.in.offset()};
  if (!parse_word(parser, "the name of a service", reference.name)) return false;
  PlanStep step;
  step.service = reference.name;
  if (parser.in.accept("up")) {
    step.kind = Kind::service_up;
  } else if (parser.in.accept("down")) {
    step.kind = Kind::service_down;
  } else {
    return parser.in.fail_unknown("up or down", "up down");
  }
  parser.plan->services.push_back(std::move(reference));
  return add_step(parser, plan, std::move(step));
}

/// `service NAME down` or `check SERVICE/CHECK down`
bool parse_when(SectionParser& parser, PlanConfig& plan) {
  TextReader& in = parser.in;
  const bool check = in.accept("check");
  if (!check && !in.accept("service")) return in.fail_unknown("service or check", "service check");
  Reference reference{{}, in.offset()};
  if (!parse_word(parser, check ? "SERVICE/CHECK" : "the name of a service", reference.name))
    return false;
  const std::string& name = reference.name;
  const std::size_t slash = name.find('/');
  if (check && (slash == std::string::npos || slash == 0 || slash + 1 == name.size()))
    return in.fail_at(reference.offset, "SERVICE/CHECK", name);
  if (!in.expect("down")) return false;
  PlanTrigger trigger{name, {}};
  if (check) trigger = {name.substr(0, slash), name.substr(slash + 1)};
  plan.triggers.push_back(std::move(trigger));
  parser.plan->triggers.push_back(std::move(reference));
  return true;
}

bool parse_neighbors(SectionParser& parser, PlanConfig&) {
  return parse_name_or_names(parser, "the address of a neighbor", parser.plan->neighbors);
}

constexpr Row<PlanConfig> plan_table[] = {
    unit(RowKind::leaf, "service", "NAME up | down", "a step: a service as if by command",
         parse_service),
    route_row<0>(),
    route_row<1>(),
    route_row<2>(),
    route_row<3>(),
    route_row<4>(),
    route_row<5>(),
    unit(RowKind::statement, "withdraw", "route … | attributes … | flow … | ipv4 … | ipv6 …",
         "a step: these routes go", parse_withdraw),
    unit(RowKind::leaf, "neighbor", "IP | [ IP… ]", "who gets its routes; everybody by default",
         parse_neighbors),
    unit(RowKind::leaf, "when", "service NAME down | check SERVICE/CHECK down",
         "what runs it by itself", parse_when),
    leaf<PlanConfig, Flag<Bare::on>, &PlanConfig::armed>("armed", "[BOOLEAN]",
                                                         "may run, from the start; true"),
};
static_assert(std::size(plan_table) <= GivenRows::rows_max);

}  // namespace

std::span<const Row<PlanConfig>> plan_rows() {
  return plan_table;
}

}  // namespace openbell::grammar
