#include "tests/sim/follower.h"

namespace openbell::sim {

namespace {

using History = std::vector<Model::Told>;

std::string print(const History& history) {
  std::string text;
  for (const Model::Told& told : history)
    text +=
        "  from " + seconds_of(told.at) + ": " + (told.path.empty() ? "nothing" : told.path) + "\n";
  return text.empty() ? "  never anything\n" : text;
}

class Follower {
 public:
  Follower(const Model& model, const Sending& sending) : sending_(sending) {
    for (const Model::Life& life : model.lives())
      if (life.peer == sending.peer && life.began <= sending.began && sending.began < life.ended)
        life_ = &life;
  }

  Followed follow() {
    for (const Sent& sent : sending_.routes) {
      const std::string why = step(sent);
      if (why.empty()) continue;
      followed_.complaint = sending_.peer + " was sent at " + seconds_of(sent.at) + ": " +
                            sent.nlri + " " + (sent.path.empty() ? "withdrawn" : sent.path) + "\n" +
                            why + before(sent);
      break;
    }
    return std::move(followed_);
  }

 private:
  struct Place {
    std::size_t next = 0;  // in the history: what may come now
    std::string holds;     // what the peer has
    unsigned repeated = 0;
    unsigned returned = 0;  // since `next` is what it is
  };

  /// What else was sent of the NLRI, until then.
  [[nodiscard]] std::string before(const Sent& last) const {
    std::string text;
    for (const Sent& sent : sending_.routes) {
      if (&sent == &last) break;
      if (sent.nlri == last.nlri)
        text += "  sent at " + seconds_of(sent.at) + ": " +
                (sent.path.empty() ? "withdrawn" : sent.path) + "\n";
    }
    return text;
  }

  std::string step(const Sent& sent) {
    const History& history = history_of(sent.nlri);
    Place& place = place_of(sent.nlri, history);
    if (sent.path == place.holds) {
      if (!may_repeat(place, history, sent))
        return "which it had already; it was to hold\n" + print(history);
      followed_.explained.push_back({&sent, nullptr});
      return {};
    }
    for (std::size_t i = place.next; i < history.size() && history[i].at <= sent.at; ++i) {
      if (history[i].path != sent.path || passing(history, i)) continue;
      place.next = i + 1;
      place.returned = 0;
      place.holds = sent.path;
      followed_.explained.push_back({&sent, &history[i]});
      return {};
    }
    return "while it had " + (place.holds.empty() ? "nothing" : place.holds) +
           "; it was to hold\n" + print(history);
  }

  /// What the peer has may be said to it again.
  [[nodiscard]] bool may_repeat(Place& place, const History& history, const Sent& sent) const {
    // A withdrawal of what nobody announces goes out all the same (ExaBGP).
    if (sent.path.empty()) return true;
    // It was to hold something else in between, which nobody saw.
    unsigned returns = 0;
    for (std::size_t i = place.next; i < history.size() && history[i].at <= sent.at; ++i)
      if (history[i].path == sent.path) ++returns;
    return place.returned < returns ? place.returned++ < returns
                                    : place.repeated++ < sending_.refreshes;
  }

  /// One decision went on from there at once: nobody is to see it. But where it led back to what
  /// the peer has (a plan takes a service down and announces the same route itself), that is a
  /// later word of another claimant with a record of its own: it may be said again, which BGP
  /// allows, and need not be.
  static bool passing(const History& history, std::size_t at) {
    return at + 1 < history.size() && history[at + 1].operation == history[at].operation;
  }

  const History& history_of(const std::string& nlri) const {
    static const History none;
    if (life_ == nullptr) return none;
    const auto known = life_->history.find(nlri);
    return known == life_->history.end() ? none : known->second;
  }

  /// At first: what it was to hold when the connection came up.
  Place& place_of(const std::string& nlri, const History& history) {
    const auto [known, added] = places_.try_emplace(nlri);
    if (!added) return known->second;
    for (std::size_t i = 0; i < history.size() && history[i].at <= sending_.began; ++i)
      known->second.next = i;
    return known->second;
  }

  const Sending& sending_;
  const Model::Life* life_ = nullptr;
  std::map<std::string, Place> places_;
  Followed followed_;
};

}  // namespace

Followed follow(const Model& model, const Sending& sending) {
  return Follower(model, sending).follow();
}

std::string seconds_of(base::Tick tick) {
  return std::to_string(static_cast<double>(tick.ns) / 1e9) + " s";
}

}  // namespace openbell::sim
