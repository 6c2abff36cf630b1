#pragma once
// What a service should be, from what its checks and people say: quorum, orders, disabling,
// dampening. Pure: knows neither routes nor clocks.

#include <cstdint>
#include <deque>
#include <span>
#include <string_view>

#include "base/tick.h"
#include "health/check.h"
#include "health/check_config.h"

namespace openbell::health {

enum class ServiceStatus : std::uint8_t { unknown, up, down, disabled };
std::string_view name(ServiceStatus status);

/// What an operator or a plan has said, above the checks.
enum class Order : std::uint8_t { none, up, down };

/// What checks say together: unknown while those that have not decided could still tip it.
/// `needed`: so many must be up; 0: all.
State verdict(std::span<const State> checks, std::size_t needed);

/// Keeps a service that fails again and again down until it has been quiet for a while.
class Dampening {
 public:
  void configure(const DampeningConfig& config) { config_ = config; }
  /// A check fell that takes the service down, or would if it were up.
  void note_failure(base::Tick now, bool was_up);
  [[nodiscard]] bool holds(base::Tick now) const { return until_ > now; }
  /// When it ends; base::never when it does not hold.
  [[nodiscard]] base::Tick deadline() const {
    return until_ == base::Tick{} ? base::never : until_;
  }
  /// True once, when it has ended.
  bool end(base::Tick now);

 private:
  DampeningConfig config_;
  std::deque<base::Tick> failures_;  // the last ones
  base::Tick until_{};               // none: it does not hold
};

/// What counts for a service.
struct ServiceSays {
  ServiceStatus status = ServiceStatus::unknown;  // that it has
  State checks = State::unknown;                  // their verdict
  Order order = Order::none;
  bool disabled = false;
  bool dampened = false;
};
/// The status that it should have.
ServiceStatus wanted_status(const ServiceSays& says);

}  // namespace openbell::health
