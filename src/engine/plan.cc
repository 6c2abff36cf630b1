#include "engine/plan.h"

#include <algorithm>
#include <utility>

#include "engine/bus.h"
#include "engine/door.h"
#include "engine/reload.h"

namespace openbell::engine {

namespace {

/// A plan of more routes is sent in slices and not kept encoded.
constexpr std::size_t armed_routes_max = 1024;
constexpr base::Duration refresh_delay = base::milliseconds(10);

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

  PeerMessages captured;
};

ServiceStatus status_of(grammar::PlanStep::Kind kind) {
  return kind == grammar::PlanStep::Kind::service_up ? ServiceStatus::up : ServiceStatus::down;
}

}  // namespace

Plan::~Plan() {
  for (const Before& before : before_) state_.paths.release(before.path);
}

rib::PeerSet Plan::audience() const {
  return select_neighbors(state_, config_.neighbors);
}

template <typename Visit>
void Plan::for_each_change(Visit visit) const {
  const rib::Origin origin{rib::Priority::urgent, rib::lasting_owner};
  for (const grammar::PlanStep& step : config_.steps) {
    switch (step.kind) {
      case grammar::PlanStep::Kind::service_up:
      case grammar::PlanStep::Kind::service_down:
        if (const Service* service = state_.services.find(step.service))
          service->for_each_change(status_of(step.kind),
                                   [&](bgp::Purpose purpose, const grammar::RouteView& route) {
                                     visit(Change{purpose, service->audience(), origin}, route);
                                   });
        break;
      case grammar::PlanStep::Kind::announce:
      case grammar::PlanStep::Kind::withdraw: {
        const bgp::Purpose purpose = step.kind == grammar::PlanStep::Kind::announce
                                         ? bgp::Purpose::announce
                                         : bgp::Purpose::withdraw;
        for (std::size_t i = 0; i < step.routes.size(); ++i)
          visit(Change{purpose, audience(), origin}, step.routes.at(i));
        break;
      }
    }
  }
}

PeerMessages Plan::messages() const {
  rib::RouteStore sketch(state_.peers, state_.paths);
  // What the sketch must know beforehand: what these routes are to whom now.
  for_each_change([&](const Change& change, const grammar::RouteView& route) {
    const auto copy = [&](bgp::Family family) {
      bgp::NlriView nlri = route.nlri;
      nlri.family = family;
      state_.peers.for_each(change.audience, [&](rib::PeerIndex peer) {
        const base::Handle known = state_.routes.find(nlri, peer);
        if (known == base::no_handle || sketch.find(nlri, peer) != base::no_handle) return;
        const rib::Route& stored = state_.routes[known];
        sketch.announce(stored.nlri.view(), stored.path, state_.peers.single(peer));
      });
    };
    copy(route.nlri.family);
    if (route.multicast_group) copy(bgp::Family::ipv4_multicast);
  });
  sketch.seen();
  const rib::Positions since = sketch.ends();
  for_each_change([&](const Change& change, const grammar::RouteView& route) {
    apply_to(state_, sketch, change, route);
  });
  Capture capture;
  state_.adj_rib_out.preview(sketch, since, capture);
  return std::move(capture.captured);
}

bool Plan::fresh() const {
  return armed_ && armed_change_ == state_.routes.last_change() &&
         armed_sessions_ == state_.plans.sessions();
}

void Plan::arm() {
  std::size_t routes = 0;
  for_each_change([&](const Change&, const grammar::RouteView&) { ++routes; });
  armed_ = routes <= armed_routes_max;
  armed_change_ = state_.routes.last_change();
  armed_sessions_ = state_.plans.sessions();
  bytes_ = armed_ ? messages() : PeerMessages();
}

void Plan::disarm() {
  armed_ = false;
  bytes_.clear();
}

