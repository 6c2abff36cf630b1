// Commands about the daemon itself and about answers.

#include "engine/command/command.h"
#include "engine/command/control.h"

namespace openbell::engine {

Reply help(Invocation& call, base::TextReader&) {
  std::string text =
      "\n"
      "available API commands are listed here:\n"
      "=======================================\n"
      "\n"
      "filter can be: [local-ip <ip>][local-as <asn>][peer-as <asn>][router-id <router-id>]\n"
      "\n"
      "command are:\n"
      "------------\n"
      "\n";
  std::vector<std::string_view> lines;
  for (const CommandRow& row : command_rows()) lines.push_back(row.help);
  std::sort(lines.begin(), lines.end());
  for (const std::string_view line : lines) text.append(line).append("\n");
  call.helper.answer(text.append("\n"));
  return Reply::done;
}

Reply version(Invocation& call, base::TextReader&) {
  const Options& options = call.state.options;
  call.helper.answer("exabgp " + options.exabgp_version + " (OpenBell " + options.version + ")\n");
  return Reply::done;
}

Reply shutdown_daemon(Invocation& call, base::TextReader&) {
  call.helper.answer("shutdown in progress\n");
  request(call.state, Request::shutdown, call.cause);
  return Reply::done;
}

Reply reload_configuration(Invocation& call, base::TextReader&) {
  call.helper.answer("reload in progress\n");
  request(call.state, Request::reload, call.cause);
  return Reply::done;
}

Reply restart_sessions(Invocation& call, base::TextReader&) {
  call.helper.answer("restart in progress\n");
  request(call.state, Request::restart, call.cause);
  return Reply::done;
}

/// ExaBGP drops commands that wait; here none waits, so there is nothing to drop and, as there, no
/// answer.
Reply reset_queue(Invocation&, base::TextReader&) {
  return Reply::none;
}

/// ExaBGP's test command: it raises inside and answers error. Here it only answers.
Reply crash(Invocation& call, base::TextReader&) {
  return call.refuse("crash is a test command of ExaBGP");
}

Reply enable_ack(Invocation& call, base::TextReader&) {
  call.helper.acknowledge = Acknowledge::yes;
  return Reply::done;
}

Reply disable_ack(Invocation& call, base::TextReader&) {
  if (call.helper.acknowledge == Acknowledge::yes) call.helper.answer("done\n");
  call.helper.acknowledge = Acknowledge::no;
  return Reply::none;
}

Reply silence_ack(Invocation& call, base::TextReader&) {
  call.helper.acknowledge = Acknowledge::no;
  return Reply::none;
}

Reply show_helpers(Invocation& call, base::TextReader& in) {
  const bool json = in.accept("json");
  std::string text(json ? "[" : "");
  base::TextWriter out(text);
  std::string_view separator = " ";
  for (const auto& helper : call.state.helpers) {
    if (helper == nullptr) continue;
    if (json) {
      out.put(separator).put("{ \"name\": ").json_string(helper->name()).put(", \"pid\": ");
      out.number(static_cast<std::uint64_t>(helper->running ? helper->pid : 0));
      out.put(", \"commands\": ").number(helper->commands);
      out.put(", \"lost\": ").number(helper->lost_total()).put(" }");
      separator = ", ";
      continue;
    }
    out.put("helper ").put(helper->name()).put(helper->running ? " pid " : " not running");
    if (helper->running) out.number(static_cast<std::uint64_t>(helper->pid));
    out.put(" commands ").number(helper->commands);
    out.put(" lost ").number(helper->lost_total()).put('\n');
  }
  if (json) out.put(" ]\n");
  call.helper.answer(text);
  return Reply::done;
}

}  // namespace openbell::engine
