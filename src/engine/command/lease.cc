// renew, show leases.

#include <fmt/format.h>
#include <iterator>

#include "engine/command/command.h"
#include "engine/command/json_text.h"
#include "engine/routing/routing.h"

namespace openbell::engine {

namespace {

Reply renew_group(Invocation& call, const std::string& given) {
  const std::string& group = given.empty() ? call.client.name : given;
  if (call.parts.routing.leases.renew(group)) return Reply::done;
  return call.refuse("no leased route is in the group '" + group + "'");
}

Reply show(Invocation& call, bool json) {
  std::string text(json ? "[" : "");
  std::string_view separator = " ";
  for (const auto& [name, group] : call.parts.routing.leases.groups()) {
    auto to = std::back_inserter(text);
    if (json) {
      fmt::format_to(to, "{}{{ \"group\": {}, \"routes\": {}, \"expired\": {} }}", separator,
                     json_text(name), group.routes, group.expired);
      separator = ", ";
    } else {
      fmt::format_to(to, "lease {} routes {} expired {}\n", name, group.routes, group.expired);
    }
  }
  if (json) text += " ]\n";
  call.answer(text);
  return Reply::done;
}

}  // namespace

ActionPtr renew(CommandText& text) {
  return action([group = std::string(text.in.at_end() ? std::string_view() : text.in.word())](
                    Invocation& call) { return renew_group(call, group); });
}

ActionPtr show_leases(CommandText& text) {
  return action([json = text.in.accept("json")](Invocation& call) { return show(call, json); });
}

}  // namespace openbell::engine
