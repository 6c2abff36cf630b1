// Commands about the daemon itself and about answers.

#include "engine/client/clients.h"
#include "engine/command/command.h"
#include "engine/control.h"

namespace openbell::engine {

namespace {

Reply print_help(Invocation& call) {
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
  call.answer(text.append("\n"));
  return Reply::done;
}

Reply print_version(Invocation& call) {
  const Options& options = call.parts.options;
  call.answer("exabgp " + options.exabgp_version + " (OpenBell " + options.version + ")\n");
  return Reply::done;
}

Reply ask(Invocation& call, Request request, std::string_view answer) {
  call.answer(answer);
  call.parts.control.request(request, call.cause);
  return Reply::done;
}

Reply print_helpers(Invocation& call, bool json) {
  std::string text(json ? "[" : "");
  base::TextWriter out(text);
  std::string_view separator = " ";
  call.parts.clients.for_each_helper([&](const Helper& helper) {
    const Client& client = helper.client;
    if (json) {
      out.put(separator).put("{ \"name\": ").json_string(helper.name()).put(", \"pid\": ");
      out.number(static_cast<std::uint64_t>(helper.running ? client.pid : 0));
      out.put(", \"commands\": ").number(client.commands());
      out.put(", \"lost\": ").number(client.replies.lost_total()).put(" }");
      separator = ", ";
      return;
    }
    out.put("helper ").put(helper.name()).put(helper.running ? " pid " : " not running");
    if (helper.running) out.number(static_cast<std::uint64_t>(client.pid));
    out.put(" commands ").number(client.commands());
    out.put(" lost ").number(client.replies.lost_total()).put('\n');
  });
  if (json) out.put(" ]\n");
  call.answer(text);
  return Reply::done;
}

}  // namespace

ActionPtr help(CommandText&) {
  return action(print_help);
}

ActionPtr version(CommandText&) {
  return action(print_version);
}

ActionPtr shutdown_daemon(CommandText&) {
  return action(
      [](Invocation& call) { return ask(call, Request::shutdown, "shutdown in progress\n"); });
}

ActionPtr reload_configuration(CommandText&) {
  return action(
      [](Invocation& call) { return ask(call, Request::reload, "reload in progress\n"); });
}

ActionPtr restart_sessions(CommandText&) {
  return action(
      [](Invocation& call) { return ask(call, Request::restart, "restart in progress\n"); });
}

/// ExaBGP drops commands that wait; here none waits, so there is nothing to drop and, as there, no
/// answer.
ActionPtr reset_queue(CommandText&) {
  return action([](Invocation&) { return Reply::none; });
}

/// ExaBGP's test command: it raises inside and answers error. Here it only answers.
ActionPtr crash(CommandText& text) {
  return text.refuse("crash is a test command of ExaBGP");
}

ActionPtr enable_ack(CommandText&) {
  return action([](Invocation& call) {
    call.client.acknowledge = Acknowledge::yes;
    return Reply::done;
  });
}

ActionPtr disable_ack(CommandText&) {
  return action([](Invocation& call) {
    if (call.client.acknowledge == Acknowledge::yes) call.answer("done\n");
    call.client.acknowledge = Acknowledge::no;
    return Reply::none;
  });
}

ActionPtr silence_ack(CommandText&) {
  return action([](Invocation& call) {
    call.client.acknowledge = Acknowledge::no;
    return Reply::none;
  });
}

ActionPtr show_helpers(CommandText& text) {
  const bool json = text.in.accept("json");
  return action([json](Invocation& call) { return print_helpers(call, json); });
}

}  // namespace openbell::engine
