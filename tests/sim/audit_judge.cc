#include "tests/sim/audit_judge.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/sim/follower.h"

namespace openbell::sim {

namespace {

/// A record as far as it matters here.
struct Entry {
  std::string line;
  base::Tick at;
  std::string kind;
  std::string cause;
  std::string command;
  std::string result;
  std::vector<Peer> neighbors;
  std::uint64_t routes = 0;
  std::uint64_t first_change = 0;  // 0: it names none
  std::uint64_t last_change = 0;
  [[nodiscard]] bool has(std::uint64_t change) const {
    return first_change <= change && change <= last_change;
  }
  [[nodiscard]] bool names(const Peer& peer) const {
    return std::find(neighbors.begin(), neighbors.end(), peer) != neighbors.end();
  }
};

constexpr base::Duration turn = base::milliseconds(1);

/// A record accounts for what was sent when it has the number of the change behind it and names the
/// peer. What the peer had anyhow (everything again, ExaBGP's withdrawals of what nobody announces)
/// was no change for it: the number is enough.
bool accounts_for(const Entry& entry, const Peer& peer, const Explained& explained) {
  const Sent& sent = *explained.sent;
  return entry.at <= sent.at + turn && sent.change && entry.has(*sent.change) &&
         (explained.told == nullptr || entry.names(peer));
}

/// Of a route that is withdrawn twice before it is sent the second number is on its way, but the
/// first record names who lost it: an earlier change, not before the peer was to lose it.
bool tells_of_loss(const Entry& entry, const Peer& peer, const Explained& explained) {
  const Sent& sent = *explained.sent;
  return sent.path.empty() && explained.told != nullptr && explained.told->at <= entry.at &&
         entry.at <= sent.at + turn && entry.first_change != 0 && sent.change &&
         entry.first_change < *sent.change && entry.names(peer);
}

class Log {
 public:
  explicit Log(const Stage& stage) : stage_(stage) {}

  /// Empty when every line is as it must be.
  std::string read() {
    std::istringstream lines(stage_.speaker().audit_log());
    std::uint64_t sequence = 0;
    for (std::string line; std::getline(lines, line);) {
      const nlohmann::json record = nlohmann::json::parse(line, nullptr, false);
      if (record.is_discarded()) return "a record is no JSON: " + line;
      if (record["seq"] != ++sequence) return "a number is missing before " + line;
      take(record, std::move(line));
    }
    return {};
  }

  /// Every line of a helper that changes something, or was refused, is on record with who said it.
  std::string missing_command() const {
    for (const Spoken& spoken : stage_.spoken()) {
      using Verb = Command::Verb;
      const bool refused = spoken.outcome.reply == Model::Reply::error;
      const bool changes = stage_.model().changes(spoken.outcome.operation).empty() == false;
      if (spoken.outcome.reply == Model::Reply::either || spoken.command.verb == Verb::show)
        continue;
      // What a release lets through is on record as what had been held.
      if (spoken.command.verb == Verb::guard && !refused) continue;
      if (!refused && !changes && !spoken.outcome.held) continue;
      const std::string text = spoken.command.text();
      const bool found = std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
        return entry.at == spoken.at && text.starts_with(entry.command) && !entry.command.empty() &&
               (entry.kind == "command-refused") == refused;
      });
      if (!found)
        return "a command of " + spoken.helper + " at " + seconds_of(spoken.at) +
               (refused ? " that was refused" : "") + " has no record: " + text.substr(0, 200);
    }
    return {};
  }

  /// Every route that a peer was sent has a record that names the peer.
  std::string missing_change() const {
    for (const Sending& sending : stage_.sendings()) {
      for (const Explained& explained : follow(stage_.model(), sending).explained) {
        if (!on_record(sending.peer, explained))
          return "no record tells why " + sending.peer + " was sent at " +
                 seconds_of(explained.sent->at) + ": " + explained.sent->nlri + " " +
                 (explained.sent->path.empty() ? "withdrawn" : explained.sent->path) +
                 (explained.sent->change ? ", change " + std::to_string(*explained.sent->change)
                                         : ", no change that the speaker knows of");
      }
    }
    return {};
  }

