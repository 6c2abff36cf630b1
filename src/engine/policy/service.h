#pragma once
// Services: routes that live as long as their checks say so.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/deadline_queue.h"
#include "engine/routing/claimed_routes.h"
#include "grammar/config/service.h"
#include "health/check.h"
#include "health/service_state.h"

namespace openbell::engine {

using health::ServiceStatus;

class BfdTable;
class Changeover;
class Consequences;
class Guard;
class Latency;
class Probes;
class ReceiptBook;
class Roster;
class Routing;
class ServiceTable;

/// What services use of the rest of the engine.
struct ServiceContext {
  Routing& routing;
  const Roster& roster;
  Guard& guard;
  Consequences& consequences;
  ReceiptBook& receipts;
  Latency& latency;
  Probes& probes;
  const BfdTable& bfd;
};

class Service {
 public:
  struct WatchedCheck {
    health::Check check;
    health::ProbeId probe = health::no_probe;
    bool disabled = false;  // its disable file exists
  };
  using Order = health::Order;

  /// `number`: of its claims, never used twice.
  Service(const ServiceContext& context, ServiceTable& table, grammar::ServiceConfig config,
          std::uint32_t number);

  [[nodiscard]] const std::string& name() const { return config_.name; }
  [[nodiscard]] const grammar::ServiceConfig& config() const { return config_; }
  [[nodiscard]] ServiceStatus status() const { return status_; }
  [[nodiscard]] const std::vector<WatchedCheck>& checks() const { return checks_; }
  [[nodiscard]] base::Tick since() const { return since_; }
  [[nodiscard]] const std::string& reason() const { return reason_; }
  /// What counts: the plan that was run last and still runs, else the operator.
  [[nodiscard]] Order order() const {
    return plan_orders_.empty() ? order_ : plan_orders_.back().order;
  }
  [[nodiscard]] bool ordered_by_plan() const { return !plan_orders_.empty(); }
  [[nodiscard]] bool disabled_by_command() const { return disabled_; }
  [[nodiscard]] const rib::Audience& audience() const { return audience_; }
  [[nodiscard]] rib::Claimant claimant() const { return claimed_.claimant(); }
  [[nodiscard]] bool damped() const;
  /// A change that a guard holds back.
  [[nodiscard]] std::optional<ServiceStatus> held() const { return held_; }
  [[nodiscard]] const SharedRoutes& routes_of(ServiceStatus status) const;

  void set_order(Order order) { order_ = order; }
  void begin_plan_order(std::string_view plan, Order order);
  void end_plan_order(std::string_view plan);
  void set_disabled(bool disabled) { disabled_ = disabled; }
  /// Brings the routes to what checks and orders want, unless a guard objects. `why` for the
  /// record.
  Outcome settle(const Cause& cause, std::string_view why, Changeover* changeover = nullptr);
  /// Lets a held change happen.
  void release(const Cause& cause);
  /// Gives a held change up: it comes again with the next change of a check.
  void drop_held();
  [[nodiscard]] ServiceStatus wanted() const;
  /// What going to `to` now would change, in a sketch.
  void sketch_change(rib::Claims& sketch, ServiceStatus to) const;
  /// Routes that going to `to` would be about, those that it gives up included.
  [[nodiscard]] std::vector<SharedRoutes> concerned(ServiceStatus to) const;

 private:
  friend class ServiceTable;
  struct PlanOrder {
    std::string plan;
    Order order{};
  };

  /// Another section of its name. The claims follow with claim_configured().
  void adopt(grammar::ServiceConfig config);
  void set_audience(rib::Audience audience);
  /// As a part of a changeover, after what it claimed was left.
  void claim_configured(Changeover& changeover);
  /// `changeover`: null outside of one.
  Outcome change(ServiceStatus to, const Cause& cause, std::string_view why,
                 Changeover* changeover = nullptr);
  /// Claims the routes of a state.
  Outcome claim(ServiceStatus status, const Cause& cause, Changeover* changeover);
  /// Nothing was changed, for those who could have been told.
  [[nodiscard]] Outcome unchanged() const;
  void report(const Cause& cause, std::string_view why, const Outcome& outcome) const;
  /// What the checks say together: unknown while those that have not decided could still tip it.
  [[nodiscard]] health::State verdict() const;
  /// A check fell: counts for dampening if it takes the service down, or would if it were up.
  void note_failure();

