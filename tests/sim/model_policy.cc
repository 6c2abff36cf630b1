// Services and plans: what checks, orders and triggers come to.

#include <algorithm>

#include "tests/sim/model.h"

namespace openbell::sim {

Model::Service* Model::service(std::string_view name) {
  for (Service& service : services_)
    if (service.setup.name == name) return &service;
  return nullptr;
}

bool Model::runs(std::string_view plan) const {
  return std::find(running_.begin(), running_.end(), plan) != running_.end();
}

const Model::Routes& Model::routes_of(const Service& service, Status status) {
  static const Routes none;
  switch (status) {
    case Status::unknown:
      return none;
    case Status::up:
      return service.up;
    case Status::down:
      return service.down;
    case Status::disabled:
      return service.when_disabled;
  }
  return none;
}

// --- checks

void Model::check_answered(std::string_view name, bool ok) {
  for (Service& service : services_) {
    for (Check& check : service.checks) {
      if (check.setup.name != name) continue;
      check.in_a_row = check.in_a_row != 0 && check.last == ok ? check.in_a_row + 1 : 1;
      check.last = ok;
      const Status to = ok ? Status::up : Status::down;
      if (check.in_a_row < (ok ? check.setup.rise : check.setup.fall) || check.status == to)
        continue;
      check.status = to;
      begin();
      settle_service(service);
      settle();
    }
  }
}

Model::Status Model::verdict(const Service& service) {
  std::size_t up = 0;
  std::size_t unknown = 0;
  for (const Check& check : service.checks) {
    up += check.status == Status::up;
    unknown += check.status == Status::unknown;
  }
  const std::size_t needed = service.setup.any ? 1 : service.checks.size();
  if (up >= needed) return Status::up;
  return up + unknown >= needed ? Status::unknown : Status::down;
}

/// The order of the plan that was run last, of those that run and give one; else the operator's.
Model::Order Model::order_of(const Service& service) const {
  for (auto name = running_.rbegin(); name != running_.rend(); ++name)
    for (const PlanSetup& plan : plans_)
      if (plan.name == *name)
        for (auto step = plan.steps.rbegin(); step != plan.steps.rend(); ++step)
          if (step->service == service.setup.name)
            return step->kind == PlanStepSetup::Kind::up ? Order::up : Order::down;
  return service.order;
}

Model::Status Model::wanted(const Service& service) const {
  if (service.disabled) return Status::disabled;
  switch (order_of(service)) {
    case Order::up:
      return Status::up;
    case Order::down:
      return Status::down;
    case Order::none:
      break;
  }
  const Status found = verdict(service);
  if (found != Status::unknown) return found;
  // Checks that have not decided leave the state as it is.
  return service.status == Status::disabled ? Status::unknown : service.status;
}

// --- changes of services

bool Model::last_announcer(const Service& service, Status to) const {
  const std::vector<std::string>& members = service.setup.last_announcer;
  if (members.empty() || service.status != Status::up || to == Status::up) return false;
  return std::none_of(services_.begin(), services_.end(), [&](const Service& other) {
    return other.status == Status::up &&
           std::find(members.begin(), members.end(), other.setup.name) != members.end();
  });
}

void Model::settle_service(Service& service) {
  const Status to = wanted(service);
  const auto forget = [&] {
    std::erase_if(held_, [&](const Held& held) { return held.service == service.setup.name; });
  };
  if (to == service.status) {
    if (service.held) forget();
    service.held.reset();
    return;
  }
  if (service.held == to) return;
  if (last_announcer(service, to)) {
    forget();
    service.held = to;
    held_.push_back({++last_held_, service.setup.name, {}, {}});
    return;
  }
  if (service.held) forget();
  service.held.reset();
  change_service(service, to);
}

void Model::change_service(Service& service, Status to) {
  for (const Status status : {service.status, to})
    for (const auto& [nlri, path] : routes_of(service, status)) touch(nlri);
  service.status = to;
  if (to == Status::down) fallen_.push_back(service.setup.name);
}

/// Another member came up: what was held for want of one happens.
void Model::review_held_services() {
  for (Service& service : services_) {
    if (!service.held || last_announcer(service, *service.held)) continue;
    std::erase_if(held_, [&](const Held& held) { return held.service == service.setup.name; });
    change_service(service, *std::exchange(service.held, std::nullopt));
  }
}

/// Each is a change of its own, after the one that caused it.
void Model::consequences() {
  review_held_services();
  while (!fallen_.empty()) {
    const std::string name = fallen_.front();
    fallen_.pop_front();
    for (const PlanSetup& plan : std::vector<PlanSetup>(plans_)) {
      if (runs(plan.name) ||
          std::find(plan.when_down.begin(), plan.when_down.end(), name) == plan.when_down.end())
        continue;
      settle();
      consequence_ = true;
      run_plan(plan);
      settle();
      consequence_ = false;
    }
    review_held_services();
  }
}

void Model::carry_out_consequences() {
  consequences();
  settle();
}

// --- orders

Model::Reply Model::order_service(const Command& command) {
  Service* ordered = service(command.name);
  if (ordered == nullptr) return Reply::error;
  if (command.word == "disable") ordered->disabled = true;
  if (command.word == "up") ordered->order = Order::up;
  if (command.word == "down") ordered->order = Order::down;
  if (command.word == "enable") {
    ordered->disabled = false;
    ordered->order = Order::none;
  }
  settle_service(*ordered);
  return Reply::done;
}

Model::Reply Model::change_plan(const Command& command) {
  const auto plan = std::find_if(plans_.begin(), plans_.end(),
                                 [&](const PlanSetup& one) { return one.name == command.name; });
  if (plan == plans_.end()) return Reply::error;
  if (command.word == "arm" || command.word == "disarm") return Reply::done;
  if (runs(command.name) == (command.word == "run")) return Reply::error;
  command.word == "run" ? run_plan(PlanSetup(*plan)) : revert_plan(command.name);
  return Reply::done;
}

/// Its services follow one by one, then its routes are claimed: each is a change of its own.
void Model::run_plan(const PlanSetup& plan) {
  running_.push_back(plan.name);
  order_services(plan);
  claiming_.push_back(plan.name);
  touch_routes(plan);
}

void Model::order_services(const PlanSetup& plan) {
  for (const PlanStepSetup& step : plan.steps) {
    Service* ordered = step.service.empty() ? nullptr : service(step.service);
    if (ordered == nullptr) continue;
    settle_service(*ordered);
    settle();
  }
}

void Model::touch_routes(const PlanSetup& plan) {
  for (const PlanStepSetup& step : plan.steps)
    if (step.service.empty()) touch(nlri_of(step.route));
}

void Model::revert_plan(const std::string& name) {
  std::erase(running_, name);
  const auto plan = std::find_if(plans_.begin(), plans_.end(),
                                 [&](const PlanSetup& one) { return one.name == name; });
  order_services(*plan);
  std::erase(claiming_, name);
  touch_routes(*plan);
  // From here on it is what the file says.
  const auto in_file = std::find_if(setup_.plans.begin(), setup_.plans.end(),
                                    [&](const PlanSetup& one) { return one.name == name; });
  if (in_file == setup_.plans.end()) {
    plans_.erase(plan);
  } else {
    *plan = *in_file;
  }
}

}  // namespace openbell::sim
