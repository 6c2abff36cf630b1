#include "tests/sim/setup.h"

#include <algorithm>

namespace openbell::sim {

namespace {

constexpr std::string_view families = "ipv4 unicast; ipv4 mpls-vpn; ipv4 flow; ipv4 nlri-mpls;";
constexpr std::string_view one_more = "ipv6 unicast;";

std::string list_of(const std::vector<std::string>& words) {
  std::string list = "[";
  for (const std::string& word : words) list += " " + word;
  return list + " ]";
}

std::string print(const ProcessSetup& process) {
  std::string text = "process " + process.name + " { run helper" + std::to_string(process.program) +
                     "; encoder json; queue 1000000;";
  if (process.withdraws) text += " on-exit withdraw";
  if (process.withdraws_after.ns != 0)
    text += " after " + std::to_string(process.withdraws_after.ns / 1'000'000) + "ms";
  return text + (process.withdraws ? "; }\n" : " }\n");
}

std::string print(const StaticRoute& said) {
  std::string text = "    route " + statement_of(said.route);
  if (!said.watchdog.empty()) text += " watchdog " + said.watchdog;
  if (said.starts_withdrawn) text += " withdraw";
  return text + ";\n";
}

std::string print_bulk(const NeighborSetup& neighbor) {
  if (neighbor.bulk_count == 0) return {};
  std::string text =
      "    attributes next-hop 10.9.9.9 med " + std::to_string(neighbor.bulk_med) + " nlri";
  Route route{.block = 64};
  for (unsigned i = 0; i < neighbor.bulk_count; ++i) {
    route.number = 256 + i;
    text += " " + prefix_of(route);
  }
  return text + ";\n";
}

std::string print(const NeighborSetup& neighbor) {
  std::string text = "neighbor " + neighbor.title + " {\n  local-address " +
                     std::string(speaker_address) + "; router-id " + std::string(speaker_address) +
                     "; local-as 65000; peer-as 65000; hold-time " +
                     std::to_string(neighbor.hold_time) + ";\n";
  if (neighbor.title == range_title) text += "  passive;\n";
  if (neighbor.rate_limit != 0)
    text += "  rate-limit " + std::to_string(neighbor.rate_limit) + ";\n";
  text += "  capability { route-refresh;";
  if (neighbor.extended_next_hop) text += " nexthop;";
  text.append(" }\n  family { ").append(families);
  if (!neighbor.without_ipv6) text.append(" ").append(one_more);
  text.append(" }\n");
  if (neighbor.extended_next_hop) text += "  nexthop { ipv4 unicast ipv6; }\n";
  if (!neighbor.processes.empty())
    text += "  api { processes " + list_of(neighbor.processes) +
            "; neighbor-changes; send { parsed; update; } }\n";
  text += "  static {\n";
  for (const StaticRoute& said : neighbor.routes) text += print(said);
  return text + print_bulk(neighbor) + "  }\n}\n";
}

std::string print(const ServiceSetup& service) {
  std::string text = "service " + service.name + " {\n";
  for (const Route& route : service.routes)
    text.append("  ").append(form_of(route)).append(" ").append(statement_of(route)).append(";\n");
  for (const CheckSetup& check : service.checks) {
    text += std::string("  check ") + (check.holds ? "hold " : "tcp ") + check.name +
            " { address 127.0.0.1:1; interval 200ms; timeout 100ms; rise " +
            std::to_string(check.rise) + "; fall " + std::to_string(check.fall) + "; }\n";
  }
  if (service.any) text += "  any;\n";
  if (service.med_down) text += "  when down { med " + std::to_string(*service.med_down) + "; }\n";
  if (service.med_disabled)
    text += "  when disabled { med " + std::to_string(*service.med_disabled) + "; }\n";
  if (!service.neighbors.empty()) text += "  neighbor " + list_of(service.neighbors) + ";\n";
  if (!service.last_announcer.empty())
    text += "  last-announcer " + list_of(service.last_announcer) + ";\n";
  return text + "}\n";
}

std::string print(const PlanStepSetup& step) {
  switch (step.kind) {
    case PlanStepSetup::Kind::up:
      return "  service " + step.service + " up;\n";
    case PlanStepSetup::Kind::down:
      return "  service " + step.service + " down;\n";
    case PlanStepSetup::Kind::announce:
      return std::string("  ").append(form_of(step.route)) + " " + statement_of(step.route) + ";\n";
    case PlanStepSetup::Kind::withdraw:
      return std::string("  withdraw ").append(form_of(step.route)) + " " +
             withdrawal_of(step.route) + ";\n";
  }
  return {};
}

std::string print(const PlanSetup& plan) {
  std::string text = "plan " + plan.name + " {\n";
  for (const PlanStepSetup& step : plan.steps) text += print(step);
  if (!plan.neighbors.empty()) text += "  neighbor " + list_of(plan.neighbors) + ";\n";
  for (const std::string& service : plan.when_down)
    text += "  when service " + service + " down;\n";
  if (!plan.armed) text += "  armed false;\n";
  return text + "}\n";
}

}  // namespace

bool in_range(const Peer& peer) {
  return peer.starts_with("10.1.0.") && peer != range_title;
}

std::vector<StaticRoute> NeighborSetup::all_routes() const {
  std::vector<StaticRoute> all = routes;
  for (unsigned i = 0; i < bulk_count; ++i)
    all.push_back({.route = {.block = 64, .number = 256 + i, .med = bulk_med}});
  return all;
}

bool NeighborSetup::has_family_of(std::string_view nlri) const {
  return !without_ipv6 || !nlri.starts_with("ipv6 unicast ");
}

std::string Setup::text() const {
  std::string text;
  for (const ProcessSetup& process : processes) text += print(process);
  for (const NeighborSetup& neighbor : neighbors) text += print(neighbor);
  for (const ServiceSetup& service : services) text += print(service);
  for (const PlanSetup& plan : plans) text += print(plan);
  if (guarded) text += "guard { frozen 00:00-01:00; }\n";
  return text;
}

std::string receiver_text(std::string_view self) {
  const std::string own(self);
  return "process watch { run helper; encoder json; }\nneighbor 10.0.0.1 {\n  local-address " +
         own + "; router-id " + own +
         "; local-as 65000; peer-as 65000;\n  capability { route-refresh; nexthop; }\n  family { " +
         std::string(families) + " " + std::string(one_more) +
         " }\n  nexthop { ipv4 unicast ipv6; }\n  api { processes [ watch ]; }\n}\n";
}

}  // namespace openbell::sim
