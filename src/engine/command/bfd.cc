// show bfd.

#include <fmt/format.h>
#include <iterator>

#include "engine/command/command.h"
#include "engine/command/list_report.h"
#include "engine/policy/policies.h"

namespace openbell::engine {

namespace {

Reply list_sessions(Invocation& call, bool json) {
  Parts& parts = call.parts;
  const std::vector<BfdEntry>& sessions = parts.policies.bfd.all();
  std::string text(json ? "[" : "");
  std::string_view separator = " ";
  const auto seconds_since = [&](base::Tick then) {
    return static_cast<double>((parts.turn.now.tick - then).ns) / 1e9;
  };
  for (std::uint32_t id = 0; id < sessions.size(); ++id) {
    const BfdEntry& entry = sessions[id];
    if (!entry.used) continue;
    const bfd::Statistics counted = parts.ports.bfd.bfd_statistics(bfd::SessionId{id});
    const bfd::Report& report = entry.report;
    auto to = std::back_inserter(text);
    if (json) {
      fmt::format_to(
          to,
          "{}{{ \"name\": {}, \"peer\": \"{}\", \"state\": \"{}\", \"remote\": \"{}\", "
          "\"diagnostic\": \"{}\", \"seconds\": {:.6f}, \"transmit_ns\": {}, \"detection_ns\": {}, "
          "\"sent\": {}, \"received\": {}, \"discarded\": {}, \"downs\": {}, "
          "\"transmit_late_max_ns\": {}, \"error\": {} }}",
          separator, json_text(entry.config.name), entry.config.peer_address.text(),
          bfd::name(report.state), bfd::name(report.remote_state), bfd::name(report.diagnostic),
          seconds_since(entry.since), counted.transmit.ns, counted.detection.ns, counted.sent,
          counted.received, counted.discarded, counted.downs, counted.transmit_late_max.ns,
          json_text(entry.error));
      separator = ", ";
      continue;
    }
    fmt::format_to(to,
                   "bfd {} {} for {:.3f}s transmit {:.3f}ms detection {:.3f}ms sent {} received {} "
                   "discarded {} downs {}{}{}\n",
                   entry.config.name.empty() ? "neighbor " + entry.config.peer_address.text()
                                             : entry.config.name,
                   bfd::name(report.state), seconds_since(entry.since),
                   static_cast<double>(counted.transmit.ns) / 1e6,
                   static_cast<double>(counted.detection.ns) / 1e6, counted.sent, counted.received,
                   counted.discarded, counted.downs, entry.error.empty() ? "" : " ", entry.error);
  }
  if (json) text += " ]\n";
  call.answer(text);
  return Reply::done;
}

}  // namespace

ActionPtr show_bfd(CommandText& text) {
  return action(
      [json = text.in.accept("json")](Invocation& call) { return list_sessions(call, json); });
}

}  // namespace openbell::engine
