// show neighbor: reports as ExaBGP 5.0 prints them.

#include "engine/command/command.h"
#include "engine/command/show_neighbor.h"
#include "engine/session/roster.h"

namespace openbell::engine {

namespace {

struct Asked {
  bool summary = false;
  bool extensive = false;
  bool configuration = false;
  bool json = false;
  base::IpAddress only;  // none: all
};

Reply list_neighbors(Invocation& call, const Asked& asked) {
  std::string out;
  if (!asked.summary && !asked.extensive && !asked.configuration && !asked.json) {
    call.answer(
        "please specify summary, extensive or configuration\n"
        "you can filter by peer ip address adding it after the word neighbor\n");
    return Reply::done;
  }
  if (asked.json) out += '[';
  if (asked.summary && !asked.json) print_summary_header(out);
  const base::Tick now = call.parts.turn.now.tick;
  std::string_view separator;
  call.parts.roster.for_each(call.audience, [&](const Neighbor& neighbor) {
    if (asked.only && neighbor.peer_address() != asked.only) return;
    if (asked.json) {
      out += separator;
      print_neighbor_json(neighbor, now, out);
      separator = ", ";
    } else if (asked.summary) {
      print_summary(neighbor, now, out);
    } else if (asked.extensive) {
      print_extensive(neighbor, now, out);
    } else {
      out += grammar::print_neighbor(neighbor.config(), call.parts.configuration);
    }
  });
  if (asked.json) out += "]\n";
  call.answer(out);
  return Reply::done;
}

}  // namespace

ActionPtr show_neighbor(CommandText& text) {
  Asked asked;
  while (!text.in.at_end()) {
    const std::string_view word = text.in.word();
    asked.summary = asked.summary || word == "summary";
    asked.extensive = asked.extensive || word == "extensive";
    asked.configuration = asked.configuration || word == "configuration";
    asked.json = asked.json || word == "json";
    base::parse_ip(word, asked.only);
  }
  return action([asked](Invocation& call) { return list_neighbors(call, asked); });
}

}  // namespace openbell::engine
