#include "engine/routing/bulk.h"

#include <utility>

#include "engine/state.h"

namespace openbell::engine {

namespace {

constexpr std::size_t slice_routes = 1024;
constexpr std::size_t slice_looked_at = 16'384;

class Dissolve final : public BulkJob {
 public:
  explicit Dissolve(std::unique_ptr<rib::AdjRibIn> received) : received_(std::move(received)) {}
  Progress step(State&) override {
    return received_->dissolve(slice_routes) ? Progress::more : Progress::done;
  }

 private:
  std::unique_ptr<rib::AdjRibIn> received_;
};

class Sweep final : public BulkJob {
 public:
  Progress step(State& state) override {
    return state.routing.sweep(cursor_, slice_looked_at) ? Progress::done : Progress::more;
  }

 private:
  rib::Claims::Cursor cursor_;
};

class SettleClaims final : public BulkJob {
 public:
  Progress step(State& state) override {
    Transaction transaction(state, {});
    const bool end = transaction.settle(cursor_, slice_routes);
    const Outcome outcome = transaction.commit();
    if (!outcome.range.empty())
      state.publisher.publish(
          state.now, RoutesChanged{{audit::Cause::Kind::configuration, "order of services"},
                                   "settled",
                                   {},
                                   outcome.news,
                                   outcome.range,
                                   outcome.changed});
    return end ? Progress::done : Progress::more;
  }

 private:
  rib::Claims::Cursor cursor_;
};

}  // namespace

void BulkJob::note_slice(State& state, const Outcome& outcome) const {
  if (receipt_ != 0) state.receipts.extend(receipt_, outcome);
}

void BulkJob::note_end(State& state) const {
  if (receipt_ != 0) state.receipts.close(receipt_);
}

bool run_jobs(State& state) {
  bool more = false;
  for (std::size_t i = 0; i < state.jobs.size();) {
    const BulkJob::Progress progress = state.jobs[i]->step(state);
    more |= progress != BulkJob::Progress::waiting;
    if (progress == BulkJob::Progress::done) {
      state.jobs.erase(state.jobs.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
  return more;
}

std::unique_ptr<BulkJob> sweep() {
  return std::make_unique<Sweep>();
}

std::unique_ptr<BulkJob> settle_claims() {
  return std::make_unique<SettleClaims>();
}

std::unique_ptr<BulkJob> dissolve(std::unique_ptr<rib::AdjRibIn> received) {
  return std::make_unique<Dissolve>(std::move(received));
}

}  // namespace openbell::engine
