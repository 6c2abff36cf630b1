// OpenBell's own sections in the normal form of a configuration.

#include "grammar/config/draft.h"
#include "grammar/config/value.h"
#include "grammar/print/print_section.h"
#include "grammar/route/print_route.h"

namespace openbell::grammar {

namespace {

using base::TextWriter;

void print_neighbors(const std::vector<base::IpPrefix>& neighbors, TextWriter& out) {
  if (neighbors.empty()) return;
  out.put("    neighbor [");
  for (const base::IpPrefix& neighbor : neighbors) neighbor.print(out.put(' '));
  out.put(" ];\n");
}

void print_check(const health::CheckConfig& check, TextWriter& out) {
  out.put("    check ").put(check.kind);
  if (check.name != check.kind) out.put(' ').put(check.name);
  out.put(" {\n");
  print_changed_rows(check_rows(check.kind), check, 2, out);
  close_section(1, out);
}

void print_needed(std::uint16_t needed, TextWriter& out) {
  if (needed == 1) {
    out.put("    any;\n");
  } else if (needed != 0) {
    out.put("    at-least ").number(needed).put(";\n");
  }
}

void print_last_announcer(const LastAnnouncer& last, TextWriter& out) {
  if (last.seen) out.put("    last-announcer seen;\n");
  if (last.members.empty()) return;
  out.put("    last-announcer [");
  for (const std::string& member : last.members) out.put(' ').put(member);
  out.put(" ];\n");
}

void print_when(std::string_view state, const ServiceRoutes& routes, TextWriter& out) {
  if (!routes.attributes.empty())
    out.put("    when ").put(state).put(" { ").put(routes.attributes).put("; }\n");
}

void print_step(const PlanStep& step, TextWriter& out) {
  indent(1, out);
  switch (step.kind) {
    case PlanStep::Kind::service_up:
      out.put("service ").put(step.service).put(" up");
      break;
    case PlanStep::Kind::service_down:
      out.put("service ").put(step.service).put(" down");
      break;
    case PlanStep::Kind::announce:
      out.put(step.text);
      break;
    case PlanStep::Kind::withdraw:
      out.put("withdraw ").put(step.text);
      break;
  }
  out.put(";\n");
}

}  // namespace

void print_own_sections(const Configuration& configuration, TextWriter& out) {
  if (configuration.guard != GuardConfig{}) {
    out.put("guard {\n");
    print_changed_rows(guard_rows(), configuration.guard, 1, out);
    for (const FrozenHours& hours : configuration.guard.frozen) {
      print_frozen(hours, out.put("    frozen "));
      out.put(";\n");
    }
    out.put("}\n\n");
  }
  if (configuration.realtime != RealtimeConfig{}) {
    out.put("realtime {\n");
    print_changed_rows(realtime_rows(), configuration.realtime, 1, out);
    out.put("}\n\n");
  }
  for (const bfd::SessionConfig& session : configuration.bfd_sessions) {
    out.put("bfd ").put(session.name).put(" {\n");
    print_changed_rows(bfd_rows(), session, 1, out);
    out.put("}\n\n");
  }
}

void print_service(const ServiceConfig& service, TextWriter& out) {
  out.put("service ").put(service.name).put(" {\n");
  for (std::size_t i = 0; i < service.up.routes->size(); ++i) {
    indent(1, out);
    print_route_line(service.up.routes->at(i), out);
  }
  for (const health::CheckConfig& check : service.checks) print_check(check, out);
  print_needed(service.needed, out);
  print_neighbors(service.neighbors, out);
  if (service.dampen != health::DampeningConfig{}) {
    open_section("dampen", 1, out);
    print_changed_rows(dampen_rows(), service.dampen, 2, out);
    close_section(1, out);
  }
  print_last_announcer(service.last_announcer, out);
  print_when("down", service.down, out);
  print_when("disabled", service.disabled, out);
  out.put("}\n");
}

void print_plan(const PlanConfig& plan, TextWriter& out) {
  out.put("plan ").put(plan.name).put(" {\n");
  for (const PlanStep& step : plan.steps) print_step(step, out);
  print_neighbors(plan.neighbors, out);
  for (const PlanTrigger& trigger : plan.triggers) {
    out.put("    when ").put(trigger.check.empty() ? "service " : "check ").put(trigger.service);
    if (!trigger.check.empty()) out.put('/').put(trigger.check);
    out.put(" down;\n");
  }
  print_changed_rows(plan_rows(), plan, 1, out);
  out.put("}\n");
}

}  // namespace openbell::grammar
