#pragma once
// Plans: many services and routes moved by one word. While a plan runs, its routes are claims above
// those of services and of the word; the bytes that it would send are kept encoded for every peer
// while nothing else changes, so that running it is a write per peer.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/tick.h"
#include "engine/cause.h"
#include "engine/policy/service.h"
#include "engine/routing/claimed_routes.h"
#include "grammar/config/service.h"

namespace openbell::engine {

class PlanTable;
class ReceiptBook;
class Roster;
class Routing;

/// What plans use of the rest of the engine.
struct PlanContext {
  Routing& routing;
  const Roster& roster;
  ServiceTable& services;
  ReceiptBook& receipts;
};

/// UPDATEs for each peer that hears of something.
using PeerMessages = std::map<rib::PeerIndex, std::vector<std::uint8_t>>;

class Plan {
 public:
  /// `number`: of its claims, never used twice.
  Plan(const PlanContext& context, PlanTable& table, grammar::PlanConfig config,
       std::uint32_t number);
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  [[nodiscard]] const std::string& name() const { return config_.name; }
  [[nodiscard]] const grammar::PlanConfig& config() const { return config_; }
  [[nodiscard]] rib::Claimant claimant() const { return claimed_.claimant(); }
  [[nodiscard]] bool running() const { return running_; }
  [[nodiscard]] bool armed() const { return armed_; }
  /// The armed bytes are those that running it now would send.
  [[nodiscard]] bool fresh() const;
  [[nodiscard]] std::uint64_t runs() const { return runs_; }
  [[nodiscard]] base::Tick since() const { return since_; }

  /// The bytes that running it now would send.
  [[nodiscard]] PeerMessages messages() const;
  /// False: it has more routes than are kept encoded.
  bool arm();
  void disarm();
  /// Carries it out: orders its services, and claims its routes above everything else.
  Outcome run(const Cause& cause, std::string_view why);

 private:
  friend class PlanTable;

  /// The end of its orders and claims.
  Outcome revert(const Cause& cause);
  /// What the file says of it now, which holds from its revert on. None: the file has it no more.
  void set_next(std::optional<grammar::PlanConfig> config);
  /// Armed, with bytes that are made in a moment.
  void arm_later();
  /// A neighbor that it may be for only got another address.
  void follow(const base::IpPrefix& from, const base::IpPrefix& to);

  [[nodiscard]] rib::Audience audience() const;
  [[nodiscard]] std::size_t route_count() const;
  void carry_out(rib::Claims& sketch) const;
  /// The changes are made: what is armed is written for them. False: it does not fit.
  bool offer_armed(const rib::Positions& from);
  void order(Service& service) const;
  /// Adds what it came to.
  void order_services(const Cause& cause, bool begin, Outcome& outcome);
  void report(const Cause& cause, std::string_view state, std::string_view why,
              const Outcome& outcome);

  const PlanContext& context_;
  PlanTable& table_;
  grammar::PlanConfig config_;
  std::vector<ClaimList> lists_;  // of its routes, in the order of its steps
  ClaimedRoutes claimed_;
  bool running_ = false;
  bool in_file_ = true;
  std::optional<grammar::PlanConfig> next_;  // of a reload that found it running
  bool armed_ = false;
  PeerMessages bytes_;                // when armed
  std::uint64_t armed_claims_ = 0;    // the version of all claims of then
  std::uint64_t armed_sessions_ = 0;  // PlanTable::sessions() of then
  std::uint64_t runs_ = 0;
  base::Tick since_{};
};

class PlanTable {
 public:
  explicit PlanTable(const PlanContext& context) : context_(context) {}

  /// A configuration: a plan that runs goes on running as it was run, until it is reverted.
  void apply(std::vector<grammar::PlanConfig> plans);
  /// Ends a plan that runs. It is as the file says from then on, or gone when the file has it no
  /// more.
  Outcome revert(std::string_view name, const Cause& cause);
  /// A neighbor only got another address: a plan that runs and was for it still is.
  void follow(const base::IpPrefix& from, const base::IpPrefix& to);
  /// Gives a service that has come back the orders of the plans that run.
  void order_again(Service& service) const;
  /// Neighbors came, went, or changed: plans that run are for those that there are.
  void refresh_audiences();
  /// Runs the plans that a trigger names: a consequence of what has gone down.
  void run_triggered(const grammar::PlanTrigger& trigger, std::string_view why);
  /// A session came up or ended: armed bytes are for other peers now.
  void sessions_changed() { ++sessions_; }
  [[nodiscard]] std::uint64_t sessions() const { return sessions_; }
  /// How high the claims of a plan that is run now stand.
  [[nodiscard]] std::uint64_t next_precedence() { return ++last_precedence_; }

  /// When stale bytes are made anew: a moment after the last change, so that a busy table costs
  /// nothing.
  [[nodiscard]] base::Tick deadline() const { return refresh_at_; }
  void on_timer();
  /// At the end of a turn.
  void note_changes();

  [[nodiscard]] Plan* find(std::string_view name) const;
  /// The plan that makes these claims; null when it is gone.
  [[nodiscard]] const Plan* find(rib::Claimant claimant) const;
  [[nodiscard]] const std::vector<std::unique_ptr<Plan>>& all() const { return plans_; }

 private:
  using Plans = std::vector<std::unique_ptr<Plan>>;
  [[nodiscard]] Plans::const_iterator place_of(std::string_view name) const;
  [[nodiscard]] std::unique_ptr<Plan> make(grammar::PlanConfig config);
  void refresh_soon();

  const PlanContext context_;
  Plans plans_;
  std::uint32_t last_number_ = 0;
  std::uint64_t last_precedence_ = 0;
  std::uint64_t sessions_ = 0;
  std::uint64_t noted_ = 0;
  base::Tick refresh_at_ = base::never;
};

}  // namespace openbell::engine
