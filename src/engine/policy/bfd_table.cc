#include "engine/policy/bfd_table.h"

#include <algorithm>

#include "engine/session/roster.h"

namespace openbell::engine {

void BfdTable::apply(const std::vector<bfd::SessionConfig>& standalone) {
  struct Wanted {
    const bfd::SessionConfig* config;
    NeighborId neighbor;
  };
  std::vector<Wanted> wanted;
  for (const bfd::SessionConfig& config : standalone)
    wanted.push_back({&config, BfdEntry::no_neighbor});
  roster_.for_each_configured([&](const Neighbor& neighbor) {
    if (neighbor.config().bfd) wanted.push_back({&*neighbor.config().bfd, neighbor.id()});
  });
  // What goes makes room first: another session may take over its addresses.
  for (std::uint32_t session = 0; session < entries_.size(); ++session) {
    const BfdEntry& entry = entries_[session];
    const auto stays = [&](const Wanted& one) {
      return one.neighbor == entry.neighbor && one.config->name == entry.config.name;
    };
    if (!entry.used || std::any_of(wanted.begin(), wanted.end(), stays)) continue;
    port_.stop_bfd(bfd::SessionId{session});
    entries_[session] = {};
  }
  for (const Wanted& one : wanted) {
    const bfd::SessionId session = place_of(*one.config, one.neighbor);
    const BfdEntry& entry = entries_[base::place(session)];
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
  BfdEntry& entry = entries_[base::place(session)];
  if (!entry.used) entry.since = turn_.now.tick;
  entry.used = true;
  entry.neighbor = neighbor;
  entry.config = config;
  entry.error = port_.start_bfd(session, config);
  if (!entry.error.empty()) log_.log(3, "bfd", entry.subject() + ": " + entry.error);
}

const BfdEntry* BfdTable::note(bfd::SessionId session, const bfd::Report& report) {
  if (base::place(session) >= entries_.size()) return nullptr;
  BfdEntry& entry = entries_[base::place(session)];
  if (!entry.used) return nullptr;
  entry.report = report;
  entry.since = turn_.now.tick;
  return &entry;
}

const BfdEntry* BfdTable::find(std::string_view name) const {
  const auto known = std::find_if(entries_.begin(), entries_.end(), [&](const BfdEntry& entry) {
    return entry.used && entry.neighbor == BfdEntry::no_neighbor && entry.config.name == name;
  });
  return known == entries_.end() ? nullptr : &*known;
}

}  // namespace openbell::engine
