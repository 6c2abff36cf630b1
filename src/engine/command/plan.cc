// Commands about plans, drills and guards.

#include <fmt/format.h>
#include <iterator>

#include "engine/command/command.h"
#include "grammar/duration.h"

namespace openbell::engine {

namespace {

std::string json_text(std::string_view value) {
  std::string text;
  base::TextWriter(text).json_string(value);
  return text;
}

/// Every message that running it now would send, in hexadecimal.
void print_messages(const State& state, const Plan& plan, std::string& out) {
  const PeerMessages messages = plan.messages();
  if (messages.empty()) out += "plan " + plan.name() + " would send nothing to anybody now\n";
  for (const auto& [peer, bytes] : messages) {
    for (base::Bytes rest = bytes; !rest.empty();) {
      const base::Bytes message = rest.first(base::load16(rest.data() + 16));
      rest = rest.subspan(message.size());
      base::TextWriter to(out);
      to.put("plan ").put(plan.name()).put(" neighbor ");
      to.put(state.neighbors[peer]->peer_address().text()).put(" update ");
      to.hex(message).put('\n');
    }
  }
}

std::string_view state_of(const Plan& plan) {
  if (plan.running()) return "running";
  if (!plan.armed()) return "disarmed";
  return plan.fresh() ? "armed" : "being armed";
}

Reply change_plan(Invocation& call, Plan& plan, std::string_view word) {
  State& state = call.state;
  if (word == "arm" || word == "disarm") {
    const bool arms = word == "arm";
    if (arms && !plan.arm()) return call.refuse("the plan has more than 1024 routes");
    if (!arms) plan.disarm();
    PlanChanged changed;
    changed.cause = state.publisher.keep(call.cause);
    changed.plan = state.publisher.keep(plan.name());
    changed.state = arms ? "armed" : "disarmed";
    state.publisher.publish(state.now, changed);
    return Reply::done;
  }
  if (word == "run" && plan.running()) return call.refuse("the plan is running");
  if (word == "revert" && !plan.running()) return call.refuse("the plan is not running");
  if (!call.released && state.guard.active())
    if (const std::string objection = state.guard.objection(call.helper); !objection.empty())
      return state.guard.hold(call.helper, call.cause.command, objection) != 0
                 ? Reply::held
                 : call.refuse("a guard holds changes and cannot hold more");
  call.outcome = word == "run" ? plan.run(call.cause, {}) : plan.revert(call.cause);
  call.writes_now = true;
  return Reply::done;
}

bool parse_number(std::string_view word, std::uint64_t& number) {
  return base::parse_decimal(word, UINT64_MAX, number);
}

}  // namespace

Reply plan(Invocation& call, base::TextReader& in) {
  const std::string word(in.word());
  if (word != "show" && word != "run" && word != "revert" && word != "arm" && word != "disarm")
    return call.refuse("wanted show, run, revert, arm or disarm, found '" + word + "'");
  const std::string plan_name(in.word());
  Plan* plan = call.state.plans.find(plan_name);
  if (plan == nullptr) return call.refuse("no plan is called '" + plan_name + "'");
  if (word != "show") return change_plan(call, *plan, word);
  std::string text;
  print_messages(call.state, *plan, text);
  call.helper.answer(text);
  return Reply::done;
}

Reply show_plans(Invocation& call, base::TextReader& in) {
  const bool json = in.accept("json");
  std::string text(json ? "[" : "");
  std::string_view separator = " ";
  for (const auto& plan : call.state.plans.all()) {
    if (json) {
      fmt::format_to(std::back_inserter(text),
                     "{}{{ \"name\": {}, \"state\": \"{}\", \"runs\": {} }}", separator,
                     json_text(plan->name()), state_of(*plan), plan->runs());
      separator = ", ";
    } else {
      fmt::format_to(std::back_inserter(text), "plan {} {} runs {}\n", plan->name(),
                     state_of(*plan), plan->runs());
    }
  }
  if (json) text += " ]\n";
  call.helper.answer(text);
  return Reply::done;
}

Reply drill(Invocation& call, base::TextReader& in) {
  const std::string plan_name(in.word());
  const Plan* plan = call.state.plans.find(plan_name);
  if (plan == nullptr) return call.refuse("no plan is called '" + plan_name + "'");
  std::optional<base::Duration> budget;
  if (in.accept("budget")) {
    base::Duration duration;
    const std::string word(in.word());
    if (!grammar::read_duration(word, duration) || duration.ns <= 0)
      return call.refuse("wanted a budget such as 300us, found '" + word + "'");
    budget = duration;
  }
  const std::string why = call.state.drills.begin(*plan, call.helper, budget);
  return why.empty() ? Reply::none : call.refuse(why);
}

Reply guard(Invocation& call, base::TextReader& in) {
  const std::string word(in.word());
  const std::string which(in.word());
  if (word != "release" && word != "drop")
    return call.refuse("wanted release or drop, found '" + word + "'");
  std::vector<std::uint64_t> numbers;
  std::uint64_t number = 0;
  if (which == "all") {
    for (const Guard::Held& held : call.state.guard.held()) numbers.push_back(held.number);
  } else if (parse_number(which, number)) {
    numbers.push_back(number);
  } else {
    return call.refuse("wanted the number of a held change or all, found '" + which + "'");
  }
  for (const std::uint64_t one : numbers) {
    const bool known = word == "release" ? call.state.guard.release(one, call.cause)
                                         : call.state.guard.drop(one, call.cause);
    // Releasing one may settle another.
    if (!known && which != "all") return call.refuse("no held change has the number " + which);
  }
  return Reply::done;
}

Reply show_guard(Invocation& call, base::TextReader& in) {
  const bool json = in.accept("json");
  const State& state = call.state;
  std::string text(json ? "[" : "");
  std::string_view separator = " ";
  for (const Guard::Held& held : state.guard.held()) {
    const std::string change = held.service.empty()
                                   ? held.command
                                   : "service " + held.service + " " + std::string(name(held.to));
    if (json) {
      fmt::format_to(std::back_inserter(text),
                     "{}{{ \"number\": {}, \"change\": {}, \"by\": {}, \"reason\": {}, "
                     "\"utc_ns\": {} }}",
                     separator, held.number, json_text(change), json_text(held.helper),
                     json_text(held.reason), held.utc_ns);
      separator = ", ";
    } else {
      fmt::format_to(std::back_inserter(text), "held {} ({}): {}\n", held.number, held.reason,
                     change);
    }
  }
  if (json) text += " ]\n";
  call.helper.answer(text);
  return Reply::done;
}

}  // namespace openbell::engine
