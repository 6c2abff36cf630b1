#include "tests/sim/shrink.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <sys/wait.h>
#include <unistd.h>

namespace openbell::sim {

Verdict play_apart(const Story& story, const Ingredients& ingredients) {
  std::array<int, 2> pipe{};
  if (::pipe(pipe.data()) != 0) return {"system", "no pipe"};
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(pipe[0]);
    const Verdict verdict = play(story, ingredients);
    const std::string text = verdict.kind + "\n" + verdict.text;
    const bool written =
        ::write(pipe[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::_exit(written ? 0 : 1);
  }
  ::close(pipe[1]);
  std::string text;
  std::array<char, 4096> buffer{};
  for (ssize_t size = 0; (size = ::read(pipe[0], buffer.data(), buffer.size())) > 0;)
    text.append(buffer.data(), static_cast<std::size_t>(size));
  ::close(pipe[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (status != 0)
    return {"crash", "the speaker crashed (wait status " + std::to_string(status) +
                         "): what it said is above"};
  const std::size_t end = text.find('\n');
  return {text.substr(0, end), text.substr(end + 1)};
}

namespace {

class Shrinker {
 public:
  Shrinker(const Story& story, const Ingredients& ingredients, const std::string& kind,
           unsigned plays_max)
      : best_(story), ingredients_(ingredients), kind_(kind), plays_left_(plays_max) {}

  Story shrink() {
    try_other([](Story& story) { story.weather = {}; });
    for (bool again = true; again && plays_left_ != 0;) {
      const std::size_t before = best_.steps.size();
      remove_steps();
      shorten_file();
      again = best_.steps.size() < before;
    }
    return best_;
  }

 private:
  template <typename Change>
  bool try_other(Change change) {
    if (plays_left_ == 0) return false;
    --plays_left_;
    Story other = best_;
    change(other);
    if (play_apart(other, ingredients_).kind != kind_) return false;
    best_ = std::move(other);
    return true;
  }

  /// Delta debugging: ever smaller pieces, from the end.
  void remove_steps() {
    for (std::size_t piece = std::max<std::size_t>(best_.steps.size() / 2, 1);; piece /= 2) {
      for (std::size_t end = best_.steps.size(); end > 0 && plays_left_ != 0;) {
        const std::size_t begin = end > piece ? end - piece : 0;
        try_other([&](Story& story) {
          story.steps.erase(story.steps.begin() + static_cast<std::ptrdiff_t>(begin),
                            story.steps.begin() + static_cast<std::ptrdiff_t>(end));
        });
        end = begin;
      }
      if (piece == 1) return;
    }
  }

  /// Takes something out of every file of the story.
  template <typename Change>
  void try_files(Change change) {
    try_other([&](Story& story) {
      change(story.setup);
      for (Step& step : story.steps)
        if (auto* edit = std::get_if<step::Edit>(&step)) change(edit->setup);
    });
  }

  void shorten_file() {
    for (std::size_t i = best_.setup.plans.size(); i-- > 0;)
      try_files([&](Setup& setup) {
        if (i < setup.plans.size())
          setup.plans.erase(setup.plans.begin() + static_cast<std::ptrdiff_t>(i));
      });
    if (best_.setup.plans.empty()) {
      for (const char* name : {"gamma", "beta", "alpha"})
        try_files([&](Setup& setup) {
          std::erase_if(setup.services,
                        [&](const ServiceSetup& service) { return service.name == name; });
        });
    }
    try_files([](Setup& setup) {
      for (NeighborSetup& neighbor : setup.neighbors) neighbor.routes.clear();
    });
    try_files([](Setup& setup) {
      for (NeighborSetup& neighbor : setup.neighbors) neighbor.bulk_count = 0;
    });
    for (const Peer& title : {Peer("10.0.0.2"), Peer(range_title)})
      try_files([&](Setup& setup) {
        std::erase_if(setup.neighbors,
                      [&](const NeighborSetup& neighbor) { return neighbor.title == title; });
        for (ServiceSetup& service : setup.services) std::erase(service.neighbors, title);
        for (PlanSetup& plan : setup.plans) std::erase(plan.neighbors, title);
      });
  }

  Story best_;
  const Ingredients& ingredients_;
  const std::string& kind_;
  unsigned plays_left_;
};

}  // namespace

Story shrink(const Story& story, const Ingredients& ingredients, const std::string& kind,
             unsigned plays_max) {
  return Shrinker(story, ingredients, kind, plays_max).shrink();
}

}  // namespace openbell::sim
