#include "engine/report/notice_sink.h"

#include "engine/report/client_events.h"

namespace openbell::engine {

std::vector<event::Field> fields_of(const ReceiptSettled& receipt) {
  std::vector<event::Field> fields = {
      {"id", receipt.subject}, {"neighbor", receipt.address_text}, {"state", receipt.state}};
  if (!receipt.reason.empty()) fields.emplace_back("reason", receipt.reason);
  fields.emplace_back("read_utc_ns", receipt.read_utc_ns);
  const auto add = [&](std::string_view key, std::int64_t value) {
    if (value != 0) fields.emplace_back(key, value);
  };
  add("written_utc_ns", receipt.written_utc_ns);
  add("sent_utc_ns", receipt.sent_utc_ns);
  add("sent_hardware_ns", receipt.hardware_ns);
  add("acknowledged_utc_ns", receipt.acknowledged_utc_ns);
  return fields;
}

struct NoticeSink::Writer {
  ClientEvents& events;
  const base::Now& at;

  using Kind = bool grammar::Subscriptions::*;
  void tell_all(Kind kind, std::string_view subject, std::span<const event::Field> fields) const {
    events.notify(kind, subject, fields);
  }

  void operator()(const ServiceChanged& e) const {
    const event::Field fields[] = {{"name", e.service},
                                   {"state", name(e.to)},
                                   {"previous", name(e.from)},
                                   {"reason", e.reason}};
    tell_all(&grammar::Subscriptions::service, "service", fields);
  }
  void operator()(const PlanChanged& e) const {
    const event::Field fields[] = {{"name", e.plan}, {"state", e.state}, {"reason", e.reason}};
    tell_all(&grammar::Subscriptions::plan, "plan", fields);
  }
  void operator()(const GuardChanged& e) const {
    const event::Field fields[] = {{"number", static_cast<std::int64_t>(e.number)},
                                   {"state", e.state},
                                   {"change", e.change},
                                   {"reason", e.reason}};
    tell_all(&grammar::Subscriptions::guard, "guard", fields);
  }
  void operator()(const LeaseEnded& e) const {
    const event::Field fields[] = {
        {"group", e.group}, {"state", "expired"}, {"routes", static_cast<std::int64_t>(e.routes)}};
    tell_all(&grammar::Subscriptions::lease, "lease", fields);
  }
  void operator()(const BfdChanged& e) const {
    const std::string peer = e.peer.text();
    const auto utc = [&](base::Tick tick) { return at.utc_ns + (tick - at.tick).ns; };
    std::vector<event::Field> fields = {
        {"session", e.session},
        {"peer", peer},
        {"state", bfd::name(e.report.state)},
        {"previous", bfd::name(e.report.previous)},
        {"diagnostic", bfd::name(e.report.diagnostic)},
        {"remote_state", bfd::name(e.report.remote_state)},
        {"last_received_utc_ns", utc(e.report.last_received)},
        {"decided_utc_ns", utc(e.report.decided)},
        {"handled_utc_ns", utc(e.handled)},
    };
    if (e.written != base::never) fields.emplace_back("written_utc_ns", utc(e.written));
    tell_all(&grammar::Subscriptions::bfd, "bfd", fields);
  }
  void operator()(const ReceiptSettled& e) const {
    const std::vector<event::Field> fields = fields_of(e);
    if (!e.client) return tell_all(&grammar::Subscriptions::service, "receipt", fields);
    events.tell(*e.client, "receipt", fields);
  }
  // Not for helpers, or told to them as ExaBGP does (client_events.h).
  void operator()(const RoutesChanged&) const {}
  void operator()(const CommandRefused&) const {}
  void operator()(const SessionChanged&) const {}
  void operator()(const PlanDrilled&) const {}
  void operator()(const HelperStarted&) const {}
  void operator()(const HelperEnded&) const {}
  void operator()(const Requested&) const {}
  void operator()(const ConfigurationApplied&) const {}
  void operator()(const ConfigurationRefused&) const {}
  void operator()(const Stopped&) const {}
  void operator()(const Lost&) const {}
};

void NoticeSink::on(const Event& event) {
  std::visit(Writer{events_, event.at}, event.what);
}

}  // namespace openbell::engine
