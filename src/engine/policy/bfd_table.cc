#include "engine/policy/bfd_table.h"

#include <algorithm>

#include "engine/state.h"

namespace openbell::engine {

namespace {

std::string subject_of(const BfdEntry& entry) {
  return entry.config.name.empty() ? entry.config.peer_address.text() : entry.config.name;
}

/// RFC 5882 4.2: an administrative shutdown of either side says nothing about the path.
bool is_failure(const bfd::Report& report) {
  return report.previous == bfd::State::up && report.state == bfd::State::down &&
         report.remote_state != bfd::State::admin_down;
}

}  // namespace

void BfdTable::apply(const std::vector<bfd::SessionConfig>& standalone) {
  struct Wanted {
    const bfd::SessionConfig* config;
    NeighborId neighbor;
  };
  std::vector<Wanted> wanted;
  for (const bfd::SessionConfig& config : standalone)
    wanted.push_back({&config, BfdEntry::no_neighbor});
  for (const auto& neighbor : state_.neighbors)
    if (neighbor != nullptr && neighbor->config().bfd && !neighbor->is_born_of_range())
      wanted.push_back({&*neighbor->config().bfd, neighbor->id()});
  // What goes makes room first: another session may take over its addresses.
  for (bfd::SessionId session = 0; session < entries_.size(); ++session) {
    const BfdEntry& entry = entries_[session];
    const auto stays = [&](const Wanted& one) {
      return one.neighbor == entry.neighbor && one.config->name == entry.config.name;
    };
    if (!entry.used || std::any_of(wanted.begin(), wanted.end(), stays)) continue;
    state_.host.stop_bfd(session);
    entries_[session] = {};
  }
  for (const Wanted& one : wanted) {
    const bfd::SessionId session = place_of(*one.config, one.neighbor);
    const BfdEntry& entry = entries_[session];
    if (!entry.used || !(entry.config == *one.config)) start(session, *one.config, one.neighbor);
  }
}

bfd::SessionId BfdTable::place_of(const bfd::SessionConfig& config, NeighborId neighbor) {
  const auto same = std::find_if(entries_.begin(), entries_.end(), [&](const BfdEntry& entry) {
    return entry.used && entry.neighbor == neighbor && entry.config.name == config.name;
  });
  if (same != entries_.end()) return static_cast<bfd::SessionId>(same - entries_.begin());
  const auto free = std::find_if(entries_.begin(), entries_.end(),
                                 [](const BfdEntry& entry) { return !entry.used; });
  if (free != entries_.end()) return static_cast<bfd::SessionId>(free - entries_.begin());
  entries_.emplace_back();
  return static_cast<bfd::SessionId>(entries_.size() - 1);
}

void BfdTable::start(bfd::SessionId session, const bfd::SessionConfig& config,
                     NeighborId neighbor) {
  BfdEntry& entry = entries_[session];
  if (!entry.used) entry.since = state_.now.tick;
  entry.used = true;
  entry.neighbor = neighbor;
  entry.config = config;
  entry.error = state_.host.start_bfd(session, config);
  if (!entry.error.empty()) state_.host.log(3, "bfd", subject_of(entry) + ": " + entry.error);
}

void BfdTable::on_bfd(bfd::SessionId session, const bfd::Report& news) {
  if (session >= entries_.size() || !entries_[session].used) return;
  BfdEntry& entry = entries_[session];
  entry.report = news;
  entry.since = state_.now.tick;
  const std::string subject = subject_of(entry);
  const base::IpAddress peer = entry.config.peer_address;
  const std::uint64_t writes_before = state_.writes;
  const bool up = news.state == bfd::State::up;
  const std::string reason = up ? std::string() : std::string(bfd::name(news.diagnostic));
  if (up != (news.previous == bfd::State::up)) {
    if (entry.neighbor == BfdEntry::no_neighbor) {
      state_.services.on_bfd(entry.config.name, up, reason);
    } else if (Neighbor* neighbor = state_.neighbor(entry.neighbor);
               neighbor != nullptr && is_failure(news)) {
      neighbor->on_bfd_down();
    }
  }
  const base::Tick handled = state_.host.clock().tick;
  // What follows leaves now, so that its time can be told.
  state_.write_urgent();
  const bool written = state_.writes != writes_before;
  state_.publisher.publish(state_.now,
                           BfdChanged{state_.publisher.keep(subject), peer, news, handled,
                                      written ? state_.host.clock().tick : base::never});
}

const BfdEntry* BfdTable::find(std::string_view name) const {
  const auto known = std::find_if(entries_.begin(), entries_.end(), [&](const BfdEntry& entry) {
    return entry.used && entry.neighbor == BfdEntry::no_neighbor && entry.config.name == name;
  });
  return known == entries_.end() ? nullptr : &*known;
}

}  // namespace openbell::engine
