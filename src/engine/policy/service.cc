#include "engine/policy/service.h"

#include <algorithm>
#include <utility>

#include "engine/policy/bfd_table.h"
#include "engine/policy/consequence.h"
#include "engine/policy/guard.h"
#include "engine/report/latency.h"
#include "engine/report/publisher.h"
#include "engine/report/receipt.h"
#include "engine/routing/changeover.h"
#include "engine/routing/routing.h"
#include "engine/session/roster.h"

namespace openbell::engine {

namespace {
/// Routes of a service are of a family or two.
constexpr std::size_t families_looked_at = 64;
}  // namespace

Service::Service(const ServiceContext& context, ServiceTable& table, grammar::ServiceConfig config,
                 std::uint32_t number)
    : context_(context),
      table_(table),
      config_(std::move(config)),
      since_(context.routing.turn.now.tick),
      claimed_(context.routing, {rib::Rank::service, number}, config_.name) {
  dampening_.configure(config_.dampen);
}

bool Service::damped() const {
  return dampening_.holds(context_.routing.turn.now.tick);
}

const SharedRoutes& Service::routes_of(ServiceStatus status) const {
  static const SharedRoutes none = std::make_shared<const grammar::RouteList>();
  switch (status) {
    case ServiceStatus::unknown:
      return none;
    case ServiceStatus::up:
      return config_.up.routes;
    case ServiceStatus::down:
      return config_.down.routes;
    case ServiceStatus::disabled:
      return config_.disabled.routes;
  }
  return none;
}

ServiceStatus Service::wanted() const {
  const bool disabled =
      disabled_ || std::any_of(checks_.begin(), checks_.end(),
                               [](const WatchedCheck& watched) { return watched.disabled; });
  return health::wanted_status({status_, verdict(), order(), disabled, damped()});
}

health::State Service::verdict() const {
  std::vector<health::State> states;
  states.reserve(checks_.size());
  for (const WatchedCheck& watched : checks_) states.push_back(watched.check.state());
  return health::verdict(states, config_.needed);
}

Outcome Service::unchanged() const {
  Outcome outcome;
  const grammar::RouteList& routes = *routes_of(ServiceStatus::up);
  rib::Audience reached;
  for (std::size_t i = 0; i < std::min(routes.size(), families_looked_at); ++i) {
    const bgp::Family family = routes.at(i).nlri.family;
    outcome.families.insert(family);
    reached |= audience_ & context_.routing.reach(family).configured;
  }
  outcome.reached = context_.routing.peers.snapshot(reached);
  return outcome;
}

Outcome Service::settle(const Cause& cause, std::string_view why, Changeover* changeover) {
  const ServiceStatus to = wanted();
  if (to == status_) {
    drop_held();
    return unchanged();
  }
  if (held_ == to) return unchanged();
  if (const std::string objection = context_.guard.objection(*this, to, cause);
      !objection.empty()) {
    held_ = to;
    held_why_ = why;
    table_.review_later();
    context_.guard.hold(*this, to, objection, cause);
    return unchanged();
  }
  held_.reset();
  return change(to, cause, why, changeover);
}

void Service::release(const Cause& cause) {
  if (!held_) return;
  const ServiceStatus to = *std::exchange(held_, std::nullopt);
  change(to, cause, held_why_);
}

void Service::drop_held() {
  if (!std::exchange(held_, std::nullopt)) return;
  context_.guard.forget(*this);
}

void Service::begin_plan_order(std::string_view plan, Order order) {
  end_plan_order(plan);
  plan_orders_.push_back({std::string(plan), order});
}

void Service::end_plan_order(std::string_view plan) {
  std::erase_if(plan_orders_, [&](const PlanOrder& known) { return known.plan == plan; });
}

Outcome Service::claim(ServiceStatus status, const Cause& cause, Changeover* changeover) {
  std::vector<ClaimList> lists = {{bgp::Purpose::announce, routes_of(status)}};
  return changeover == nullptr ? claimed_.change(std::move(lists), audience_, cause)
                               : claimed_.claim(std::move(lists), audience_, cause, *changeover);
}

Outcome Service::change(ServiceStatus to, const Cause& cause, std::string_view why,
                        Changeover* changeover) {
  Outcome outcome = claim(to, cause, changeover);
  const ServiceStatus from = std::exchange(status_, to);
  since_ = context_.routing.turn.now.tick;
  reason_ = why;
  context_.receipts.follow("service " + name() + " " + std::string(health::name(to)), outcome);
  Publisher& publisher = context_.routing.publisher;
  publisher.publish(ServiceChanged{publisher.keep(cause), publisher.keep(name()), from, to,
                                   publisher.keep(why), outcome.news, outcome.range,
                                   outcome.changed});
  if (to == ServiceStatus::down) context_.consequences.service_down(name(), why);
  table_.review_soon();
  const Outcome could = unchanged();
  outcome.reached |= could.reached;
  could.families.for_each([&](bgp::Family family) { outcome.families.insert(family); });
  return outcome;
}

std::vector<SharedRoutes> Service::concerned(ServiceStatus to) const {
  std::vector<SharedRoutes> lists;
  for (const ClaimList& list : claimed_.lists()) lists.push_back(list.routes);
  lists.push_back(routes_of(to));
  return lists;
}

void Service::sketch_change(rib::Claims& sketch, ServiceStatus to) const {
  claimed_.sketch(sketch, {{bgp::Purpose::announce, routes_of(to)}}, audience_);
}

void Service::note_failure() {
  // A check that the service can do without does not count.
  if (verdict() == health::State::down)
    dampening_.note_failure(context_.routing.turn.now.tick, status_ == ServiceStatus::up);
}

void Service::adopt(grammar::ServiceConfig config) {
  config_ = std::move(config);
  dampening_.configure(config_.dampen);
}

void Service::claim_configured(Changeover& changeover) {
  audience_ = context_.roster.select(config_.neighbors);
  const Cause cause{audit::Cause::Kind::configuration, name(), 0};
  const ServiceStatus before = status_;
  settle(cause, "configured", &changeover);
  if (status_ == before) report(cause, "configured", claim(status_, cause, &changeover));
}

void Service::set_audience(rib::Audience audience) {
  if (audience == audience_) return;
  audience_ = std::move(audience);
  if (ClaimedRoutes::count(claimed_.lists()) == 0) return;
  const Cause cause{audit::Cause::Kind::configuration, name(), 0};
  report(cause, "other neighbors", claim(status_, cause, nullptr));
}

void Service::report(const Cause& cause, std::string_view why, const Outcome& outcome) const {
  if (!outcome.range.empty()) publish(context_.routing.publisher, cause, why, outcome);
}

// --- the table

void ServiceTable::apply(std::vector<grammar::ServiceConfig> configs, Changeover& changeover,
                         const std::function<void(Service&)>& order_again) {
  for (const auto& service : services_) service->claimed_.leave(changeover);
  adopt(std::move(configs));
  set_precedences();
  for (const auto& service : services_) {
    if (!service->ordered_by_plan()) order_again(*service);
    service->claim_configured(changeover);
  }
}

void ServiceTable::adopt(std::vector<grammar::ServiceConfig> configs) {
  std::vector<std::unique_ptr<Service>> old = std::exchange(services_, {});
  for (grammar::ServiceConfig& config : configs) {
    const auto same = std::find_if(old.begin(), old.end(), [&](const auto& service) {
      return service != nullptr && service->name() == config.name;
    });
    std::unique_ptr<Service> service;
    std::vector<Service::WatchedCheck> known;
    if (same == old.end()) {
      service = std::make_unique<Service>(context_, *this, std::move(config), ++last_number_);
    } else {
      service = std::move(*same);
      known = std::exchange(service->checks_, {});
      service->adopt(std::move(config));
    }
    start_checks(*service, std::move(known));
    services_.push_back(std::move(service));
  }
  for (const auto& gone : old) {
    if (gone == nullptr) continue;
    for (Service::WatchedCheck& watched : gone->checks_) stop_check(watched);
    gone->drop_held();
  }
}

void ServiceTable::set_precedences() {
  std::vector<rib::Claimant> order;
  for (const auto& service : services_) order.push_back(service->claimant());
  if (order == order_) return;
  order_ = std::move(order);
  // Above all earlier ones: what is claimed in the new order counts before what is not claimed anew
  // yet.
  last_precedence_ += order_.size();
  Transaction transaction(context_.routing, {});
  for (std::size_t i = 0; i < order_.size(); ++i)
    transaction.set_precedence(order_[i], last_precedence_ - i);
  transaction.commit();
}

void ServiceTable::start_checks(Service& service, std::vector<Service::WatchedCheck> known) {
  std::size_t place = 0;
  for (const health::CheckConfig& config : service.config().checks) {
    const auto same = std::find_if(known.begin(), known.end(), [&](const auto& watched) {
      return watched.probe != health::no_probe && watched.check.config() == config;
    });
    if (same != known.end()) {
      service.checks_.push_back(std::move(*same));
      same->probe = health::no_probe;
      probes_[base::place(service.checks_.back().probe)].check = place++;
      continue;
    }
    const health::ProbeId probe = take_probe(service, place++);
    service.checks_.push_back(
        {health::Check(config, 0x9E37 + std::to_underlying(probe), context_.routing.turn.now.tick),
         probe});
    if (config.by == health::CheckedBy::probe) context_.probes.start_probe(probe, config);
    due_.set(std::to_underlying(probe), context_.routing.turn.now.tick);
    if (!config.disable_file.empty())
      disable_due_.set(std::to_underlying(probe), context_.routing.turn.now.tick);
  }
  for (Service::WatchedCheck& watched : known) stop_check(watched);
}

health::ProbeId ServiceTable::take_probe(Service& service, std::size_t check) {
  health::ProbeId probe{static_cast<std::uint32_t>(probes_.size())};
  if (free_probes_.empty()) {
    probes_.emplace_back();
  } else {
    probe = free_probes_.back();
    free_probes_.pop_back();
  }
  probes_[base::place(probe)] = {&service, check};
  return probe;
}

void ServiceTable::stop_check(Service::WatchedCheck& watched) {
  if (watched.probe == health::no_probe) return;
  if (watched.check.config().by == health::CheckedBy::probe)
    context_.probes.stop_probe(watched.probe);
  due_.remove(std::to_underlying(watched.probe));
  disable_due_.remove(std::to_underlying(watched.probe));
  probes_[base::place(watched.probe)] = {};
  free_probes_.push_back(watched.probe);
}

void ServiceTable::refresh_audiences() {
  for (const auto& service : services_)
    service->set_audience(context_.roster.select(service->config().neighbors));
}

base::Tick ServiceTable::deadline() const {
  base::Tick earliest = std::min({due_.next(), disable_due_.next(), review_at_});
  for (const auto& service : services_)
    earliest = std::min(earliest, service->dampening_.deadline());
  return earliest;
}

void ServiceTable::on_timer() {
  const base::Tick now = context_.routing.turn.now.tick;
  while (due_.next() <= now) {
    const Place place = probes_[due_.top()];
    run(place.service->checks_[place.check]);
  }
  while (disable_due_.next() <= now) {
    const Place place = probes_[disable_due_.top()];
    look_for_disable_file(*place.service, place.service->checks_[place.check]);
  }
  if (review_at_ <= now) review_held();
  for (const auto& service : services_)
    if (service->dampening_.end(now))
      service->settle({audit::Cause::Kind::check, service->name()}, "no longer dampened");
}

void ServiceTable::run(Service::WatchedCheck& watched) {
  const health::ProbeId probe = watched.probe;
  switch (watched.check.on_timer(context_.routing.turn.now.tick)) {
    case health::Check::Duty::nothing:
      break;
    case health::Check::Duty::give_up:
      context_.probes.cancel_probe(probe);
      if (watched.check.on_timeout(context_.routing.turn.now.tick))
        changed(*probes_[base::place(probe)].service, watched);
      break;
    case health::Check::Duty::attempt: {
      context_.latency.check_late.record(watched.check.lateness());
      const health::CheckConfig& config = watched.check.config();
      const std::optional<health::ProbeResult> result = config.by == health::CheckedBy::probe
                                                            ? context_.probes.run_probe(probe)
                                                            : std::optional(look_inside(config));
      if (result) return on_probe(probe, *result);
      break;
    }
  }
  due_.set(std::to_underlying(probe), watched.check.deadline());
}

health::ProbeResult ServiceTable::look_inside(const health::CheckConfig& check) {
  if (check.by == health::CheckedBy::bfd_session) {
    const BfdEntry* session = context_.bfd.find(check.session);
    const bool up = session != nullptr && session->report.state == bfd::State::up;
    return {.ok = up, .error = up ? "" : "the BFD session is not up", .again = base::never};
  }
  const auto up = [&](const Neighbor& neighbor) {
    return neighbor.peer_address() == check.address && neighbor.established();
  };
  if (context_.roster.find_if(up) != nullptr)
    return {.ok = true, .error = {}, .again = base::never};
  return {.ok = false, .error = "the session is not established", .again = base::never};
}

void ServiceTable::on_probe(health::ProbeId probe, const health::ProbeResult& result) {
  if (base::place(probe) >= probes_.size()) return;
  const Place place = probes_[base::place(probe)];
  if (place.service == nullptr) return;
  Service::WatchedCheck& watched = place.service->checks_[place.check];
  const bool news = watched.check.on_result(result, context_.routing.turn.now.tick);
  due_.set(std::to_underlying(probe), watched.check.deadline());
  if (news) changed(*place.service, watched);
}

void ServiceTable::changed(Service& service, const Service::WatchedCheck& watched) {
  const health::Check& check = watched.check;
  std::string why = "check " + check.config().name;
  why += check.state() == health::State::up ? " is up" : ": " + check.error();
  if (check.state() == health::State::down) service.note_failure();
  service.settle({audit::Cause::Kind::check, service.name()}, why);
  if (check.state() == health::State::down)
    context_.consequences.check_down(service.name(), check.config().name);
}

void ServiceTable::look_for_disable_file(Service& service, Service::WatchedCheck& watched) {
  constexpr base::Duration pause = base::milliseconds(100);
  const std::string& path = watched.check.config().disable_file;
  disable_due_.set(std::to_underlying(watched.probe), context_.routing.turn.now.tick + pause);
  const bool disabled = context_.probes.file_exists(path);
  if (std::exchange(watched.disabled, disabled) == disabled) return;
  service.settle({audit::Cause::Kind::check, service.name()},
                 path + (disabled ? " exists" : " is gone"));
}

template <typename Test>
void ServiceTable::report_inside(const health::ProbeResult& result, Test test) {
  for (std::uint32_t probe = 0; probe < probes_.size(); ++probe) {
    const Place place = probes_[probe];
    if (place.service != nullptr && test(place.service->checks_[place.check].check.config()))
      on_probe(health::ProbeId{probe}, result);
  }
}

void ServiceTable::on_peer(const base::IpAddress& peer, bool up, std::string_view reason) {
  report_inside({.ok = up, .error = reason, .again = base::never}, [&](const auto& check) {
    return check.by == health::CheckedBy::neighbor_session && check.address == peer;
  });
}

void ServiceTable::on_bfd(std::string_view session, bool up, std::string_view reason) {
  report_inside({.ok = up, .error = reason, .again = base::never}, [&](const auto& check) {
    return check.by == health::CheckedBy::bfd_session && check.session == session;
  });
}

void ServiceTable::review_held() {
  // Peers announce and withdraw without a word to us.
  constexpr base::Duration pause = base::seconds(1);
  review_at_ = base::never;
  for (const auto& service : services_) {
    if (service->held_) context_.guard.review(*service);
    if (service->held_) review_at_ = context_.routing.turn.now.tick + pause;
  }
}

void ServiceTable::review_soon() {
  const bool held = std::any_of(services_.begin(), services_.end(),
                                [](const auto& service) { return service->held_.has_value(); });
  if (held) context_.consequences.review();
}

void ServiceTable::review_later() {
  review_at_ = context_.routing.turn.now.tick + base::seconds(1);
}

const Service* ServiceTable::find(rib::Claimant claimant) const {
  const auto known = std::find_if(services_.begin(), services_.end(), [&](const auto& service) {
    return service->claimant() == claimant;
  });
  return known == services_.end() ? nullptr : known->get();
}

Service* ServiceTable::find(std::string_view name) const {
  const auto known = std::find_if(services_.begin(), services_.end(),
                                  [&](const auto& service) { return service->name() == name; });
  return known == services_.end() ? nullptr : known->get();
}

}  // namespace openbell::engine