  /// A record that counts routes names only those who were to hold something else then; who was
  /// there to hear it was sent some of it, unless something later took its place before.
  std::string idle_record() const {
    for (const Entry& entry : entries_) {
      if (entry.routes == 0) continue;
      for (const Peer& peer : entry.neighbors) {
        if (!stage_.established_since(peer, entry.at)) continue;
        if (entry.first_change == 0) return "it counts routes, and names no change: " + entry.line;
        bool overtaken = false;
        if (!changed(peer, entry, overtaken))
          return "nothing changed for " + peer + " then: " + entry.line;
        if (!overtaken && !was_sent(entry, peer) && !said_otherwise(entry, peer))
          return peer + " was sent nothing of it: " + entry.line;
      }
    }
    return {};
  }

 private:
  [[nodiscard]] bool on_record(const Peer& peer, const Explained& explained) const {
    const auto any = [&](auto test) { return std::any_of(entries_.begin(), entries_.end(), test); };
    if (any([&](const Entry& entry) { return accounts_for(entry, peer, explained); })) return true;
    const auto& change = explained.sent->change;
    return change && any([&](const Entry& entry) { return entry.has(*change); }) &&
           any([&](const Entry& entry) { return tells_of_loss(entry, peer, explained); });
  }

  void take(const nlohmann::json& record, std::string line) {
    Entry entry;
    entry.line = std::move(line);
    entry.at = base::Tick{record["mono_ns"].get<std::int64_t>()};
    entry.kind = record["kind"];
    if (record.contains("cause")) entry.cause = record["cause"]["kind"];
    entry.command = record.value("command", "");
    entry.result = record.value("result", "");
    if (record.contains("neighbors"))
      entry.neighbors = record["neighbors"].get<std::vector<Peer>>();
    entry.routes = record.value("routes", std::uint64_t{0});
    if (record.contains("changes")) {
      entry.first_change = record["changes"][0];
      entry.last_change = record["changes"][1];
    }
    entries_.push_back(std::move(entry));
  }

  /// Work in slices is on record some time after it was decided, what awaits a neighbor of a new
  /// name some time after it came.
  [[nodiscard]] bool changed(const Peer& peer, const Entry& entry, bool& overtaken) const {
    // A newcomer may be slow.
    const base::Duration slices = base::seconds(entry.result == "introduced" ? 5 : 1);
    const base::Tick came_up = entry.result == "introduced" ? stage_.came_up(peer) : base::Tick{};
    bool any = false;
    for (const Model::Life& life : stage_.model().lives()) {
      if (life.peer != peer) continue;
      for (const auto& [nlri, history] : life.history) {
        for (std::size_t i = 0; i < history.size(); ++i) {
          if (history[i].at > entry.at || entry.at >= std::max(history[i].at, came_up) + slices)
            continue;
          any = true;
          overtaken |= i + 1 < history.size();
        }
      }
    }
    return any;
  }

  /// Before it was sent somebody said the same in other words: it went as that.
  [[nodiscard]] bool said_otherwise(const Entry& entry, const Peer& peer) const {
    return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& later) {
      return later.first_change > entry.last_change && later.at <= entry.at + turn &&
             later.names(peer) && was_sent(later, peer);
    });
  }

  [[nodiscard]] bool was_sent(const Entry& entry, const Peer& peer) const {
    for (const Sending& sending : stage_.sendings())
      if (sending.peer == peer)
        for (const Explained& explained : follow(stage_.model(), sending).explained)
          if (!explained.sent->change || entry.has(*explained.sent->change) ||
              tells_of_loss(entry, peer, explained))
            return true;
    return false;
  }

  const Stage& stage_;
  std::vector<Entry> entries_;
};

}  // namespace

Verdict judge_audit(const Stage& stage) {
  Log log(stage);
  std::string complaint = log.read();
  if (complaint.empty()) complaint = log.missing_command();
  if (complaint.empty()) complaint = log.missing_change();
  if (complaint.empty()) complaint = log.idle_record();
  return complaint.empty() ? Verdict{} : Verdict{"audit", std::move(complaint)};
}

}  // namespace openbell::sim
