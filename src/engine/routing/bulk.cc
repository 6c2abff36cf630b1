#include "engine/routing/bulk.h"

#include <utility>

#include "engine/routing/routing.h"

namespace openbell::engine {

namespace {

constexpr std::size_t slice_routes = 1024;

class Dissolve final : public BulkJob {
 public:
  explicit Dissolve(std::unique_ptr<rib::AdjRibIn> received) : received_(std::move(received)) {}
  Progress step() override {
    return received_->dissolve(slice_routes) ? Progress::more : Progress::done;
  }

 private:
  std::unique_ptr<rib::AdjRibIn> received_;
};

class Sweep final : public BulkJob {
 public:
  explicit Sweep(Routing& routing) : routing_(routing) {}
  Progress step() override {
    // Leases first: a helper that renews hears at once that there are none.
    if (!leases_swept_) {
      leases_swept_ = routing_.leases.sweep(lease_, slice_looked_at);
      return Progress::more;
    }
    if (!routing_.watchdogs.sweep(watched_, slice_routes)) return Progress::more;
    return routing_.sweep(cursor_, slice_looked_at) ? Progress::done : Progress::more;
  }

 private:
  Routing& routing_;
  bool leases_swept_ = false;
  std::size_t lease_ = 0;
  base::Handle watched_ = 1;
  rib::Claims::Cursor cursor_;
};

}  // namespace

bool BulkQueue::run() {
  bool more = false;
  for (std::size_t i = 0; i < jobs_.size();) {
    const BulkJob::Progress progress = jobs_[i]->step();
    more |= progress != BulkJob::Progress::waiting;
    if (progress == BulkJob::Progress::done) {
      jobs_.erase(jobs_.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
  return more;
}

std::unique_ptr<BulkJob> sweep(Routing& routing) {
  return std::make_unique<Sweep>(routing);
}

std::unique_ptr<BulkJob> dissolve(std::unique_ptr<rib::AdjRibIn> received) {
  return std::make_unique<Dissolve>(std::move(received));
}

}  // namespace openbell::engine
