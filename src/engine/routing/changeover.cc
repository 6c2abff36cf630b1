#include "engine/routing/changeover.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/routing/routing.h"

namespace openbell::engine {

Changeover::Changeover(Routing& routing) : routing_(routing) {
  Changeover* earlier = under_way(routing);
  if (earlier == nullptr) return;
  claims_ = std::exchange(earlier->claims_, {});
  given_up_ = std::exchange(earlier->given_up_, {});
  if (earlier->words_ != nullptr) unsaid_ = earlier->words_->abandon();
  earlier->words_.reset();
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
    // That part goes on in the next turn, and the others after it.
    if (changeover->parts() == left)
      return static_cast<void>(routing.jobs.add(std::move(changeover)));
  }
}

Changeover* Changeover::under_way(const Routing& routing) {
  Changeover* found = nullptr;
  routing.jobs.for_each([&](BulkJob& job) {
    auto* changeover = dynamic_cast<Changeover*>(&job);
    if (changeover != nullptr && changeover->parts() != 0) found = changeover;
  });
  return found;
}

}  // namespace openbell::engine
