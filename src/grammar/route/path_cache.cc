#include "grammar/route/path_cache.h"

#include "base/hash.h"

namespace openbell::grammar {

const CachedPath* PathCache::find(std::string_view text) const {
  const std::uint64_t hash = base::hash_bytes(base::bytes_of(text));
  const Set& set = sets_[hash % set_count];
  for (std::size_t way = 0; way < ways; ++way) {
    if (set.hashes[way] != hash || set.paths[way] == nullptr) continue;
    if (set.paths[way]->text == text) return set.paths[way].get();
  }
  return nullptr;
}

CachedPath& PathCache::insert(std::string_view text) {
  const std::uint64_t hash = base::hash_bytes(base::bytes_of(text));
  Set& set = sets_[hash % set_count];
  const std::size_t way = set.next++ % ways;
  set.hashes[way] = hash;
  std::unique_ptr<CachedPath>& path = set.paths[way];
  if (path == nullptr) path = std::make_unique<CachedPath>();
  path->text = text;
  return *path;
}

}  // namespace openbell::grammar
