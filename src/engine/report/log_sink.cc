#include "engine/report/log_sink.h"

#include <string>

namespace openbell::engine {

namespace {

constexpr int error = 3;
constexpr int warning = 4;
constexpr int info = 6;
/// Of a refused command; the audit log has the whole.
constexpr std::size_t command_shown_max = 512;

std::string reason_after(std::string text, std::string_view reason) {
  if (!reason.empty()) text.append(": ").append(reason);
  return text;
}

}  // namespace

struct LogSink::Writer {
  Log& to;

  void operator()(const RoutesChanged& e) const {
    // Commands are in the audit log; what ends routes by itself is said here too.
    if (e.cause.kind == audit::Cause::Kind::helper && !e.detail.empty())
      to.log(warning, "processes", std::string(e.cause.name).append(": ").append(e.detail));
  }
  void operator()(const CommandRefused& e) const {
    to.log(warning, "api",
           "command of " + std::string(e.cause.name) + " refused: " + std::string(e.why) + ": " +
               std::string(e.cause.command.substr(0, command_shown_max)));
  }
  void operator()(const SessionChanged& e) const {
    const std::string session = "session with " + e.address.text();
    to.log(info, "network", e.up ? session + " up" : session + " down: " + std::string(e.reason));
  }
  void operator()(const ServiceChanged& e) const {
    to.log(e.to == ServiceStatus::up ? info : warning, "service",
           reason_after(std::string(e.service).append(" is ").append(name(e.to)), e.reason));
  }
  void operator()(const PlanChanged& e) const {
    to.log(warning, "plan",
           reason_after(std::string(e.plan).append(" ").append(e.state), e.reason));
  }
  void operator()(const PlanDrilled& e) const {
    to.log(
        info, "plan",
        std::string(e.plan).append(e.within_budget ? " drilled within budget" : " drill failed"));
  }
  void operator()(const GuardChanged& e) const {
    std::string text = "change " + std::to_string(e.number) + " ";
    text.append(e.state).append(": ").append(e.change);
    if (!e.reason.empty()) text.append(" (").append(e.reason).append(")");
    to.log(warning, "guard", text);
  }
  void operator()(const LeaseEnded& e) const {
    to.log(warning, "lease",
           std::string(e.group).append(": ").append(std::to_string(e.routes)) +
               " routes withdrawn: nobody renewed the lease");
  }
  void operator()(const BfdChanged& e) const {
    const bool down = e.report.previous == bfd::State::up;
    to.log(down ? warning : info, "bfd",
           reason_after(std::string(e.session).append(" is ").append(bfd::name(e.report.state)),
                        down ? bfd::name(e.report.diagnostic) : std::string_view()));
  }
  void operator()(const HelperStarted& e) const {
    to.log(info, "processes",
           "helper " + std::string(e.helper) + " started with pid " + std::to_string(e.pid));
  }
  void operator()(const HelperEnded& e) const {
    to.log(e.expected ? info : warning, "processes",
           "helper " + std::string(e.helper) + " ended: " + std::string(e.status));
  }
  void operator()(const Requested& e) const {
    to.log(info, "daemon",
           std::string(e.shutdown ? "shutdown" : "reload").append(" asked for by ") +
               std::string(e.cause.name));
  }
  void operator()(const ConfigurationApplied& e) const {
    to.log(info, "configuration", "applied: " + std::string(e.cause));
  }
  void operator()(const ConfigurationRefused& e) const {
    to.log(error, "configuration",
           "reload refused, everything stays as it is: " + std::string(e.reason));
  }
  void operator()(const Stopped& e) const {
    to.log(info, "daemon", "shutting down: " + std::string(e.cause));
  }
  void operator()(const Lost& e) const { to.log(error, "rib", e.detail); }
  void operator()(const ReceiptSettled&) const {}  // the helper's business, and on record
};

void LogSink::on(const Event& event) {
  std::visit(Writer{log_}, event.what);
}

}  // namespace openbell::engine
