#include "engine/lease.h"

#include <algorithm>

#include "engine/bus.h"
#include "engine/door.h"

namespace openbell::engine {

namespace {
/// Leases looked at in one turn; the next one comes at once.
constexpr std::size_t slice_leases = 2048;
/// Frozen hours are looked at so often.
constexpr base::Duration guard_pause = base::seconds(1);
}  // namespace

std::string LeaseTable::key_of(const bgp::NlriView& nlri) {
  std::string key(1, static_cast<char>(nlri.family));
  key.push_back(nlri.has_path_id ? '\1' : '\0');
  for (int shift = 24; shift >= 0; shift -= 8)
    key.push_back(static_cast<char>(nlri.path_id >> shift & 0xFF));
  key.append(nlri.key.begin(), nlri.key.end());
  return key;
}

bool LeaseTable::grant(const grammar::RouteView& route, const Change& change,
                       std::string_view default_group) {
  if (by_route_.size() >= leases_max) return false;
  const std::string_view name = route.lease_group.empty() ? default_group : route.lease_group;
  const auto group = groups_.try_emplace(std::string(name)).first;
  group->second.name = group->first;
  std::uint32_t number = static_cast<std::uint32_t>(leases_.size());
  if (free_.empty()) {
    leases_.emplace_back();
  } else {
    number = free_.back();
    free_.pop_back();
  }
  Lease& lease = leases_[number];
  lease.key = key_of(route.nlri);
  lease.nlri = route.nlri;
  lease.bytes.assign(route.nlri.key.begin(), route.nlri.key.end());
  lease.nlri.key = lease.bytes;
  lease.nlri.tail = {};
  lease.multicast_group = route.multicast_group;
  lease.audience = change.audience;
  lease.duration = route.lease;
  lease.said = state_.now.tick;
  lease.group = &group->second;
  ++lease.group->routes;
  by_route_.emplace(lease.key, number);
  due_.set(number, lease.ends());
  return true;
}

void LeaseTable::forget(const bgp::NlriView& nlri, rib::PeerSet peers) {
  const std::string key = key_of(nlri);
  for (auto known = by_route_.equal_range(key); known.first != known.second;) {
    const std::uint32_t number = known.first++->second;
    Lease& lease = leases_[number];
    lease.audience = state_.peers.subtract(lease.audience, peers);
    if (lease.audience == rib::nobody) remove(number);
  }
}

void LeaseTable::forget_peer(rib::PeerIndex peer) {
  const rib::PeerSet single = state_.peers.single(peer);
  for (std::uint32_t number = 0; number < leases_.size(); ++number) {
    Lease& lease = leases_[number];
    if (lease.group == nullptr) continue;
    lease.audience = state_.peers.subtract(lease.audience, single);
    if (lease.audience == rib::nobody) remove(number);
  }
}

void LeaseTable::remove(std::uint32_t number) {
  Lease& lease = leases_[number];
  for (auto known = by_route_.equal_range(lease.key); known.first != known.second; ++known.first) {
    if (known.first->second != number) continue;
    by_route_.erase(known.first);
    break;
  }
  --lease.group->routes;
  lease = {};
  due_.remove(number);
  free_.push_back(number);
}

bool LeaseTable::renew(std::string_view name) {
  const auto group = groups_.find(name);
  if (group == groups_.end() || group->second.routes == 0) return false;
  group->second.renewed = state_.now.tick;
  return true;
}

void LeaseTable::on_timer() {
  if (deadline() > state_.now.tick) return;
  if (state_.guard.holds_leases()) {
    not_before_ = state_.now.tick + guard_pause;
    return;
  }
  struct Ended {
    const Group* group;
    std::uint64_t routes;
    rib::PeerSet reached;
  };
  std::vector<Ended> ended;
  for (std::size_t n = 0; n < slice_leases && due_.next() <= state_.now.tick; ++n) {
    const std::uint32_t number = due_.top();
    const Lease& lease = leases_[number];
    if (lease.ends() > state_.now.tick) {
      due_.set(number, lease.ends());
      continue;
    }
    const Group* group = lease.group;
    const rib::PeerSet audience = lease.audience;
    expire(number);
    auto entry = std::find_if(ended.begin(), ended.end(),
                              [&](const Ended& known) { return known.group == group; });
    if (entry == ended.end()) entry = ended.insert(ended.end(), {group, 0, rib::nobody});
    ++entry->routes;
    entry->reached = state_.peers.unite(entry->reached, audience);
  }
  for (const Ended& entry : ended)
    state_.receipts.follow("lease " + entry.group->name, entry.reached);
  if (!ended.empty()) state_.latency.changed(state_.now.tick);
  for (const Ended& entry : ended) report(*entry.group, entry.routes, entry.reached);
}

void LeaseTable::expire(std::uint32_t number) {
  Lease lease = std::move(leases_[number]);
  leases_[number].key = lease.key;
  leases_[number].group = lease.group;
  ++lease.group->expired;
  remove(number);
  grammar::RouteView route;
  route.nlri = lease.nlri;
  route.nlri.key = lease.bytes;
  route.multicast_group = lease.multicast_group;
  apply(state_, {bgp::Purpose::withdraw, lease.audience, {.priority = rib::Priority::urgent}},
        route);
}

void LeaseTable::report(const Group& group, std::uint64_t routes, rib::PeerSet reached) {
  after_sending(state_, [name = group.name, routes, reached](State& state) {
    const std::string what = std::to_string(routes) + " routes withdrawn: nobody renewed the lease";
    state.host.log(4, "lease", name + ": " + what);
    record(state, audit::Kind::change, {audit::Cause::Kind::lease, name}, "withdrawn", what,
           reached);
    const event::Field fields[] = {
        {"group", name}, {"state", "expired"}, {"routes", static_cast<std::int64_t>(routes)}};
    emit_notice(state, &grammar::Subscriptions::lease, "lease", fields);
  });
}

}  // namespace openbell::engine