/// True: every peer has been sent the armed bytes, which is what applying the changes would send.
bool Plan::write_armed() {
  if (!fresh()) return false;
  for (const grammar::PlanStep& step : config_.steps) {
    if (step.service.empty()) continue;
    const Service* service = state_.services.find(step.service);
    const Cause cause{audit::Cause::Kind::plan, name()};
    if (service == nullptr || service->wanted() == ServiceStatus::disabled ||
        !state_.guard.objection(*service, status_of(step.kind), cause).empty())
      return false;
  }
  if (!state_.adj_rib_out.idle(state_.adj_rib_out.listening())) return false;
  state_.receipts.follow("plan " + name(), state_.adj_rib_out.listening());
  for (const auto& [peer, messages] : bytes_) state_.write(peer, messages);
  return true;
}

void Plan::run(const Cause& cause, std::string_view why) {
  if (std::exchange(running_, true)) return;
  ++runs_;
  since_ = state_.now.tick;
  for (const grammar::PlanStep& step : config_.steps) {
    if (const Service* service = state_.services.find(step.service))
      orders_before_.push_back({step.service, service->order()});
  }
  state_.latency.changed(state_.now.tick);
  const bool written = write_armed();
  const Cause own{audit::Cause::Kind::plan, name(), 0, cause.command};
  for (const grammar::PlanStep& step : config_.steps) {
    if (Service* service = state_.services.find(step.service)) {
      service->set_order(status_of(step.kind) == ServiceStatus::up ? Service::Order::up
                                                                   : Service::Order::down);
      service->settle(own, "plan " + name());
      continue;
    }
    const bool announces = step.kind == grammar::PlanStep::Kind::announce;
    const Change change{announces ? bgp::Purpose::announce : bgp::Purpose::withdraw,
                        audience(),
                        {rib::Priority::urgent, rib::lasting_owner}};
    for (std::size_t i = 0; i < step.routes.size(); ++i) {
      const grammar::RouteView route = step.routes.at(i);
      remember(change, route);
      apply(state_, change, route);
    }
  }
  if (written) {
    state_.adj_rib_out.skip_written();
  } else {
    state_.receipts.follow("plan " + name(), state_.adj_rib_out.listening());
  }
  report(written ? "run, armed" : "run", cause, why);
}

void Plan::remember(const Change& change, const grammar::RouteView& route) {
  remember_one(route.nlri, change.audience);
  if (!route.multicast_group) return;
  bgp::NlriView multicast = route.nlri;
  multicast.family = bgp::Family::ipv4_multicast;
  remember_one(multicast, change.audience);
}

void Plan::remember_one(const bgp::NlriView& nlri, rib::PeerSet peers) {
  const rib::PeerSet able =
      state_.peers.intersect(peers, state_.family_peers[static_cast<std::size_t>(nlri.family)]);
  std::map<base::Handle, rib::PeerSet> by_route;
  state_.peers.for_each(able, [&](rib::PeerIndex peer) {
    rib::PeerSet& set = by_route[state_.routes.find(nlri, peer)];
    set = state_.peers.unite(set, state_.peers.single(peer));
  });
  for (const auto& [handle, set] : by_route) {
    const bgp::NlriView known =
        handle == base::no_handle ? nlri : state_.routes[handle].nlri.view();
    Before& before = before_.emplace_back();
    before.bytes.assign(known.key.begin(), known.key.end());
    before.bytes.insert(before.bytes.end(), known.tail.begin(), known.tail.end());
    before.nlri = known;
    before.nlri.key = bgp::Bytes(before.bytes).first(known.key.size());
    before.nlri.tail = bgp::Bytes(before.bytes).subspan(known.key.size());
    before.peers = set;
    before.path = handle == base::no_handle ? rib::no_path : state_.routes[handle].path;
    state_.paths.retain(before.path);
  }
}

