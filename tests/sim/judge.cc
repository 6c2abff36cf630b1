#include "tests/sim/judge.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/sim/audit_judge.h"
#include "tests/sim/follower.h"
#include "tests/sim/stage.h"

namespace openbell::sim {

namespace {

using Table = std::map<std::string, std::string>;

std::string difference(const Table& a, const Table& b) {
  std::string text;
  std::size_t count = 0;
  const auto compare = [&](const Table& these, const Table& those, std::string_view title) {
    for (const auto& [nlri, path] : these) {
      const auto other = those.find(nlri);
      if ((other != those.end() && other->second == path) || ++count > 12) continue;
      text.append("  ").append(title).append(nlri).append(" ").append(path).append("\n");
    }
  };
  compare(a, b, "only first:  ");
  compare(b, a, "only second: ");
  return text;
}

// --- tables

Verdict judge_tables(Stage& stage) {
  for (const Peer& peer : stage.audience()) {
    const Table wanted = stage.model().table(peer);
    const Table believed = stage.believed(peer);
    const Table held = stage.held(peer);
    if (held != wanted)
      return {"held", "wanted (first) and held (second) differ for " + peer + ":\n" +
                          difference(wanted, held)};
    if (believed != held)
      return {"believed", "believed (first) and held (second) differ for " + peer + ":\n" +
                              difference(believed, held)};
  }
  return {};
}

// --- the wire

Verdict judge_wire(const Stage& stage) {
  for (const Sending& sending : stage.sendings())
    if (std::string complaint = follow(stage.model(), sending).complaint; !complaint.empty())
      return {"wire", std::move(complaint)};
  return {};
}

// --- receipts

/// What was sent, by peer and NLRI.
using SentTo = std::map<Peer, std::map<std::string, std::vector<const Sent*>>>;

SentTo all_sent(const Stage& stage) {
  SentTo all;
  for (const Sending& sending : stage.sendings())
    for (const Sent& sent : sending.routes) all[sending.peer][sent.nlri].push_back(&sent);
  return all;
}

class ReceiptJudge {
 public:
  ReceiptJudge(const Stage& stage, const SentTo& sent, const Receipt& receipt)
      : stage_(stage), sent_(sent), receipt_(receipt) {}

  std::string complaint() {
    if (receipt_.text.empty()) return "there is no receipt";
    const nlohmann::json json = nlohmann::json::parse(receipt_.text, nullptr, false);
    if (json.is_discarded()) return "it is no JSON: " + receipt_.text;
    const bool error = receipt_.outcome.reply == Model::Reply::error;
    const std::string result = json["result"];
    if (receipt_.outcome.held != (result == "held")) return "its result is '" + result + "'";
    if (receipt_.outcome.held || receipt_.outcome.reply == Model::Reply::either) return {};
    // Whom a release reaches is said by what had been held.
    if (receipt_.command.verb == Command::Verb::guard) return {};
    gather_changes();
    Peers listed;
    for (const nlohmann::json& neighbor : json["neighbors"]) {
      listed.insert(neighbor["neighbor"]);
      if (std::string wrong = judge(neighbor); !wrong.empty())
        return std::string(neighbor["neighbor"]) + " " + wrong;
    }
    // Whose session ended in that moment is not listed.
    for (const Peer& peer : receipt_.established)
      if (stage_.established_since(peer, receipt_.said) && !listed.contains(peer) &&
          ((!error && receipt_.outcome.reached.contains(peer)) || changed_itself_.contains(peer)))
        return peer + " is not listed";
    return {};
  }

 private:
  struct Change {
    std::string nlri;
    std::string path;
  };

  /// What the command came to, by peer. What went through other states and back may be told again
  /// and need not be.
  void gather_changes() {
    const std::uint64_t operation = receipt_.outcome.operation;
    for (const Model::Life& life : stage_.model().lives()) {
      for (const auto& [nlri, history] : life.history) {
        std::string before;
        const Model::Told* last = nullptr;
        for (const Model::Told& told : history) {
          if (told.operation < operation) before = told.path;
          if (told.operation != operation) continue;
          last = &told;
          if (!told.consequence) changed_itself_.insert(life.peer);
        }
        if (last == nullptr) continue;
        if (last->path == before)
          went_back_.insert(life.peer);
        else
          changed_[life.peer].push_back({nlri, last->path});
      }
    }
  }

  std::string judge(const nlohmann::json& neighbor) {
    const Peer peer = neighbor["neighbor"];
    const std::string state = neighbor["state"];
    if (!receipt_.established.contains(peer)) return {};  // it came or went meanwhile
    const auto changed = changed_.find(peer);
    // What plans do that it sets off is theirs.
    if (state == "unchanged")
      return changed == changed_.end() || sets_off() || overtakes_slices()
                 ? ""
                 : "is 'unchanged', but was to be told " + changed->second.front().nlri;
    // What stories say fits in a message, and peers can do what their neighbor is configured for.
    if (state == "not sent") return "is 'not sent', but its session carries it";
    // A later word took its place, which may have said the same, or what the command itself set
    // off.
    if (state == "superseded")
      return followed() ? "" : "is 'superseded', but nothing came after it";
    std::size_t written = 0;
    bool in_time = false;
    const base::Tick at{state == "written" ? neighbor["written_ns"].get<std::int64_t>() : 0};
    if (changed == changed_.end()) return judge_nothing(peer, state, at);
    for (const auto& [nlri, path] : changed->second) {
      const bool over = superseded(peer, nlri);
      bool sent = over;
      for (const Sent* route : sent_to(peer, nlri)) {
        if (route->order < receipt_.said_order || route->order > receipt_.made_order ||
            route->path != path)
          continue;
        sent = true;
        in_time |= route->at == at;
      }
      in_time |= over;
      written += sent;
    }
    // What is done in slices has not gone over everything yet when the turn ends, and of several
    // withdrawals those of what was not announced are waited for too.
    if (state == "waiting")
      return written == changed->second.size() && !any_superseded_ &&
                     receipt_.outcome.looked_at < slice &&
                     (receipt_.command.verb != Command::Verb::withdraw ||
                      receipt_.command.count == 1)
                 ? "is 'waiting', but was sent all"
                 : "";
    if (written != changed->second.size() && !overtakes_slices())
      return "is 'written', but was not sent " + changed->second.front().nlri;
    return in_time ? "" : "was not sent any of it at the time that it says";
  }

