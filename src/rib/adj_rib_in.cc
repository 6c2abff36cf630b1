#include "rib/adj_rib_in.h"

namespace openbell::rib {

base::Handle AdjRibIn::find(std::uint32_t hash, const bgp::NlriView& nlri) const {
  return index_.find(hash,
                     [&](base::Handle record) { return records_[record].nlri.same_key(nlri); });
}

bool AdjRibIn::announce(const bgp::NlriView& nlri, Path path) {
  const std::uint32_t hash = hash_of(nlri);
  base::Handle at = find(hash, nlri);
  if (at == base::no_handle) {
    if (size() == routes_max) return false;
    at = records_.allocate();
    index_.insert(hash, at);
  } else {
    records_[at].nlri.release();
    paths_.release(records_[at].path);
  }
  Record& record = records_[at];
  record.nlri.assign(nlri);
  record.used = true;
  record.path = path;
  paths_.retain(path);
  return true;
}

void AdjRibIn::withdraw(const bgp::NlriView& nlri) {
  const std::uint32_t hash = hash_of(nlri);
  const base::Handle at = find(hash, nlri);
  if (at == base::no_handle) return;
  index_.erase(hash, at);
  Record& record = records_[at];
  record.nlri.release();
  paths_.release(record.path);
  record.used = false;
  records_.release(at);
}

AdjRibIn::~AdjRibIn() {
  while (dissolve(records_.end())) {
  }
}

bool AdjRibIn::dissolve(std::size_t budget) {
  for (; dissolved_ < records_.end() && budget != 0; ++dissolved_, --budget) {
    Record& record = records_[dissolved_];
    if (!record.used) continue;
    record.nlri.release();
    paths_.release(record.path);
    record.used = false;
  }
  return dissolved_ < records_.end();
}

}  // namespace openbell::rib
