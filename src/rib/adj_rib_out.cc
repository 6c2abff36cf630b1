#include "rib/adj_rib_out.h"

#include <algorithm>
#include <deque>

#include "bgp/message/notification.h"
#include "bgp/message/update.h"
#include "rib/update_encoder.h"

namespace openbell::rib {

namespace {

/// Routes encoded for one group in one turn: some 0.15 ms of work.
constexpr std::size_t slice_routes = 1024;
/// Records looked at in one turn by a walk that finds little for its group.
constexpr std::size_t slice_walk = 4096;
constexpr std::size_t slice_trim = 4096;

constexpr bgp::Purpose purpose_of(Lane lane) {
  return is_withdrawal(lane) ? bgp::Purpose::withdraw : bgp::Purpose::announce;
}

}  // namespace

struct AdjRibOut::Encoder : UpdateEncoder {
  using UpdateEncoder::UpdateEncoder;
};

struct AdjRibOut::Group {
  /// End-of-RIB owed to a member once the queues have been read up to these places.
  struct Owed {
    PeerIndex peer{};
    bgp::Family family{};
    Positions mark;
  };

  /// Changes that somebody waits for.
  struct Awaited {
    Token token = 0;
    ChangeRange range;
    std::uint64_t mark = 0;  // in the lane of the queue that it is in
    Snapshot peers;
    Snapshot sent;  // of them, those to whom some of it was written
  };

  WireClass wire_class;
  std::vector<PeerIndex> members;
  Snapshot member_set;
  Positions at;  // in the lanes of the store
  bool walking = false;
  bool framed = false;   // the walk answers a refresh: EoRR at its end
  bool separate = true;  // looks for a group to join when it has caught up: there may be one
  bgp::FamilySet walk_families;
  base::Handle walk_at = 1;
  base::Handle walk_end = 1;
  bool introduces = false;     // the walk is the first of its sessions
  std::size_t introduced = 0;  // routes of it since that was reported
  ChangeRange introduced_range;
  std::uint64_t walk_lowest = 0;  // changes from here ...
  std::uint64_t walk_highest =
      0;  // ... to here are the walk's business, later ones are in the queues
  std::vector<Owed> owed;
  /// By the last lane that has some of the changes: lanes are read in their order, so that what
  /// waits in one lane is settled in its order.
  std::array<std::deque<Awaited>, lane_count> awaited;
  std::vector<std::pair<Token, Snapshot>> in_write;  // awaited, and in what was just written
  std::vector<std::pair<Token, Snapshot>> walked;    // of them, those that a walk is done with
  double tokens = 0;                                 // UPDATEs that the rate limit allows now
  base::Tick tokens_at{};
  base::Tick allowed_at = base::never;  // when the next one is allowed

