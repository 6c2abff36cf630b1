#include "engine/route_switch.h"

#include <string>
#include <unordered_set>
#include <utility>

#include "engine/bulk.h"
#include "engine/door.h"

namespace openbell::engine {

namespace {

/// Up to so many routes are changed in the turn that wants it: some 0.3 ms of work.
constexpr std::size_t at_once_max = 1024;
constexpr std::size_t slice_routes = 1024;

std::string identity(const bgp::NlriView& nlri) {
  std::string text(nlri.key.begin(), nlri.key.end());
  text.push_back(static_cast<char>(nlri.family));
  if (nlri.has_path_id) text.append(std::to_string(nlri.path_id));
  return text;
}

}  // namespace

class RouteSwitch::Job final : public BulkJob {
 public:
  Job(SharedRoutes from, SharedRoutes to, rib::PeerSet audience, rib::Priority priority,
      std::shared_ptr<Turnstile> turnstile)
      : from_(std::move(from)),
        to_(std::move(to)),
        audience_(audience),
        priority_(priority),
        turnstile_(std::move(turnstile)),
        number_(++turnstile_->issued) {
    if (from_->empty() || to_->empty()) return;
    for (std::size_t i = 0; i < to_->size(); ++i) kept_.insert(identity(to_->at(i).nlri));
  }

  Progress step(State& state) override {
    if (turnstile_->done + 1 != number_) return Progress::waiting;
    for (std::size_t n = 0; n < slice_routes; ++n) {
      if (withdrawn_ < from_->size()) {
        const grammar::RouteView route = from_->at(withdrawn_++);
        if (!kept_.contains(identity(route.nlri))) change(state, bgp::Purpose::withdraw, route);
      } else if (announced_ < to_->size()) {
        change(state, bgp::Purpose::announce, to_->at(announced_++));
      } else {
        ++turnstile_->done;
        return Progress::done;
      }
    }
    return Progress::more;
  }

 private:
  void change(State& state, bgp::Purpose purpose, const grammar::RouteView& route) const {
    apply(state, {purpose, audience_, {priority_, rib::lasting_owner}}, route);
  }

  SharedRoutes from_;
  SharedRoutes to_;
  rib::PeerSet audience_;
  rib::Priority priority_;
  std::shared_ptr<Turnstile> turnstile_;
  std::uint64_t number_;
  std::unordered_set<std::string> kept_;
  std::size_t withdrawn_ = 0;
  std::size_t announced_ = 0;
};

void RouteSwitch::change(State& state, const SharedRoutes& from, const SharedRoutes& to,
                         rib::PeerSet audience) {
  const bool at_once =
      from->size() + to->size() <= at_once_max && turnstile_->done == turnstile_->issued;
  auto job = std::make_unique<Job>(
      from, to, audience, at_once ? rib::Priority::urgent : rib::Priority::bulk, turnstile_);
  if (!at_once) return state.jobs.push_back(std::move(job));
  while (job->step(state) == BulkJob::Progress::more) {
  }
}

}  // namespace openbell::engine
