#include "base/check.h"
#include "base/hash.h"
#include "grammar/route/route.h"

namespace openbell::grammar {

namespace {

constexpr std::uint8_t has_path_id_flag = 1;
constexpr std::uint8_t multicast_group_flag = 2;
constexpr std::uint8_t starts_withdrawn_flag = 4;
/// Memory that clear() keeps.
constexpr std::size_t kept_bytes_max = 16u << 10;

std::uint64_t hash_of(const bgp::PathView& path) {
  const std::uint64_t seed = base::hash_bytes(path.next_hop.address.bytes(),
                                              static_cast<std::uint64_t>(path.next_hop.kind));
  return base::hash_bytes(path.attributes, seed);
}

}  // namespace

void RouteList::route(const RouteView& route) {
  OPENBELL_CHECK(route.nlri.key.size() <= 0xFFFF && route.nlri.tail.size() <= 0xFF);
  Entry entry;
  entry.offset = bytes_.size();
  entry.path = path_of(route);
  entry.path_id = route.nlri.path_id;
  entry.watchdog = watchdog_of(route.watchdog);
  if (entry.watchdog != 0) watched_.push_back(static_cast<std::uint32_t>(entries_.size()));
  entry.key_size = static_cast<std::uint16_t>(route.nlri.key.size());
  entry.tail_size = static_cast<std::uint8_t>(route.nlri.tail.size());
  entry.family = route.nlri.family;
  entry.flags = static_cast<std::uint8_t>((route.nlri.has_path_id ? has_path_id_flag : 0) |
                                          (route.multicast_group ? multicast_group_flag : 0) |
                                          (route.starts_withdrawn ? starts_withdrawn_flag : 0));
  bytes_.insert(bytes_.end(), route.nlri.key.begin(), route.nlri.key.end());
  if (!route.nlri.tail.empty())
    bytes_.insert(bytes_.end(), route.nlri.tail.begin(), route.nlri.tail.end());
  entries_.push_back(entry);
}

void RouteList::append(const RouteList& other) {
  OPENBELL_CHECK(&other != this);
  for (std::size_t i = 0; i < other.size(); ++i) {
    RouteView view = other.at(i);
    // Tokens of another list say nothing here.
    view.path_token = 0;
    route(view);
  }
}

void RouteList::clear() {
  if (bytes_.capacity() + path_bytes_.capacity() > kept_bytes_max) {
    *this = {};
    return;
  }
  bytes_.clear();
  entries_.clear();
  watched_.clear();
  if (watchdogs_.empty()) return;
  watchdogs_.clear();
  watchdog_indexes_.clear();
}

/// Those of a list that was cleared.
void RouteList::forget_paths() {
  paths_.clear();
  std::fill(path_slots_.begin(), path_slots_.end(), 0);
  path_bytes_.clear();
  last_path_ = last_token_ = 0;
}

bgp::NlriView RouteList::nlri(std::size_t i) const {
  const Entry& entry = entries_[i];
  const std::uint8_t* key = bytes_.data() + entry.offset;
  return {entry.family,
          (entry.flags & has_path_id_flag) != 0,
          entry.path_id,
          {key, entry.key_size},
          {key + entry.key_size, entry.tail_size}};
}

RouteView RouteList::at(std::size_t i) const {
  const Entry& entry = entries_[i];
  const Path& path = paths_[entry.path];
  RouteView view;
  view.nlri = nlri(i);
  view.path = {path.next_hop, base::Bytes(path_bytes_).subspan(path.offset, path.size)};
  view.path_token = entry.path + 1;
  view.multicast_group = (entry.flags & multicast_group_flag) != 0;
  if (entry.watchdog != 0) view.watchdog = watchdogs_[entry.watchdog - 1];
  view.starts_withdrawn = (entry.flags & starts_withdrawn_flag) != 0;
  return view;
}

std::uint32_t RouteList::path_of(const RouteView& route) {
  const bool known = route.path_token != 0 && route.path_token == last_token_;
  if (entries_.empty() && !paths_.empty() && !(known && paths_.size() == 1)) {
    forget_paths();
  } else if (known) {
    return last_path_;
  }
  last_path_ = intern(route.path);
  last_token_ = route.path_token;
  return last_path_;
}

std::uint32_t RouteList::intern(const bgp::PathView& path) {
  if (paths_.size() * 2 >= path_slots_.size()) grow_slots();
  const std::size_t mask = path_slots_.size() - 1;
  std::size_t slot = hash_of(path) & mask;
  for (; path_slots_[slot] != 0; slot = (slot + 1) & mask) {
    const Path& known = paths_[path_slots_[slot] - 1];
    const base::Bytes bytes = base::Bytes(path_bytes_).subspan(known.offset, known.size);
    if (known.next_hop == path.next_hop && base::equal(bytes, path.attributes))
      return path_slots_[slot] - 1;
  }
  Path added;
  added.next_hop = path.next_hop;
  added.offset = path_bytes_.size();
  added.size = static_cast<std::uint32_t>(path.attributes.size());
  path_bytes_.insert(path_bytes_.end(), path.attributes.begin(), path.attributes.end());
  paths_.push_back(added);
  path_slots_[slot] = static_cast<std::uint32_t>(paths_.size());
  return path_slots_[slot] - 1;
}

void RouteList::grow_slots() {
  path_slots_.assign(path_slots_.empty() ? 16 : path_slots_.size() * 2, 0);
  const std::size_t mask = path_slots_.size() - 1;
  for (std::size_t i = 0; i < paths_.size(); ++i) {
    const Path& path = paths_[i];
    const base::Bytes attributes = base::Bytes(path_bytes_).subspan(path.offset, path.size);
    std::size_t slot = hash_of({path.next_hop, attributes}) & mask;
    while (path_slots_[slot] != 0) slot = (slot + 1) & mask;
    path_slots_[slot] = static_cast<std::uint32_t>(i + 1);
  }
}

std::uint32_t RouteList::watchdog_of(std::string_view name) {
  if (name.empty()) return 0;
  const auto [found, added] =
      watchdog_indexes_.try_emplace(std::string(name), watchdogs_.size() + 1);
  if (added) watchdogs_.emplace_back(name);
  return static_cast<std::uint32_t>(found->second);
}

}  // namespace openbell::grammar