void Plan::revert(const Cause& cause) {
  if (!std::exchange(running_, false)) return;
  since_ = state_.now.tick;
  const Cause own{audit::Cause::Kind::plan, name(), 0, cause.command};
  for (auto order = orders_before_.rbegin(); order != orders_before_.rend(); ++order) {
    Service* service = state_.services.find(order->service);
    if (service == nullptr) continue;
    service->set_order(order->order);
    service->settle(own, "plan " + name() + " reverted");
  }
  for (auto before = before_.rbegin(); before != before_.rend(); ++before) {
    grammar::RouteView route;
    route.nlri = before->nlri;
    const bool announced = before->path != rib::no_path;
    if (announced) route.path = state_.paths.view(before->path);
    apply(state_,
          {announced ? bgp::Purpose::announce : bgp::Purpose::withdraw,
           before->peers,
           {.priority = rib::Priority::urgent}},
          route);
    state_.paths.release(before->path);
  }
  before_.clear();
  orders_before_.clear();
  state_.latency.changed(state_.now.tick);
  state_.receipts.follow("plan " + name() + " reverted", state_.adj_rib_out.listening());
  report("reverted", cause, {});
}

void Plan::report(std::string_view what, const Cause& cause, std::string_view why) const {
  after_sending(state_, [plan = name(), what = std::string(what), why = std::string(why),
                         kind = cause.kind, number = cause.number, who = std::string(cause.name),
                         command = std::string(cause.command)](State& state) {
    state.host.log(4, "plan", plan + " " + what + (why.empty() ? "" : ": " + why));
    record(state, audit::Kind::plan, {kind, who, number, command}, plan + " " + what, why,
           rib::nobody);
    const event::Field fields[] = {{"name", plan}, {"state", what}, {"reason", why}};
    emit_notice(state, &grammar::Subscriptions::plan, "plan", fields);
  });
}

void Plan::forget_peer(rib::PeerIndex peer) {
  for (Before& before : before_)
    before.peers = state_.peers.subtract(before.peers, state_.peers.single(peer));
}

// --- the table

void PlanTable::apply(std::vector<grammar::PlanConfig> configs) {
  std::vector<std::unique_ptr<Plan>> old = std::exchange(plans_, {});
  for (grammar::PlanConfig& config : configs) {
    const auto same = std::find_if(old.begin(), old.end(), [&](const auto& plan) {
      return plan != nullptr && plan->name() == config.name;
    });
    if (same != old.end() && (*same)->running()) {
      plans_.push_back(std::move(*same));
      continue;
    }
    const bool armed = config.armed;
    plans_.push_back(std::make_unique<Plan>(state_, std::move(config)));
    if (armed) plans_.back()->arm();
  }
  // One that runs can still be reverted when its section is gone.
  for (auto& gone : old)
    if (gone != nullptr && gone->running()) plans_.push_back(std::move(gone));
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

void PlanTable::on_service(const Service& service) {
  if (service.status() == ServiceStatus::down && !plans_.empty())
    run_triggered({service.name(), {}}, service.reason());
}

void PlanTable::on_check(const Service& service, std::string_view check) {
  if (!plans_.empty()) run_triggered({service.name(), std::string(check)}, {});
}

void PlanTable::note_changes() {
  const std::uint64_t now = state_.routes.last_change() + sessions_;
  if (plans_.empty() || std::exchange(noted_, now) == now) return;
  refresh_at_ = state_.now.tick + refresh_delay;
}

void PlanTable::on_timer() {
  if (refresh_at_ > state_.now.tick) return;
  refresh_at_ = base::never;
  if (state_.more_to_send) {
    refresh_at_ = state_.now.tick + refresh_delay;
    return;
  }
  for (const auto& plan : plans_)
    if (plan->armed() && !plan->fresh()) plan->arm();
}

void PlanTable::forget_peer(rib::PeerIndex peer) {
  for (const auto& plan : plans_) plan->forget_peer(peer);
}

Plan* PlanTable::find(std::string_view name) const {
  const auto known = std::find_if(plans_.begin(), plans_.end(),
                                  [&](const auto& plan) { return plan->name() == name; });
  return known == plans_.end() ? nullptr : known->get();
}

}  // namespace openbell::engine
