#include "engine/routing/lease.h"

#include <algorithm>
#include <utility>

namespace openbell::engine {

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
  lease.said = turn_.now.tick;
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

bool LeaseTable::sweep(std::size_t& place, std::size_t budget) {
  for (; budget != 0 && place < leases_.size(); --budget, ++place)
    if (leases_[place].group != nullptr && leases_[place].audience.empty())
      remove(static_cast<std::uint32_t>(place));
  return place == leases_.size();
}

bool LeaseTable::renew(std::string_view name) {
  const auto group = groups_.find(name);
  if (group == groups_.end() || group->second.routes == 0) return false;
  group->second.renewed = turn_.now.tick;
  return true;
}

std::map<std::string_view, std::vector<LeaseTable::Ended>> LeaseTable::take_ended(
    std::size_t budget) {
  std::map<std::string_view, std::vector<Ended>> ended;
  for (; budget != 0 && due_.next() <= turn_.now.tick; --budget) {
    const std::uint32_t number = due_.top();
    Lease& lease = leases_[number];
    if (lease.ends() > turn_.now.tick) {
      due_.set(number, lease.ends());
      continue;
    }
    ++lease.group->expired;
    Ended& word = ended[lease.group->name].emplace_back();
    word.nlri = lease.nlri;
    word.bytes = std::move(lease.bytes);
    word.nlri.key = word.bytes;
    word.audience = std::move(lease.audience);
    remove(number);
  }
  return ended;
}

}  // namespace openbell::engine
