#pragma once
// Carries a story out twice at once, on the world and on the model, and writes down what the
// speaker said and sent.

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bgp/message/update.h"
#include "tests/sim/model.h"
#include "tests/sim/story.h"
#include "tests/sim/world.h"

namespace openbell::sim {

/// One route in an UPDATE that was handed to the network; an empty path withdraws it.
struct Sent {
  base::Tick at;
  std::uint64_t order = 0;  // of what happens at one time
  std::string nlri;
  std::string path;
  /// Of the change behind it; none: the speaker knows of none.
  std::optional<std::uint64_t> change = {};
};

/// What one connection carried to a peer.
struct Sending {
  Peer peer;
  engine::ConnectionId connection{};
  base::Tick began;  // when the first of it was sent
  std::vector<Sent> routes;
  unsigned updates = 0;
  unsigned refreshes = 0;  // so many times everything could be said again
};

/// A line of a helper as it was given, beside the model's account of it.
struct Spoken {
  std::string helper;
  Command command;
  base::Tick at;
  Model::Outcome outcome;
};

/// A receipt as it came, beside the model's account of its command. It says how things were when
/// the turn of the command ended, however long it then waits behind a report.
struct Receipt {
  Command command;
  base::Tick said;
  base::Tick made;
  std::uint64_t said_order = 0;
  std::uint64_t made_order = 0;
  std::string text;  // JSON
  Model::Outcome outcome;
  Peers established;  // when it was said, and still when it was made
};

class Stage final : public Observer {
 public:
  explicit Stage(const Story& story);
  ~Stage() override;

  /// All steps, then good weather until nothing moves any more.
  void play();
  /// What a peer holds, by NLRI.
  std::map<std::string, std::string> held(const Peer& peer);
  /// What the speaker says it has told the peer.
  std::map<std::string, std::string> believed(const Peer& peer);
  /// Peers that are there, have a neighbor section of their own or are of the range.
  [[nodiscard]] std::vector<Peer> audience() const;

  [[nodiscard]] const Model& model() const { return model_; }
  [[nodiscard]] World& world() { return world_; }
  [[nodiscard]] const Node& speaker() const { return *speaker_; }
  [[nodiscard]] const std::vector<Sending>& sendings() const { return sendings_; }
  [[nodiscard]] const std::vector<Receipt>& receipts() const { return receipts_; }
  [[nodiscard]] const std::vector<Spoken>& spoken() const { return spoken_; }
  /// Its session is up and has been since then.
  [[nodiscard]] bool established_since(const Peer& peer, base::Tick when) const;
  /// When the session of a peer that is established came up.
  [[nodiscard]] base::Tick came_up(const Peer& peer) const { return came_up_.at(peer); }
  /// Commands that were answered otherwise than they should, in order.
  [[nodiscard]] const std::vector<std::string>& wrong_answers() const { return wrong_answers_; }
  /// A session that is not up although the weather is good; empty: none.
  [[nodiscard]] std::string missing_session() const;

  // Observer
  void on_input() override;
  void on_configuration(bool accepted) override;
  void on_helper_started(std::string_view helper) override;
  void on_helper_exited(std::string_view helper, bool asked) override;
  void on_helper_output(std::string_view helper, std::string_view lines) override;
  void on_helper_asked(std::string_view helper) override { model_.helper_asked(helper); }
  void on_check(std::string_view check, bool ok) override;
  void on_consequences() override { model_.carry_out_consequences(); }
  void on_peer_open(const std::string& peer) override;
  void on_peer_established(const std::string& peer) override;
  void on_peer_gone(const std::string& peer) override;
  void on_update(const std::string& peer, engine::ConnectionId connection,
                 base::Bytes body) override;
  void on_refresh_asked(const std::string& peer) override;
  void on_turn_ended() override;

 private:
  /// A command whose answer is awaited.
  struct Awaited {
    Command command;
    base::Tick said;
    std::uint64_t said_order = 0;
    Model::Outcome outcome;
    Peers established;
    base::Tick made = {};  // the end of its turn
    std::uint64_t made_order = 0;
  };
  struct Doer;

  void set_weather();
  void calm_down();
  void say(const std::string& helper, const Command& command);
  void take_line(const std::string& helper, std::string line);
  void take_answer(const std::string& helper, const std::string& answer);
  void note_turn_ended(Awaited& awaited);
  [[nodiscard]] std::map<std::string, std::string> ask(Node& node, std::string_view helper,
                                                       const std::string& command);
  void note_refresh(const Peer& peer);
  [[nodiscard]] bool settled() const;

  const Story& story_;
  std::uint64_t order_ = 0;  // of the last thing that happened
  World world_;
  Model model_;
  Node* speaker_ = nullptr;
  std::vector<Node*> peers_;
  Setup file_;
  bool judging_ = false;  // the story is over
  std::string report_;    // lines of a table that was asked for
  Peers established_;
  std::map<std::string, std::deque<Awaited>> awaited_;  // by helper
  std::vector<Sending> sendings_;
  std::vector<Receipt> receipts_;
  std::vector<Spoken> spoken_;
  std::map<Peer, base::Tick> came_up_;  // when its session did last
  std::map<Peer, unsigned> refreshes_;  // since then, see Sending
  std::vector<std::string> wrong_answers_;
  std::map<std::string, std::string> receipt_lines_;  // by helper: of the answer that comes next
  bgp::UpdateDecoder decoder_;
  bgp::WireContext context_;
};

}  // namespace openbell::sim
