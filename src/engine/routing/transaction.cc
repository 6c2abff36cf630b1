#include "engine/routing/transaction.h"

#include <algorithm>
#include <optional>

#include "engine/report/latency.h"
#include "engine/report/publisher.h"
#include "engine/routing/routing.h"

namespace openbell::engine {

namespace {

std::optional<NextHopClass> class_of(const bgp::NextHop& next_hop) {
  switch (next_hop.kind) {
    case bgp::NextHop::Kind::none:
      return std::nullopt;
    case bgp::NextHop::Kind::self:
      return NextHopClass::self;
    case bgp::NextHop::Kind::address:
      return next_hop.address.is_v4() ? NextHopClass::ipv4 : NextHopClass::ipv6;
  }
  return std::nullopt;
}

}  // namespace

void publish(Publisher& publisher, const Cause& cause, std::string_view result,
             const Outcome& outcome, std::string_view detail) {
  publisher.publish(RoutesChanged{publisher.keep(cause), result, publisher.keep(detail),
                                  outcome.news, outcome.range, outcome.changed});
}

Transaction::Transaction(Routing& routing, const Voice& voice)
    : routing_(routing),
      claims_(routing.claims_),
      sketch_(false),
      voice_(voice),
      speaker_(voice.claimant),
      first_change_(routing.store.last_change() + 1),
      decision_(routing.journal.begin()),
      began_(routing.store.ends()) {
  claims_.begin_decision(decision_);
}

Transaction::Transaction(Routing& routing, rib::Claims& sketch, const Voice& voice)
    : routing_(routing), claims_(sketch), sketch_(true), voice_(voice), speaker_(voice.claimant) {}

void Transaction::change(const grammar::RouteView& route, const rib::Audience& audience,
                         bgp::Purpose purpose) {
  ++outcome_.routes;
  in_families(route, audience, [&](bgp::Family family, const rib::Audience& whom) {
    return apply_family(route, family, whom, purpose);
  });
  if (voice_.claimant.rank == rib::Rank::word) leave_other_family(route, audience);
}

void Transaction::leave_other_family(const grammar::RouteView& route,
                                     const rib::Audience& audience) {
  const auto groups = route.group_family();
  if (!groups) return;
  const auto leave = [&](bgp::Family family, const rib::Audience& whom) {
    const bgp::NlriView nlri = route.nlri_in(family);
    if (!whom.empty()) note(claims_.end(nlri, rib::no_path, whom, origin()), nlri);
  };
  const rib::Audience multicast = audience & routing_.reach(*groups).configured;
  leave(route.nlri.family, multicast);
  leave(*groups, audience - multicast);
}

void Transaction::foresee(const grammar::RouteView& route, const rib::Audience& audience,
                          bgp::Purpose purpose) {
  in_families(route, audience, [&](bgp::Family family, const rib::Audience& whom) {
    const Reach reach = this->reach(route, family, whom, purpose);
    if (purpose == bgp::Purpose::withdraw && !reach.holders.empty())
      if (const auto holder = claims_.refuser(route.nlri_in(family), reach.holders);
          holder && !routing_.watchdogs.remembers(route.nlri_in(family), reach.holders)) {
        note_refusal(*holder);
        return rib::Audience();
      }
    return reach.reached;
  });
}

template <typename Each>
void Transaction::in_families(const grammar::RouteView& route, const rib::Audience& audience,
                              Each each) {
  const auto groups = route.group_family();
  if (!groups) {
    reached_ |= each(route.nlri.family, audience);
    return;
  }
  const std::size_t unable = outcome_.unable;
  const rib::Audience multicast = audience & routing_.reach(*groups).configured;
  rib::Audience reached = each(*groups, multicast);
  reached |= each(route.nlri.family, audience - multicast);
  // One of them is enough.
  if (!reached.empty()) outcome_.unable = unable;
  reached_ |= reached;
}

Transaction::Reach Transaction::reach(const grammar::RouteView& route, bgp::Family family,
                                      const rib::Audience& audience, bgp::Purpose purpose) {
  const Routing::Reach& whom = routing_.reach(family);
  Reach reach{audience, audience & whom.configured};
  const std::optional<NextHopClass> next_hop =
      purpose == bgp::Purpose::announce ? class_of(route.path.next_hop) : std::nullopt;
  if (next_hop) {
    const rib::Audience& able = whom.able[static_cast<std::size_t>(*next_hop)];
    const bool meant = !reach.reached.empty();
    reach.reached = reach.reached & able;
    if (meant && reach.reached.empty()) {
      note_unable(route, family);
      return {};
    }
    reach.holders = audience & able;
  }
  if (!reach.reached.empty()) outcome_.families.insert(family);
  return reach;
}

rib::Audience Transaction::apply_family(const grammar::RouteView& route, bgp::Family family,
                                        const rib::Audience& audience, bgp::Purpose purpose) {
  const auto [holders, reached] = reach(route, family, audience, purpose);
  if (holders.empty()) {
    give_up(route, family);
    return reached;
  }
  const std::size_t refused = outcome_.refused;
  const bool announces = purpose == bgp::Purpose::announce;
  const bgp::NlriView nlri = route.nlri_in(family);
  rib::Path path = rib::no_path;
  if (announces || bgp::ops(family).withdraw_with_attributes)
    path = routing_.paths.acquire(route.path);
  switch (voice_.claimant.rank) {
    case rib::Rank::word:
      apply_word(route, nlri, path, holders, purpose);
      break;
    case rib::Rank::service:
      if (!announces) {
        note(claims_.unclaim(nlri, origin()), nlri);
      } else if (voice_.beside) {
        note(claims_.claim_beside(nlri, path, holders, origin()), nlri);
      } else {
        note(claims_.claim(nlri, path, holders, origin()), nlri);
      }
      break;
    case rib::Rank::plan:
      note(announces ? claims_.claim(nlri, path, holders, origin())
                     : claims_.suppress(nlri, holders, origin()),
           nlri);
      break;
  }
  routing_.paths.release(path);
  // A refusal reaches nobody, except those who had to be told something all the same.
  return outcome_.refused == refused ? reached : reached & news_;
}

void Transaction::apply_word(const grammar::RouteView& route, const bgp::NlriView& nlri,
                             rib::Path path, const rib::Audience& holders, bgp::Purpose purpose) {
  if (purpose == bgp::Purpose::announce)
    return route.watchdog.empty() ? say(route, nlri, path, holders)
                                  : say_watched(route, nlri, path, holders);
  rib::Claims::Effect effect = voice_.quiet ? claims_.end(nlri, path, holders, origin())
                                            : claims_.unsay(nlri, path, holders, origin());
  // A word that waits for its watchdog is one that can be withdrawn.
  if (effect.refused && routing_.watchdogs.remembers(nlri, holders)) effect.refused = false;
  note(effect, nlri);
  if (voice_.parts) routing_.watchdogs.forget(nlri, effect.applied);
}

void Transaction::say(const grammar::RouteView& route, const bgp::NlriView& nlri, rib::Path path,
                      const rib::Audience& holders) {
  const rib::Claims::Effect effect = claims_.say(nlri, path, holders, origin());
  note(effect, nlri);
  grant_lease(route, nlri, effect.applied);
}

void Transaction::say_watched(const grammar::RouteView& route, const bgp::NlriView& nlri,
                              rib::Path path, const rib::Audience& holders) {
  const rib::Audience through = routing_.watchdogs.let_through(route, holders);
  rib::Claims::Effect effect;
  if (!through.empty()) effect = claims_.say(nlri, path, through, origin());
  const rib::Audience said = effect.applied;
  if (const rib::Audience back = holders - through; !back.empty()) {
    const rib::Path attributes =
        bgp::ops(nlri.family).withdraw_with_attributes ? path : rib::no_path;
    const rib::Claims::Effect held = claims_.end(nlri, attributes, back, origin());
    effect.applied |= held.applied;
    effect.news |= held.news;
  }
  note(effect, nlri);
  grant_lease(route, nlri, said);
  grammar::RouteView watched = route;
  watched.nlri = nlri;
  // A later word does not take it out, the end of one does.
  rib::Audience members = effect.applied;
  if (const rib::Audience later = holders - members; !later.empty())
    members |= claims_.told_since(nlri, later, voice_.claimant);
  routing_.watchdogs.remember(watched, path, members, voice_.claimant);
}

void Transaction::grant_lease(const grammar::RouteView& route, const bgp::NlriView& nlri,
                              const rib::Audience& audience) {
  // Where something later was said there is nothing to end.
  if (route.lease.ns == 0 || sketch_ || audience.empty()) return;
  outcome_.leased &= routing_.leases.grant(nlri, audience, route.lease, route.lease_group);
}

/// A claim that is for nobody any more.
void Transaction::give_up(const grammar::RouteView& route, bgp::Family family) {
  if (voice_.claimant.rank == rib::Rank::word) return;
  const bgp::NlriView nlri = route.nlri_in(family);
  note(claims_.unclaim(nlri, {voice_.priority, voice_.claimant}), nlri);
}

void Transaction::release(const grammar::RouteView& route) {
  ++outcome_.routes;
  const auto end = [&](bgp::Family family) {
    const bgp::NlriView nlri = route.nlri_in(family);
    const rib::Claims::Effect effect = claims_.unclaim(nlri, origin());
    reached_ |= effect.applied;
    note(effect, nlri);
  };
  end(route.nlri.family);
  if (const auto groups = route.group_family()) end(*groups);
}

void Transaction::set_precedence(rib::Claimant claimant, std::uint64_t precedence) {
  claims_.set_precedence(claimant, precedence);
}

void Transaction::withdraw(const bgp::NlriView& nlri, const rib::Audience& audience) {
  ++outcome_.routes;
  outcome_.families.insert(nlri.family);
  reached_ |= audience;
  note(claims_.unsay(nlri, rib::no_path, audience, {voice_.priority, voice_.claimant}), nlri);
}

void Transaction::note(const rib::Claims::Effect& effect, const bgp::NlriView& nlri) {
  const rib::Audience news = effect.news & routing_.reach(nlri.family).carrying;
  if (!news.empty()) {
    news_ |= news;
    ++outcome_.changed;
    if (effect.joined != 0) note_joined(effect.joined);
  }
  outcome_.pending |= effect.pending;
  if (!effect.unsent.empty()) note_unsent(effect.unsent, nlri);
  if (effect.refused) note_refusal(effect.holder);
  // The last word on a route counts: a lease on what was said before is over.
  if (!sketch_ && voice_.claimant.rank == rib::Rank::word && !routing_.leases.empty())
    routing_.leases.forget(nlri, effect.applied);
}

void Transaction::note_refusal(rib::Claimant holder) {
  if (++outcome_.refused == 1) outcome_.holder = holder;
}

void Transaction::note_unsent(const rib::Snapshot& peers, const bgp::NlriView& nlri) {
  const rib::PathResolver* resolver = routing_.store.resolver();
  if (sketch_ || resolver == nullptr) return;
  peers.for_each([&](rib::PeerIndex peer) {
    if (std::none_of(outcome_.unsent.begin(), outcome_.unsent.end(),
                     [&](const Outcome::Unsent& each) { return each.peer == peer; }))
      outcome_.unsent.push_back({peer, resolver->why_unsendable(peer, nlri)});
  });
}

/// What further peers are told by changes that others were told by.
void Transaction::note_joined(std::uint64_t change) {
  joined_.first = joined_.empty() ? change : std::min(joined_.first, change);
  joined_.last = std::max(joined_.last, change);
}

void Transaction::note_unable(const grammar::RouteView& route, bgp::Family family) {
  if (++outcome_.unable != 1) return;
  outcome_.unable_why = bgp::next_hop_refusal(family, route.path.next_hop);
}

Outcome&& Transaction::commit() {
  const rib::RouteStore& store = routing_.store;
  if (store.last_change() >= first_change_) outcome_.range = {first_change_, store.last_change()};
  const rib::Positions ends = store.ends();
  for (const rib::Lane lane : rib::lanes)
    if (ends[lane] != began_[lane]) outcome_.mark[lane] = ends[lane];
  if (outcome_.routes != 0)
    routing_.journal.note(decision_, voice_.cause, outcome_.range, routing_.turn.now.utc_ns);
  if (!joined_.empty()) {
    outcome_.range.last = std::max(outcome_.range.last, joined_.last);
    outcome_.range.first =
        outcome_.range.empty() ? joined_.first : std::min(outcome_.range.first, joined_.first);
    const rib::Lane lane = rib::announcement_lane(voice_.priority);
    outcome_.mark[lane] = ends[lane];
  }
  outcome_.reached = routing_.peers.snapshot(reached_);
  outcome_.news =
      news_.handle() == reached_.handle() ? outcome_.reached : routing_.peers.snapshot(news_);
  if (!outcome_.range.empty()) {
    routing_.turn.urgent |= voice_.priority == rib::Priority::urgent;
    routing_.latency.changed(routing_.turn.now.tick);
  }
  return std::move(outcome_);
}

}  // namespace openbell::engine
