// Commands about what guards hold.

#include <fmt/format.h>
#include <iterator>

#include "engine/command/command.h"
#include "engine/command/list_report.h"
#include "engine/policy/policies.h"

namespace openbell::engine {

namespace {

enum class What : std::uint8_t { release, drop };

/// `number`: none means all.
Reply settle(Invocation& call, What what, std::optional<std::uint64_t> number) {
  Guard& guard = call.parts.policies.guard;
  std::vector<std::uint64_t> numbers;
  if (number) {
    numbers.push_back(*number);
  } else {
    for (const Guard::Held& held : guard.held()) numbers.push_back(held.number);
  }
  for (const std::uint64_t one : numbers) {
    const bool known =
        what == What::release ? guard.release(one, call.cause) : guard.drop(one, call.cause);
    // Releasing one may settle another.
    if (!known && number)
      return call.refuse("no held change has the number " + std::to_string(one));
    // As if each had been released by a command of its own.
    call.parts.policies.carry_out_consequences();
  }
  return Reply::done;
}

Reply list_guards(Invocation& call, bool json) {
  const auto print = [&](std::string& out, const Guard::Held& held) {
    if (!json) {
      fmt::format_to(std::back_inserter(out), "held {} ({}): {}\n", held.number, held.reason,
                     held.change());
      return;
    }
    const std::string by = held.command == nullptr ? std::string() : held.command->client();
    fmt::format_to(
        std::back_inserter(out),
        "{{ \"number\": {}, \"change\": {}, \"by\": {}, \"reason\": {}, \"utc_ns\": {} }}",
        held.number, json_text(held.change()), json_text(by), json_text(held.reason), held.utc_ns);
  };
  call.answer(list_report(call.parts.policies.guard.held(), json, print));
  return Reply::done;
}

}  // namespace

ActionPtr guard(CommandText& text) {
  const std::string word(text.in.word());
  const std::string which(text.in.word());
  if (word != "release" && word != "drop")
    return text.refuse("wanted release or drop, found '" + word + "'");
  std::optional<std::uint64_t> number;
  if (which != "all" && !base::parse_decimal(which, UINT64_MAX, number.emplace()))
    return text.refuse("wanted the number of a held change or all, found '" + which + "'");
  const What what = word == "release" ? What::release : What::drop;
  return action([what, number](Invocation& call) { return settle(call, what, number); });
}

ActionPtr show_guard(CommandText& text) {
  return action(
      [json = text.in.accept("json")](Invocation& call) { return list_guards(call, json); });
}

}  // namespace openbell::engine
