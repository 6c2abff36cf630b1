#include "engine/policy/plan.h"

#include <algorithm>
#include <utility>

#include "engine/report/publisher.h"
#include "engine/report/receipt.h"
#include "engine/routing/routing.h"
#include "engine/session/roster.h"

namespace openbell::engine {

namespace {

/// A plan of more routes is sent in slices and not kept encoded.
constexpr std::size_t armed_routes_max = ClaimedRoutes::at_once_max;
constexpr base::Duration refresh_delay = base::milliseconds(10);

using Step = grammar::PlanStep;

/// Writes down what peers would be sent.
class Capture final : public rib::PeerOutput {
 public:
  [[nodiscard]] bool writable(rib::PeerIndex) const override { return true; }
  void write(rib::PeerIndex peer, bgp::Bytes messages) override {
    std::vector<std::uint8_t>& all = captured[peer];
    all.insert(all.end(), messages.begin(), messages.end());
  }
  void unsendable(rib::PeerIndex, const bgp::NlriView&) override {}
  void overrun(rib::PeerIndex) override {}
  void settled(rib::Token, rib::PeerIndex, Fate) override {}

  PeerMessages captured;
};

bool orders(const Step& step) {
  return step.kind == Step::Kind::service_up || step.kind == Step::Kind::service_down;
}

ServiceStatus status_of(const Step& step) {
  return step.kind == Step::Kind::service_up ? ServiceStatus::up : ServiceStatus::down;
}

/// Of several steps on one service the last counts: nobody is told what is undone at once.
std::vector<const Step*> orders_of(const grammar::PlanConfig& config) {
  std::vector<const Step*> last;
  for (const Step& step : config.steps) {
    if (!orders(step)) continue;
    std::erase_if(last, [&](const Step* known) { return known->service == step.service; });
    last.push_back(&step);
  }
  return last;
}

std::vector<ClaimList> lists_of(const grammar::PlanConfig& config) {
  std::vector<ClaimList> lists;
  for (const Step& step : config.steps)
    if (!orders(step))
      lists.push_back(
          {step.kind == Step::Kind::announce ? bgp::Purpose::announce : bgp::Purpose::withdraw,
           std::make_shared<const grammar::RouteList>(step.routes)});
  return lists;
}

}  // namespace

Plan::Plan(const PlanContext& context, PlanTable& table, grammar::PlanConfig config,
           std::uint32_t number)
    : context_(context),
      table_(table),
      config_(std::move(config)),
      lists_(lists_of(config_)),
      claimed_(context.routing, {rib::Rank::plan, number}, config_.name) {}

rib::Audience Plan::audience() const {
  return context_.roster.select(config_.neighbors);
}

std::size_t Plan::route_count() const {
  std::size_t routes = ClaimedRoutes::count(lists_);
  for (const Step* step : orders_of(config_))
    if (const Service* service = context_.services.find(step->service))
      for (const SharedRoutes& list : service->concerned(status_of(*step))) routes += list->size();
  return routes;
}

// --- what it would send

void Plan::carry_out(rib::Claims& sketch) const {
  for (const Step* step : orders_of(config_))
    if (const Service* service = context_.services.find(step->service);
        service != nullptr && service->status() != status_of(*step) &&
        service->wanted() != ServiceStatus::disabled)
      service->sketch_change(sketch, status_of(*step));
  sketch.set_precedence(claimant(), UINT64_MAX);
  claimed_.sketch(sketch, lists_, audience());
}

PeerMessages Plan::messages() const {
  Routing& routing = context_.routing;
  rib::RouteStore store(routing.peers, routing.paths);
  rib::Claims sketch(store, routing.peers, routing.paths);
  store.set_listening(routing.out.listening());
  store.set_resolver(routing.store.resolver());
  // What the sketch must know beforehand: what is claimed of these routes now.
  const auto copy = [&](const grammar::RouteList& routes) {
    for (std::size_t i = 0; i < routes.size(); ++i) {
      const grammar::RouteView route = routes.at(i);
      routing.claims().copy_to(sketch, route.nlri);
      if (const auto groups = route.group_family())
        routing.claims().copy_to(sketch, route.nlri_in(*groups));
    }
  };
  for (const ClaimList& list : lists_) copy(*list.routes);
  for (const Step* step : orders_of(config_))
    if (const Service* service = context_.services.find(step->service))
      for (const SharedRoutes& list : service->concerned(status_of(*step))) copy(*list);
  const rib::Positions since = store.ends();
  store.trim(since, SIZE_MAX);
  store.seen();
  carry_out(sketch);
  Capture capture;
  routing.out.preview(store, since, capture);
  return std::move(capture.captured);
}

bool Plan::fresh() const {
  return armed_ && armed_claims_ == context_.routing.claims().version() &&
         armed_sessions_ == table_.sessions();
}

bool Plan::arm() {
  armed_ = route_count() <= armed_routes_max;
  armed_claims_ = context_.routing.claims().version();
  armed_sessions_ = table_.sessions();
  bytes_ = armed_ ? messages() : PeerMessages();
  return armed_;
}

void Plan::arm_later() {
  disarm();
  armed_ = route_count() <= armed_routes_max;
  armed_claims_ = UINT64_MAX;
}

void Plan::disarm() {
  armed_ = false;
  bytes_.clear();
}

// --- running it

namespace {

/// Both happened, one after the other, in one turn.
void add(Outcome& sum, const Outcome& outcome) {
  sum.reached |= outcome.reached;
  sum.news |= outcome.news;
  sum.pending |= outcome.pending;
  sum.unsent.insert(sum.unsent.end(), outcome.unsent.begin(), outcome.unsent.end());
  sum.routes += outcome.routes;
  sum.changed += outcome.changed;
  outcome.families.for_each([&](bgp::Family family) { sum.families.insert(family); });
  if (outcome.rest != nullptr) sum.rest = outcome.rest;
  if (outcome.range.empty()) return;
  if (sum.range.empty()) sum.range.first = outcome.range.first;
  sum.range.last = outcome.range.last;
  for (const rib::Lane lane : rib::lanes)
    sum.mark[lane] = std::max(sum.mark[lane], outcome.mark[lane]);
}

}  // namespace

void Plan::order(Service& service) const {
  for (const Step* step : orders_of(config_))
    if (step->service == service.name())
      service.begin_plan_order(name(), status_of(*step) == ServiceStatus::up
                                           ? Service::Order::up
                                           : Service::Order::down);
}

void Plan::order_services(const Cause& cause, bool begin, Outcome& outcome) {
  const Cause own{audit::Cause::Kind::plan, name(), 0, cause.command};
  for (const Step* step : orders_of(config_)) {
    Service* service = context_.services.find(step->service);
    if (service == nullptr) continue;
    if (begin) {
      order(*service);
    } else {
      service->end_plan_order(name());
    }
    add(outcome, service->settle(own, "plan " + name() + (begin ? "" : " reverted")));
  }
}

Outcome Plan::run(const Cause& cause, std::string_view why) {
  Outcome outcome;
  if (std::exchange(running_, true)) return outcome;
  ++runs_;
  since_ = context_.routing.turn.now.tick;
  const bool ready = fresh();
  const rib::Positions from = context_.routing.store.ends();
  order_services(cause, true, outcome);
  {
    Transaction order(context_.routing, {});
    order.set_precedence(claimant(), table_.next_precedence());
    order.commit();
  }
  const Outcome own = claimed_.change(lists_, audience(), cause);
  add(outcome, own);
  const bool written = ready && offer_armed(from);
  context_.receipts.follow("plan " + name(), outcome);
  report(cause, written ? "run, armed" : "run", why, own);
  return outcome;
}

bool Plan::offer_armed(const rib::Positions& from) {
  rib::RouteStore& store = context_.routing.store;
  const rib::Positions to = store.ends();
  // A service that a guard held, or that is disabled, did not follow: other bytes are due.
  for (const Step* step : orders_of(config_)) {
    const Service* service = context_.services.find(step->service);
    if (service != nullptr && service->status() != status_of(*step)) return false;
  }
  if (to == from) return false;
  if (to[rib::Lane::withdrawn] != from[rib::Lane::withdrawn] ||
      to[rib::Lane::announced] != from[rib::Lane::announced])
    return false;
  context_.routing.out.offer({from, to, bytes_});
  return true;
}

Outcome Plan::revert(const Cause& cause) {
  Outcome outcome;
  if (!std::exchange(running_, false)) return outcome;
  since_ = context_.routing.turn.now.tick;
  order_services(cause, false, outcome);
  const Outcome own = claimed_.change({}, {}, cause);
  add(outcome, own);
  context_.receipts.follow("plan " + name() + " reverted", outcome);
  report(cause, "reverted", {}, own);
  return outcome;
}

void Plan::set_next(std::optional<grammar::PlanConfig> config) {
  in_file_ = config.has_value();
  next_ = std::move(config);
}

void Plan::follow(const base::IpPrefix& from, const base::IpPrefix& to) {
  std::vector<base::IpPrefix>& named = config_.neighbors;
  // By its title, as Roster::select.
  const auto names = [&](const base::IpPrefix& title) {
    return std::find(named.begin(), named.end(), title) != named.end();
  };
  if (!names(from)) return;
  if (!names(to)) named.push_back(to);
  // Another neighbor may have the old address at another local one.
  if (context_.roster.find_if(
          [&](const Neighbor& other) { return other.config().peer_address == from; }) == nullptr)
    std::erase(named, from);
}

void Plan::report(const Cause& cause, std::string_view state, std::string_view why,
                  const Outcome& outcome) {
  Publisher& publisher = context_.routing.publisher;
  publisher.publish(PlanChanged{publisher.keep(cause), publisher.keep(name()), state,
                                publisher.keep(why), outcome.news, outcome.range, outcome.changed});
}

// --- the table

std::unique_ptr<Plan> PlanTable::make(grammar::PlanConfig config) {
  return std::make_unique<Plan>(context_, *this, std::move(config), ++last_number_);
}

void PlanTable::apply(std::vector<grammar::PlanConfig> configs) {
  Plans old = std::exchange(plans_, {});
  for (grammar::PlanConfig& config : configs) {
    const auto same = std::find_if(old.begin(), old.end(), [&](const auto& plan) {
      return plan != nullptr && plan->name() == config.name;
    });
    if (same != old.end() && (*same)->running()) {
      (*same)->set_next(std::move(config));
      plans_.push_back(std::move(*same));
      continue;
    }
    const bool armed = config.armed;
    plans_.push_back(make(std::move(config)));
    if (armed) plans_.back()->arm();
  }
  // One that runs can still be reverted when its section is gone.
  for (auto& gone : old) {
    if (gone == nullptr || !gone->running()) continue;
    gone->set_next({});
    plans_.push_back(std::move(gone));
  }
}

Outcome PlanTable::revert(std::string_view name, const Cause& cause) {
  const std::size_t place = static_cast<std::size_t>(place_of(name) - plans_.begin());
  Plan& plan = *plans_[place];
  const Outcome outcome = plan.revert(cause);
  if (!plan.in_file_) {
    plans_.erase(place_of(name));
  } else if (plan.next_) {
    const bool armed = plan.next_->armed;
    plans_[place] = make(*std::exchange(plan.next_, std::nullopt));
    if (armed) plans_[place]->arm_later();
    refresh_soon();
  }
  return outcome;
}

void PlanTable::follow(const base::IpPrefix& from, const base::IpPrefix& to) {
  for (const auto& plan : plans_)
    if (plan->running()) plan->follow(from, to);
}

void PlanTable::order_again(Service& service) const {
  std::vector<const Plan*> running;
  for (const auto& plan : plans_)
    if (plan->running()) running.push_back(plan.get());
  std::stable_sort(running.begin(), running.end(),
                   [](const Plan* a, const Plan* b) { return a->since() < b->since(); });
  for (const Plan* plan : running) plan->order(service);
}

void PlanTable::refresh_audiences() {
  for (const auto& plan : plans_) {
    if (!plan->running() || plan->claimed_.audience() == plan->audience()) continue;
    const Cause cause{audit::Cause::Kind::configuration, plan->name(), 0};
    const Outcome outcome = plan->claimed_.change(plan->lists_, plan->audience(), cause);
    if (!outcome.range.empty()) plan->report(cause, "run for other neighbors", {}, outcome);
  }
}

void PlanTable::run_triggered(const grammar::PlanTrigger& trigger, std::string_view why) {
  const std::string what = trigger.check.empty()
                               ? "service " + trigger.service + " is down"
                               : "check " + trigger.service + "/" + trigger.check + " is down";
  for (const auto& plan : plans_) {
    const auto& triggers = plan->config().triggers;
    if (plan->running() || std::find(triggers.begin(), triggers.end(), trigger) == triggers.end())
      continue;
    plan->run({audit::Cause::Kind::check, trigger.service},
              why.empty() ? what : what + ": " + std::string(why));
  }
}

void PlanTable::note_changes() {
  const std::uint64_t now = context_.routing.claims().version() + sessions_;
  if (plans_.empty() || std::exchange(noted_, now) == now) return;
  refresh_soon();
}

void PlanTable::refresh_soon() {
  refresh_at_ = context_.routing.turn.now.tick + refresh_delay;
}

void PlanTable::on_timer() {
  if (refresh_at_ > context_.routing.turn.now.tick) return;
  refresh_at_ = base::never;
  if (context_.routing.turn.more_to_send) return refresh_soon();
  for (const auto& plan : plans_)
    if (plan->armed() && !plan->fresh()) plan->arm();
}

PlanTable::Plans::const_iterator PlanTable::place_of(std::string_view name) const {
  return std::find_if(plans_.begin(), plans_.end(),
                      [&](const auto& plan) { return plan->name() == name; });
}

Plan* PlanTable::find(std::string_view name) const {
  const auto known = place_of(name);
  return known == plans_.end() ? nullptr : known->get();
}

const Plan* PlanTable::find(rib::Claimant claimant) const {
  const auto known = std::find_if(plans_.begin(), plans_.end(),
                                  [&](const auto& plan) { return plan->claimant() == claimant; });
  return known == plans_.end() ? nullptr : known->get();
}

}  // namespace openbell::engine
