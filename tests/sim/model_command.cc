// What helpers and the command line say.

#include <algorithm>

#include "tests/sim/model.h"

namespace openbell::sim {

namespace {

bool changes_routes(Command::Verb verb) {
  switch (verb) {
    case Command::Verb::announce:
    case Command::Verb::withdraw:
    case Command::Verb::clear:
    case Command::Verb::watchdog_on:
    case Command::Verb::watchdog_off:
      return true;
    case Command::Verb::flush:
    case Command::Verb::teardown:
    case Command::Verb::renew:
    case Command::Verb::service:
    case Command::Verb::plan:
    case Command::Verb::guard:
    case Command::Verb::reload:
    case Command::Verb::end_of_rib:
    case Command::Verb::refresh:
    case Command::Verb::show:
      return false;
  }
  return false;
}

Peers without_range(Peers peers) {
  peers.erase(Peer(range_title));
  return peers;
}

}  // namespace

Model::Outcome Model::say(std::string_view name, const Command& command) {
  begin();
  Outcome outcome;
  const auto helper = helpers_.find(name);
  if (helper != helpers_.end()) carry_out(helper->second, command, false, outcome);
  consequences();
  return finish(std::move(outcome));
}

Peers Model::audience_of(const Helper& helper, const Command& command) const {
  Peers audience;
  for (const auto& [peer, ear] : ears_) {
    if (!helper.titles.contains(ear.title)) continue;
    const auto named = [&](const Peer& name) { return name == peer || name == ear.title; };
    if (command.selector.empty() ||
        std::any_of(command.selector.begin(), command.selector.end(), named))
      audience.insert(peer);
  }
  return audience;
}

/// An IPv6 next hop of an IPv4 route needs RFC 8950, an IPv4 next hop of an IPv6 route goes
/// nowhere.
bool Model::can_go(const Route& route, const Ear& ear) const {
  switch (route.table) {
    case Table::flow:
      return true;
    case Table::ipv6:
      return route.hop == Hop::far;
    case Table::ipv4:
      return route.hop != Hop::mismatch || neighbor(ear.title)->takes_ipv6_next_hop();
    case Table::vpn:
    case Table::mpls:
      return route.hop != Hop::mismatch;
  }
  return false;
}

Peers Model::with_family(const Route& route, const Peers& audience) const {
  Peers all;
  for (const Peer& peer : audience)
    if (neighbor(ears_.at(peer).title)->has_family_of(nlri_of(route))) all.insert(peer);
  return all;
}

void Model::carry_out(Helper& helper, const Command& command, bool released, Outcome& outcome) {
  using Verb = Command::Verb;
  const Peers audience = audience_of(helper, command);
  if (!command.selector.empty() && audience.empty()) {
    outcome.reply = Reply::error;
    return;
  }
  if (changes_routes(command.verb) && !released && objects(helper.setup.name)) {
    hold(helper.setup.name, command);
    outcome.held = true;
    return;
  }
  switch (command.verb) {
    case Verb::announce:
      return announce(helper, command, audience, outcome);
    case Verb::withdraw:
      return withdraw(command, audience, outcome);
    case Verb::clear:
      outcome.looked_at = clear(audience);
      return;
    case Verb::flush:
      if (!any_established(audience)) {
        outcome.reply = Reply::error;
        return;
      }
      outcome.looked_at = flush(audience);
      return;
    case Verb::end_of_rib:
    case Verb::refresh:
      outcome.reply = any_established(audience) ? Reply::done : Reply::error;
      return;
    case Verb::watchdog_on:
    case Verb::watchdog_off:
      return turn_watchdog(helper, command.watchdog, command.verb == Verb::watchdog_on, audience,
                           outcome);
    case Verb::renew: {
      const std::string& group = command.group.empty() ? helper.setup.name : command.group;
      bool any = false;
      for (const auto& [nlri, words] : words_)
        for (const Word& word : words) any |= word.lease.ns != 0 && word.group == group;
      if (any) renewed_[group] = now_;
      // A clear of many routes has not come to all leases yet, nor the end of a peer.
      outcome.reply = any ? Reply::done : cleared_ == now_ ? Reply::either : Reply::error;
      return;
    }
    case Verb::service:
    case Verb::plan:
      if (command.word != "enable" && command.word != "arm" && command.word != "disarm" &&
          !released && objects(helper.setup.name)) {
        // What makes no sense is refused at once.
        const bool is_plan = command.verb == Verb::plan;
        const bool known =
            is_plan ? std::any_of(plans_.begin(), plans_.end(),
                                  [&](const PlanSetup& plan) { return plan.name == command.name; })
                    : service(command.name) != nullptr;
        if (!known || (is_plan && runs(command.name) == (command.word == "run"))) {
          outcome.reply = Reply::error;
          return;
        }
        hold(helper.setup.name, command);
        outcome.held = true;
        return;
      }
      outcome.reply = command.verb == Verb::service ? order_service(command) : change_plan(command);
      return;
    case Verb::guard:
      outcome.reply = guard(command);
      return;
    case Verb::teardown:
    case Verb::reload:
      return;
    case Verb::show:
      outcome.reply = Reply::either;
      return;
  }
}

void Model::announce(Helper& helper, const Command& command, const Peers& audience,
                     Outcome& outcome) {
  Peers able;
  for (const Peer& peer : audience)
    if (can_go(command.route, ears_[peer])) able.insert(peer);
  const Peers meant = with_family(command.route, audience);
  const Peers reached = with_family(command.route, able);
  if (audience.empty() || (!meant.empty() && reached.empty())) {
    outcome.reply = Reply::error;
    return;
  }
  outcome.reached = without_range(reached);
  Route route = command.route;
  for (unsigned i = 0; i < command.count; ++i, ++route.number) {
    const std::string nlri = nlri_of(route);
    Peers told = able;
    if (!command.watchdog.empty()) {
      for (const Peer& peer : able) {
        Ear& ear = ears_[peer];
        const StaticRoute said{route, command.watchdog, command.starts_withdrawn};
        ear.commanded[nlri] = {said, helper.run};
        if (!ear.lets_through(said)) told.erase(peer);
      }
      // Also where it is not told it is the last word.
      end_word(nlri, able);
    }
    const std::string& group = command.group.empty() ? helper.setup.name : command.group;
    say_word(nlri, {.path = path_of(route),
                    .audience = told,
                    .run = helper.run,
                    .lease = command.lease,
                    .group = group,
                    .mismatch = route.table == Table::ipv4 && route.hop == Hop::mismatch});
  }
}

void Model::withdraw(const Command& command, const Peers& audience, Outcome& outcome) {
  if (audience.empty()) {
    outcome.reply = Reply::error;
    return;
  }
  outcome.reached = without_range(with_family(command.route, audience));
  Route route = command.route;
  for (unsigned i = 0; i < command.count; ++i, ++route.number) {
    const std::string nlri = nlri_of(route);
    for (const Peer& peer : audience) ears_[peer].commanded.erase(nlri);
    if (!end_word(nlri, audience)) outcome.reply = reply_to_withdrawal(nlri, audience);
  }
}

/// Of what has no word: an error when a service or a plan announces it.
Model::Reply Model::reply_to_withdrawal(const std::string& nlri, const Peers& audience) const {
  bool suppressed = false;
  for (const Peer& peer : audience) {
    const Ear& ear = ears_.at(peer);
    if (!told(peer, ear, nlri).empty()) return Reply::error;
    for (const std::string& name : running_)
      for (const PlanSetup& plan : plans_)
        for (const PlanStepSetup& step : plan.steps)
          suppressed |= plan.name == name && step.service.empty() && nlri_of(step.route) == nlri;
  }
  return suppressed ? Reply::either : Reply::done;
}

void Model::turn_watchdog(const Helper& helper, const std::string& name, bool on,
                          const Peers& audience, Outcome& outcome) {
  outcome.reached = without_range(audience);
  // Who, by NLRI, path and the run that has said it: who turns a watchdog says only what the file
  // has.
  std::map<std::string, std::map<std::pair<std::string, unsigned>, Peers>> members;
  for (const Peer& peer : audience) {
    Ear& ear = ears_[peer];
    ear.turned[name] = on;
    for (const StaticRoute& said : neighbor(ear.title)->routes)
      if (said.watchdog == name)
        members[nlri_of(said.route)][{path_of(said.route), helper.run}].insert(peer);
    for (const auto& [nlri, watched] : ear.commanded)
      if (watched.said.watchdog == name)
        members[nlri][{path_of(watched.said.route), watched.run}].insert(peer);
  }
  for (const auto& [nlri, paths] : members) {
    for (const auto& [said, peers] : paths) {
      if (on)
        say_word(nlri, {.path = said.first, .audience = peers, .run = said.second});
      else
        end_word(nlri, peers);
    }
  }
}

std::size_t Model::clear(const Peers& audience) {
  cleared_ = now_;
  for (const Peer& peer : audience) ears_[peer].commanded.clear();
  std::size_t ended = 0;
  for (auto& [nlri, words] : words_)
    if (end_word(nlri, audience)) ++ended;
  return ended;
}

/// Configured routes come back for those for whom there is no word at all.
std::size_t Model::flush(const Peers& audience) {
  std::size_t looked_at = 0;
  for (const NeighborSetup& configured : setup_.neighbors) {
    for (const StaticRoute& said : configured.all_routes()) {
      const std::string nlri = nlri_of(said.route);
      ++looked_at;
      Peers without;
      for (const Peer& peer : ears_of(configured.title)) {
        if (!audience.contains(peer)) continue;
        const auto known = words_.find(nlri);
        const bool has =
            known != words_.end() &&
            std::any_of(known->second.begin(), known->second.end(),
                        [&](const Word& word) { return word.audience.contains(peer); });
        if (!has && ears_[peer].lets_through(said)) without.insert(peer);
      }
      say_word(nlri, {.path = path_of(said.route), .audience = without});
    }
  }
  return looked_at;
}

bool Model::any_established(const Peers& audience) const {
  return std::any_of(audience.begin(), audience.end(),
                     [&](const Peer& peer) { return ears_.at(peer).established; });
}

// --- guards

bool Model::holds_commands_of(std::string_view helper) const {
  return std::any_of(held_.begin(), held_.end(), [&](const Held& held) {
    return held.service.empty() && held.helper == helper;
  });
}

bool Model::objects(std::string_view helper) const {
  return holds_commands_of(helper) || (setup_.guarded && frozen_);
}

void Model::hold(std::string_view helper, const Command& command) {
  held_.push_back({++last_held_, {}, std::string(helper), command});
}

Model::Reply Model::guard(const Command& command) {
  std::vector<unsigned> numbers;
  for (const Held& held : held_)
    if (command.number == 0 || command.number == held.number) numbers.push_back(held.number);
  if (numbers.empty() && command.number != 0) return Reply::error;
  for (const unsigned number : numbers) command.word == "release" ? release(number) : drop(number);
  return Reply::done;
}

void Model::release(unsigned number) {
  const auto known = std::find_if(held_.begin(), held_.end(),
                                  [&](const Held& held) { return held.number == number; });
  if (known == held_.end()) return;
  const Held held = *known;
  held_.erase(known);
  // Each that is released is a change of its own, with its record.
  begin();
  if (!held.service.empty()) {
    Service* of = service(held.service);
    if (of != nullptr && of->held) change_service(*of, *std::exchange(of->held, std::nullopt));
  } else if (const auto helper = helpers_.find(held.helper); helper != helpers_.end()) {
    Outcome ignored;
    carry_out(helper->second, held.command, true, ignored);
  }
  settle();
  consequences();
}

void Model::drop(unsigned number) {
  const auto known = std::find_if(held_.begin(), held_.end(),
                                  [&](const Held& held) { return held.number == number; });
  if (known == held_.end()) return;
  if (Service* of = service(known->service)) of->held.reset();
  held_.erase(known);
}

}  // namespace openbell::sim
