// announce and withdraw: route, attributes, ipv4, ipv6, flow, watchdog.

#include "engine/command/command.h"
#include "engine/routing/bulk_words.h"

namespace openbell::engine {

namespace {

/// A statement of more routes is said in slices.
constexpr std::size_t at_once_max = 1024;

/// Says routes as a parser gives them; from some number on it only collects them.
class Speaker final : public grammar::RouteSink {
 public:
  Speaker(Invocation& call, const Voice& voice, bgp::Purpose purpose)
      : call_(call), transaction_(call.state, voice), purpose_(purpose) {}

  void route(const grammar::RouteView& route) override {
    if (count_ == at_once_max) return rest_.route(route);
    ++count_;
    purpose_ == bgp::Purpose::announce ? transaction_.announce(route, call_.audience)
                                       : transaction_.withdraw(route, call_.audience);
  }
  Outcome commit() { return transaction_.commit(); }
  [[nodiscard]] grammar::RouteList& rest() { return rest_; }

 private:
  Invocation& call_;
  Transaction transaction_;
  bgp::Purpose purpose_;
  std::size_t count_ = 0;
  grammar::RouteList rest_;
};

Voice voice_of(const Invocation& call) {
  return {call.cause, call.helper.claimant, call.priority, call.helper.name()};
}

/// "service a announces it: service a down"
std::string holder_of(const State& state, rib::Claimant claimant) {
  if (const Service* service = state.services.find(claimant))
    return "service " + service->name() + " announces it: service " + service->name() + " down";
  if (const Plan* plan = state.plans.find(claimant))
    return "plan " + plan->name() + " announces it: plan revert " + plan->name();
  return "it is claimed by what is being removed";
}

void publish(Invocation& call, std::string_view result) {
  const Outcome& outcome = call.outcome;
  Publisher& publisher = call.state.publisher;
  publisher.publish(
      call.state.now,
      RoutesChanged{
          publisher.keep(call.cause), result, {}, outcome.news, outcome.range, outcome.changed});
}

/// What is wrong with what was done; empty: nothing.
std::string complaint_about(const Invocation& call) {
  const Outcome& outcome = call.outcome;
  if (outcome.refused != 0) return holder_of(call.state, outcome.holder);
  if (outcome.unable != 0 && outcome.reached.empty()) return outcome.unable_why;
  if (!outcome.leased)
    return "more than " + std::to_string(LeaseTable::leases_max) +
           " leases: the route was announced without one";
  return {};
}

Reply change_routes(Invocation& call, base::TextReader& in, grammar::RouteForm form,
                    bgp::Family family, bgp::Purpose purpose) {
  State& state = call.state;
  if (call.audience.empty()) return call.refuse("no neighbor lists this helper");
  Speaker speaker(call, voice_of(call), purpose);
  if (!state.parser.parse(in, form, family, purpose, speaker)) {
    const base::Complaint& complaint = in.complaint();
    return call.refuse("wanted " + complaint.wanted + ", found '" + complaint.found +
                       "' at column " + std::to_string(complaint.offset + 1));
  }
  call.outcome = speaker.commit();
  state.guard.count(call.outcome.routes + speaker.rest().size());
  if (!speaker.rest().empty()) {
    state.jobs.push_back(say_routes(state, std::move(speaker.rest()), call.audience, purpose,
                                    {.claimant = call.helper.claimant}, call.cause));
    call.outcome.rest = state.jobs.back().get();
  }
  std::string complaint = complaint_about(call);
  if (!in.at_end())
    complaint =
        "wanted nothing after the end of the statement, found '" + std::string(in.peek()) + "'";
  if (!complaint.empty()) {
    if (!call.outcome.range.empty()) publish(call, "done in part");
    return call.refuse(complaint);
  }
  const bool nobody = call.outcome.reached.empty();
  if (nobody)
    state.host.log(
        4, "api",
        "no neighbor has the family of: " + std::string(call.cause.command.substr(0, 512)));
  publish(call, nobody ? "done, no neighbor has the family" : "done");
  return Reply::done;
}

Reply change_family(Invocation& call, base::TextReader& in, std::string_view afi,
                    bgp::Purpose purpose) {
  bgp::Family family{};
  const std::string_view safi = in.peek();
  if (!bgp::find_family(afi, safi, family))
    return call.refuse("wanted a family of " + std::string(afi));
  if (!bgp::originates(family)) return later_family(call, in);
  in.word();
  return change_routes(call, in, grammar::RouteForm::family, family, purpose);
}

Reply change_flow(Invocation& call, base::TextReader& in, bgp::Purpose purpose) {
  if (!in.accept("route")) return call.refuse("wanted 'route' after flow");
  return change_routes(call, in, grammar::RouteForm::flow, bgp::Family::ipv4_flow, purpose);
}

/// Flips the routes of a watchdog on the neighbors of the command.
Reply change_watchdog(Invocation& call, base::TextReader& in, bgp::Purpose purpose) {
  const std::string name(in.at_end() ? std::string_view(call.helper.name()) : in.peek());
  State& state = call.state;
  const bool announces = purpose == bgp::Purpose::announce;
  state.watchdogs.set(name, call.audience, announces);
  Transaction transaction(state, voice_of(call));
  state.watchdogs.for_each(
      name, call.audience, [&](grammar::RouteView route, const rib::Audience& whom) {
        route.watchdog = {};
        announces ? transaction.announce(route, whom) : transaction.withdraw(route, whom);
      });
  call.outcome = transaction.commit();
  state.guard.count(call.outcome.routes);
  publish(call, "done");
  return Reply::done;
}

}  // namespace

Reply announce_route(Invocation& call, base::TextReader& in) {
  return change_routes(call, in, grammar::RouteForm::route, {}, bgp::Purpose::announce);
}
Reply withdraw_route(Invocation& call, base::TextReader& in) {
  return change_routes(call, in, grammar::RouteForm::route, {}, bgp::Purpose::withdraw);
}
Reply announce_attributes(Invocation& call, base::TextReader& in) {
  return change_routes(call, in, grammar::RouteForm::attributes, {}, bgp::Purpose::announce);
}
Reply withdraw_attributes(Invocation& call, base::TextReader& in) {
  return change_routes(call, in, grammar::RouteForm::attributes, {}, bgp::Purpose::withdraw);
}
Reply announce_ipv4(Invocation& call, base::TextReader& in) {
  return change_family(call, in, "ipv4", bgp::Purpose::announce);
}
Reply announce_ipv6(Invocation& call, base::TextReader& in) {
  return change_family(call, in, "ipv6", bgp::Purpose::announce);
}
Reply withdraw_ipv4(Invocation& call, base::TextReader& in) {
  return change_family(call, in, "ipv4", bgp::Purpose::withdraw);
}
Reply withdraw_ipv6(Invocation& call, base::TextReader& in) {
  return change_family(call, in, "ipv6", bgp::Purpose::withdraw);
}
Reply announce_flow(Invocation& call, base::TextReader& in) {
  return change_flow(call, in, bgp::Purpose::announce);
}
Reply withdraw_flow(Invocation& call, base::TextReader& in) {
  return change_flow(call, in, bgp::Purpose::withdraw);
}
Reply announce_watchdog(Invocation& call, base::TextReader& in) {
  return change_watchdog(call, in, bgp::Purpose::announce);
}
Reply withdraw_watchdog(Invocation& call, base::TextReader& in) {
  return change_watchdog(call, in, bgp::Purpose::withdraw);
}
Reply later_family(Invocation& call, base::TextReader&) {
  return call.refuse("routes of this family cannot be originated yet");
}

}  // namespace openbell::engine
