#pragma once
// Plans: many services and routes moved by one word. The bytes that a plan would send are kept
// encoded for every peer while nothing else changes, so that running it is a write per peer.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/tick.h"
#include "engine/host.h"
#include "engine/service.h"
#include "grammar/service.h"
#include "rib/path_pool.h"

namespace openbell::engine {

struct State;
struct Cause;
struct Change;

/// UPDATEs for each peer that hears of something.
using PeerMessages = std::map<rib::PeerIndex, std::vector<std::uint8_t>>;

class Plan {
 public:
  Plan(State& state, grammar::PlanConfig config) : state_(state), config_(std::move(config)) {}
  ~Plan();
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  [[nodiscard]] const std::string& name() const { return config_.name; }
  [[nodiscard]] const grammar::PlanConfig& config() const { return config_; }
  [[nodiscard]] bool running() const { return running_; }
  [[nodiscard]] bool armed() const { return armed_; }
  /// The armed bytes are those that running it now would send.
  [[nodiscard]] bool fresh() const;
  [[nodiscard]] std::uint64_t runs() const { return runs_; }
  [[nodiscard]] base::Tick since() const { return since_; }

  /// The bytes that running it now would send.
  [[nodiscard]] PeerMessages messages() const;
  void arm();
  void disarm();
  /// Carries it out. Every route and service that it changes is remembered for revert().
  void run(const Cause& cause, std::string_view why);
  void revert(const Cause& cause);
  /// The neighbor is gone: its number may be another's soon.
  void forget_peer(rib::PeerIndex peer);

 private:
  friend class PlanTable;
  /// What one NLRI was for some peers before the plan.
  struct Before {
    std::vector<std::uint8_t> bytes;  // key, then tail
    bgp::NlriView nlri;
    rib::PeerSet peers = rib::nobody;
    rib::Path path = rib::no_path;  // none: not announced
  };
  struct OrderBefore {
    std::string service;
    Service::Order order{};
  };

  /// Calls visit(Change, RouteView) for every change of a route, in order.
  template <typename Visit>
  void for_each_change(Visit visit) const;
  void remember(const Change& change, const grammar::RouteView& route);
  void remember_one(const bgp::NlriView& nlri, rib::PeerSet peers);
  [[nodiscard]] rib::PeerSet audience() const;
  [[nodiscard]] bool write_armed();
  void report(std::string_view what, const Cause& cause, std::string_view why) const;

  State& state_;
  grammar::PlanConfig config_;
  bool running_ = false;
  bool armed_ = false;
  PeerMessages bytes_;                // when armed
  std::uint64_t armed_change_ = 0;    // the store's last change of then
  std::uint64_t armed_sessions_ = 0;  // PlanTable::sessions() of then
  std::uint64_t runs_ = 0;
  base::Tick since_{};
  std::vector<Before> before_;
  std::vector<OrderBefore> orders_before_;
};

class PlanTable {
 public:
  explicit PlanTable(State& state) : state_(state) {}

  /// A configuration: a plan that runs and stays goes on running with its old steps.
  void apply(std::vector<grammar::PlanConfig> plans);
  void on_service(const Service& service);
  void on_check(const Service& service, std::string_view check);
  /// A session came up or ended: armed bytes are for other peers now.
  void sessions_changed() { ++sessions_; }
  [[nodiscard]] std::uint64_t sessions() const { return sessions_; }

  /// When stale bytes are made anew: a moment after the last change, so that a busy table costs
  /// nothing.
  [[nodiscard]] base::Tick deadline() const { return refresh_at_; }
  void on_timer();
  /// At the end of a turn.
  void note_changes();

  [[nodiscard]] Plan* find(std::string_view name) const;
  [[nodiscard]] const std::vector<std::unique_ptr<Plan>>& all() const { return plans_; }

  void forget_peer(rib::PeerIndex peer);

 private:
  void run_triggered(const grammar::PlanTrigger& trigger, std::string_view why);

  State& state_;
  std::vector<std::unique_ptr<Plan>> plans_;
  std::uint64_t sessions_ = 0;
  std::uint64_t noted_ = 0;
  base::Tick refresh_at_ = base::never;
};

}  // namespace openbell::engine
