// announce and withdraw: route, attributes, ipv4, ipv6, flow.

#include "engine/command/command.h"
#include "engine/policy/policies.h"
#include "engine/report/publisher.h"
#include "engine/routing/routing.h"
#include "engine/routing/statement.h"

namespace openbell::engine {

namespace {

/// A statement of more routes is said in slices.
constexpr std::size_t at_once_max = 1024;

/// Takes a statement in.
class Taker final : public grammar::RouteSink {
 public:
  Taker(Statement& statement, const rib::Claims& claims) : statement_(statement), claims_(claims) {}

  void route(const grammar::RouteView& route) override {
    if (statement_.routes.size() < Transaction::looked_ahead) claims_.expect(route.nlri);
    if (statement_.routes.empty()) {
      statement_.lease = route.lease;
      if (route.lease.ns != 0) statement_.lease_group = route.lease_group;
    }
    statement_.routes.route(route);
  }

 private:
  Statement& statement_;
  const rib::Claims& claims_;
};

/// "service a announces it: service a down"
std::string holder_of(const Policies& policies, rib::Claimant claimant) {
  if (const Service* service = policies.services.find(claimant))
    return "service " + service->name() + " announces it: service " + service->name() + " down";
  if (const Plan* plan = policies.plans.find(claimant))
    return "plan " + plan->name() + " announces it: plan revert " + plan->name();
  return "it is claimed by what is being removed";
}

/// There can be a million a second: of no interest where no record is kept.
void note_changes(const Invocation& call, std::string_view result) {
  Publisher& publisher = call.parts.publisher;
  if (publisher.keeps_record()) publish(publisher, call.cause, result, call.outcome);
}

/// What is wrong with what was done; empty: nothing.
std::string complaint_about(const Invocation& call) {
  const Outcome& outcome = call.outcome;
  if (outcome.refused != 0) return holder_of(call.parts.policies, outcome.holder);
  if (outcome.unable != 0) return outcome.unable_why;
  return outcome.leased ? std::string() : no_more_leases();
}

ActionPtr parse(CommandText& text, grammar::RouteForm form, bgp::Family family,
                bgp::Purpose purpose) {
  if (text.spare == nullptr) text.spare = std::make_unique<ChangeRoutes>();
  Statement& statement = static_cast<ChangeRoutes&>(*text.spare).statement;
  statement.routes.clear();
  statement.purpose = purpose;
  Taker taker(statement, text.claims);
  if (!text.routes.parse(text.in, form, family, purpose, taker)) {
    const base::Complaint& complaint = text.in.complaint();
    return text.refuse("wanted " + complaint.wanted + ", found '" + complaint.found +
                       "' at column " + std::to_string(complaint.offset + 1));
  }
  return std::move(text.spare);
}

ActionPtr parse_family(CommandText& text, std::string_view afi, bgp::Purpose purpose) {
  bgp::Family family{};
  const std::string_view safi = text.in.peek();
  if (!bgp::find_family(afi, safi, family))
    return text.refuse("wanted a family of " + std::string(afi));
  if (!bgp::originates(family)) return later_family(text);
  text.in.word();
  return parse(text, grammar::RouteForm::family, family, purpose);
}

ActionPtr parse_flow(CommandText& text, bgp::Purpose purpose) {
  if (!text.in.accept("route")) return text.refuse("wanted 'route' after flow");
  return parse(text, grammar::RouteForm::flow, bgp::Family::ipv4_flow, purpose);
}

/// What slices have still to withdraw is no route of a watchdog from now on: one that is turned
/// before they come does not bring it back.
void leave_watchdogs(const Invocation& call, const Statement& statement, std::size_t from) {
  WatchdogTable& watchdogs = call.parts.routing.watchdogs;
  for (std::size_t i = from; i < statement.routes.size() && !watchdogs.empty(); ++i) {
    const grammar::RouteView route = statement.at(i);
    watchdogs.forget(route.nlri, call.audience);
    if (const auto groups = route.group_family())
      watchdogs.forget(route.nlri_in(*groups), call.audience);
  }
}

}  // namespace

Reply ChangeRoutes::carry_out(Invocation& call) {
  Parts& parts = call.parts;
  if (call.audience.empty()) return call.refuse("no neighbor lists this helper");
  Transaction transaction(parts.routing, {.cause = call.cause,
                                          .claimant = call.client.claimant,
                                          .priority = call.priority,
                                          .parts = true});
  if (statement.lease.ns != 0 && statement.lease_group.empty())
    statement.lease_group = call.client.name;
  const std::size_t routes = statement.routes.size();
  const std::size_t at_once = std::min(routes, at_once_max);
  for (std::size_t i = 0; i < at_once; ++i) {
    transaction.expect(statement.routes, i + Transaction::looked_ahead);
    transaction.change(statement.at(i), call.audience, statement.purpose);
  }
  // The answer is for the whole statement, and does not wait for the slices.
  for (std::size_t i = at_once; i < routes; ++i)
    transaction.foresee(statement.at(i), call.audience, statement.purpose);
  if (statement.purpose == bgp::Purpose::withdraw) leave_watchdogs(call, statement, at_once);
  call.outcome = transaction.commit();
  parts.policies.guard.count(routes);
  const std::string complaint = complaint_about(call);
  const std::string_view result = complaint.empty() ? "done" : "done in part";
  if (routes > at_once)
    call.outcome.rest = &parts.routing.jobs.add(
        say_rest(parts.routing, std::exchange(statement, {}), at_once, call.audience,
                 {.claimant = call.client.claimant, .parts = true}, call.cause, result));
  if (!complaint.empty()) {
    if (!call.outcome.range.empty()) note_changes(call, result);
    return call.refuse(complaint);
  }
  const bool nobody = call.outcome.reached.empty();
  if (nobody)
    parts.ports.log.log(
        4, "api",
        "no neighbor has the family of: " + std::string(call.cause.command.substr(0, 512)));
  note_changes(call, nobody ? "done, no neighbor has the family" : result);
  return Reply::done;
}

ActionPtr announce_route(CommandText& text) {
  return parse(text, grammar::RouteForm::route, {}, bgp::Purpose::announce);
}
ActionPtr withdraw_route(CommandText& text) {
  return parse(text, grammar::RouteForm::route, {}, bgp::Purpose::withdraw);
}
ActionPtr announce_attributes(CommandText& text) {
  return parse(text, grammar::RouteForm::attributes, {}, bgp::Purpose::announce);
}
ActionPtr withdraw_attributes(CommandText& text) {
  return parse(text, grammar::RouteForm::attributes, {}, bgp::Purpose::withdraw);
}
ActionPtr announce_ipv4(CommandText& text) {
  return parse_family(text, "ipv4", bgp::Purpose::announce);
}
ActionPtr announce_ipv6(CommandText& text) {
  return parse_family(text, "ipv6", bgp::Purpose::announce);
}
ActionPtr withdraw_ipv4(CommandText& text) {
  return parse_family(text, "ipv4", bgp::Purpose::withdraw);
}
ActionPtr withdraw_ipv6(CommandText& text) {
  return parse_family(text, "ipv6", bgp::Purpose::withdraw);
}
ActionPtr announce_flow(CommandText& text) {
  return parse_flow(text, bgp::Purpose::announce);
}
ActionPtr withdraw_flow(CommandText& text) {
  return parse_flow(text, bgp::Purpose::withdraw);
}
ActionPtr later_family(CommandText& text) {
  return text.refuse("routes of this family cannot be originated yet");
}

}  // namespace openbell::engine