  const ServiceContext& context_;
  ServiceTable& table_;
  grammar::ServiceConfig config_;
  std::vector<WatchedCheck> checks_;
  ServiceStatus status_ = ServiceStatus::unknown;
  Order order_ = Order::none;
  std::vector<PlanOrder> plan_orders_;
  bool disabled_ = false;
  std::optional<ServiceStatus> held_;
  std::string held_why_;
  base::Tick since_{};
  std::string reason_;
  rib::Audience audience_;
  ClaimedRoutes claimed_;
  health::Dampening dampening_;
};

class ServiceTable {
 public:
  explicit ServiceTable(const ServiceContext& context) : context_(context) {}

  /// A configuration: services that are new begin unknown, those that stay keep their state, those
  /// that are gone withdraw their routes. Checks that did not change are not disturbed. Claims are
  /// made and given up in `changeover`.
  /// `order_again` gives a service that is new the orders of plans that run.
  void apply(std::vector<grammar::ServiceConfig> services, Changeover& changeover,
             const std::function<void(Service&)>& order_again);
  /// Neighbors came, went, or changed their families.
  void refresh_audiences();

  [[nodiscard]] base::Tick deadline() const;
  void on_timer();
  void on_probe(health::ProbeId probe, const health::ProbeResult& result);
  /// A session with this neighbor came up or went down: for checks of kind `peer`.
  void on_peer(const base::IpAddress& peer, bool up, std::string_view reason);
  /// For checks of kind `bfd`.
  void on_bfd(std::string_view session, bool up, std::string_view reason);
  /// Held changes are looked at again: another service or a received route may make them harmless.
  void review_held();
  void review_soon();
  void review_later();

  [[nodiscard]] Service* find(std::string_view name) const;
  /// The service that makes these claims; null when it is gone.
  [[nodiscard]] const Service* find(rib::Claimant claimant) const;
  [[nodiscard]] const std::vector<std::unique_ptr<Service>>& all() const { return services_; }

 private:
  struct Place {
    Service* service = nullptr;
    std::size_t check = 0;
  };

  /// Those of the file, in its order, each with the checks that it keeps and those that are new.
  void adopt(std::vector<grammar::ServiceConfig> configs);
  /// The first of the file counts where several claim one NLRI.
  void set_precedences();
  void start_checks(Service& service, std::vector<Service::WatchedCheck> known);
  void stop_check(Service::WatchedCheck& watched);
  health::ProbeId take_probe(Service& service, std::size_t check);
  void run(Service::WatchedCheck& watched);
  void look_for_disable_file(Service& service, Service::WatchedCheck& watched);
  [[nodiscard]] health::ProbeResult look_inside(const health::CheckConfig& check);
  /// For checks that look at the speaker itself, where `test(config)` holds.
  template <typename Test>
  void report_inside(const health::ProbeResult& result, Test test);
  void changed(Service& service, const Service::WatchedCheck& watched);

  const ServiceContext context_;
  std::vector<std::unique_ptr<Service>> services_;
  std::vector<rib::Claimant> order_;   // of their claims
  std::uint64_t last_precedence_ = 0;  // of the first of them
  std::uint32_t last_number_ = 0;
  std::vector<Place> probes_;  // by ProbeId
  std::vector<health::ProbeId> free_probes_;
  base::DeadlineQueue due_;          // of checks, by ProbeId
  base::DeadlineQueue disable_due_;  // of looks for a disable file, by ProbeId
  base::Tick review_at_ = base::never;
};

}  // namespace openbell::engine
