#pragma once
// What one peer has announced to us, for `show adj-rib in`: no selection, no propagation.

#include "base/index.h"
#include "base/slab.h"
#include "rib/path_pool.h"
#include "rib/stored_nlri.h"

namespace openbell::rib {

class AdjRibIn {
 public:
  explicit AdjRibIn(PathPool& paths) : paths_(paths) {}
  ~AdjRibIn();
  AdjRibIn(const AdjRibIn&) = delete;
  AdjRibIn& operator=(const AdjRibIn&) = delete;

  struct Record {
    StoredNlri nlri;
    bool used = false;
    Path path = no_path;
  };

  /// A peer may fill this many routes; what it announces beyond them is not kept.
  static constexpr std::size_t routes_max = 4u << 20;

  /// Keeps a use of `path` of its own. False when the table is full and the route is not in it.
  bool announce(const bgp::NlriView& nlri, Path path);
  void withdraw(const bgp::NlriView& nlri);
  /// Frees up to `budget` records in any order; true while some are left. Nothing may be looked up
  /// from the first call on.
  bool dissolve(std::size_t budget);
  /// The route of an NLRI, no_handle when the peer has not announced it.
  [[nodiscard]] base::Handle find(const bgp::NlriView& nlri) const {
    return find(hash_of(nlri), nlri);
  }
  [[nodiscard]] std::size_t size() const { return index_.size(); }
  [[nodiscard]] base::Handle end() const { return records_.end(); }
  /// `used` is false for a free record.
  [[nodiscard]] const Record& operator[](base::Handle record) const { return records_[record]; }

 private:
  [[nodiscard]] base::Handle find(std::uint32_t hash, const bgp::NlriView& nlri) const;

  PathPool& paths_;
  base::Slab<Record> records_;
  base::Index index_;
  base::Handle dissolved_ = 1;
};

}  // namespace openbell::rib
