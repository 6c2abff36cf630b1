#pragma once
// Words that are said in slices, all at the moment at which they were decided: a reload, a clear, a
// helper's death. What is said meanwhile is later, and wins.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/cause.h"
#include "engine/ports.h"
#include "engine/routing/bulk.h"
#include "engine/routing/transaction.h"

namespace openbell::engine {

/// The frame of such a job: every slice is a transaction of its own, with its record.
class BulkWords : public BulkJob {
 public:
  ~BulkWords() override;
  Progress step() final;
  /// Of the first slice, after it was done.
  [[nodiscard]] const Outcome& first_outcome() const { return *first_; }

 protected:
  /// Words said in one turn: some 0.15 ms of work.
  static constexpr std::size_t slice_words = 1024;

  /// `result` for the records of the slices.
  BulkWords(Routing& routing, const Cause& cause, std::string_view result, const Voice& voice);
  [[nodiscard]] rib::Moment moment() const { return moment_; }
  [[nodiscard]] rib::Claims& claims() const { return claims_; }
  [[nodiscard]] Routing& routing() const { return routing_; }

  /// Words that were decided before are still to be said.
  [[nodiscard]] bool has_earlier() const { return claims_.oldest_moment() < moment_; }

 private:
  /// Something must be said by others first: nothing is said yet.
  [[nodiscard]] virtual bool waits() const { return false; }
  /// Says the next words. False: those were the last.
  virtual bool say(Transaction& transaction) = 0;
  /// For the record of a slice.
  [[nodiscard]] virtual std::string detail_of(const Outcome& /*slice*/) const { return {}; }

  Routing& routing_;
  rib::Claims& claims_;
  OwnCause cause_;
  std::string_view result_;
  Voice voice_;
  rib::Moment moment_;
  std::optional<Outcome> first_;
};

/// Does the first slice at once - most such words are few - and leaves the rest to the turns that
/// come.
Outcome begin_words(Routing& routing, std::unique_ptr<BulkWords> job);

/// Ends every word for `peers` ("clear adj-rib out").
std::unique_ptr<BulkWords> clear_words(Routing& routing, const rib::Audience& peers,
                                       const Cause& cause);
/// Withdraws every word that `claimant` was the last to say, ahead of what is bulk; the
/// records say `why`.
std::unique_ptr<BulkWords> withdraw_words_of(Routing& routing, rib::Claimant claimant,
                                             const Cause& cause, std::string_view why);

}  // namespace openbell::engine
