#pragma once
// An engine whose routes have several claimants, three peers that keep what they are told, and what
// must hold between them when all is quiet.

#include <array>
#include <string>
#include <string_view>

#include "engine/stage_test.h"
#include "tests/fuzz/claims_peer.h"

namespace openbell::fuzz {

class World {
 public:
  World();

  /// `@` and `$` before a line: it is of the other helper, of the command line.
  void say(std::string_view line);
  /// One letter, see claims_fuzz.cc.
  void happens(char event);
  void settle();
  /// Everybody reads, who was to end has ended; then everything that must hold is looked at.
  void judge();
  /// The same, without what changes something.
  void judge_told();
  [[nodiscard]] bool over() const { return stage_.exits != 0; }

 private:
  void speak(std::string_view helper, std::string_view line);
  void end_helper(std::string_view name);
  void toggle_wire(const Peer& peer);
  void toggle_helper(std::string_view name);
  void drop(Peer& peer);
  void bring(Peer& peer);
  void reload(std::size_t configuration);
  void refresh(const Peer& peer);
  /// What the engine asked for and wrote meanwhile.
  void follow();
  void quiet();
  /// The lines of a report for the command line.
  std::vector<std::string> ask(const std::string& line);

  void judge_tables();
  void judge_route(const std::string& prefix);
  void judge_refreshes();
  void judge_plan(std::string_view plan);
  void judge_reload();

  engine::Stage stage_;
  engine::ClientId typist_{};
  std::array<Peer, 3> peers_;
  std::size_t configuration_ = 0;  // as read last
  int reloads_ = 0;                // done, of those that the engine asked for
};

}  // namespace openbell::fuzz
