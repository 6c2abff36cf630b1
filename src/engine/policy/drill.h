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
#include "engine/host.h"

namespace openbell::engine {

struct State;
class Plan;
class Helper;

class DrillRoom {
 public:
  explicit DrillRoom(State& state) : state_(state) {}

  /// Begins; the helper's report follows when the sinks have answered. Returns why it cannot be,
  /// empty when it began.
  std::string begin(const Plan& plan, Helper& helper, std::optional<base::Duration> budget);
  void on_rehearsed(base::Tick started, std::span<const Rehearsed> sinks, std::string_view error);

 private:
  struct Drill {
    std::string plan;
    HelperId helper = 0;
    std::uint64_t report = 0;
    std::optional<base::Duration> budget;
    bool armed = false;         // the bytes were ready
    base::Duration encoding{};  // 0 when they were
    base::Tick began{};         // as if the first send() had followed at once
    std::vector<base::IpAddress> peers;
    std::size_t bytes = 0;
  };
  void finish(const Drill& drill, std::span<const Rehearsed> sinks, std::string_view error);

  State& state_;
  std::optional<Drill> running_;
};

}  // namespace openbell::engine
