// Commands about services.

#include <fmt/format.h>
#include <iterator>

#include "engine/command/command.h"
#include "engine/command/list_report.h"
#include "engine/policy/policies.h"
#include "engine/routing/routing.h"

namespace openbell::engine {

namespace {

double seconds_since(const Parts& parts, base::Tick then) {
  return static_cast<double>((parts.turn.now.tick - then).ns) / 1e9;
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

void print_service(Parts& parts, const Service& service, std::string& out) {
  auto to = std::back_inserter(out);
  fmt::format_to(to, "service {} {} for {:.3f}s", service.name(), name(service.status()),
                 seconds_since(parts, service.since()));
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
    const std::string detail = parts.ports.probes.probe_detail(watched.probe);
    if (!detail.empty()) fmt::format_to(to, " {}", detail);
    if (!check.error().empty()) fmt::format_to(to, " ({})", check.error());
    out += '\n';
  }
}

void print_service_json(Parts& parts, const Service& service, std::string& out) {
  auto to = std::back_inserter(out);
  fmt::format_to(to,
                 "{{ \"name\": {}, \"state\": \"{}\", \"seconds\": {:.6f}, \"order\": \"{}\", "
                 "\"disabled\": {}, \"dampened\": {}, \"held\": {}, \"reason\": {}, \"checks\": [",
                 json_text(service.name()), name(service.status()),
                 seconds_since(parts, service.since()), word_of(service.order()),
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
                   json_text(parts.ports.probes.probe_detail(watched.probe)));
    separator = ", ";
  }
  out += " ] }";
}

enum class Order : std::uint8_t { up, down, disable, enable };

/// An operator's order.
class OrderService final : public Action {
 public:
  OrderService(std::string name, Order order) : name_(std::move(name)), order_(order) {}

  [[nodiscard]] std::string objection(const Parts& parts) const override {
    if (parts.policies.services.find(name_) != nullptr) return {};
    return "no service is called '" + name_ + "'";
  }
  Reply carry_out(Invocation& call) override {
    Service* service = call.parts.policies.services.find(name_);
    if (service == nullptr) return call.refuse(objection(call.parts));
    give(*service);
    call.outcome = service->settle(call.cause, "command");
    call.note(service->held() ? "held" : "done",
              call.parts.routing.peers.snapshot(service->audience()));
    return service->held() ? Reply::held : Reply::done;
  }

 private:
  void give(Service& service) const {
    switch (order_) {
      case Order::up:
        return service.set_order(Service::Order::up);
      case Order::down:
        return service.set_order(Service::Order::down);
      case Order::disable:
        return service.set_disabled(true);
      case Order::enable:
        service.set_disabled(false);
        return service.set_order(Service::Order::none);
    }
  }

  std::string name_;
  Order order_;
};

Reply show_service(Invocation& call, const std::string& name, bool json) {
  const Service* service = call.parts.policies.services.find(name);
  if (service == nullptr) return call.refuse("no service is called '" + name + "'");
  std::string text;
  if (json) {
    print_service_json(call.parts, *service, text);
    text += '\n';
  } else {
    print_service(call.parts, *service, text);
  }
  call.answer(text);
  return Reply::done;
}

Reply list_services(Invocation& call, bool json) {
  const auto print = json ? print_service_json : print_service;
  call.answer(list_report(
      call.parts.policies.services.all(), json,
      [&](std::string& out, const auto& service) { print(call.parts, *service, out); }));
  return Reply::done;
}

}  // namespace

ActionPtr service(CommandText& text) {
  constexpr std::pair<std::string_view, Order> orders[] = {{"up", Order::up},
                                                           {"down", Order::down},
                                                           {"disable", Order::disable},
                                                           {"enable", Order::enable}};
  std::string name(text.in.word());
  const std::string_view word = text.in.word();
  if (word == "show")
    return action([name = std::move(name), json = text.in.accept("json")](Invocation& call) {
      return show_service(call, name, json);
    });
  for (const auto& [order_word, order] : orders) {
    if (word != order_word) continue;
    text.role = Role::operate;
    text.guarded = order != Order::enable;
    return std::make_unique<OrderService>(std::move(name), order);
  }
  return text.refuse("wanted up, down, disable, enable or show");
}

ActionPtr show_services(CommandText& text) {
  return action(
      [json = text.in.accept("json")](Invocation& call) { return list_services(call, json); });
}

}  // namespace openbell::engine
