#pragma once
// The engine's processes: helpers as children of ours.

#include <set>

#include "io/process/child.h"
#include "main/daemon/world.h"

namespace openbell {

class HelperProcesses final : public engine::Processes, public io::ChildEvents {
 public:
  explicit HelperProcesses(World& world);

  void start_helper(engine::HelperId helper, const grammar::ProcessConfig& process) override;
  void stop_helper(engine::HelperId helper) override;
  std::size_t write_helper(engine::HelperId helper, std::string_view lines) override;

  void on_line(io::ChildId id, std::string_view line) override;
  void on_line_refused(io::ChildId id, std::size_t size) override;
  void on_output_closed(io::ChildId id, std::size_t unfinished) override;
  void on_input_closed(io::ChildId id) override;
  void on_drained(io::ChildId id) override;
  void on_exit(io::ChildId id, std::string_view how) override;

  /// What was queued in this turn leaves.
  void flush() { children_.flush(); }
  /// The daemon ends: they are told to, after the time to read its last event.
  void leave();
  [[nodiscard]] bool empty() const { return children_.size() == 0; }

 private:
  World& world_;
  io::ChildTable children_;
  std::set<engine::HelperId> running_;  // started and not ended
  io::Timer stop_;
  bool leaving_ = false;
};

}  // namespace openbell
