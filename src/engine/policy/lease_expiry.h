#pragma once
// The end of leases: what nobody has renewed is withdrawn, unless a guard holds it.

#include <algorithm>

#include "engine/routing/routing.h"

namespace openbell::engine {

class Guard;
class ReceiptBook;

class LeaseExpiry {
 public:
  LeaseExpiry(Routing& routing, const Guard& guard, ReceiptBook& receipts)
      : routing_(routing), guard_(guard), receipts_(receipts) {}

  [[nodiscard]] base::Tick deadline() const {
    return std::max(routing_.leases.deadline(), not_before_);
  }
  void on_timer();

 private:
  void end(std::string_view group, const std::vector<LeaseTable::Ended>& words);

  Routing& routing_;
  const Guard& guard_;
  ReceiptBook& receipts_;
  base::Tick not_before_{};  // a guard holds all of them until then
};

}  // namespace openbell::engine
