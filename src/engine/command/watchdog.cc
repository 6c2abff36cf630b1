// announce watchdog, withdraw watchdog: flips the routes of a watchdog on the neighbors of the
// command.

#include "engine/command/command.h"
#include "engine/policy/policies.h"
#include "engine/routing/routing.h"
#include "engine/routing/watchdog_words.h"
#include "engine/session/roster.h"

namespace openbell::engine {

namespace {

std::string unknown(const std::string& name, const std::vector<std::string>& names) {
  std::string text = "no route has the watchdog " + name;
  if (names.empty()) return text + ", nor any other";
  text += "; there are";
  for (const std::string& each : names) text.append(&each == &names.front() ? " " : ", ") += each;
  return text;
}

Reply change(Invocation& call, const std::string& given, bgp::Purpose purpose) {
  Parts& parts = call.parts;
  WatchdogStatement statement{
      .watchdog = given.empty() ? call.client.name : given,
      .purpose = purpose,
      .audience = call.audience,
      .configured = {},
      .count = [&guard = parts.policies.guard](std::size_t routes) { guard.count(routes); },
      .none = {}};
  statement.none = [&log = parts.ports.log, name = statement.watchdog](const auto& names) {
    log.log(4, "api", unknown(name, names));
  };
  parts.roster.for_each_configured([&](const Neighbor& neighbor) {
    rib::Audience whom = neighbor.audience() & call.audience;
    if (!whom.empty() && !neighbor.routes().watched().empty())
      statement.configured.push_back({std::move(whom), neighbor.shared_routes()});
  });
  const Voice voice{.claimant = call.client.claimant, .priority = call.priority, .quiet = true};
  call.outcome = begin_words(
      parts.routing, watchdog_words(parts.routing, std::move(statement), voice, call.cause));
  call.outcome.reached = parts.routing.peers.snapshot(call.audience);
  // A slice that is news has its record.
  if (call.outcome.range.empty()) call.note("done");
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
