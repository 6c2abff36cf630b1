#include "engine/bulk.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/index.h"
#include "engine/door.h"
#include "engine/state.h"

namespace openbell::engine {

namespace {

constexpr std::size_t slice_routes = 1024;

/// Visits every route record in slices; routes made meanwhile are not visited.
class Walk : public BulkJob {
 public:
  Progress step(State& state) final {
    if (end_ == 0) end_ = state.routes.end();
    const base::Handle stop =
        std::min<base::Handle>(end_, at_ + static_cast<base::Handle>(slice_routes));
    for (; at_ < stop; ++at_) {
      const rib::Route& route = state.routes[at_];
      if (route.audience != rib::nobody && !route.withdrawn) visit(state, route);
    }
    if (at_ < end_) return Progress::more;
    finish(state);
    return Progress::done;
  }

 private:
  /// `route` may be freed by what the visit does to it.
  virtual void visit(State& state, const rib::Route& route) = 0;
  virtual void finish(State&) {}

  base::Handle at_ = 1;
  base::Handle end_ = 0;
};

/// A route's NLRI, kept while the route is changed.
class Copied {
 public:
  explicit Copied(const rib::Route& route) : view_(route.nlri.view()) {
    bytes_.assign(view_.key.begin(), view_.key.end());
    bytes_.insert(bytes_.end(), view_.tail.begin(), view_.tail.end());
    const std::size_t key_size = view_.key.size();
    view_.key = bgp::Bytes(bytes_).first(key_size);
    view_.tail = bgp::Bytes(bytes_).subspan(key_size);
  }
  [[nodiscard]] const bgp::NlriView& view() const { return view_; }

 private:
  bgp::NlriView view_;
  std::vector<std::uint8_t> bytes_;
};

class WithdrawEverything final : public Walk {
 public:
  WithdrawEverything(State& state, rib::PeerSet peers)
      : peers_(peers), last_change_(state.routes.begin_clearing(peers)) {}

 private:
  void visit(State& state, const rib::Route& route) override {
    if (route.change > last_change_ || route.owner == rib::lasting_owner) return;
    const rib::PeerSet shared = state.peers.intersect(route.audience, peers_);
    if (shared == rib::nobody) return;
    state.routes.withdraw(Copied(route).view(), rib::no_path, shared,
                          state.adj_rib_out.listening());
  }
  void finish(State& state) override { state.routes.end_clearing(last_change_, peers_); }

  rib::PeerSet peers_;
  std::uint64_t last_change_;  // what is announced after the command stays
};

class WithdrawOwner final : public BulkJob {
 public:
  WithdrawOwner(std::uint32_t owner, std::string name) : owner_(owner), name_(std::move(name)) {}

  Progress step(State& state) override {
    if (end_ == 0) end_ = state.routes.end();
    std::size_t changed = 0;
    for (std::size_t n = 0; n < slice_looked_at && at_ < end_ && changed < slice_routes; ++n) {
      const rib::Route& route = state.routes[at_++];
      if (route.owner != owner_ || route.audience == rib::nobody || route.withdrawn) continue;
      ++changed;
      withdraw(state, route);
    }
    if (at_ < end_) return Progress::more;
    report(state);
    return Progress::done;
  }

 private:
  static constexpr std::size_t slice_looked_at = 32'768;

  void withdraw(State& state, const rib::Route& route) {
    const Copied copied(route);
    grammar::RouteView view;
    view.nlri = copied.view();
    const rib::PeerSet audience = route.audience;
    reached_ = state.peers.unite(reached_, audience);
    ++count_;
    apply(state, {bgp::Purpose::withdraw, audience, {.priority = rib::Priority::urgent}}, view);
  }
  void report(State& state) {
    after_sending(state, [name = name_, count = count_, reached = reached_](State& later) {
      const std::string what = std::to_string(count) + " routes withdrawn: their helper ended";
      later.host.log(4, "processes", name + ": " + what);
      record(later, audit::Kind::change, {audit::Cause::Kind::helper, name}, "withdrawn", what,
             reached);
    });
  }

  std::uint32_t owner_;
  std::string name_;
  base::Handle at_ = 1;
  base::Handle end_ = 0;
  std::size_t count_ = 0;
  rib::PeerSet reached_ = rib::nobody;
};

class ForgetPeer final : public Walk {
 public:
  explicit ForgetPeer(rib::PeerIndex peer) : peer_(peer) {}

 private:
  void visit(State& state, const rib::Route& route) override {
    if (!state.peers.contains(route.audience, peer_)) return;
    state.routes.withdraw(Copied(route).view(), rib::no_path, state.peers.single(peer_),
                          rib::nobody);
  }
  void finish(State& state) override {
    state.leases.forget_peer(peer_);
    state.plans.forget_peer(peer_);
    state.free_neighbor_ids.push_back(peer_);
  }

