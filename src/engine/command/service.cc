// Commands about services, leases and BFD sessions.

#include <fmt/format.h>
#include <iterator>

#include "engine/command/command.h"

namespace openbell::engine {

namespace {

double seconds_since(const State& state, base::Tick then) {
  return static_cast<double>((state.now.tick - then).ns) / 1e9;
}

std::string json_text(std::string_view value) {
  std::string text;
  base::TextWriter(text).json_string(value);
  return text;
}

std::string_view word_of(Service::Order order) {
  switch (order) {
    case Service::Order::none:
      return "checks";
    case Service::Order::up:
      return "up";
    case Service::Order::down:
      return "down";
  }
  return "checks";
}

void print_service(State& state, const Service& service, std::string& out) {
  auto to = std::back_inserter(out);
  fmt::format_to(to, "service {} {} for {:.3f}s", service.name(), name(service.status()),
                 seconds_since(state, service.since()));
  if (service.order() != Service::Order::none)
    fmt::format_to(to, " ordered {}", word_of(service.order()));
  if (service.disabled_by_command()) out += " disabled by command";
  if (service.damped()) out += " dampened";
  if (service.held()) fmt::format_to(to, " held from {}", name(*service.held()));
  if (!service.reason().empty()) fmt::format_to(to, " ({})", service.reason());
  out += '\n';
  for (const Service::WatchedCheck& watched : service.checks()) {
    const health::Check& check = watched.check;
    fmt::format_to(to, "  check {} {} attempts {} failures {}", check.config().name,
                   health::name(check.state()), check.attempts(), check.failures());
    if (watched.disabled) out += " disabled";
    const std::string detail = state.host.probe_detail(watched.probe);
    if (!detail.empty()) fmt::format_to(to, " {}", detail);
    if (!check.error().empty()) fmt::format_to(to, " ({})", check.error());
    out += '\n';
  }
}

void print_service_json(State& state, const Service& service, std::string& out) {
  auto to = std::back_inserter(out);
  fmt::format_to(to,
                 "{{ \"name\": {}, \"state\": \"{}\", \"seconds\": {:.6f}, \"order\": \"{}\", "
                 "\"disabled\": {}, \"dampened\": {}, \"held\": {}, \"reason\": {}, \"checks\": [",
                 json_text(service.name()), name(service.status()),
                 seconds_since(state, service.since()), word_of(service.order()),
                 service.disabled_by_command(), service.damped(),
                 service.held() ? fmt::format("\"{}\"", name(*service.held())) : "null",
                 json_text(service.reason()));
  std::string_view separator = " ";
  for (const Service::WatchedCheck& watched : service.checks()) {
    const health::Check& check = watched.check;
    fmt::format_to(to,
                   "{}{{ \"name\": {}, \"kind\": {}, \"state\": \"{}\", \"attempts\": {}, "
                   "\"failures\": {}, \"disabled\": {}, \"error\": {}, \"detail\": {} }}",
                   separator, json_text(check.config().name), json_text(check.config().kind),
                   health::name(check.state()), check.attempts(), check.failures(),
                   watched.disabled, json_text(check.error()),
                   json_text(state.host.probe_detail(watched.probe)));
    separator = ", ";
  }
  out += " ] }";
}

/// `json` asked for, or the helper's own form.
bool wants_json(base::TextReader& in) {
  return in.accept("json");
}

Reply order(Invocation& call, Service& service, std::string_view word) {
  std::string why = "command";
  if (word == "up" || word == "down") {
    service.set_order(word == "up" ? Service::Order::up : Service::Order::down);
  } else if (word == "disable") {
    service.set_disabled(true);
  } else if (word == "enable") {
    service.set_disabled(false);
    service.set_order(Service::Order::none);
  } else {
    return call.refuse("wanted up, down, disable, enable or show");
  }
  call.outcome = service.settle(call.cause, why);
  Publisher& publisher = call.state.publisher;
  publisher.publish(call.state.now,
                    RoutesChanged{publisher.keep(call.cause),
                                  service.held() ? "held" : "done",
                                  {},
                                  call.state.routing.peers.snapshot(service.audience()),
                                  {},
                                  0});
  return service.held() ? Reply::held : Reply::done;
}

}  // namespace

Reply service(Invocation& call, base::TextReader& in) {
  State& state = call.state;
  const std::string service_name(in.word());
  Service* service = state.services.find(service_name);
  if (service == nullptr) return call.refuse("no service is called '" + service_name + "'");
  const std::string word(in.word());
  if (word == "show") {
    std::string text;
    if (wants_json(in)) {
      print_service_json(state, *service, text);
      text += '\n';
    } else {
      print_service(state, *service, text);
    }
    call.helper.answer(text);
    return Reply::done;
  }
  if (!call.released && state.guard.active())
    if (const std::string objection = state.guard.objection(call.helper);
        !objection.empty() && word != "enable")
      return state.guard.hold(call.helper, call.cause.command, objection) != 0
                 ? Reply::held
                 : call.refuse("a guard holds changes and cannot hold more");
  return order(call, *service, word);
}

Reply show_services(Invocation& call, base::TextReader& in) {
  std::string text;
  if (wants_json(in)) {
    text = "[";
    std::string_view separator = " ";
    for (const auto& service : call.state.services.all()) {
      text += separator;
      print_service_json(call.state, *service, text);
      separator = ", ";
    }
    text += " ]\n";
  } else {
    for (const auto& service : call.state.services.all()) print_service(call.state, *service, text);
  }
  call.helper.answer(text);
  return Reply::done;
}

Reply renew(Invocation& call, base::TextReader& in) {
  const std::string group(in.at_end() ? std::string_view(call.helper.name()) : in.word());
  if (call.state.leases.renew(group)) return Reply::done;
  return call.refuse("no leased route is in the group '" + group + "'");
}

Reply show_leases(Invocation& call, base::TextReader& in) {
  std::string text;
  const bool json = wants_json(in);
  if (json) text = "[";
  std::string_view separator = " ";
  for (const auto& [name, group] : call.state.leases.groups()) {
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
  call.helper.answer(text);
  return Reply::done;
}

Reply show_bfd(Invocation& call, base::TextReader& in) {
  State& state = call.state;
  std::string text;
  const bool json = wants_json(in);
  if (json) text = "[";
  std::string_view separator = " ";
  for (bfd::SessionId id = 0; id < state.bfd.all().size(); ++id) {
    const BfdEntry& entry = state.bfd.all()[id];
    if (!entry.used) continue;
    const bfd::Statistics counted = state.host.bfd_statistics(id);
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
          seconds_since(state, entry.since), counted.transmit.ns, counted.detection.ns,
          counted.sent, counted.received, counted.discarded, counted.downs,
          counted.transmit_late_max.ns, json_text(entry.error));
      separator = ", ";
      continue;
    }
    fmt::format_to(to,
                   "bfd {} {} for {:.3f}s transmit {:.3f}ms detection {:.3f}ms sent {} received {} "
                   "discarded {} downs {}{}{}\n",
                   entry.config.name.empty() ? "neighbor " + entry.config.peer_address.text()
                                             : entry.config.name,
                   bfd::name(report.state), seconds_since(state, entry.since),
                   static_cast<double>(counted.transmit.ns) / 1e6,
                   static_cast<double>(counted.detection.ns) / 1e6, counted.sent, counted.received,
                   counted.discarded, counted.downs, entry.error.empty() ? "" : " ", entry.error);
  }
  if (json) text += " ]\n";
  call.helper.answer(text);
  return Reply::done;
}

}  // namespace openbell::engine
