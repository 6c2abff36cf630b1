#include "tests/sim/shrink.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "base/table_memory.h"

namespace openbell::sim {

namespace {

/// Another process that does `work` and sends what it writes down.
class Other {
 public:
  /// `work(send)` runs there; send(number, Verdict) arrives here.
  template <typename Work>
  explicit Other(Work work) {
    std::array<int, 2> pipe{};
    OPENBELL_CHECK(::pipe(pipe.data()) == 0);
    std::fflush(nullptr);
    child_ = ::fork();
    OPENBELL_CHECK(child_ >= 0);
    if (child_ == 0) {
      ::close(pipe[0]);
      base::keep_table_memory(16u << 20);  // each story has six engines, with new tables
      work([&](std::uint64_t number, const Verdict& verdict) {
        put(pipe[1], std::to_string(number) + "\n" + verdict.kind + "\n" + verdict.text + '\0');
      });
      ::_exit(0);
    }
    ::close(pipe[1]);
    from_ = pipe[0];
  }
  Other(const Other&) = delete;
  Other& operator=(const Other&) = delete;
  ~Other() {
    ::close(from_);
    if (child_ > 0) end();
  }

  /// False at the end of the process.
  bool next(std::uint64_t& number, Verdict& verdict) {
    std::size_t end = 0;
    while ((end = text_.find('\0')) == std::string::npos) {
      std::array<char, 4096> buffer{};
      const ssize_t size = ::read(from_, buffer.data(), buffer.size());
      if (size <= 0) return false;
      text_.append(buffer.data(), static_cast<std::size_t>(size));
    }
    const std::string one = text_.substr(0, end);
    text_.erase(0, end + 1);
    const std::size_t kind = one.find('\n') + 1;
    const std::size_t what = one.find('\n', kind) + 1;
    number = std::strtoull(one.c_str(), nullptr, 10);
    verdict = {one.substr(kind, what - kind - 1), one.substr(what)};
    return true;
  }

  /// How it ended; empty: as it should.
  std::string end() {
    int status = 0;
    ::waitpid(child_, &status, 0);
    child_ = 0;
    return status == 0 ? "" : "wait status " + std::to_string(status) + ", see above what it said";
  }

 private:
  static void put(int to, std::string_view text) {
    while (!text.empty()) {
      const ssize_t size = ::write(to, text.data(), text.size());
      if (size <= 0) ::_exit(1);
      text.remove_prefix(static_cast<std::size_t>(size));
    }
  }

  pid_t child_ = 0;
  int from_ = -1;
  std::string text_;
};

}  // namespace

Verdict play_apart(const Story& story, const Ingredients& ingredients) {
  Other other([&](auto send) { send(story.seed, play(story, ingredients)); });
  std::uint64_t number = 0;
  Verdict verdict;
  return other.next(number, verdict) ? verdict : Verdict{"crash", other.end()};
}

void play_seeds(std::uint64_t first, std::uint64_t count, const Ingredients& ingredients,
                const std::function<bool(std::uint64_t, const Verdict&)>& report) {
  const std::uint64_t end = first + count;
  while (first < end) {
    Other other([&](auto send) {
      for (std::uint64_t seed = first; seed < end; ++seed)
        send(seed, play(make_story(seed, ingredients), ingredients));
    });
    std::uint64_t seed = 0;
    for (Verdict verdict; other.next(seed, verdict); first = seed + 1)
      if (!verdict.good() && !report(seed, verdict)) return;
    if (first < end && !report(first++, {"crash", other.end()})) return;
  }
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
