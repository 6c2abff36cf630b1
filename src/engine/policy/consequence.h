#pragma once
// What follows from a change: done after it, in order, in the same turn, so that no change happens
// in the middle of another.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace openbell::engine {

class PlanTable;
class ServiceTable;

class Consequences {
 public:
  /// Plans wait for it.
  void service_down(std::string_view service, std::string_view why) {
    waiting_.push_back({Kind::service_down, std::string(service), {}, std::string(why)});
  }
  void check_down(std::string_view service, std::string_view check) {
    waiting_.push_back({Kind::check_down, std::string(service), std::string(check), {}});
  }
  /// A change that a guard holds may be harmless now.
  void review() { waiting_.push_back({Kind::review, {}, {}, {}}); }

  [[nodiscard]] bool empty() const { return waiting_.empty(); }
  /// Carries out what waits, also what follows from that.
  void run(ServiceTable& services, PlanTable& plans);

 private:
  enum class Kind : std::uint8_t { service_down, check_down, review };
  struct Consequence {
    Kind kind{};
    std::string service;
    std::string check;
    std::string why;
  };

  std::deque<Consequence> waiting_;
};

}  // namespace openbell::engine
