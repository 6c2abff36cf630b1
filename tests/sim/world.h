#pragma once
// A hostile network for whole daemons: engines under one fake clock, joined by byte streams that
// split, delay, stall and break as a seed says. Equal seeds give equal worlds, byte by byte.
//
// The only files of the simulation that know the interface of the engine are this one, world.cc and
// node.cc.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/trail.h"
#include "base/tick.h"
#include "bgp/nlri/family.h"
#include "engine/engine.h"
#include "tests/sim/random.h"

namespace openbell::sim {

/// What the network does to those who use it.
struct Weather {
  base::Duration delay_max = base::milliseconds(5);  // of a chunk, of a connect
  std::size_t chunk_max = 3000;                      // bytes delivered at once
  std::size_t buffer = 16'384;                       // what a sender's kernel takes
  unsigned refuse_percent = 0;                       // of connects
  unsigned stall_percent = 0;                        // of chunks: the reader pauses after it
  unsigned silence_percent = 0;                      // of looks of a check: never answered
  base::Duration stall_max = base::milliseconds(400);
  bool operator==(const Weather&) const = default;
};

/// Hears of everything that the engine of a node is told and does, at the moment at which it
/// happens: what an independent account of it needs.
class Observer {
 public:
  virtual ~Observer() = default;
  /// The engine is about to be told something: the clock stands here.
  virtual void on_input() = 0;
  virtual void on_configuration(bool accepted) = 0;
  virtual void on_helper_started(std::string_view helper) = 0;
  /// `asked`: we wanted it to end, by a reload or a signal.
  virtual void on_helper_exited(std::string_view helper, bool asked) = 0;
  virtual void on_helper_output(std::string_view helper, std::string_view lines) = 0;
  /// A process is told to end; another of that name may take its place.
  virtual void on_helper_asked(std::string_view helper) = 0;
  virtual void on_check(std::string_view check, bool ok) = 0;
  /// What follows from checks that have gone down comes now: checks that are looked at together
  /// are all answered before.
  virtual void on_consequences() = 0;
  /// An OPEN of the peer was accepted, and no other connection with one is open.
  virtual void on_peer_open(const std::string& peer) = 0;
  virtual void on_peer_established(const std::string& peer) = 0;
  /// Its last connection with an accepted OPEN is gone.
  virtual void on_peer_gone(const std::string& peer) = 0;
  /// An UPDATE was handed to the network. `connection` tells sessions apart.
  virtual void on_update(const std::string& peer, engine::ConnectionId connection,
                         base::Bytes body) = 0;
  /// The peer asked for everything again.
  virtual void on_refresh_asked(const std::string& peer) = 0;
  virtual void on_turn_ended() = 0;
};

class World;

/// One daemon: its engine, its helpers, its end of every connection.
class Node final : public engine::Network,
                   public engine::Processes,
                   public engine::ClientLinks,
                   public engine::Probes,
                   public engine::BfdPort,
                   public engine::Clock,
                   public engine::Rehearser,
                   public engine::Log,
                   public engine::Lifecycle {
 public:
  Node(World& world, std::size_t index, base::IpAddress address, engine::Options options,
       Observer* observer);
  ~Node() override;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  /// What the next start or reload reads. A text with errors is refused.
  std::string configuration;
  /// The programs that checks look at, by the name of the check; true: alive.
  std::map<std::string, bool, std::less<>> programs;
  /// A program dies or comes back. The checks that hold on to it (kind `hold`) hear of it at once.
  void set_program(std::string_view name, bool alive);
  /// What minute_of_week answers.
  int minute = 600;
  /// False: it does not read what its peers send.
  bool reading = true;
  /// False: nobody reaches it, it reaches nobody.
  bool present = true;

  void start();
  /// A line of the helper of that name, in a turn of its own or with what comes next. False: it
  /// does not run.
  bool say(std::string_view helper, std::string_view line);
  [[nodiscard]] bool runs(std::string_view helper) const;
  /// Everything that was written to the helper so far; emptied.
  std::string take_output(std::string_view helper);
  /// The helper's process dies.
  void kill(std::string_view helper);
  void signal(int number, std::string_view name);
  /// What is due now happens.
  void pass_time() { input(); }
  /// Ends the turn that is under way, if one is.
  void end_turn();
  /// While an UPDATE is handed over: the number of the change behind a route of it.
  [[nodiscard]] std::optional<std::uint64_t> change_behind(engine::ConnectionId connection,
                                                           const bgp::NlriView& nlri) const;
  /// JSON lines of the audit log so far.
  [[nodiscard]] const std::string& audit_log() const { return audit_log_; }

  [[nodiscard]] const base::IpAddress& address() const { return address_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] bool exited() const { return exited_; }

  // the ports of the engine
  void connect(engine::ConnectionId connection, const engine::TransportOptions& options) override;
  void close(engine::ConnectionId connection) override;
  std::size_t write(engine::ConnectionId connection, base::Bytes messages) override;
  void start_helper(engine::HelperId helper, const grammar::ProcessConfig& process) override;
  void stop_helper(engine::HelperId helper) override;
  std::size_t write_helper(engine::HelperId helper, std::string_view lines) override;
  std::size_t write_client(engine::ClientId, std::string_view) override { return 0; }
  void start_probe(health::ProbeId probe, const health::CheckConfig& check) override;
  std::optional<health::ProbeResult> run_probe(health::ProbeId probe) override;
  void cancel_probe(health::ProbeId probe) override;
  void stop_probe(health::ProbeId probe) override;
  std::string probe_detail(health::ProbeId) override { return {}; }
  bool file_exists(const std::string&) override { return false; }
  std::string start_bfd(bfd::SessionId, const bfd::SessionConfig&) override { return {}; }
  void stop_bfd(bfd::SessionId) override {}
  bfd::Statistics bfd_statistics(bfd::SessionId) override { return {}; }
  base::Now clock() override;
  std::size_t write_stamped(engine::ConnectionId connection, base::Bytes messages,
                            engine::StampId stamp) override;
  int minute_of_week(std::string_view, std::int64_t) override { return minute; }
  void rehearse(std::vector<std::vector<std::uint8_t>> messages) override;
  void reload() override;
  void exit(int status) override;
  void log(int level, std::string_view source, std::string_view message) override;

 private:
  friend class World;
  struct Process {
    std::string name;
    bool running = false;
    bool asked = false;  // we told it to end
    std::string output;
  };

  struct Probe {
    std::string check;
    bool holds = false;         // reports by itself
    std::uint64_t attempt = 0;  // the one whose answer is still wanted
    bool attempting = false;
  };

  struct Audit;

  void read_configuration(std::string_view cause);
  void answer_probe(health::ProbeId probe, bool alive);
  void turn();
  /// Before the engine is told something: timers that are due go first, as in the reactor.
  void input();
  /// Ends the turn now, or together with what happens next.
  void touch();
  [[nodiscard]] base::Tick wake_at() const;
  void wake();
  Process* process(std::string_view name, engine::HelperId& id);
  void exit_later(engine::HelperId helper, std::string_view status);

  World& world_;
  const std::size_t index_;
  const base::IpAddress address_;
  const std::string name_;
  Observer* const observer_;
  std::unique_ptr<Audit> audit_;  // of the one that is observed
  std::string audit_log_;
  std::unique_ptr<engine::Engine> engine_;
  std::map<engine::HelperId, Process> processes_;
  std::map<health::ProbeId, Probe> probes_;
  bool dirty_ = false;  // an event came after the last flush
  bool exited_ = false;
  int pids_ = 100;
};

class World {
 public:
  explicit World(std::uint64_t seed);
  ~World();

