#pragma once
// Guards: changes that need a second look are held until somebody releases or drops them. Nothing
// is lost: what is held is shown, recorded, and an event.

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/tick.h"
#include "engine/cause.h"
#include "engine/policy/service.h"
#include "engine/ports.h"
#include "grammar/config/service.h"

namespace openbell::engine {

class Client;
class Roster;
class Routing;

/// A command that waits.
class HeldCommand {
 public:
  virtual ~HeldCommand() = default;
  /// As it was given.
  [[nodiscard]] virtual std::string_view text() const = 0;
  /// Whose it is; it waits also for those that the same client has given before.
  [[nodiscard]] virtual const std::string& client() const = 0;
  /// False: whose it was is not there any more.
  virtual bool release() = 0;
};

class Guard {
 public:
  static constexpr std::size_t held_max = 10'000;

  Guard(Routing& routing, const Roster& roster, const ServiceTable& services, Clock& clock)
      : routing_(routing), roster_(roster), services_(services), clock_(clock) {}

  void apply(grammar::GuardConfig config) { config_ = std::move(config); }

  /// Something that waits for an operator.
  struct Held {
    std::uint64_t number = 0;              // from 1, never used twice
    std::string service;                   // a change of this service; empty: a command
    ServiceStatus to{};                    // of the service
    std::unique_ptr<HeldCommand> command;  // null: of a service
    std::string reason;
    std::int64_t utc_ns = 0;
    /// "service a down", or the command
    [[nodiscard]] std::string change() const;
  };

  /// Commands may be held: cheap to ask for each of them.
  [[nodiscard]] bool active() const {
    return config_.changes_per_second != 0 || !config_.frozen.empty() || !held_.empty();
  }

  // --- commands that change routes
  /// Why a command of this client must wait; empty when it may go on.
  [[nodiscard]] std::string objection(const Client& client) const;
  /// Keeps a command. False: too many are held already, it was refused.
  bool hold(std::unique_ptr<HeldCommand> command, std::string_view reason, const Cause& cause);
  /// Routes that a command has changed, for the limit per second.
  void count(std::size_t routes);

  // --- services
  /// Why a service must not go to `to` now; empty when it may.
  [[nodiscard]] std::string objection(const Service& service, ServiceStatus to,
                                      const Cause& cause) const;
  void hold(Service& service, ServiceStatus to, std::string_view reason, const Cause& cause);
  /// The service wants something else now.
  void forget(const Service& service);
  /// Lets a held change of the service happen when what held it has changed.
  void review(Service& service);

  // --- leases
  [[nodiscard]] bool holds_leases() const;

  [[nodiscard]] const std::deque<Held>& held() const { return held_; }
  /// Lets a held change happen. False: there is none of that number.
  bool release(std::uint64_t number, const Cause& cause);
  bool drop(std::uint64_t number, const Cause& cause);
  [[nodiscard]] const grammar::GuardConfig& config() const { return config_; }
  /// A span of frozen hours that it is in; empty: in none.
  [[nodiscard]] std::string frozen() const;

 private:
  [[nodiscard]] std::string sole_announcer(const Service& service) const;
  [[nodiscard]] bool seen_elsewhere(const Service& service) const;
  [[nodiscard]] bool claimed_by_others(const Service& service) const;
  void refill() const;
  void add(Held held, const Cause& cause);
  void report(const Held& held, std::string_view what, const Cause& cause);

  Routing& routing_;
  const Roster& roster_;
  const ServiceTable& services_;
  Clock& clock_;
  grammar::GuardConfig config_;
  std::deque<Held> held_;
  std::uint64_t last_number_ = 0;
  mutable double tokens_ = 0;  // routes that may still change in this second
  mutable base::Tick tokens_at_{};
};

}  // namespace openbell::engine
