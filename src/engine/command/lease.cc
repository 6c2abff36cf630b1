// renew, show leases.

#include <fmt/format.h>

#include "engine/command/command.h"
#include "engine/command/list_report.h"
#include "engine/routing/routing.h"

namespace openbell::engine {

namespace {

Reply renew_group(Invocation& call, const std::string& given) {
  const std::string& group = given.empty() ? call.client.name : given;
  if (call.parts.routing.leases.renew(group)) return Reply::done;
  return call.refuse("no leased route is in the group '" + group + "'");
}

Reply list_leases(Invocation& call, bool json) {
  const auto print = [&](std::string& out, const auto& each) {
    const auto& [name, group] = each;
    out += json ? fmt::format("{{ \"group\": {}, \"routes\": {}, \"expired\": {} }}",
                              json_text(name), group.routes, group.expired)
                : fmt::format("lease {} routes {} expired {}\n", name, group.routes, group.expired);
  };
  call.answer(list_report(call.parts.routing.leases.groups(), json, print));
  return Reply::done;
}

}  // namespace

ActionPtr renew(CommandText& text) {
  return action([group = std::string(text.in.at_end() ? std::string_view() : text.in.word())](
                    Invocation& call) { return renew_group(call, group); });
}

ActionPtr show_leases(CommandText& text) {
  return action(
      [json = text.in.accept("json")](Invocation& call) { return list_leases(call, json); });
}

}  // namespace openbell::engine
