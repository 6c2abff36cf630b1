#include "rib/path_pool.h"

#include <cstring>

#include "base/hash.h"

namespace openbell::rib {

namespace {

std::uint32_t hash_of(const bgp::PathView& view) {
  const std::uint64_t seed = static_cast<std::uint64_t>(view.next_hop.kind) + 1;
  return static_cast<std::uint32_t>(
      base::hash_bytes(view.attributes, base::hash_bytes(view.next_hop.address.bytes(), seed)));
}

}  // namespace

Path PathPool::acquire(const bgp::PathView& view) {
  const auto holds = [&](Path path) {
    const Record& record = records_[path];
    return record.uses != 0 && record.next_hop == view.next_hop &&
           base::equal({record.attributes.get(), record.size}, view.attributes);
  };
  // Routes with the same path follow each other.
  if (last_ != no_path && holds(last_)) {
    retain(last_);
    return last_;
  }
  const std::uint32_t hash = hash_of(view);
  if (const Path known = index_.find(hash, holds); known != no_path) {
    retain(known);
    return last_ = known;
  }
  const Path path = records_.allocate();
  Record& record = records_[path];
  record.next_hop = view.next_hop;
  record.size = static_cast<std::uint32_t>(view.attributes.size());
  record.attributes = std::make_unique_for_overwrite<std::uint8_t[]>(record.size);
  if (record.size != 0) std::memcpy(record.attributes.get(), view.attributes.data(), record.size);
  record.uses = 1;
  record.hash = hash;
  index_.insert(hash, path);
  return last_ = path;
}

void PathPool::release(Path path) {
  if (path == no_path) return;
  Record& record = records_[path];
  OPENBELL_CHECK(record.uses != 0);
  if (--record.uses != 0) return;
  index_.erase(record.hash, path);
  record = Record{};
  records_.release(path);
}

bgp::PathView PathPool::view(Path path) const {
  if (path == no_path) return {};
  const Record& record = records_[path];
  return {record.next_hop, {record.attributes.get(), record.size}};
}

}  // namespace openbell::rib
