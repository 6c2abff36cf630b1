#include "tests/sim/model.h"

#include <algorithm>
#include <utility>

namespace openbell::sim {

namespace {

bool hears(const std::vector<Peer>& neighbors, const Peer& title) {
  return neighbors.empty() ||
         std::find(neighbors.begin(), neighbors.end(), title) != neighbors.end();
}

bool erase_all(Peers& from, const Peers& what) {
  std::size_t erased = 0;
  for (const Peer& peer : what) erased += from.erase(peer);
  return erased != 0;
}

}  // namespace

// --- one operation: what it touches is looked at again when it is over

void Model::begin() {
  ++operation_;
}

Model::Outcome Model::finish(Outcome outcome) {
  settle();
  outcome.operation = operation_;
  return outcome;
}

void Model::settle() {
  for (const std::string& nlri : touched_) {
    for (const auto& [peer, ear] : ears_) {
      std::vector<Told>& history = lives_[ear.life].history[nlri];
      std::string path = told(peer, ear, nlri);
      if (history.empty() ? path.empty() : history.back().path == path) continue;
      history.push_back({now_, std::move(path), operation_, consequence_});
      changes_[operation_].emplace_back(peer, nlri);
    }
  }
  touched_.clear();
}

std::string Model::told(const Peer& peer, const Ear& ear, const std::string& nlri) const {
  if (!neighbor(ear.title)->has_family_of(nlri)) return {};
  for (auto name = claiming_.rbegin(); name != claiming_.rend(); ++name) {
    const auto plan = std::find_if(plans_.begin(), plans_.end(),
                                   [&](const PlanSetup& one) { return one.name == *name; });
    if (!hears(plan->neighbors, ear.title)) continue;
    for (auto step = plan->steps.rbegin(); step != plan->steps.rend(); ++step) {
      if (!step->service.empty() || nlri_of(step->route) != nlri) continue;
      return step->kind == PlanStepSetup::Kind::announce ? path_of(step->route) : "";
    }
  }
  for (const Service& service : services_) {
    if (!hears(service.setup.neighbors, ear.title)) continue;
    const Routes& routes = routes_of(service, service.status);
    if (const auto route = routes.find(nlri); route != routes.end()) return route->second;
  }
  if (const auto words = words_.find(nlri); words != words_.end())
    for (const Word& word : words->second)
      if (word.audience.contains(peer))
        return word.mismatch && !neighbor(ear.title)->takes_ipv6_next_hop() ? "" : word.path;
  return {};
}

std::map<std::string, std::string> Model::table(const Peer& peer) const {
  std::map<std::string, std::string> table;
  const auto ear = ears_.find(peer);
  if (ear == ears_.end()) return table;
  for (const auto& [nlri, history] : lives_[ear->second.life].history)
    if (!history.empty() && !history.back().path.empty()) table[nlri] = history.back().path;
  return table;
}

const std::vector<std::pair<Peer, std::string>>& Model::changes(std::uint64_t operation) const {
  static const std::vector<std::pair<Peer, std::string>> none;
  const auto known = changes_.find(operation);
  return known == changes_.end() ? none : known->second;
}

// --- words

void Model::say_word(const std::string& nlri, Word word) {
  end_word(nlri, word.audience);
  if (word.audience.empty()) return;
  word.said = now_;
  if (word.lease.ns != 0) next_end_ = std::min(next_end_, now_ + word.lease);
  words_[nlri].push_back(std::move(word));
  touch(nlri);
}

bool Model::end_word(const std::string& nlri, const Peers& audience) {
  const auto known = words_.find(nlri);
  if (known == words_.end()) return false;
  bool any = false;
  for (Word& word : known->second) any |= erase_all(word.audience, audience);
  std::erase_if(known->second, [](const Word& word) { return word.audience.empty(); });
  if (any) touch(nlri);
  return any;
}

/// With what it said of watchdogs' routes.
void Model::end_words_of(unsigned run) {
  for (auto& [peer, ear] : ears_)
    std::erase_if(ear.commanded, [&](const auto& each) { return each.second.run == run; });
  for (auto& [nlri, words] : words_)
    if (std::erase_if(words, [&](const Word& word) { return word.run == run; }) != 0) touch(nlri);
}

base::Tick Model::lease_ends(const Word& word) const {
  const auto renewed = renewed_.find(word.group);
  return (renewed == renewed_.end() ? word.said : std::max(word.said, renewed->second)) +
         word.lease;
}

// --- what ends by itself

void Model::advance(base::Tick now) {
  while (next_end_ <= now) {
    base::Tick earliest = base::never;
    for (const Ending& ending : endings_) earliest = std::min(earliest, ending.at);
    for (const auto& [nlri, words] : words_)
      for (const Word& word : words)
        if (word.lease.ns != 0) earliest = std::min(earliest, lease_ends(word));
    next_end_ = earliest;
    if (earliest > now) break;
    now_ = earliest;
    begin();
    for (const Ending& ending : endings_)
      if (ending.at == earliest) end_words_of(ending.run);
    std::erase_if(endings_, [&](const Ending& ending) { return ending.at == earliest; });
    for (auto& [nlri, words] : words_) {
      const auto over = [&](const Word& word) {
        return word.lease.ns != 0 && lease_ends(word) == earliest;
      };
      if (std::erase_if(words, over) != 0) touch(nlri);
    }
    settle();
  }
  now_ = now;
}

// --- helpers

void Model::helper_started(std::string_view name) {
  const auto helper = helpers_.find(name);
  if (helper == helpers_.end()) return;
  Helper& started = helper->second;
  if (!std::exchange(started.heir_due, false)) started.run = ++last_run_;
  started.running = true;
  if (std::exchange(started.leaving, false)) started.titles = started.next_titles;
}

void Model::helper_asked(std::string_view name) {
  const auto helper = helpers_.find(name);
  if (helper == helpers_.end() || !helper->second.running) return;
  Helper& leaving = helper->second;
  if (std::exchange(leaving.leaving, true)) return;
  leaving.next_titles = leaving.titles;
  // The reload that ends it has given its neighbors to the one that comes.
  if (leaving.configured_at == now_) leaving.titles = leaving.titles_before;
}

void Model::helper_exited(std::string_view name, bool asked) {
  const auto known = helpers_.find(name);
  if (known == helpers_.end()) return;
  known->second.running = false;
  known->second.heir_due = asked && known->second.configured;
  const Helper helper = known->second;
  if (!helper.configured) helpers_.erase(known);
  if ((asked && helper.configured) || !helper.setup.withdraws) return;
  begin();
  if (helper.setup.withdraws_after.ns != 0 && helper.configured) {
    endings_.push_back({now_ + helper.setup.withdraws_after, helper.run, helper.setup.name});
    next_end_ = std::min(next_end_, endings_.back().at);
  } else {
    end_words_of(helper.run);
    if (!helper.configured) end_words_left_by(helper.setup.name);
  }
  settle();
}

void Model::end_words_left_by(const std::string& helper) {
  for (const Ending& ending : endings_)
    if (ending.helper == helper) end_words_of(ending.run);
  std::erase_if(endings_, [&](const Ending& ending) { return ending.helper == helper; });
}

// --- peers

bool Model::Ear::lets_through(const StaticRoute& said) const {
  if (said.watchdog.empty()) return true;
  const auto known = turned.find(said.watchdog);
  return known == turned.end() ? !said.starts_withdrawn : known->second;
}

Model::Ear& Model::add_ear(const Peer& peer, const Peer& title) {
  Ear& ear = ears_[peer];
  ear.title = title;
  ear.life = lives_.size();
  lives_.push_back({peer, now_, base::never, {}});
  for (const auto& [nlri, words] : words_) touch(nlri);
  for (const Service& service : services_)
    for (const auto& [nlri, path] : routes_of(service, service.status)) touch(nlri);
  for (const PlanSetup& plan : plans_)
    for (const PlanStepSetup& step : plan.steps)
      if (step.service.empty()) touch(nlri_of(step.route));
  return ear;
}

void Model::remove_ear(const Peer& peer) {
  const auto ear = ears_.find(peer);
  if (ear == ears_.end()) return;
  lives_[ear->second.life].ended = cleared_ = now_;
  ears_.erase(ear);
  for (auto& [nlri, words] : words_) {
    for (Word& word : words) word.audience.erase(peer);
    std::erase_if(words, [](const Word& word) { return word.audience.empty(); });
  }
}

Peers Model::ears_of(const Peer& title) const {
  Peers all;
  for (const auto& [peer, ear] : ears_)
    if (ear.title == title) all.insert(peer);
  return all;
}

const NeighborSetup* Model::neighbor(const Peer& title) const {
  for (const NeighborSetup& neighbor : setup_.neighbors)
    if (neighbor.title == title) return &neighbor;
  return nullptr;
}

std::vector<Peer> Model::peers() const {
  std::vector<Peer> all;
  for (const auto& [peer, ear] : ears_)
    if (peer != range_title) all.push_back(peer);
  return all;
}

void Model::peer_open(const Peer& peer) {
  const Peer range(range_title);
  if (!in_range(peer) || !ears_.contains(range) || ears_.contains(peer)) return;
  begin();
  Ear& born = add_ear(peer, range);
  born.turned = ears_[range].turned;
  born.commanded = ears_[range].commanded;
  for (auto& [nlri, words] : words_)
    for (Word& word : words)
      if (word.audience.contains(range)) word.audience.insert(peer);
  settle();
}

void Model::peer_established(const Peer& peer) {
  if (const auto ear = ears_.find(peer); ear != ears_.end()) ear->second.established = true;
}

void Model::peer_gone(const Peer& peer) {
  const auto ear = ears_.find(peer);
  if (ear == ears_.end()) return;
  ear->second.established = false;
  if (in_range(peer)) remove_ear(peer);
}

}  // namespace openbell::sim
