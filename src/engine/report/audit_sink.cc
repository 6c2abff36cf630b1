#include "engine/report/audit_sink.h"

#include "engine/report/notice_sink.h"
#include "engine/session/roster.h"
#include "event/event.h"

namespace openbell::engine {

using audit::Kind;
using CauseKind = audit::Cause::Kind;

namespace {

/// "change 3: a guard holds changes"
std::string numbered(std::uint64_t number, std::string_view reason) {
  std::string text = "change " + std::to_string(number);
  if (!reason.empty()) text.append(": ").append(reason);
  return text;
}

std::string joined(std::string_view a, std::string_view b) {
  return std::string(a).append(" ").append(b);
}

struct Changes {
  rib::ChangeRange range;
  std::size_t routes = 0;
};

}  // namespace

struct AuditSink::Writer {
  const Roster& roster;
  audit::Trail& trail;
  const base::Now& at;

  void append(Kind kind, const Cause& cause, std::string_view result, std::string_view detail,
              const rib::Snapshot& neighbors, const Changes& changes = {}) const {
    base::IpAddress addresses[audit::neighbors_max];
    std::size_t count = 0;
    neighbors.for_each([&](rib::PeerIndex peer) {
      const Neighbor* known = roster.find(peer);
      if (known != nullptr && !known->is_range() && count < audit::neighbors_max)
        addresses[count++] = known->peer_address();
    });
    append(kind, cause, result, detail, {addresses, count}, changes);
  }
  void append(Kind kind, const Cause& cause, std::string_view result, std::string_view detail,
              std::span<const base::IpAddress> neighbors = {}, const Changes& changes = {}) const {
    trail.append({.utc_ns = at.utc_ns,
                  .mono_ns = at.tick.ns,
                  .kind = kind,
                  .cause = {cause.kind, cause.name, cause.number},
                  .command = cause.command,
                  .result = result,
                  .detail = detail,
                  .neighbors = neighbors,
                  .routes = changes.routes,
                  .first_change = changes.range.first,
                  .last_change = changes.range.last});
  }
  void append(Kind kind, const Cause& cause, std::string_view result, std::string_view detail,
              NeighborId id) const {
    const Neighbor* known = roster.find(id);
    if (known == nullptr) return append(kind, cause, result, detail);
    const base::IpAddress address = known->peer_address();
    append(kind, cause, result, detail, {&address, 1});
  }

  void operator()(const RoutesChanged& e) const {
    append(Kind::change, e.cause, e.result, e.detail, e.neighbors, {e.range, e.routes});
  }
  void operator()(const CommandRefused& e) const {
    append(Kind::command_refused, e.cause, e.why, {});
  }
  void operator()(const SessionChanged& e) const {
    append(Kind::session, {}, {}, e.up ? "up" : std::string("down: ").append(e.reason),
           {&e.address, 1});
  }
  void operator()(const ServiceChanged& e) const {
    append(Kind::service, e.cause, joined(e.service, name(e.to)), e.reason, e.neighbors,
           {e.range, e.routes});
  }
  void operator()(const PlanChanged& e) const {
    append(Kind::plan, e.cause, joined(e.plan, e.state), e.reason, e.neighbors,
           {e.range, e.routes});
  }
  void operator()(const PlanDrilled& e) const {
    append(Kind::plan, {CauseKind::plan, e.plan},
           e.within_budget ? "drill within budget" : "drill failed", e.report);
  }
  void operator()(const GuardChanged& e) const {
    append(Kind::guard, {e.cause.kind, e.cause.name, e.cause.number, e.change}, e.state,
           numbered(e.number, e.reason));
  }
  void operator()(const LeaseEnded& e) const {
    const std::string what =
        std::to_string(e.routes) + " routes withdrawn: nobody renewed the lease";
    append(Kind::change, {CauseKind::lease, e.group}, "withdrawn", what, e.neighbors,
           {e.range, e.routes});
  }
  void operator()(const BfdChanged& e) const {
    append(Kind::session, {CauseKind::bfd, e.session}, joined("bfd", bfd::name(e.report.state)),
           bfd::name(e.report.diagnostic));
  }
  void operator()(const HelperStarted& e) const {
    append(Kind::start, {CauseKind::helper, e.helper, e.pid}, "helper started", {});
  }
  void operator()(const HelperEnded& e) const {
    append(Kind::stop, {CauseKind::helper, e.helper, e.pid}, "helper ended", e.status);
  }
  void operator()(const Requested& e) const {
    append(e.shutdown ? Kind::stop : Kind::reload, e.cause, "requested", {});
  }
  void operator()(const ConfigurationApplied& e) const {
    append(e.first ? Kind::start : Kind::reload, {CauseKind::configuration, e.cause}, "applied",
           {});
  }
  void operator()(const ConfigurationRefused& e) const {
    append(Kind::reload, {CauseKind::configuration, e.cause}, "refused", e.reason);
  }
  void operator()(const Stopped& e) const {
    append(Kind::stop, {CauseKind::none, e.cause}, "shutting down", {});
  }
  void operator()(const Lost& e) const { append(Kind::lost, {}, e.result, e.detail, e.neighbor); }
  void operator()(const ReceiptSettled& e) const {
    std::string detail;
    base::TextWriter out(detail);
    event::print_fields(fields_of(e), out);
    append(Kind::receipt, {}, e.state, detail, {&e.address, 1});
  }
};

void AuditSink::on(const Event& event) {
  std::visit(Writer{roster_, trail_, event.at}, event.what);
}

}  // namespace openbell::engine
