#pragma once
// What the speaker must tell its peers, worked out slowly and plainly from the contract alone: for
// each NLRI a list of claims, and of those that a peer can hear the highest counts.
//
//   plan, while it runs (the one run last is highest)   announces, or suppresses
//   service (the first of the file that has a claim)    the routes of its state
//   the word (helpers, command line, the file)          one table, the last word counts
//
// Nothing of the speaker is used here: routes are texts (route.h), peers are their names.

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/tick.h"
#include "tests/sim/setup.h"
#include "tests/sim/story.h"

namespace openbell::sim {

class Model {
 public:
  /// From a moment on a peer is to hold this of an NLRI; an empty path: nothing.
  struct Told {
    base::Tick at;
    std::string path;
    std::uint64_t operation = 0;
    bool consequence = false;  // of a plan that the operation has set off
  };
  using History = std::map<std::string, std::vector<Told>>;  // by NLRI
  /// From the day on which a peer was there to the day on which it was gone.
  struct Life {
    Peer peer;
    base::Tick began;
    base::Tick ended = base::never;
    History history;
  };

  enum class Reply : std::uint8_t { done, error, either };
  struct Outcome {
    Reply reply = Reply::done;
    bool held = false;            // by a guard
    std::uint64_t operation = 0;  // names what came of it, see changes()
    Peers reached;                // of a command about routes
    std::size_t looked_at = 0;    // words and routes that it has to go over
  };

  /// The clock. What ends by itself until then has ended.
  void advance(base::Tick now);

  void configure(const Setup& setup);
  void helper_started(std::string_view helper);
  /// `asked`: by a reload or a signal.
  void helper_exited(std::string_view helper, bool asked);
  void helper_asked(std::string_view helper);
  void check_answered(std::string_view check, bool ok);
  /// What follows from checks comes when all that were looked at together are answered.
  void carry_out_consequences();
  void set_frozen(bool frozen) { frozen_ = frozen; }
  /// A peer's OPEN was accepted, its session is up, its last connection is gone.
  void peer_open(const Peer& peer);
  void peer_established(const Peer& peer);
  void peer_gone(const Peer& peer);

  Outcome say(std::string_view helper, const Command& command);

  /// What a peer is to hold now, by NLRI.
  [[nodiscard]] std::map<std::string, std::string> table(const Peer& peer) const;
  [[nodiscard]] const std::vector<Life>& lives() const { return lives_; }
  /// The configuration in force.
  [[nodiscard]] const Setup& setup() const { return setup_; }
  /// Those that have a neighbor section of their own or were born of a range.
  [[nodiscard]] std::vector<Peer> peers() const;
  /// What an operation changed for whom: (peer, NLRI).
  [[nodiscard]] const std::vector<std::pair<Peer, std::string>>& changes(
      std::uint64_t operation) const;
  [[nodiscard]] bool holds_commands_of(std::string_view helper) const;
  /// A command for that peer alone has somebody to go to.
  [[nodiscard]] bool knows(const Peer& peer) const { return ears_.contains(peer); }

 private:
  /// A route of a command that has a watchdog, and the process that said it last.
  struct Watched {
    StaticRoute said;
    unsigned run = 0;
  };
  /// Somebody who can be told something: a neighbor, a range (told nothing, but its words are those
  /// of the peers born later), a peer born of it.
  struct Ear {
    Peer title;  // of the neighbor section
    bool established = false;
    std::map<std::string, bool> turned;        // watchdogs, once they were: to announce?
    std::map<std::string, Watched> commanded;  // by NLRI
    std::size_t life = 0;                      // in lives_
    /// What a route that has a watchdog comes to.
    [[nodiscard]] bool lets_through(const StaticRoute& said) const;
  };
  struct Word {
    std::string path = {};
    Peers audience = {};
    unsigned run = 0;  // the process that said it last; 0: the file
    base::Duration lease{};
    std::string group = {};  // of the lease
    base::Tick said = {};
    bool mismatch = false;  // goes only where RFC 8950 was agreed on
  };
  struct Helper {
    ProcessSetup setup;
    bool configured = true;
    unsigned run = 0;       // number of its process, and of those that made room for it
    std::set<Peer> titles;  // neighbors that list it, or did before it was removed
    bool running = false;
    bool leaving = false;          // it was asked to end: another takes its place
    bool heir_due = false;         // it has ended for that
    std::set<Peer> next_titles;    // of that one
    std::set<Peer> titles_before;  // those of the file before
    base::Tick configured_at = {};
  };
  struct Ending {
    base::Tick at;
    unsigned run = 0;
    std::string helper;
  };

  enum class Status : std::uint8_t { unknown, up, down, disabled };
  enum class Order : std::uint8_t { none, up, down };
  using Routes = std::map<std::string, std::string>;  // path by NLRI
  struct Check {
    CheckSetup setup = {};
    Status status = Status::unknown;  // up, down or unknown
    bool last = false;
    unsigned in_a_row = 0;
  };
  struct Service {
    ServiceSetup setup;
    std::vector<Check> checks;
    Status status = Status::unknown;
    Order order = Order::none;  // the operator's
    bool disabled = false;
    std::optional<Status> held;
    Routes up, down, when_disabled;
  };
  struct Held {
    unsigned number = 0;
    std::string service;  // empty: a command
    std::string helper;
    Command command;
  };

