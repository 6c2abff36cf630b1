// Commands about plans and drills.

#include <fmt/format.h>

#include "engine/command/command.h"
#include "engine/command/list_report.h"
#include "engine/policy/policies.h"
#include "engine/report/publisher.h"
#include "engine/session/roster.h"
#include "grammar/duration.h"

namespace openbell::engine {

namespace {

std::string unknown(const std::string& name) {
  return "no plan is called '" + name + "'";
}

/// Every message that running it now would send, in hexadecimal.
void print_messages(const Parts& parts, const Plan& plan, std::string& out) {
  const PeerMessages messages = plan.messages();
  if (messages.empty()) out += "plan " + plan.name() + " would send nothing to anybody now\n";
  for (const auto& [peer, bytes] : messages) {
    for (base::Bytes rest = bytes; !rest.empty();) {
      const base::Bytes message = rest.first(base::load16(rest.data() + 16));
      rest = rest.subspan(message.size());
      base::TextWriter to(out);
      to.put("plan ").put(plan.name()).put(" neighbor ");
      to.put(parts.roster[peer].peer_address().text()).put(" update ");
      to.hex(message).put('\n');
    }
  }
}

std::string_view state_of(const Plan& plan) {
  if (plan.running()) return "running";
  if (!plan.armed()) return "disarmed";
  return plan.fresh() ? "armed" : "being armed";
}

class RunPlan final : public Action {
 public:
  enum class What : std::uint8_t { run, revert };
  RunPlan(std::string name, What what) : name_(std::move(name)), what_(what) {}

  [[nodiscard]] std::string objection(const Parts& parts) const override {
    const Plan* plan = parts.policies.plans.find(name_);
    if (plan == nullptr) return unknown(name_);
    if (what_ == What::run && plan->running()) return "the plan is running";
    return what_ == What::revert && !plan->running() ? "the plan is not running" : std::string();
  }
  Reply carry_out(Invocation& call) override {
    if (const std::string why = objection(call.parts); !why.empty()) return call.refuse(why);
    PlanTable& plans = call.parts.policies.plans;
    call.outcome = what_ == What::run ? plans.find(name_)->run(call.cause, {})
                                      : plans.revert(name_, call.cause);
    call.writes_now = true;
    return Reply::done;
  }

 private:
  std::string name_;
  What what_;
};

Reply arm(Invocation& call, const std::string& name, bool arms) {
  Plan* plan = call.parts.policies.plans.find(name);
  if (plan == nullptr) return call.refuse(unknown(name));
  if (arms && !plan->arm()) return call.refuse("the plan has more than 1024 routes");
  if (!arms) plan->disarm();
  Publisher& publisher = call.parts.publisher;
  PlanChanged changed;
  changed.cause = publisher.keep(call.cause);
  changed.plan = publisher.keep(name);
  changed.state = arms ? "armed" : "disarmed";
  publisher.publish(changed);
  return Reply::done;
}

Reply show_steps(Invocation& call, const std::string& name) {
  const Plan* plan = call.parts.policies.plans.find(name);
  if (plan == nullptr) return call.refuse(unknown(name));
  std::string text;
  print_messages(call.parts, *plan, text);
  call.answer(text);
  return Reply::done;
}

Reply list_plans(Invocation& call, bool json) {
  const auto print = [&](std::string& out, const auto& plan) {
    out += json ? fmt::format("{{ \"name\": {}, \"state\": \"{}\", \"armed\": {}, \"runs\": {} }}",
                              json_text(plan->name()), state_of(*plan), plan->armed(), plan->runs())
                : fmt::format("plan {} {} runs {}\n", plan->name(), state_of(*plan), plan->runs());
  };
  call.answer(list_report(call.parts.policies.plans.all(), json, print));
  return Reply::done;
}

Reply rehearse(Invocation& call, const std::string& name, std::optional<base::Duration> budget) {
  const Plan* plan = call.parts.policies.plans.find(name);
  if (plan == nullptr) return call.refuse(unknown(name));
  const std::string why = call.parts.policies.drills.begin(*plan, call.client, budget);
  return why.empty() ? Reply::none : call.refuse(why);
}

}  // namespace

ActionPtr plan(CommandText& text) {
  const std::string word(text.in.word());
  std::string name(text.in.word());
  if (word == "show")
    return action([name = std::move(name)](Invocation& call) { return show_steps(call, name); });
  text.role = Role::operate;
  if (word == "arm" || word == "disarm")
    return action([name = std::move(name), arms = word == "arm"](Invocation& call) {
      return arm(call, name, arms);
    });
  text.guarded = true;
  if (word == "run") return std::make_unique<RunPlan>(std::move(name), RunPlan::What::run);
  if (word == "revert") return std::make_unique<RunPlan>(std::move(name), RunPlan::What::revert);
  return text.refuse("wanted show, run, revert, arm or disarm, found '" + word + "'");
}

ActionPtr show_plans(CommandText& text) {
  return action(
      [json = text.in.accept("json")](Invocation& call) { return list_plans(call, json); });
}

ActionPtr drill(CommandText& text) {
  std::string name(text.in.word());
  std::optional<base::Duration> budget;
  if (text.in.accept("budget")) {
    base::Duration duration;
    const std::string word(text.in.word());
    if (!grammar::read_duration(word, duration) || duration.ns <= 0)
      return text.refuse("wanted a budget such as 300us, found '" + word + "'");
    budget = duration;
  }
  return action(
      [name = std::move(name), budget](Invocation& call) { return rehearse(call, name, budget); });
}

}  // namespace openbell::engine
