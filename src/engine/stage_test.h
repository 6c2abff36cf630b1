#pragma once
// One engine alone on a stage: what it asks of the world is written down, what the world would
// answer is said by the test, peers and helpers included.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/hex.h"
#include "bgp/message/header.h"
#include "bgp/message/open.h"
#include "engine/engine.h"
#include "engine/ports_test.h"
#include "session/negotiate.h"

namespace openbell::engine {

class Stage final : public Network,
                    public Processes,
                    public ClientLinks,
                    public Probes,
                    public BfdPort,
                    public Clock,
                    public Rehearser,
                    public Log,
                    public Lifecycle {
 public:
  struct Wire {
    TransportOptions options;
    std::vector<std::uint8_t> sent;
    bool accepted = false;  // the peer made it
    bool closed = false;
    bool blocked = false;  // the kernel takes nothing
  };
  struct HelperState {
    std::string name;
    std::string heard;
    std::size_t unread = 0;  // reported as waiting while `asleep`
    bool asleep = false;
    bool stopped = false;
    bool running = false;
  };

  /// `trail` outlives the stage; null: no audit log.
  explicit Stage(Options options = {}, audit::Trail* trail = nullptr)
      : engine(ports_of(*this), std::move(options), trail) {}

  // --- what a test does

  /// Starts or reloads. False when the text is refused.
  bool configure(std::string_view text) {
    const bool taken = hand_in(text);
    if (taken) settle();
    return taken;
  }
  /// The same, and the turn is not over yet.
  bool hand_in(std::string_view text) {
    grammar::Configuration configuration;
    std::vector<grammar::Diagnostic> found;
    const bool good =
        grammar::parse_configuration(text, {.file_name = "stage.conf"}, configuration, found);
    complaints.clear();
    for (const grammar::Diagnostic& each : found) complaints.push_back(each.text());
    if (!good) {
      engine.on_configuration_refused(found.front().text(), "test", now);
      refusal = found.front().text();
      return false;
    }
    engine.on_configuration(std::move(configuration), "test", now);
    start_helpers();
    return true;
  }
  /// Helpers go by their plain numbers here, from 0 in the order of their first start. Those that
  /// the engine asked for run from now on.
  void start_helpers() {
    for (const std::uint32_t helper : std::exchange(asked_for_, {})) {
      helpers[helper].running = true;
      engine.on_helper_started(HelperId{helper}, 1000, now);
    }
  }
  void end_helper(std::uint32_t helper, std::string_view status) {
    helpers[helper].running = false;
    engine.on_helper_exited(HelperId{helper}, status, now);
  }
  void say(std::uint32_t helper, std::string_view line) {
    engine.on_line(HelperId{helper}, line, now);
  }
  /// Everything that helper heard since last asked.
  std::string heard(std::uint32_t helper = 0) { return std::exchange(helpers[helper].heard, {}); }
  /// Turns until there is no more to do.
  void settle() {
    std::size_t turns = 0;
    do {
      engine.flush(now);
      OPENBELL_CHECK(++turns < 10'000);
    } while (engine.has_work());
  }
  /// Lets time pass in steps of what the engine asks for.
  void wait(base::Duration duration) {
    const base::Tick end = now.tick + duration;
    while (engine.deadline() <= end) {
      set_clock(std::max(now.tick, engine.deadline()));
      engine.on_timer(now);
      settle();
    }
    set_clock(end);
  }
  /// The clock goes on and nobody looks at it.
  void pass(base::Duration duration) { set_clock(now.tick + duration); }
  /// The helper of that name that was started last.
  [[nodiscard]] std::uint32_t helper_named(std::string_view name) const {
    std::uint32_t found = 0;
    for (const auto& [id, state] : helpers)
      if (state.name == name) found = id;
    return found;
  }
  /// The connection to `peer` asked for last that is still open, if any.
  [[nodiscard]] ConnectionId dialled(std::string_view peer) const {
    ConnectionId found = no_connection;
    for (const auto& [id, wire] : wires)
      if (!wire.closed && !wire.accepted && wire.options.peer_address.text() == peer) found = id;
    return found;
  }
  /// The peer of a connection that the engine dialled answers.
  void answer(ConnectionId connection) {
    engine.on_connected(connection, wires[connection].options.local_address,
                        wires[connection].options.peer_address, now);
  }
  /// The peer makes a connection of its own. None: refused.
  ConnectionId knock(std::string_view local, std::string_view peer) {
    const ConnectionId id{next_accepted_++};
    wires[id].accepted = true;
    if (engine.on_accepted(id, address(local), address(peer), now) == Accepted::kept) return id;
    wires[id].closed = true;
    refused = id;
    return no_connection;
  }
  /// Bytes from the peer, handed over with what was left of those before.
  void receive(ConnectionId connection, base::Bytes bytes) {
    std::vector<std::uint8_t>& unread = unread_[connection];
    unread.insert(unread.end(), bytes.begin(), bytes.end());
    const std::vector<std::uint8_t> all = unread;
    const std::size_t used = engine.on_bytes(connection, all, now);
    OPENBELL_CHECK(used <= all.size());
    unread.assign(all.begin() + static_cast<std::ptrdiff_t>(used), all.end());
  }
  /// OPEN and KEEPALIVE of the peer.
  void introduce(ConnectionId connection, const session::LocalOpen& peer) {
    std::uint8_t message[bgp::message_size_max];
    receive(connection, session::encode_local_open(peer, *peer.local_as, message));
    receive(connection, bgp::keepalive_message());
  }
  /// A session with a peer that the engine dials, quiet: routes and End-of-RIB are sent and
  /// forgotten.
  ConnectionId establish(std::string_view peer, const session::LocalOpen& open) {
    const ConnectionId connection = dialled(peer);
    OPENBELL_CHECK(connection != no_connection);
    answer(connection);
    introduce(connection, open);
    settle();
    wires[connection].sent.clear();
    return connection;
  }
  void drain(ConnectionId connection) {
    wires[connection].blocked = false;
    engine.on_writable(connection, now);
  }
  /// Bodies of the UPDATEs sent since last asked, other messages as "type:body"; hexadecimal.
  std::vector<std::string> sent(ConnectionId connection) {
    std::vector<std::string> messages;
    const std::vector<std::uint8_t> bytes = std::exchange(wires[connection].sent, {});
    for (std::size_t at = 0; at < bytes.size();) {
      OPENBELL_CHECK(at + bgp::header_size <= bytes.size());
      const std::size_t size = base::load16(bytes.data() + at + 16);
      const std::uint8_t type = bytes[at + 18];
      std::string text;
      base::TextWriter out(text);
      if (type != 2) out.number(type).put(':');
      out.hex(base::Bytes(bytes).subspan(at + bgp::header_size, size - bgp::header_size));
      messages.push_back(std::move(text));
      at += size;
    }
    return messages;
  }
  static base::IpAddress address(std::string_view text) {
    base::IpAddress parsed;
    OPENBELL_CHECK(base::parse_ip(text, parsed));
    return parsed;
  }
  /// A peer with these families, four-octet AS numbers and nothing else.
  static session::LocalOpen speaker(std::uint32_t as, std::string_view router_id,
                                    std::initializer_list<bgp::Family> families) {
    session::LocalOpen open;
    open.local_as = as;
    open.router_id = address(router_id).v4_host_order();
    open.capabilities.four_octet_as = as;
    for (const bgp::Family family : families)
      open.capabilities.families.push_back(bgp::numbers_of(family));
    return open;
  }

  // --- the ports

  void connect(ConnectionId connection, const TransportOptions& options) override {
    wires[connection].options = options;
  }
  void close(ConnectionId connection) override { wires[connection].closed = true; }
  std::size_t write(ConnectionId connection, base::Bytes messages) override {
    Wire& wire = wires[connection];
    OPENBELL_CHECK(!wire.closed);
    wire.sent.insert(wire.sent.end(), messages.begin(), messages.end());
    return wire.blocked ? messages.size() : 0;
  }
  void start_helper(HelperId helper, const grammar::ProcessConfig& process) override {
    helpers[std::to_underlying(helper)].name = process.name;
    asked_for_.push_back(std::to_underlying(helper));
    ++starts;
  }
  void stop_helper(HelperId helper) override { helpers[std::to_underlying(helper)].stopped = true; }
  std::size_t write_helper(HelperId helper, std::string_view lines) override {
    HelperState& state = helpers[std::to_underlying(helper)];
    state.heard += lines;
    if (state.asleep) state.unread += lines.size();
    return state.unread;
  }
  std::size_t write_client(ClientId client, std::string_view lines) override {
    clients[client] += lines;
    return 0;
  }
  void start_probe(health::ProbeId probe, const health::CheckConfig& check) override {
    probes[probe] = {check.name, {}, 0};
  }
  std::optional<health::ProbeResult> run_probe(health::ProbeId probe) override {
    ++probes[probe].runs;
    return probes[probe].answer;
  }
  void cancel_probe(health::ProbeId probe) override { ++probes[probe].cancelled; }
  void stop_probe(health::ProbeId probe) override { probes.erase(probe); }
  std::string probe_detail(health::ProbeId) override { return {}; }
  bool file_exists(const std::string& path) override { return files.contains(path); }
  std::string start_bfd(bfd::SessionId session, const bfd::SessionConfig& config) override {
    bfd_sessions[session] = config;
    return {};
  }
  void stop_bfd(bfd::SessionId session) override { bfd_sessions.erase(session); }
  bfd::Statistics bfd_statistics(bfd::SessionId) override { return {}; }
  base::Now clock() override { return now; }
  std::size_t write_stamped(ConnectionId connection, base::Bytes messages, StampId stamp) override {
    stamps.emplace_back(connection, stamp);
    return write(connection, messages);
  }
  int minute_of_week(std::string_view zone, std::int64_t) override {
    return zone == "UTC" ? minute : -1;
  }
  void rehearse(std::vector<std::vector<std::uint8_t>> messages) override {
    rehearsed = std::move(messages);
  }
  void reload() override { ++reloads; }
  void exit(int) override { ++exits; }
  void log(int, std::string_view, std::string_view message) override {
    logged = message;
    log_lines.emplace_back(message);
  }

  struct ProbeState {
    std::string check;
    std::optional<health::ProbeResult> answer;  // given at once; none: the test calls on_probe
    int runs = 0;
    int cancelled = 0;
  };
  /// What the probe of that check reports by itself, or as its late answer.
  void report(std::string_view check, bool ok, std::string_view error = {},
              base::Tick again = base::never) {
    for (const auto& [probe, state] : std::map(probes))
      if (state.check == check)
        engine.on_probe(probe, {.ok = ok, .error = error, .again = again}, now);
  }

  std::map<health::ProbeId, ProbeState> probes;
  std::set<std::string> files;
  std::map<bfd::SessionId, bfd::SessionConfig> bfd_sessions;
  std::vector<std::pair<ConnectionId, StampId>> stamps;
  int minute = 0;  // of the week, in UTC
  std::vector<std::vector<std::uint8_t>> rehearsed;
  std::map<ConnectionId, Wire> wires;
  std::map<std::uint32_t, HelperState> helpers;
  std::map<ClientId, std::string> clients;  // what they heard
  base::Now now{{1'000'000'000}, 1'700'000'000'000'000'000};
  ConnectionId refused = no_connection;  // the last one
  std::string refusal;
  std::vector<std::string> complaints;  // errors and warnings of the last configuration
  std::string logged;                   // last
  std::vector<std::string> log_lines;
  int reloads = 0;
  int exits = 0;
  int starts = 0;
  Engine engine;

 private:
  void set_clock(base::Tick tick) {
    now.utc_ns += (tick - now.tick).ns;
    now.tick = tick;
  }

  std::uint64_t next_accepted_ = 1u << 20;
  std::map<ConnectionId, std::vector<std::uint8_t>> unread_;
  std::vector<std::uint32_t> asked_for_;
};

}  // namespace openbell::engine
