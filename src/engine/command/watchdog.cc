// announce watchdog, withdraw watchdog: flips the routes of a watchdog on the neighbors of the
// command.

#include "engine/command/command.h"
#include "engine/policy/policies.h"
#include "engine/report/publisher.h"
#include "engine/routing/routing.h"
#include "engine/session/roster.h"

namespace openbell::engine {

namespace {

using VisitRoute = std::function<void(const grammar::RouteView&, const rib::Audience&)>;

/// Every route of a watchdog in the configuration that concerns some of `audience`.
void for_each_configured(const Roster& roster, std::string_view watchdog,
                         const rib::Audience& audience, const VisitRoute& visit) {
  roster.for_each_configured([&](const Neighbor& neighbor) {
    const rib::Audience whom = neighbor.audience() & audience;
    if (whom.empty()) return;
    const grammar::RouteList& routes = neighbor.routes();
    for (const std::uint32_t place : routes.watched())
      if (const grammar::RouteView route = routes.at(place); route.watchdog == watchdog)
        visit(route, whom);
  });
}

Reply change(Invocation& call, const std::string& given, bgp::Purpose purpose) {
  Parts& parts = call.parts;
  const std::string& name = given.empty() ? call.client.name : given;
  parts.routing.watchdogs.set(name, call.audience, purpose == bgp::Purpose::announce);
  Transaction transaction(parts.routing, {call.cause, call.client.claimant, call.priority});
  const VisitRoute say = [&](grammar::RouteView route, const rib::Audience& whom) {
    route.watchdog = {};
    transaction.change(route, whom, purpose);
  };
  for_each_configured(parts.roster, name, call.audience, say);
  parts.routing.watchdogs.for_each(name, call.audience, say);
  call.outcome = transaction.commit();
  call.outcome.reached = parts.routing.peers.snapshot(call.audience);
  parts.policies.guard.count(call.outcome.routes);
  Publisher& publisher = parts.publisher;
  publisher.publish(RoutesChanged{publisher.keep(call.cause),
                                  "done",
                                  {},
                                  call.outcome.news,
                                  call.outcome.range,
                                  call.outcome.changed});
  return Reply::done;
}

ActionPtr parse(CommandText& text, bgp::Purpose purpose) {
  return action([name = std::string(text.in.at_end() ? std::string_view() : text.in.word()),
                 purpose](Invocation& call) { return change(call, name, purpose); });
}

}  // namespace

ActionPtr announce_watchdog(CommandText& text) {
  return parse(text, bgp::Purpose::announce);
}

ActionPtr withdraw_watchdog(CommandText& text) {
  return parse(text, bgp::Purpose::withdraw);
}

}  // namespace openbell::engine
