#include "engine/routing/bulk_words.h"

#include <utility>

#include "engine/report/publisher.h"
#include "engine/routing/routing.h"

namespace openbell::engine {

// --- the frame

BulkWords::BulkWords(Routing& routing, const Cause& cause, std::string_view result,
                     const Voice& voice)
    : routing_(routing),
      claims_(routing.claims_),
      cause_(cause),
      result_(result),
      voice_(voice),
      moment_(claims_.open_moment()) {}

BulkWords::~BulkWords() {
  claims_.close_moment(moment_);
}

BulkJob::Progress BulkWords::step() {
  if (waits()) {
    if (!first_) first_.emplace();
    return Progress::more;
  }
  claims_.speak_as_of(moment_);
  voice_.cause = cause_.view();
  Transaction transaction(routing_, voice_);
  const bool more = say(transaction);
  const Outcome outcome = transaction.commit();
  claims_.speak_now();
  note_slice(outcome);
  if (!outcome.range.empty())
    publish(routing_.publisher, cause_.view(), result_, outcome, detail_of(outcome));
  if (!first_) first_ = outcome;
  if (more) return Progress::more;
  note_end();
  return Progress::done;
}

Outcome begin_words(Routing& routing, std::unique_ptr<BulkWords> job) {
  const bool done = job->step() == BulkJob::Progress::done;
  Outcome outcome = job->first_outcome();
  if (done) return outcome;
  outcome.rest = &routing.jobs.add(std::move(job));
  return outcome;
}

// --- words that end

namespace {

class EndWords final : public BulkWords {
 public:
  EndWords(Routing& routing, const Cause& cause, std::string_view result, const Voice& voice)
      : BulkWords(routing, cause, result, voice) {}
  void only_for(rib::Audience peers) {
    peers_ = std::move(peers);
    claims().end_all_words(moment(), peers_, {});
    watched_end_ = routing().watchdogs.end(peers_, {});
  }
  void only_of(rib::Claimant claimant, std::string_view why) {
    claimant_ = claimant;
    why_ = why;
    claims().end_all_words(moment(), {}, claimant_);
    watched_end_ = routing().watchdogs.end({}, claimant_);
  }

 private:
  bool say(Transaction& transaction) override {
    if (!words_ended_) words_ended_ = end_words(transaction);
    return !words_ended_ || !sweep_watched();
  }
  /// True when those were the last.
  bool end_words(Transaction& transaction) {
    std::size_t said = 0;
    bool end = false;
    for (std::size_t n = 0; n < slice_looked_at / portion && said < slice_words && !end; ++n)
      end = claims().walk_words(cursor_, moment(), portion, [&](const auto& word) {
        if (claimant_ && word.claimant != *claimant_) return;
        const rib::Audience whom = peers_ ? word.audience & *peers_ : word.audience;
        if (whom.empty()) return;
        ++said;
        // What somebody else decided meanwhile, a reload that goes on, is not undone.
        if (claimant_) claims().speak_as_end_of(word);
        transaction.withdraw(word.nlri, whom);
      });
    claims().speak_as_of(moment());
    return end;
  }
  /// What has ended of the watchdogs' routes: true when it is all freed.
  bool sweep_watched() {
    if (watched_end_ == 0) return true;
    WatchdogTable& watchdogs = routing().watchdogs;
    if (!watchdogs.sweep(watched_, slice_words)) return false;
    watchdogs.close(watched_end_);
    return true;
  }
  [[nodiscard]] std::string detail_of(const Outcome& slice) const override {
    return claimant_ ? std::to_string(slice.routes) + " routes withdrawn: " + why_ : std::string();
  }

  static constexpr std::size_t portion = 256;
  std::optional<rib::Audience> peers_;
  std::optional<rib::Claimant> claimant_;
  std::string why_;
  rib::Claims::Cursor cursor_;
  bool words_ended_ = false;
  WatchdogTable::EndNumber watched_end_ = 0;
  base::Handle watched_ = 1;
};

}  // namespace

std::unique_ptr<BulkWords> clear_words(Routing& routing, const rib::Audience& peers,
                                       const Cause& cause) {
  auto job = std::make_unique<EndWords>(routing, cause, "cleared", Voice{});
  job->only_for(peers);
  return job;
}

std::unique_ptr<BulkWords> withdraw_words_of(Routing& routing, rib::Claimant claimant,
                                             const Cause& cause, std::string_view why) {
  auto job = std::make_unique<EndWords>(routing, cause, "withdrawn",
                                        Voice{.priority = rib::Priority::urgent});
  job->only_of(claimant, why);
  return job;
}

}  // namespace openbell::engine
