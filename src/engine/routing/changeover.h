#pragma once
// From one configuration to another: what takes the place of a route is there before the route
// goes.
//
// First claims are made, by who counts for more before who counts for less; then the file says its
// words, and ends those that it has no more; then claims are given up, by who counts for less
// before who counts for more. So whatever moves from one claimant to another - a prefix from a
// service to a static route, or back - changes once for its peers, and nobody is told what neither
// file wants, in however many slices it is done.

#include <deque>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/routing/configured_words.h"

namespace openbell::engine {

class Changeover final : public BulkJob {
 public:
  /// Takes over what an earlier one has not done: its words are said by nobody else, and what it
  /// has to give up waits for the words of this one too.
  explicit Changeover(Routing& routing);
  ~Changeover() override;

  /// Adds claims that are made in slices, after those that were added before.
  void claim(std::unique_ptr<BulkJob> job) { claims_.push_back(std::move(job)); }
  /// True when claims that are made at once would come before their turn.
  [[nodiscard]] bool claims_later() const { return !claims_.empty(); }
  /// The words of the file.
  void say(std::vector<ConfiguredChange> changes, std::string_view cause);
  /// Adds what gives claims up, before those that were added before.
  void give_up(std::unique_ptr<BulkJob> job) { given_up_.push_front(std::move(job)); }

  /// One slice of the part at hand.
  Progress step() override;

  /// Does what fits into slices of this turn - a short file is one change for its peers - and
  /// leaves the rest to the turns that come.
  static void begin(Routing& routing, std::unique_ptr<Changeover> changeover);

 private:
  using Parts = std::deque<std::unique_ptr<BulkJob>>;

  [[nodiscard]] std::size_t parts() const {
    return claims_.size() + (words_ == nullptr ? 0 : 1) + given_up_.size();
  }

  Routing& routing_;
  Parts claims_;
  std::unique_ptr<ConfiguredWords> words_;
  std::vector<ConfiguredChange> unsaid_;  // of the earlier one
  Parts given_up_;
};

}  // namespace openbell::engine
