#include "engine/policy/lease_expiry.h"

#include "engine/policy/guard.h"
#include "engine/report/publisher.h"
#include "engine/report/receipt.h"
#include "engine/routing/transaction.h"

namespace openbell::engine {

namespace {
/// Leases looked at in one turn; the next one comes at once.
constexpr std::size_t slice_leases = 2048;
/// Frozen hours are looked at so often.
constexpr base::Duration guard_pause = base::seconds(1);
}  // namespace

void LeaseExpiry::on_timer() {
  const base::Tick now = routing_.turn.now.tick;
  if (deadline() > now) return;
  if (guard_.holds_leases()) {
    not_before_ = now + guard_pause;
    return;
  }
  for (const auto& [group, words] : routing_.leases.take_ended(slice_leases)) end(group, words);
}

void LeaseExpiry::end(std::string_view group, const std::vector<LeaseTable::Ended>& words) {
  Transaction transaction(
      routing_, {.cause = {audit::Cause::Kind::lease, group}, .priority = rib::Priority::urgent});
  for (const LeaseTable::Ended& word : words) transaction.withdraw(word.nlri, word.audience);
  const Outcome outcome = transaction.commit();
  receipts_.follow("lease " + std::string(group), outcome);
  routing_.publisher.publish(
      LeaseEnded{routing_.publisher.keep(group), outcome.routes, outcome.news, outcome.range});
}

}  // namespace openbell::engine
