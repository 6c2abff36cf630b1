#include "engine/policy/lease.h"

#include <algorithm>

#include "engine/state.h"

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

bool LeaseTable::grant(const bgp::NlriView& nlri, const rib::Audience& audience,
                       base::Duration duration, std::string_view name) {
  if (by_route_.size() >= leases_max) return false;
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
  lease.key = key_of(nlri);
  lease.bytes.assign(nlri.key.begin(), nlri.key.end());
  lease.nlri = nlri;
  lease.nlri.key = lease.bytes;
  lease.nlri.tail = {};
  lease.audience = audience;
  lease.duration = duration;
  lease.said = state_.now.tick;
  lease.group = &group->second;
  ++lease.group->routes;
  by_route_.emplace(lease.key, number);
  due_.set(number, lease.ends());
  return true;
}

void LeaseTable::forget(const bgp::NlriView& nlri, const rib::Audience& peers) {
  const std::string key = key_of(nlri);
  for (auto known = by_route_.equal_range(key); known.first != known.second;) {
    const std::uint32_t number = known.first++->second;
    Lease& lease = leases_[number];
    lease.audience -= peers;
    if (lease.audience.empty()) remove(number);
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
  std::map<Group*, std::vector<std::uint32_t>> ended;
  for (std::size_t n = 0; n < slice_leases && due_.next() <= state_.now.tick; ++n) {
    const std::uint32_t number = due_.top();
    const Lease& lease = leases_[number];
    if (lease.ends() > state_.now.tick) {
      due_.set(number, lease.ends());
      continue;
    }
    ended[lease.group].push_back(number);
    due_.remove(number);
  }
  for (const auto& [group, numbers] : ended) end(*group, numbers);
}

void LeaseTable::end(Group& group, const std::vector<std::uint32_t>& numbers) {
  group.expired += numbers.size();
  Transaction transaction(state_, {.cause = {audit::Cause::Kind::lease, group.name},
                                   .priority = rib::Priority::urgent});
  for (const std::uint32_t number : numbers) {
    // Its own word ends it: what is withdrawn here must not be looked for among the leases.
    const Lease lease = leases_[number];
    remove(number);
    bgp::NlriView nlri = lease.nlri;
    nlri.key = lease.bytes;
    transaction.withdraw(nlri, lease.audience);
  }
  const Outcome outcome = transaction.commit();
  const std::string_view name = state_.publisher.keep(group.name);
  state_.receipts.follow("lease " + group.name, outcome);
  state_.publisher.publish(state_.now,
                           LeaseEnded{name, outcome.routes, outcome.news, outcome.range});
}

}  // namespace openbell::engine
