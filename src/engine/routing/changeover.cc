#include "engine/routing/changeover.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/routing/routing.h"

namespace openbell::engine {

Changeover::Changeover(Routing& routing) : routing_(routing) {
  Changeover* earlier = std::exchange(routing.changeover, nullptr);
  if (earlier == nullptr) return;
  claims_ = std::exchange(earlier->claims_, {});
  given_up_ = std::exchange(earlier->given_up_, {});
  if (earlier->words_ != nullptr) unsaid_ = earlier->words_->abandon();
  earlier->words_.reset();
}

Changeover::~Changeover() {
  if (routing_.changeover == this) routing_.changeover = nullptr;
}

void Changeover::say(std::vector<ConfiguredChange> changes, std::string_view cause) {
  for (ConfiguredChange& rest : unsaid_) {
    const auto same = std::find_if(changes.begin(), changes.end(), [&](const auto& change) {
      return change.neighbor == rest.neighbor;
    });
    if (same == changes.end()) continue;
    same->from.insert(same->from.end(), std::make_move_iterator(rest.from.begin()),
                      std::make_move_iterator(rest.from.end()));
  }
  unsaid_.clear();
  words_ = std::make_unique<ConfiguredWords>(routing_, std::move(changes), cause);
}

BulkJob::Progress Changeover::step() {
  if (!claims_.empty()) {
    if (claims_.front()->step() == Progress::done) claims_.pop_front();
  } else if (words_ != nullptr) {
    if (words_->step() == Progress::done) words_.reset();
  } else if (!given_up_.empty()) {
    if (given_up_.front()->step() == Progress::done) given_up_.pop_front();
  }
  return parts() == 0 ? Progress::done : Progress::more;
}

void Changeover::begin(Routing& routing, std::unique_ptr<Changeover> changeover) {
  for (std::size_t left = changeover->parts(); left != 0; left = changeover->parts()) {
    changeover->step();
    if (changeover->parts() != left) continue;
    // That part goes on in the next turn, and the others after it.
    routing.changeover = changeover.get();
    routing.jobs.add(std::move(changeover));
    return;
  }
}

}  // namespace openbell::engine
