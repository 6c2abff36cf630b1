#pragma once
// Drills: a plan rehearsed against sinks inside the host, with the real bytes and real sends, each
// stage held against a time budget. No peer hears of it.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"
#include "base/tick.h"
#include "engine/client/client.h"
#include "engine/ports.h"

namespace openbell::engine {

class Client;
class Clients;
class Plan;
class Publisher;
class Roster;

class DrillRoom {
 public:
  DrillRoom(Clock& clock, Rehearser& rehearser, Publisher& publisher, const Roster& roster,
            Clients& clients)
      : clock_(clock),
        rehearser_(rehearser),
        publisher_(publisher),
        roster_(roster),
        clients_(clients) {}

  /// Begins; the client's report follows when the sinks have answered. Returns why it cannot be,
  /// empty when it began.
  std::string begin(const Plan& plan, Client& client, std::optional<base::Duration> budget);
  void on_rehearsed(base::Tick started, std::span<const Rehearsed> sinks, std::string_view error);

 private:
  struct Drill {
    std::string plan;
    ClientId client{};
    std::uint64_t report = 0;
    std::optional<base::Duration> budget;
    bool armed = false;         // the bytes were ready
    base::Duration encoding{};  // 0 when they were
    base::Tick began{};         // as if the first send() had followed at once
    std::vector<base::IpAddress> peers;
    std::size_t bytes = 0;
  };
  void finish(const Drill& drill, std::span<const Rehearsed> sinks, std::string_view error);

  Clock& clock_;
  Rehearser& rehearser_;
  Publisher& publisher_;
  const Roster& roster_;
  Clients& clients_;
  std::optional<Drill> running_;
};

}  // namespace openbell::engine
