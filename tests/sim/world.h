#pragma once
// A hostile network for whole daemons: engines under one fake clock, joined by byte streams that
// split, delay, stall and break as a seed says. Equal seeds give equal worlds, byte by byte.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/tick.h"
#include "engine/engine.h"

namespace openbell::sim {

/// Numbers from a seed (splitmix64): the same on every machine, unlike the standard distributions.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  /// 0 .. bound - 1
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  /// True `percent` times of a hundred.
  bool chance(unsigned percent) { return below(100) < percent; }

 private:
  std::uint64_t state_;
};

/// What the network does to those who use it.
struct Weather {
  base::Duration delay_max = base::milliseconds(5);  // of a chunk, of a connect
  std::size_t chunk_max = 3000;                      // bytes delivered at once
  std::size_t buffer = 16'384;                       // what a sender's kernel takes
  unsigned refuse_percent = 0;                       // of connects
  unsigned stall_percent = 0;                        // of chunks: the reader pauses after it
  base::Duration stall_max = base::milliseconds(400);
};

class World;

/// One daemon: its engine, its helpers, its end of every connection.
class Node final : public engine::Host {
 public:
  Node(World& world, std::size_t index, base::IpAddress address, engine::Options options);
  ~Node() override;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  /// What the next start or reload reads. A text with errors is refused.
  std::string configuration;
  /// The programs that checks look at, by the name of the check; true: alive.
  std::map<std::string, bool, std::less<>> programs;
  /// A program dies or comes back. The checks that hold on to it (kind `hold`) hear of it at once.
  void set_program(std::string_view name, bool alive);
  /// A helper's answers and events wait this long before it reads them.
  base::Duration helper_pause{};

  void start();
  /// A line of the helper of that name, in a turn of its own or with what comes next.
  void say(std::string_view helper, std::string_view line);
  /// Everything that was written to the helper so far; emptied.
  std::string take_output(std::string_view helper);
  /// The helper's process dies.
  void kill(std::string_view helper);
  [[nodiscard]] const base::IpAddress& address() const { return address_; }
  [[nodiscard]] bool exited() const { return exited_; }
  [[nodiscard]] engine::Engine& engine() { return *engine_; }

  // engine::Host
  void connect(engine::ConnectionId connection, const engine::TransportOptions& options) override;
  void close(engine::ConnectionId connection) override;
  std::size_t write(engine::ConnectionId connection, base::Bytes messages) override;
  void start_helper(engine::HelperId helper, const grammar::ProcessConfig& process) override;
  void stop_helper(engine::HelperId helper) override;
  std::size_t write_helper(engine::HelperId helper, std::string_view lines) override;
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
  int minute_of_week(std::string_view, std::int64_t) override { return 0; }
  void rehearse(std::vector<std::vector<std::uint8_t>> messages) override;
  void reload() override;
  void exit(int status) override;
  void log(int level, std::string_view source, std::string_view message) override;

 private:
  friend class World;
  struct Process {
    std::string name;
    bool running = false;
    std::size_t unread = 0;  // bytes the process has not read yet
    std::string output;
  };

  struct Probe {
    std::string check;
    bool holds = false;         // reports by itself
    std::uint64_t attempt = 0;  // the one whose answer is still wanted
    bool attempting = false;
  };

  void read_configuration(std::string_view cause);
  void answer_probe(health::ProbeId probe, bool alive);
  void turn();
  /// Ends the turn now, or together with what happens next.
  void touch();
  [[nodiscard]] base::Tick wake_at() const;
  void wake();
  Process* process(std::string_view name, engine::HelperId& id);
  void exit_later(engine::HelperId helper, std::string_view status);

  World& world_;
  const std::size_t index_;
  const base::IpAddress address_;
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

  Node& add_node(std::string_view address, const engine::Options& options);
  [[nodiscard]] base::Now now() const { return {now_, 1'700'000'000'000'000'000 + now_.ns}; }
  /// Lets everything that is due until then happen.
  void run(base::Duration duration);
  void after(base::Duration delay, std::function<void()> event);
  /// Breaks one connection that is up, if there is one: what is on its way is lost.
  void cut();
  /// A connection from one daemon to another that the first one's engine does not know of: nobody
  /// speaks on it, and after two seconds it is gone.
  void knock(Node& from, Node& to);

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
    engine::ConnectionId id = 0;
    bool open = false;  // its engine knows it
    std::vector<std::uint8_t> unread;
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

  Wire* find(Node& node, engine::ConnectionId connection, std::size_t& side);
  void connect(Node& from, engine::ConnectionId connection, const base::IpAddress& to);
  void arrive(Wire& wire);
  void schedule_delivery(Wire& wire, std::size_t side);
  void deliver(Wire& wire, std::size_t side);
  void deliver_end(Wire& wire, std::size_t side);
  base::Duration delay();
  void note(base::Bytes bytes);
  void note_fault(std::string_view what);

  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<std::unique_ptr<Wire>> wires_;
  std::multimap<base::Tick, std::function<void()>> events_;
  base::Tick now_{1'000'000'000};
  engine::ConnectionId next_accepted_ = 1ull << 32;
  std::uint64_t transcript_ = 0xCBF29CE484222325;
  std::string fault_;
};

}  // namespace openbell::sim