  /// `observer` outlives the world; may be null.
  Node& add_node(std::string_view address, const engine::Options& options,
                 Observer* observer = nullptr);
  [[nodiscard]] Node* find(std::string_view address);
  [[nodiscard]] base::Now now() const { return {now_, 1'700'000'000'000'000'000 + now_.ns}; }
  /// Lets everything that is due until then happen.
  void run(base::Duration duration);
  void after(base::Duration delay, std::function<void()> event);
  /// Breaks the n-th (modulo their number) connection that is up: what is on its way is lost.
  void cut(unsigned n);
  /// A connection from one daemon to another that the first one's engine does not know of: nobody
  /// speaks on it, and after two seconds it is gone.
  void knock(Node& from, Node& to);
  /// The node leaves, with all its connections, or comes back.
  void set_present(Node& node, bool present);
  void set_reading(Node& node, bool reading);
  /// Nothing is on its way and nothing is held up.
  [[nodiscard]] bool quiet() const;

  Random random;
  Weather weather;

  /// Everything that was written to the network and to helpers so far, as one number.
  [[nodiscard]] std::uint64_t transcript() const { return transcript_; }
  /// What an engine did that it must not; empty: nothing.
  [[nodiscard]] const std::string& fault() const { return fault_; }

 private:
  friend class Node;
  /// One end of a connection.
  struct End {
    Node* node = nullptr;
    engine::ConnectionId id{};
    bool open = false;  // its engine knows it
    std::vector<std::uint8_t> unread;
    // Messages that went over it, for the observer.
    bool open_received = false;
    bool keepalive_sent = false;
    bool keepalive_received = false;
    [[nodiscard]] bool accepted() const { return open && open_received && keepalive_sent; }
    [[nodiscard]] bool established() const { return accepted() && keepalive_received; }
  };
  /// What is on its way from end i to end 1 - i.
  struct Flow {
    std::vector<std::uint8_t> bytes;
    bool held = false;       // the other end is not there yet
    bool scheduled = false;  // a delivery is due
    bool blocked = false;    // the sender waits for on_writable
    bool closing = false;    // the sender is gone: the end of the stream follows the bytes
  };
  struct Wire {
    End ends[2];  // 0: who connected, 1: who accepted
    Flow flows[2];
    bool broken = false;
  };
  /// What the observer knows of a peer.
  struct Known {
    bool open = false;
    bool established = false;
  };

  Wire* find(Node& node, engine::ConnectionId connection, std::size_t& side);
  void connect(Node& from, engine::ConnectionId connection, const base::IpAddress& to);
  void arrive(Wire& wire);
  void schedule_delivery(Wire& wire, std::size_t side);
  void deliver(Wire& wire, std::size_t side);
  void deliver_bytes(End& reader);
  void deliver_end(Wire& wire, std::size_t side);
  void break_wire(Wire& wire);
  void note_sent(Wire& wire, std::size_t side, base::Bytes messages);
  void note_received(End& end, const std::string& peer, base::Bytes messages);
  /// Compares what the observer knows of sessions with what the connections say now.
  void review_sessions(Node& node);
  base::Duration delay();
  void note(base::Bytes bytes);
  void note_fault(std::string_view what);

  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<std::unique_ptr<Wire>> wires_;
  std::multimap<base::Tick, std::function<void()>> events_;
  std::map<std::string, Known> known_;  // peers of the observed node
  bool sessions_changed_ = false;       // they must be compared
  base::Tick now_{1'000'000'000};
  std::uint64_t next_accepted_ = 1ull << 32;
  std::uint64_t transcript_ = 0xCBF29CE484222325;
  std::string fault_;
};

}  // namespace openbell::sim
