#include "engine/policy/guard.h"

#include <algorithm>
#include <utility>

#include "engine/client/client.h"
#include "engine/report/publisher.h"
#include "engine/routing/routing.h"
#include "engine/session/roster.h"

namespace openbell::engine {

namespace {

constexpr int day_minutes = 1440;
constexpr int week_minutes = 7 * day_minutes;

bool is_frozen(const grammar::FrozenHours& hours, int minute_of_week) {
  int length = hours.to_minute - hours.from_minute;
  if (length <= 0) length += day_minutes;
  for (int day = 0; day < 7; ++day) {
    if ((hours.days >> day & 1) == 0) continue;
    const int begins = day * day_minutes + hours.from_minute;
    if ((minute_of_week - begins + week_minutes) % week_minutes < length) return true;
  }
  return false;
}

bool is_loss(ServiceStatus from, ServiceStatus to) {
  return from == ServiceStatus::up && to != ServiceStatus::up;
}

}  // namespace

std::string Guard::frozen() const {
  for (const grammar::FrozenHours& hours : config_.frozen) {
    const int minute = clock_.minute_of_week(hours.zone, routing_.turn.now.utc_ns);
    if (minute >= 0 && is_frozen(hours, minute)) return "frozen hours of " + hours.zone;
  }
  return {};
}

void Guard::refill() const {
  const double limit = config_.changes_per_second;
  const double elapsed_s = static_cast<double>((routing_.turn.now.tick - tokens_at_).ns) / 1e9;
  tokens_ = std::min(limit, tokens_ + elapsed_s * limit);
  tokens_at_ = routing_.turn.now.tick;
}

std::string Guard::objection(const Client& client) const {
  const bool behind = std::any_of(held_.begin(), held_.end(), [&](const Held& held) {
    return held.command != nullptr && held.command->client() == client.name;
  });
  if (behind) return "an earlier command of this client is held";
  if (config_.changes_per_second != 0) {
    refill();
    if (tokens_ < 1)
      return "more than " + std::to_string(config_.changes_per_second) + " changes in a second";
  }
  return frozen();
}

void Guard::count(std::size_t routes) {
  if (config_.changes_per_second != 0) tokens_ -= static_cast<double>(routes);
}

bool Guard::hold(std::unique_ptr<HeldCommand> command, std::string_view reason,
                 const Cause& cause) {
  if (held_.size() >= held_max) return false;
  Held held;
  held.command = std::move(command);
  held.reason = reason;
  add(std::move(held), cause);
  return true;
}

std::string Guard::Held::change() const {
  if (command != nullptr) return std::string(command->text());
  return "service " + service + " " + std::string(name(to));
}

std::string Guard::objection(const Service& service, ServiceStatus to, const Cause& cause) const {
  const ServiceStatus from = service.status();
  if (is_loss(from, to))
    if (std::string sole = sole_announcer(service); !sole.empty()) return sole;
  const bool by_check = cause.kind == audit::Cause::Kind::check;
  // The first word on a service, and what a command says, has been through the guard or needs none.
  if (!by_check || !config_.hold_checks || from == ServiceStatus::unknown) return {};
  return frozen();
}

std::string Guard::sole_announcer(const Service& service) const {
  const grammar::LastAnnouncer& guard = service.config().last_announcer;
  if (!guard.guarded()) return {};
  for (const std::string& member : guard.members) {
    const Service* other = services_.find(member);
    if (other != nullptr && other->status() == ServiceStatus::up) return {};
  }
  if (guard.seen && seen_elsewhere(service)) return {};
  if (claimed_by_others(service)) return {};
  return "nobody else announces it";
}

/// Every route of the service has been received from some peer.
bool Guard::seen_elsewhere(const Service& service) const {
  const grammar::RouteList& routes = *service.routes_of(ServiceStatus::up);
  for (std::size_t i = 0; i < routes.size(); ++i) {
    const bgp::NlriView nlri = routes.at(i).nlri;
    const auto sees = [&](const Neighbor& neighbor) {
      return neighbor.adj_rib_in().find(nlri) != base::no_handle;
    };
    if (roster_.find_if(sees) == nullptr) return false;
  }
  return !routes.empty();
}

/// Every peer that is told the service's routes would be told those of another claim instead.
bool Guard::claimed_by_others(const Service& service) const {
  const grammar::RouteList& routes = *service.routes_of(ServiceStatus::up);
  for (std::size_t i = 0; i < routes.size(); ++i) {
    rib::Audience left = service.audience() & routing_.reach(routes.at(i).nlri.family).carrying;
    for (const rib::Claims::ClaimView& claim : routing_.claims().claims_on(routes.at(i).nlri))
      if (claim.claimant != service.claimant() && claim.path != rib::no_path)
        left -= claim.audience;
    if (!left.empty()) return false;
  }
  return !routes.empty();
}

void Guard::hold(Service& service, ServiceStatus to, std::string_view reason, const Cause& cause) {
  std::erase_if(held_, [&](const Held& held) { return held.service == service.name(); });
  Held held;
  held.service = service.name();
  held.to = to;
  held.reason = reason;
  add(std::move(held), cause);
}

void Guard::forget(const Service& service) {
  const auto known = std::find_if(held_.begin(), held_.end(),
                                  [&](const Held& held) { return held.service == service.name(); });
  if (known == held_.end()) return;
  report(*known, "not wanted any more", {audit::Cause::Kind::check, service.name()});
  held_.erase(known);
}

void Guard::review(Service& service) {
  const Cause cause{audit::Cause::Kind::check, service.name()};
  const auto known = std::find_if(held_.begin(), held_.end(),
                                  [&](const Held& held) { return held.service == service.name(); });
  if (known == held_.end() || !objection(service, known->to, cause).empty()) return;
  const Held held = std::move(*known);
  held_.erase(known);
  report(held, "released: what held it has changed", cause);
  service.release(cause);
}

bool Guard::holds_leases() const {
  return config_.hold_leases && !frozen().empty();
}

void Guard::add(Held held, const Cause& cause) {
  held.number = ++last_number_;
  held.utc_ns = routing_.turn.now.utc_ns;
  report(held, "held", cause);
  held_.push_back(std::move(held));
}

void Guard::report(const Held& held, std::string_view what, const Cause& cause) {
  Publisher& publisher = routing_.publisher;
  publisher.publish(GuardChanged{publisher.keep(cause), held.number, publisher.keep(what),
                                 publisher.keep(held.change()), publisher.keep(held.reason)});
}

bool Guard::release(std::uint64_t number, const Cause& cause) {
  const auto known = std::find_if(held_.begin(), held_.end(),
                                  [&](const Held& held) { return held.number == number; });
  if (known == held_.end()) return false;
  const Held held = std::move(*known);
  held_.erase(known);
  report(held, "released", cause);
  if (held.command == nullptr) {
    if (Service* service = services_.find(held.service)) service->release(cause);
  } else if (!held.command->release()) {
    report(held, "lost: its client is not there any more", cause);
  }
  return true;
}

bool Guard::drop(std::uint64_t number, const Cause& cause) {
  const auto known = std::find_if(held_.begin(), held_.end(),
                                  [&](const Held& held) { return held.number == number; });
  if (known == held_.end()) return false;
  report(*known, "dropped", cause);
  const std::string service = known->service;
  held_.erase(known);
  if (Service* of = services_.find(service); of != nullptr) of->drop_held();
  return true;
}

}  // namespace openbell::engine