  rib::PeerIndex peer_;
};

class CopyRoutes final : public Walk {
 public:
  CopyRoutes(rib::PeerIndex from, rib::PeerIndex to) : from_(from), to_(to) {}

 private:
  void visit(State& state, const rib::Route& route) override {
    if (!state.peers.contains(route.audience, from_) || state.neighbor(to_) == nullptr) return;
    state.routes.announce(Copied(route).view(), route.path, state.peers.single(to_));
  }
  rib::PeerIndex from_;
  rib::PeerIndex to_;
};

class ReplaceRoutes final : public BulkJob {
 public:
  ReplaceRoutes(rib::PeerIndex peer, std::shared_ptr<const grammar::RouteList> from,
                std::shared_ptr<const grammar::RouteList> to)
      : peer_(peer), from_(std::move(from)), to_(std::move(to)), unchanged_(to_->size()) {}

  Progress step(State& state) override {
    Neighbor* neighbor = state.neighbor(peer_);
    if (neighbor == nullptr) return Progress::done;
    for (std::size_t n = 0; n < slice_routes; ++n) {
      if (indexed_ < to_->size()) {
        index_.insert(rib::hash_of(to_->at(indexed_).nlri),
                      static_cast<base::Handle>(indexed_ + 1));
        ++indexed_;
      } else if (compared_ < from_->size()) {
        compare(state, *neighbor, from_->at(compared_++));
      } else if (announced_ < to_->size()) {
        if (!unchanged_[announced_])
          change(state, *neighbor, to_->at(announced_), bgp::Purpose::announce);
        ++announced_;
      } else {
        return Progress::done;
      }
    }
    return Progress::more;
  }

 private:
  void compare(State& state, const Neighbor& neighbor, const grammar::RouteView& old) {
    const base::Handle found = index_.find(rib::hash_of(old.nlri), [&](base::Handle h) {
      const grammar::RouteView known = to_->at(h - 1);
      return known.nlri.family == old.nlri.family &&
             known.nlri.has_path_id == old.nlri.has_path_id &&
             known.nlri.path_id == old.nlri.path_id && base::equal(known.nlri.key, old.nlri.key);
    });
    if (found == base::no_handle) return change(state, neighbor, old, bgp::Purpose::withdraw);
    const grammar::RouteView now = to_->at(found - 1);
    unchanged_[found - 1] = now.path.next_hop == old.path.next_hop &&
                            base::equal(now.path.attributes, old.path.attributes) &&
                            base::equal(now.nlri.tail, old.nlri.tail) &&
                            now.watchdog == old.watchdog;
  }

  void change(State& state, const Neighbor& neighbor, const grammar::RouteView& route,
              bgp::Purpose purpose) const {
    if (!neighbor.watchdog_lets(route)) return;
    apply(state, {purpose, state.peers.single(peer_)}, route);
  }

  rib::PeerIndex peer_;
  std::shared_ptr<const grammar::RouteList> from_;
  std::shared_ptr<const grammar::RouteList> to_;
  base::Index index_;            // of to_, 1 + place
  std::vector<bool> unchanged_;  // of to_: as it was in from_
  std::size_t indexed_ = 0;
  std::size_t compared_ = 0;
  std::size_t announced_ = 0;
};

class Dissolve final : public BulkJob {
 public:
  explicit Dissolve(std::unique_ptr<rib::AdjRibIn> received) : received_(std::move(received)) {}
  Progress step(State&) override {
    return received_->dissolve(slice_routes) ? Progress::more : Progress::done;
  }

 private:
  std::unique_ptr<rib::AdjRibIn> received_;
};

}  // namespace

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

std::unique_ptr<BulkJob> withdraw_everything(State& state, rib::PeerSet peers) {
  return std::make_unique<WithdrawEverything>(state, peers);
}

std::unique_ptr<BulkJob> withdraw_owner(std::uint32_t owner, std::string name) {
  return std::make_unique<WithdrawOwner>(owner, std::move(name));
}

std::unique_ptr<BulkJob> forget_peer(rib::PeerIndex peer) {
  return std::make_unique<ForgetPeer>(peer);
}

std::unique_ptr<BulkJob> copy_routes(rib::PeerIndex from, rib::PeerIndex to) {
  return std::make_unique<CopyRoutes>(from, to);
}

std::unique_ptr<BulkJob> replace_routes(rib::PeerIndex peer,
                                        std::shared_ptr<const grammar::RouteList> from,
                                        std::shared_ptr<const grammar::RouteList> to) {
  return std::make_unique<ReplaceRoutes>(peer, std::move(from), std::move(to));
}

std::unique_ptr<BulkJob> dissolve(std::unique_ptr<rib::AdjRibIn> received) {
  return std::make_unique<Dissolve>(std::move(received));
}

}  // namespace openbell::engine
