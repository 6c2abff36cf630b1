// A configuration, the first one or another: the file speaks again.

#include <algorithm>
#include <utility>

#include "tests/sim/model.h"

namespace openbell::sim {

void Model::configure(const Setup& setup) {
  begin();
  configure_processes(setup);
  configure_neighbors(setup);
  setup_ = setup;
  configure_services(setup);
  configure_plans(setup);
  for (Service& service : services_) settle_service(service);
  for (const auto& [name, helper] : helpers_)
    if (!helper.configured && !helper.running) end_words_left_by(name);
  for (auto& [name, helper] : helpers_)
    if (!helper.configured && !helper.running && std::exchange(helper.heir_due, false) &&
        helper.setup.withdraws)
      end_words_of(helper.run);
  consequences();
  settle();
}

void Model::configure_processes(const Setup& setup) {
  for (auto& [name, helper] : helpers_) helper.configured = false;
  for (const ProcessSetup& process : setup.processes) {
    Helper& helper = helpers_[process.name];
    helper.setup = process;
    helper.configured = true;
    helper.titles_before = helper.titles;
    helper.configured_at = now_;
    std::set<Peer>& titles = helper.leaving ? helper.next_titles : helper.titles;
    titles.clear();
    for (const NeighborSetup& neighbor : setup.neighbors)
      if (std::find(neighbor.processes.begin(), neighbor.processes.end(), process.name) !=
          neighbor.processes.end())
        titles.insert(neighbor.title);
  }
}

void Model::configure_neighbors(const Setup& setup) {
  const Setup old = std::exchange(setup_, setup);
  const auto find = [](const Setup& in, const Peer& title) -> const NeighborSetup* {
    for (const NeighborSetup& neighbor : in.neighbors)
      if (neighbor.title == title) return &neighbor;
    return nullptr;
  };
  std::vector<const NeighborSetup*> gone;
  std::vector<const NeighborSetup*> added;
  for (const NeighborSetup& neighbor : old.neighbors)
    if (find(setup, neighbor.title) == nullptr) gone.push_back(&neighbor);
  for (const NeighborSetup& neighbor : setup.neighbors)
    if (find(old, neighbor.title) == nullptr) added.push_back(&neighbor);
  bool moved = false;
  if (gone.size() == 1 && added.size() == 1) {
    NeighborSetup same = *gone[0];
    same.title = added[0]->title;
    moved = same == *added[0];
  }
  if (moved) {
    move_neighbor(*gone[0], *added[0]);
  } else {
    for (const NeighborSetup* neighbor : gone)
      for (const Peer& peer : ears_of(neighbor->title)) remove_ear(peer);
    for (const NeighborSetup* neighbor : added) add_ear(neighbor->title, neighbor->title);
  }
  for (const NeighborSetup& neighbor : setup.neighbors) {
    const NeighborSetup* before = find(old, neighbor.title);
    configure_routes(neighbor, moved && before == nullptr ? gone[0] : before);
  }
  // RFC 8950 may have been agreed on, or not any more; a family may have come or gone.
  for (const auto& [nlri, words] : words_)
    if (nlri.starts_with("ipv6 ") ||
        std::any_of(words.begin(), words.end(), [](const Word& word) { return word.mismatch; }))
      touch(nlri);
}

/// Only the address is another: what was said to the neighbor goes over.
void Model::move_neighbor(const NeighborSetup& from, const NeighborSetup& to) {
  const Ear was = ears_.at(from.title);
  std::vector<std::pair<std::string, std::size_t>> said;
  for (const auto& [nlri, words] : words_)
    for (std::size_t place = 0; place < words.size(); ++place)
      if (words[place].audience.contains(from.title)) said.emplace_back(nlri, place);
  for (const auto& [nlri, place] : said) words_[nlri][place].audience.insert(to.title);
  // A process that was told to end speaks for it under its new address.
  for (auto& [name, helper] : helpers_)
    for (std::set<Peer>* titles : {&helper.titles, &helper.titles_before})
      if (titles->erase(from.title) != 0) titles->insert(to.title);
  // Of those that do not run the file speaks.
  for (PlanSetup& plan : plans_)
    std::replace(plan.neighbors.begin(), plan.neighbors.end(), from.title, to.title);
  remove_ear(from.title);
  Ear& ear = add_ear(to.title, to.title);
  ear.turned = was.turned;
  ear.commanded = was.commanded;
}

void Model::configure_routes(const NeighborSetup& neighbor, const NeighborSetup* before) {
  const Peers ears = ears_of(neighbor.title);
  std::set<std::string> now;
  for (const StaticRoute& said : neighbor.all_routes()) {
    const std::string nlri = nlri_of(said.route);
    now.insert(nlri);
    Peers audience;
    for (const Peer& peer : ears) {
      if (ears_[peer].lets_through(said))
        audience.insert(peer);
      else
        end_word_of_file(nlri, peer);
    }
    say_word(nlri, {.path = path_of(said.route), .audience = audience});
  }
  if (before == nullptr) return;
  for (const StaticRoute& said : before->all_routes())
    if (!now.contains(nlri_of(said.route))) end_word(nlri_of(said.route), ears);
}

/// Of a route that its watchdog holds back now. What a helper said of it is not the file's.
void Model::end_word_of_file(const std::string& nlri, const Peer& peer) {
  const auto known = words_.find(nlri);
  if (known == words_.end()) return;
  for (const Word& word : known->second)
    if (word.run == 0 && word.audience.contains(peer)) {
      end_word(nlri, {peer});
      return;
    }
}

void Model::configure_services(const Setup& setup) {
  std::vector<Service> old = std::exchange(services_, {});
  for (const Service& service : old)
    for (const auto& [nlri, path] : routes_of(service, service.status)) touch(nlri);
  for (const ServiceSetup& config : setup.services) {
    Service service;
    const auto same = std::find_if(
        old.begin(), old.end(), [&](const Service& one) { return one.setup.name == config.name; });
    if (same != old.end()) service = *same;
    const std::vector<Check> checks = std::exchange(service.checks, {});
    for (const CheckSetup& check : config.checks) {
      const auto known = std::find_if(checks.begin(), checks.end(),
                                      [&](const Check& one) { return one.setup == check; });
      service.checks.push_back(known == checks.end() ? Check{.setup = check} : *known);
    }
    service.setup = config;
    service.up.clear();
    service.down.clear();
    service.when_disabled.clear();
    for (Route route : config.routes) {
      const std::string nlri = nlri_of(route);
      service.up[nlri] = path_of(route);
      if (config.med_down) {
        route.med = config.med_down;
        service.down[nlri] = path_of(route);
      }
      if (config.med_disabled) {
        route.med = config.med_disabled;
        service.when_disabled[nlri] = path_of(route);
      }
    }
    for (const auto& [nlri, path] : routes_of(service, service.status)) touch(nlri);
    services_.push_back(std::move(service));
  }
  std::erase_if(held_, [&](const Held& held) {
    return !held.service.empty() && service(held.service) == nullptr;
  });
}

/// A plan that runs goes on as it was run, also when its section is gone, until it is reverted.
void Model::configure_plans(const Setup& setup) {
  const std::vector<PlanSetup> old = std::exchange(plans_, {});
  const auto running = [&](const std::string& name) -> const PlanSetup* {
    for (const PlanSetup& plan : old)
      if (plan.name == name && runs(name)) return &plan;
    return nullptr;
  };
  for (const PlanSetup& plan : setup.plans) {
    const PlanSetup* kept = running(plan.name);
    plans_.push_back(kept == nullptr ? plan : *kept);
  }
  for (const PlanSetup& plan : old) {
    const bool in_file = std::any_of(setup.plans.begin(), setup.plans.end(),
                                     [&](const PlanSetup& one) { return one.name == plan.name; });
    if (runs(plan.name) && !in_file) plans_.push_back(plan);
  }
}

}  // namespace openbell::sim