  [[nodiscard]] bool caught_up(const RouteStore& routes) const {
    return !walking && at == routes.ends() && owed.empty();
  }
  [[nodiscard]] bool awaits() const {
    return std::any_of(awaited.begin(), awaited.end(), [](const auto& q) { return !q.empty(); });
  }
  /// Calls `visit(Awaited&)` for each that waits for a change.
  template <typename Visit>
  void with_awaited(std::uint64_t change, Visit visit) {
    for (std::deque<Awaited>& waiting : awaited) {
      auto next = std::partition_point(waiting.begin(), waiting.end(),
                                       [&](const Awaited& a) { return a.range.last < change; });
      for (; next != waiting.end() && next->range.contains(change); ++next) visit(*next);
    }
  }
  [[nodiscard]] bool has_urgent(const RouteStore& routes) const {
    return at[Lane::urgent_withdrawn] != routes.queue(Lane::urgent_withdrawn).end() ||
           at[Lane::urgent_announced] != routes.queue(Lane::urgent_announced).end();
  }
  /// The announcements that it has not read are left to a walk.
  void skip_announced(const RouteStore& routes) {
    at[Lane::announced] = routes.queue(Lane::announced).end();
    at[Lane::urgent_announced] = routes.queue(Lane::urgent_announced).end();
  }
};

WireClass WireClass::of(const bgp::WireContext& context, std::uint32_t rate_limit) {
  WireClass result{context, rate_limit};
  if (!context.ibgp()) result.context.peer_as = 0;
  return result;
}

AdjRibOut::AdjRibOut(RouteStore& routes, PeerSetPool& peers, PathPool& paths, PeerOutput& output,
                     Limits limits)
    : routes_(routes),
      peers_(peers),
      paths_(paths),
      output_(output),
      limits_(limits),
      encoder_(std::make_unique<Encoder>(routes, peers, paths, output)) {
  routes_.set_readers(this);
}

AdjRibOut::~AdjRibOut() {
  routes_.set_readers(nullptr);
}

AdjRibOut::Group& AdjRibOut::add_group(const WireClass& wire_class) {
  Group& group = *groups_.emplace_back(std::make_unique<Group>());
  group.wire_class = wire_class;
  group.at = routes_.ends();
  return group;
}

void AdjRibOut::open(PeerIndex peer, const WireClass& wire_class, bool end_of_rib) {
  if (base::place(peer) >= by_peer_.size()) by_peer_.resize(base::place(peer) + 1);
  OPENBELL_CHECK(find_group(peer) == nullptr);
  const auto waiting = std::find_if(groups_.begin(), groups_.end(), [&](const auto& group) {
    return group->walking && group->walk_at == 1 && group->walk_lowest == 0 && !group->framed &&
           group->walk_highest == routes_.last_change() + 1 && group->wire_class == wire_class &&
           group->walk_families == wire_class.context.families;
  });
  const bool joins = waiting != groups_.end();
  Group& group = joins ? **waiting : add_group(wire_class);
  group.members.push_back(peer);
  group.member_set |= peers_.snapshot(peer);
  by_peer_[base::place(peer)] = &group;
  listening_ |= peers_.snapshot(peer);
  routes_.set_listening(listening_);
  if (!joins) begin_walk(group, wire_class.context.families, 0);
  group.introduces = true;
  if (end_of_rib)
    wire_class.context.families.for_each(
        [&](bgp::Family family) { this->end_of_rib(peer, family); });
}

void AdjRibOut::close(PeerIndex peer) {
  if (find_group(peer) == nullptr) return;
  Group& group = group_of(peer);
  std::vector<Token> lost;
  for (const auto& waiting : group.awaited)
    for (const Group::Awaited& awaited : waiting)
      if (awaited.peers.contains(peer)) lost.push_back(awaited.token);
  leave_group(peer);
  listening_ -= peers_.snapshot(peer);
  routes_.set_listening(listening_);
  for (const Token token : lost) output_.settled(token, peer, PeerOutput::Fate::lost);
}

bool AdjRibOut::walking(PeerIndex peer) const {
  const Group* group = find_group(peer);
  return group != nullptr && group->walking;
}

void AdjRibOut::leave_group(PeerIndex peer) {
  Group& group = group_of(peer);
  by_peer_[base::place(peer)] = nullptr;
  std::erase(group.members, peer);
  std::erase_if(group.owed, [&](const Group::Owed& owed) { return owed.peer == peer; });
  const Snapshot single = peers_.snapshot(peer);
  group.member_set -= single;
  for (auto& waiting : group.awaited) {
    for (Group::Awaited& awaited : waiting) awaited.peers -= single;
    std::erase_if(waiting, [](const Group::Awaited& awaited) { return awaited.peers.empty(); });
  }
  if (group.members.empty())
    std::erase_if(groups_, [&](const auto& held) { return held.get() == &group; });
}

void AdjRibOut::move_to_own_group(PeerIndex peer) {
  Group& from = group_of(peer);
  if (from.members.size() == 1) return;
  auto own = std::make_unique<Group>(from);
  own->members = {peer};
  own->member_set = peers_.snapshot(peer);
  own->separate = true;
  for (auto& waiting : own->awaited) {
    std::erase_if(waiting,
                  [&](const Group::Awaited& awaited) { return !awaited.peers.contains(peer); });
    for (Group::Awaited& awaited : waiting) awaited.peers = own->member_set;
  }
  std::erase_if(own->owed, [&](const Group::Owed& owed) { return owed.peer != peer; });
  leave_group(peer);
  by_peer_[base::place(peer)] = own.get();
  groups_.push_back(std::move(own));
}

void AdjRibOut::begin_walk(Group& group, const bgp::FamilySet& families,
                           std::uint64_t lowest_change) {
  group.walking = true;
  group.walk_families = families;
  group.walk_lowest = lowest_change;
  group.walk_highest = routes_.last_change() + 1;
  group.walk_at = 1;
  group.walk_end = routes_.end();
  group.skip_announced(routes_);
  group.separate = true;
  routes_.seen();
  routes_.set_walked(true);
}

void AdjRibOut::refresh(PeerIndex peer, const bgp::FamilySet& families, bool framed) {
  if (find_group(peer) == nullptr) return;
  move_to_own_group(peer);
  Group& group = group_of(peer);
  const bgp::FamilySet asked = families & group.wire_class.context.families;
  bgp::FamilySet all = asked;
  if (group.walking) group.walk_families.for_each([&](bgp::Family family) { all.insert(family); });
  // What the queues still hold for other families is kept: a walk over all of them would lose
  // nothing, one over `asked` alone must not skip it.
  if (group.at[Lane::announced] != routes_.queue(Lane::announced).end() ||
      group.at[Lane::urgent_announced] != routes_.queue(Lane::urgent_announced).end())
    all = group.wire_class.context.families;
  begin_walk(group, all, 0);
  group.framed = framed;
  if (!framed) return;
  std::uint8_t message[bgp::header_size + 4];
  all.for_each([&](bgp::Family family) {
    output_.write(peer, bgp::encode_refresh(family, bgp::RefreshSubtype::begin, message));
  });
}

void AdjRibOut::end_of_rib(PeerIndex peer, bgp::Family family) {
  if (find_group(peer) == nullptr) return;
  group_of(peer).owed.push_back({peer, family, routes_.ends()});
}

bool AdjRibOut::flush(base::Tick now) {
  bool more = false;
  // Groups may be split while they are flushed: new ones come at the end and get their slice too.
  for (std::size_t i = 0; i < groups_.size(); ++i)
    more |= flush_group(*groups_[i], now, Scope::everything);
  encoded_.reset();
  rejoin_groups();
  note_walkers();
  return trim() || more;
}

void AdjRibOut::flush_urgent(base::Tick now) {
  for (std::size_t i = 0; i < groups_.size(); ++i)
    if (groups_[i]->has_urgent(routes_)) flush_group(*groups_[i], now, Scope::urgent);
  encoded_.reset();
}

void AdjRibOut::note_walkers() {
  routes_.set_walked(std::any_of(groups_.begin(), groups_.end(),
                                 [](const auto& group) { return group->walking; }));
}

void AdjRibOut::await(Token token, const Snapshot& peers, ChangeRange range,
                      const Positions& mark) {
  std::size_t lane = 0;
  for (std::size_t i = 0; i < lane_count; ++i)
    if (mark.at[i] != 0) lane = i;
  for (const auto& group : groups_) {
    Snapshot waiting = peers & group->member_set;
    if (!waiting.empty())
      group->awaited[lane].push_back({token, range, mark.at[lane], std::move(waiting), {}});
  }
}

Snapshot AdjRibOut::unread(base::Handle route, const Audience& audience) const {
  Snapshot all;
  for (const auto& group : groups_)
    if (const Snapshot members = audience & group->member_set;
        !members.empty() && is_unread(*group, route))
      all |= members;
  return all;
}

Snapshot AdjRibOut::unsendable(base::Handle handle, const Audience& audience) const {
  const Route& route = routes_[handle];
  const bgp::NlriView nlri = route.nlri.view();
  const bgp::PathView path = paths_.view(route.path);
  Snapshot all;
  for (const auto& group : groups_) {
    const bgp::WireContext& context = group->wire_class.context;
    if (const Snapshot members = audience & group->member_set;
        !members.empty() && context.families.contains(nlri.family) &&
        !can_carry(context, nlri, path))
      all |= members;
  }
  return all;
}

bool AdjRibOut::is_unread(const Group& group, base::Handle handle) const {
  const Route& route = routes_[handle];
  if (!group.wire_class.context.families.contains(route.nlri.family())) return false;
  // A walk comes to a twin with the first of them, wherever that is.
  if (!route.withdrawn && group.walking && group.walk_lowest <= route.change &&
      route.change < group.walk_highest)
    return route.twin || handle >= group.walk_at;
  return std::any_of(lanes.begin(), lanes.end(), [&](Lane lane) {
    return is_withdrawal(lane) == route.withdrawn &&
           routes_.queue(lane).holds(route.change, group.at[lane]);
  });
}

void AdjRibOut::preview(const RouteStore& routes, const Positions& since,
                        PeerOutput& output) const {
  UpdateEncoder encoder(routes, peers_, paths_, output);
  for (const auto& group : groups_) {
    for (const Lane lane : lanes) {
      const ChangeQueue& queue = routes.queue(lane);
      for (std::uint64_t at = since[lane]; at < queue.end(); ++at)
        for_each_concerned(*group, routes, queue[at],
                           [&](base::Handle route) { encoder.add(route); });
      encoder.write(group->wire_class.context, group->member_set, purpose_of(lane));
      encoder.clear();
    }
  }
}

base::Tick AdjRibOut::deadline() const {
  base::Tick earliest = base::never;
  for (const auto& group : groups_) earliest = std::min(earliest, group->allowed_at);
  return earliest;
}

/// Routes that may be sent now.
std::size_t AdjRibOut::allowance(Group& group, base::Tick now) const {
  const std::uint32_t rate = group.wire_class.rate_limit;
  if (rate == 0) return slice_routes;
  const double elapsed_s = static_cast<double>((now - group.tokens_at).ns) / 1e9;
  group.tokens = std::min<double>(rate, group.tokens + elapsed_s * rate);
  group.tokens_at = now;
  const auto room = std::min(slice_routes, static_cast<std::size_t>(group.tokens));
  if (room == 0) group.allowed_at = now + base::nanoseconds(1'000'000'000 / rate);
  return room;
}

bool AdjRibOut::flush_group(Group& group, base::Tick now, Scope scope) {
  group.allowed_at = base::never;
  if (group.caught_up(routes_)) {
    settle_awaited(group);
    return false;
  }
  separate_blocked(group);
  const std::size_t room =
      output_.writable(group.members.front()) ? allowance(group, now) : std::size_t{0};
  if (room == 0) {
    limit_lag(group);
    return false;
  }
  routes_.seen();
  std::size_t sent = 0;
  if (!write_encoded(group)) {
    for (const Lane lane : lanes)
      if (sent < room && (scope == Scope::everything || is_urgent(lane)))
        sent += write_lane(group, lane, room - sent);
  }
  group.tokens -= static_cast<double>(sent);
  if (scope == Scope::urgent) return false;
  if (group.walking && group.walk_at >= group.walk_end) finish_walk(group);
  settle_awaited(group);
  send_end_of_rib(group);
  return !group.caught_up(routes_);
}

std::size_t AdjRibOut::write_lane(Group& group, Lane lane, std::size_t room) {
  collect(group, lane, room);
  if (lane == Lane::announced && encoder_->size() < room && group.walking)
    collect_walk(group, room);
  const std::size_t updates =
      encoder_->write(group.wire_class.context, group.member_set, purpose_of(lane));
  note_written(group);
  settle_awaited(group);
  report_introduced(group);
  return updates;
}

void AdjRibOut::report_introduced(Group& group) {
  if (group.introduced == 0) return;
  output_.introduced(group.member_set, std::exchange(group.introduced, 0),
                     std::exchange(group.introduced_range, {}));
}

bool AdjRibOut::write_encoded(Group& group) {
  // What was decided since may have taken the place of what they say.
  if (encoded_ == nullptr || group.wire_class.rate_limit != 0 || group.at != encoded_->from ||
      routes_.ends() != encoded_->to)
    return false;
  for (const PeerIndex peer : group.members) {
    const auto known = encoded_->messages.find(peer);
    if (known == encoded_->messages.end()) continue;
    output_.write(peer, known->second);
  }
  for (const Lane lane : lanes)
    for (std::uint64_t& at = group.at[lane]; at < encoded_->to[lane]; ++at)
      for_each_concerned(group, routes_, routes_.queue(lane)[at],
                         [&](base::Handle route) { take_encoded(group, route, lane); });
  note_written(group);
  settle_awaited(group);
  return true;
}

/// Those of the slice that are among the encoded bytes. Nobody was told of the others when they
/// were encoded.
void AdjRibOut::take_encoded(Group& group, base::Handle handle, Lane lane) {
  const Route& route = routes_[handle];
  const bgp::NlriView nlri = route.nlri.view();
  if (is_withdrawal(lane) || can_carry(group.wire_class.context, nlri, paths_.view(route.path)))
    return encoder_->add(handle);
  (peers_.audience_of(route.audience) & group.member_set).for_each([&](PeerIndex peer) {
    output_.unsendable(peer, nlri);
  });
  note_given_up(group, handle);
}

/// Who waits for the routes of the slice learns that it was written.
void AdjRibOut::note_written(Group& group) {
  const std::vector<base::Handle>& given_up = encoder_->given_up();
  for (const base::Handle route : given_up) note_given_up(group, route);
  if (group.awaits())
    for (const base::Handle route : encoder_->slice())
      if (given_up.empty() || !std::binary_search(given_up.begin(), given_up.end(), route))
        note_awaited(group, routes_[route]);
  encoder_->clear();
  for (const auto& [token, peers] : std::exchange(group.in_write, {}))
    peers.for_each([&](PeerIndex peer) { output_.written_in_part(token, peer); });
}

void AdjRibOut::note_given_up(Group& group, base::Handle handle) {
  routes_.note_unsent(handle);
  const Route& route = routes_[handle];
  group.with_awaited(route.change, [&](const Group::Awaited& awaited) {
    (peers_.audience_of(route.audience) & awaited.peers).for_each([&](PeerIndex peer) {
      output_.unsent(awaited.token, peer, route.nlri.view());
    });
  });
}

void AdjRibOut::settle_awaited(Group& group) {
  for (const auto& [token, peers] : std::exchange(group.walked, {}))
    peers.for_each(
        [&](PeerIndex peer) { output_.settled(token, peer, PeerOutput::Fate::written); });
  for (const Lane lane : lanes) {
    auto& waiting = group.awaited[static_cast<std::size_t>(lane)];
    // What a walk will meet is done when it ends. What was said after it began is not its business.
    const std::uint64_t walked =
        group.walking && !is_withdrawal(lane) ? group.walk_highest : std::uint64_t{0};
    const auto first = std::partition_point(
        waiting.begin(), waiting.end(), [&](const auto& one) { return one.range.first < walked; });
    const auto last = std::find_if(
        first, waiting.end(), [&](const Group::Awaited& one) { return group.at[lane] < one.mark; });
    const std::vector<Group::Awaited> done{std::make_move_iterator(first),
                                           std::make_move_iterator(last)};
    waiting.erase(first, last);
    for (const Group::Awaited& settled : done)
      settled.peers.for_each([&](PeerIndex peer) {
        output_.settled(
            settled.token, peer,
            settled.sent.contains(peer) ? PeerOutput::Fate::written : PeerOutput::Fate::superseded);
      });
  }
}

void AdjRibOut::separate_blocked(Group& group) {
  if (group.members.size() == 1) return;
  std::vector<PeerIndex> blocked;
  for (const PeerIndex peer : group.members)
    if (!output_.writable(peer)) blocked.push_back(peer);
  if (blocked.size() == group.members.size()) blocked.pop_back();
  for (const PeerIndex peer : blocked) move_to_own_group(peer);
}

void AdjRibOut::limit_lag(Group& group) {
  const auto lag = [&](Lane lane) { return routes_.queue(lane).end() - group.at[lane]; };
  if (lag(Lane::withdrawn) + lag(Lane::urgent_withdrawn) > limits_.withdrawn_lag) {
    const std::vector<PeerIndex> members = group.members;
    for (const PeerIndex peer : members) output_.overrun(peer);
    return;
  }
  if (lag(Lane::announced) + lag(Lane::urgent_announced) <= limits_.announced_lag) return;
  std::uint64_t lowest = group.walking ? group.walk_lowest : routes_.last_change() + 1;
  for (const Lane lane : {Lane::announced, Lane::urgent_announced})
    lowest = std::min(lowest, routes_.lowest_unread(lane, group.at[lane]));
  begin_walk(group, group.wire_class.context.families, lowest);
}

void AdjRibOut::collect(Group& group, Lane lane, std::size_t room) {
  const ChangeQueue& queue = routes_.queue(lane);
  std::uint64_t& at = group.at[lane];
  for (; at < queue.end() && encoder_->size() < room; ++at)
    for_each_concerned(group, routes_, queue[at],
                       [&](base::Handle route) { encoder_->add(route); });
}

void AdjRibOut::note_awaited(Group& group, const Route& route) {
  group.with_awaited(route.change, [&](Group::Awaited& awaited) {
    const Snapshot told = peers_.audience_of(route.audience) & awaited.peers;
    if (told.empty()) return;
    awaited.sent |= told;
    if (group.in_write.empty() || group.in_write.back().first != awaited.token)
      group.in_write.emplace_back(awaited.token, told);
    else
      group.in_write.back().second |= told;
    // A walk can be long, and meets a single change once: who waits for that does not wait for all.
    if (group.walking && awaited.range.first == awaited.range.last && awaited.sent == awaited.peers)
      group.walked.emplace_back(awaited.token, std::exchange(awaited.peers, {}));
  });
}

/// Calls `visit(Handle)` for the routes of an entry, if it is the last word on them, that some
/// member must hear.
template <typename Visit>
void AdjRibOut::for_each_concerned(const Group& group, const RouteStore& routes,
                                   const Change& entry, Visit visit) const {
  if (routes[entry.route].change != entry.change ||
      !group.wire_class.context.families.contains(routes[entry.route].nlri.family()))
    return;
  for (base::Handle at = entry.route; at != base::no_handle; at = routes.next_twin(at))
    if (peers_.intersects(routes[at].audience, group.member_set.handle())) visit(at);
}

void AdjRibOut::collect_walk(Group& group, std::size_t room) {
  const base::Handle stop =
      std::min<base::Handle>(group.walk_end, group.walk_at + static_cast<base::Handle>(slice_walk));
  for (; group.walk_at < stop && encoder_->size() < room; ++group.walk_at) {
    const Route& first = routes_[group.walk_at];
    if (!first.announced() || first.twin) continue;
    for (base::Handle at = group.walk_at; at != base::no_handle; at = routes_.next_twin(at))
      walk_over(group, at);
  }
}

void AdjRibOut::walk_over(Group& group, base::Handle at) {
  const Route& route = routes_[at];
  if (route.change < group.walk_lowest || route.change >= group.walk_highest) return;
  if (!group.walk_families.contains(route.nlri.family())) return;
  if (!peers_.intersects(route.audience, group.member_set.handle())) return;
  encoder_->add(at);
  if (!group.introduces) return;
  ++group.introduced;
  ChangeRange& range = group.introduced_range;
  range.first = range.empty() ? route.change : std::min(range.first, route.change);
  range.last = std::max(range.last, route.change);
}

void AdjRibOut::finish_walk(Group& group) {
  group.walking = false;
  group.introduces = false;
  if (!group.framed) return;
  group.framed = false;
  std::uint8_t message[bgp::header_size + 4];
  group.walk_families.for_each([&](bgp::Family family) {
    const bgp::Bytes end = bgp::encode_refresh(family, bgp::RefreshSubtype::end, message);
    for (const PeerIndex peer : group.members) output_.write(peer, end);
  });
}

void AdjRibOut::send_end_of_rib(Group& group) {
  if (group.walking || group.owed.empty()) return;
  std::uint8_t message[64];
  std::erase_if(group.owed, [&](const Group::Owed& owed) {
    if (!group.at.reached(owed.mark)) return false;
    output_.write(owed.peer, bgp::write_end_of_rib(owed.family, message));
    return true;
  });
}

void AdjRibOut::rejoin_groups() {
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    Group& group = *groups_[i];
    if (!group.separate || !group.caught_up(routes_) || group.awaits()) continue;
    group.separate = false;
    const auto home = std::find_if(groups_.begin(), groups_.end(), [&](const auto& other) {
      if (other.get() == &group || other->wire_class != group.wire_class) return false;
      // One that is not there yet will be.
      group.separate = true;
      return other->caught_up(routes_);
    });
    if (home == groups_.end()) continue;
    for (const PeerIndex peer : group.members) {
      (*home)->members.push_back(peer);
      by_peer_[base::place(peer)] = home->get();
    }
    (*home)->member_set |= group.member_set;
    (*home)->tokens = std::min((*home)->tokens, group.tokens);
    groups_.erase(groups_.begin() + static_cast<std::ptrdiff_t>(i--));
  }
}

bool AdjRibOut::trim() {
  Positions passed = routes_.ends();
  for (const auto& group : groups_) passed.limit(group->at);
  return routes_.trim(passed, slice_trim);
}

}  // namespace openbell::rib