  // model.cc: words, peers, time
  void begin();
  Outcome finish(Outcome outcome);
  void touch(const std::string& nlri) { touched_.insert(nlri); }
  void settle();
  [[nodiscard]] std::string told(const Peer& peer, const Ear& ear, const std::string& nlri) const;
  void say_word(const std::string& nlri, Word word);
  /// True when somebody lost a word.
  bool end_word(const std::string& nlri, const Peers& audience);
  void end_words_of(unsigned run);
  /// Of what a process has left behind: nobody can take it over any more.
  void end_words_left_by(const std::string& helper);
  void end_lease(const std::string& nlri, std::size_t place);
  [[nodiscard]] base::Tick lease_ends(const Word& word) const;
  Ear& add_ear(const Peer& peer, const Peer& title);
  void remove_ear(const Peer& peer);
  [[nodiscard]] Peers ears_of(const Peer& title) const;
  [[nodiscard]] const NeighborSetup* neighbor(const Peer& title) const;

  // model_command.cc
  [[nodiscard]] Peers audience_of(const Helper& helper, const Command& command) const;
  [[nodiscard]] bool can_go(const Route& route, const Ear& ear) const;
  [[nodiscard]] Peers with_family(const Route& route, const Peers& audience) const;
  void carry_out(Helper& helper, const Command& command, bool released, Outcome& outcome);
  void announce(Helper& helper, const Command& command, const Peers& audience, Outcome& outcome);
  void withdraw(const Command& command, const Peers& audience, Outcome& outcome);
  [[nodiscard]] Reply reply_to_withdrawal(const std::string& nlri, const Peers& audience) const;
  void turn_watchdog(const Helper& helper, const std::string& name, bool on, const Peers& audience,
                     Outcome& outcome);
  std::size_t clear(const Peers& audience);
  std::size_t flush(const Peers& audience);
  [[nodiscard]] bool any_established(const Peers& audience) const;
  void hold(std::string_view helper, const Command& command);
  [[nodiscard]] bool objects(std::string_view helper) const;
  Reply guard(const Command& command);
  void release(unsigned number);
  void drop(unsigned number);

  // model_policy.cc
  Reply order_service(const Command& command);
  Reply change_plan(const Command& command);
  void run_plan(const PlanSetup& plan);
  void revert_plan(const std::string& name);
  void order_services(const PlanSetup& plan);
  void touch_routes(const PlanSetup& plan);
  void settle_service(Service& service);
  void change_service(Service& service, Status to);
  void review_held_services();
  void consequences();
  [[nodiscard]] bool last_announcer(const Service& service, Status to) const;
  [[nodiscard]] Status wanted(const Service& service) const;
  [[nodiscard]] Order order_of(const Service& service) const;
  [[nodiscard]] static Status verdict(const Service& service);
  [[nodiscard]] static const Routes& routes_of(const Service& service, Status status);
  [[nodiscard]] Service* service(std::string_view name);
  [[nodiscard]] bool runs(std::string_view plan) const;

  // model_reload.cc
  void configure_processes(const Setup& setup);
  void configure_neighbors(const Setup& setup);
  void move_neighbor(const NeighborSetup& from, const NeighborSetup& to);
  void configure_routes(const NeighborSetup& neighbor, const NeighborSetup* before);
  void end_word_of_file(const std::string& nlri, const Peer& peer);
  void configure_services(const Setup& setup);
  void configure_plans(const Setup& setup);

  base::Tick now_;
  base::Tick next_end_ = base::never;  // nothing ends by itself before
  base::Tick cleared_ = {};            // the last clear, or the end of a peer
  Setup setup_;
  std::map<Peer, Ear> ears_;
  std::vector<Life> lives_;
  std::map<std::string, std::vector<Word>> words_;  // by NLRI; no peer is in two of one NLRI
  std::map<std::string, base::Tick> renewed_;       // by lease group
  std::map<std::string, Helper, std::less<>> helpers_;
  unsigned last_run_ = 0;
  std::vector<Ending> endings_;  // of processes whose routes end later
  std::vector<Service> services_;
  std::vector<PlanSetup> plans_;
  // Plans in the order in which they were run: whose orders hold, and then whose routes are
  // claimed.
  std::vector<std::string> running_;
  std::vector<std::string> claiming_;
  std::deque<std::string> fallen_;  // services whose fall has consequences
  bool consequence_ = false;        // what is settled now is one
  bool frozen_ = false;
  std::vector<Held> held_;
  unsigned last_held_ = 0;

  std::set<std::string> touched_;
  std::uint64_t operation_ = 0;
  std::map<std::uint64_t, std::vector<std::pair<Peer, std::string>>> changes_;
};

}  // namespace openbell::sim