  /// A clear or a flush of more than a slice came just before: what it has not come to yet is not
  /// told and taken back, this command leaves it nothing to tell.
  [[nodiscard]] bool overtakes_slices() const {
    constexpr base::Duration long_enough = base::milliseconds(10);
    return std::any_of(stage_.spoken().begin(), stage_.spoken().end(), [&](const Spoken& spoken) {
      return spoken.outcome.operation < receipt_.outcome.operation &&
             spoken.outcome.looked_at >= slice && receipt_.said < spoken.at + long_enough;
    });
  }

  /// The command may run plans.
  [[nodiscard]] bool sets_off() const {
    using Verb = Command::Verb;
    return receipt_.command.verb == Verb::plan || receipt_.command.verb == Verb::service;
  }

  /// Something was said in the turn after the command, or the command runs plans.
  [[nodiscard]] bool followed() const {
    if (sets_off()) return true;
    return std::any_of(stage_.spoken().begin(), stage_.spoken().end(), [&](const Spoken& spoken) {
      return spoken.outcome.operation > receipt_.outcome.operation && spoken.at <= receipt_.made;
    });
  }

  /// No change for this peer: `written` is true only of a write that held what the command says,
  /// because somebody had just said it, or it is said to everybody in any case (ExaBGP's
  /// withdrawals, everything again).
  std::string judge_nothing(const Peer& peer, const std::string& state, base::Tick at) {
    using Verb = Command::Verb;
    const Command& command = receipt_.command;
    if (state != "written" || command.verb == Verb::flush || command.verb == Verb::end_of_rib ||
        command.verb == Verb::refresh || went_back_.contains(peer) ||
        (command.verb == Verb::clear && overtakes_slices()))
      return {};
    if (command.verb == Verb::announce || command.verb == Verb::withdraw) {
      Route route = command.route;
      for (unsigned i = 0; i < command.count; ++i, ++route.number)
        for (const Sent* sent : sent_to(peer, nlri_of(route)))
          if (sent->at == at) return {};
    }
    return "is 'written', but there was nothing to tell it, or not then";
  }

  [[nodiscard]] const std::vector<const Sent*>& sent_to(const Peer& peer,
                                                        const std::string& nlri) const {
    static const std::vector<const Sent*> nothing;
    const auto known = sent_.find(peer);
    if (known == sent_.end()) return nothing;
    const auto routes = known->second.find(nlri);
    return routes == known->second.end() ? nothing : routes->second;
  }

  /// Something else was said of it before the turn ended.
  bool superseded(const Peer& peer, const std::string& nlri) {
    for (const Model::Life& life : stage_.model().lives()) {
      const auto history = life.history.find(nlri);
      if (life.peer != peer || history == life.history.end()) continue;
      for (const Model::Told& told : history->second)
        if (told.operation > receipt_.outcome.operation && told.at <= receipt_.made) {
          any_superseded_ = true;
          return true;
        }
    }
    return false;
  }

  static constexpr std::size_t slice = 1000;  // routes

  const Stage& stage_;
  const SentTo& sent_;
  const Receipt& receipt_;
  std::map<Peer, std::vector<Change>> changed_;
  Peers went_back_;
  Peers changed_itself_;  // not by plans that it has set off
  bool any_superseded_ = false;
};

Verdict judge_receipts(const Stage& stage) {
  const SentTo sent = all_sent(stage);
  for (const Receipt& receipt : stage.receipts())
    if (std::string complaint = ReceiptJudge(stage, sent, receipt).complaint(); !complaint.empty())
      return {"receipt", "the receipt of '" + receipt.command.text().substr(0, 200) + "' at " +
                             seconds_of(receipt.said) + ": " + complaint + "\n  " + receipt.text};
  return {};
}

}  // namespace

Verdict judge(Stage& stage, const Ingredients& ingredients) {
  const std::string& fault = stage.world().fault();
  if (!fault.empty()) return {"fault", fault};
  if (stage.speaker().exited()) return {"fault", "the speaker asked for its end"};
  if (std::string missing = stage.missing_session(); !missing.empty()) return {"session", missing};
  if (ingredients.has(Ingredient::answers) && !stage.wrong_answers().empty())
    return {"answer", stage.wrong_answers().front()};
  if (Verdict verdict = judge_tables(stage); !verdict.good()) return verdict;
  if (!fault.empty()) return {"fault", fault};
  if (ingredients.has(Ingredient::wire))
    if (Verdict verdict = judge_wire(stage); !verdict.good()) return verdict;
  if (ingredients.has(Ingredient::receipts))
    if (Verdict verdict = judge_receipts(stage); !verdict.good()) return verdict;
  if (ingredients.has(Ingredient::audit)) return judge_audit(stage);
  return {};
}

Verdict play(const Story& story, const Ingredients& ingredients, std::uint64_t* transcript) {
  Stage stage(story);
  stage.play();
  const Verdict verdict = judge(stage, ingredients);
  if (transcript != nullptr) *transcript = stage.world().transcript();
  return verdict;
}

}  // namespace openbell::sim
