#include "tests/sim/world.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/check.h"

namespace openbell::sim {

namespace {
/// Turns without anything from outside after which an engine is taken to spin.
constexpr std::size_t idle_turns_max = 2000;
}  // namespace

std::uint64_t Random::next() {
  state_ += 0x9E3779B97F4A7C15;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

// --- Node

Node::Node(World& world, std::size_t index, base::IpAddress address, engine::Options options)
    : world_(world),
      index_(index),
      address_(address),
      engine_(std::make_unique<engine::Engine>(*this, std::move(options), nullptr)) {}

Node::~Node() = default;

void Node::start() {
  read_configuration("start");
}

void Node::read_configuration(std::string_view cause) {
  grammar::Configuration parsed;
  std::vector<grammar::Diagnostic> diagnostics;
  if (grammar::parse_configuration(configuration, {.file_name = "sim.conf"}, parsed, diagnostics)) {
    engine_->on_configuration(std::move(parsed), cause, world_.now());
  } else {
    engine_->on_configuration_refused(diagnostics.front().message, cause, world_.now());
  }
  touch();
}

Node::Process* Node::process(std::string_view name, engine::HelperId& id) {
  for (auto& [known, process] : processes_) {
    if (process.name != name) continue;
    id = known;
    return &process;
  }
  return nullptr;
}

void Node::say(std::string_view helper, std::string_view line) {
  engine::HelperId id = 0;
  const Process* speaker = process(helper, id);
  if (speaker == nullptr || !speaker->running) return;
  engine_->on_line(id, line, world_.now());
  touch();
}

std::string Node::take_output(std::string_view helper) {
  engine::HelperId id = 0;
  Process* known = process(helper, id);
  return known == nullptr ? std::string() : std::exchange(known->output, {});
}

void Node::kill(std::string_view helper) {
  engine::HelperId id = 0;
  if (process(helper, id) != nullptr) exit_later(id, "signal 9");
}

void Node::touch() {
  dirty_ = true;
  if (!world_.random.chance(30)) turn();
}

void Node::turn() {
  dirty_ = false;
  engine_->flush(world_.now());
}

base::Tick Node::wake_at() const {
  if (dirty_ || engine_->has_work()) return world_.now().tick;
  return engine_->deadline();
}

void Node::wake() {
  if (engine_->deadline() <= world_.now().tick) engine_->on_timer(world_.now());
  turn();
}

void Node::connect(engine::ConnectionId connection, const engine::TransportOptions& options) {
  world_.connect(*this, connection, options.peer_address);
}

void Node::close(engine::ConnectionId connection) {
  std::size_t side = 0;
  World::Wire* wire = world_.find(*this, connection, side);
  if (wire == nullptr) return;
  World::End& end = wire->ends[side];
  end.open = false;
  end.id = 0;
  end.unread.clear();
  wire->flows[side].closing = true;
  world_.schedule_delivery(*wire, side);
}

std::size_t Node::write(engine::ConnectionId connection, base::Bytes messages) {
  world_.note(messages);
  std::size_t side = 0;
  World::Wire* wire = world_.find(*this, connection, side);
  if (wire == nullptr) {
    world_.note_fault("bytes for a connection that does not exist");
    return 0;
  }
  World::Flow& flow = wire->flows[side];
  if (wire->broken) return 0;
  flow.bytes.insert(flow.bytes.end(), messages.begin(), messages.end());
  world_.schedule_delivery(*wire, side);
  if (flow.bytes.size() <= world_.weather.buffer) return 0;
  flow.blocked = true;
  return flow.bytes.size() - world_.weather.buffer;
}

void Node::start_helper(engine::HelperId helper, const grammar::ProcessConfig& process) {
  processes_[helper] = {process.name, false, 0, {}};
  world_.after(world_.delay(), [this, helper] {
    processes_[helper].running = true;
    engine_->on_helper_started(helper, ++pids_, world_.now());
    touch();
  });
}

void Node::stop_helper(engine::HelperId helper) {
  exit_later(helper, "signal 15");
}

void Node::exit_later(engine::HelperId helper, std::string_view status) {
  world_.after(world_.delay(), [this, helper, status] {
    Process& process = processes_[helper];
    if (!std::exchange(process.running, false)) return;
    process.unread = 0;
    engine_->on_helper_exited(helper, status, world_.now());
    touch();
  });
}

std::size_t Node::write_helper(engine::HelperId helper, std::string_view lines) {
  world_.note(base::bytes_of(lines));
  Process& process = processes_[helper];
  if (!process.running) world_.note_fault("lines for a helper that does not run");
  process.output += lines;
  if (helper_pause == base::Duration{}) return 0;
  const bool reading = process.unread != 0;
  process.unread += lines.size();
  if (!reading)
    world_.after(helper_pause, [this, helper] {
      Process& reader = processes_[helper];
      if (!reader.running || std::exchange(reader.unread, 0) == 0) return;
      engine_->on_helper_writable(helper, 0, world_.now());
      touch();
    });
  return process.unread;
}

// --- checks

void Node::start_probe(health::ProbeId probe, const health::CheckConfig& check) {
  probes_[probe] = {check.name, check.kind == "hold", 0, false};
}

std::optional<health::ProbeResult> Node::run_probe(health::ProbeId id) {
  Probe& probe = probes_[id];
  if (probe.attempting) world_.note_fault("an attempt of a check while another one runs");
  // A look takes a while, and on a bad day it is never answered.
  const bool at_once = world_.random.chance(50);
  if (at_once) {
    const bool alive = programs[probe.check];
    return health::ProbeResult{alive, alive ? "" : "dead",
                               alive && probe.holds ? base::never : base::Tick{}};
  }
  probe.attempting = true;
  const std::uint64_t attempt = ++probe.attempt;
  if (world_.random.chance(world_.weather.stall_percent)) return std::nullopt;
  world_.after(world_.delay(), [this, id, attempt] {
    const auto known = probes_.find(id);
    if (known == probes_.end() || !known->second.attempting || known->second.attempt != attempt)
      return;
    answer_probe(id, programs[known->second.check]);
  });
  return std::nullopt;
}

void Node::answer_probe(health::ProbeId id, bool alive) {
  Probe& probe = probes_[id];
  probe.attempting = false;
  engine_->on_probe(id,
                    {.ok = alive,
                     .error = alive ? "" : "dead",
                     .again = alive && probe.holds ? base::never : base::Tick{}},
                    world_.now());
  touch();
}

void Node::cancel_probe(health::ProbeId probe) {
  probes_[probe].attempting = false;
}

void Node::stop_probe(health::ProbeId probe) {
  probes_.erase(probe);
}

void Node::set_program(std::string_view name, bool alive) {
  programs[std::string(name)] = alive;
  if (alive) return;
  for (const auto& [id, probe] : std::map(probes_))
    if (probe.holds && probe.check == name) answer_probe(id, false);
}

base::Now Node::clock() {
  return world_.now();
}

std::size_t Node::write_stamped(engine::ConnectionId connection, base::Bytes messages,
                                engine::StampId stamp) {
  const std::size_t waiting = write(connection, messages);
  // Some acknowledgements never come.
  if (world_.random.chance(80))
    world_.after(world_.delay(), [this, connection, stamp] {
      const base::Now now = world_.now();
      engine_->on_stamp(connection, stamp, engine::StampKind::sent, now.utc_ns, now);
      engine_->on_stamp(connection, stamp, engine::StampKind::acknowledged, now.utc_ns, now);
      touch();
    });
  return waiting;
}

void Node::rehearse(std::vector<std::vector<std::uint8_t>> messages) {
  world_.after(world_.delay(), [this, count = messages.size()] {
    const std::vector<engine::Rehearsed> sinks(count, {world_.now().tick, world_.now().tick});
    engine_->on_rehearsed(world_.now().tick, sinks, {}, world_.now());
    touch();
  });
}

void Node::reload() {
  world_.after(world_.delay(), [this] { read_configuration("reload"); });
}

void Node::exit(int) {
  exited_ = true;
}

void Node::log(int level, std::string_view source, std::string_view message) {
  if (std::getenv("SIM_LOG") == nullptr) return;
  std::fprintf(stderr, "%.6f %s %d %.*s: %.*s\n", static_cast<double>(world_.now().tick.ns) / 1e9,
               address_.text().c_str(), level, static_cast<int>(source.size()), source.data(),
               static_cast<int>(message.size()), message.data());
}

// --- World

World::World(std::uint64_t seed) : random(seed) {}

World::~World() = default;

Node& World::add_node(std::string_view address, const engine::Options& options) {
  base::IpAddress parsed;
  OPENBELL_CHECK(base::parse_ip(address, parsed));
  return *nodes_.emplace_back(std::make_unique<Node>(*this, nodes_.size(), parsed, options));
}

void World::after(base::Duration delay, std::function<void()> event) {
  events_.emplace(now_ + delay, std::move(event));
}

base::Duration World::delay() {
  const auto range = static_cast<std::uint64_t>(weather.delay_max.ns);
  return base::nanoseconds(static_cast<std::int64_t>(random.below(range) + 1));
}

void World::run(base::Duration duration) {
  const base::Tick end = now_ + duration;
  std::size_t idle_turns = 0;
  while (fault_.empty()) {
    base::Tick next = events_.empty() ? base::never : events_.begin()->first;
    Node* awake = nullptr;
    for (const auto& node : nodes_) {
      const base::Tick at = node->wake_at();
      if (at >= next) continue;
      next = at;
      awake = node.get();
    }
    if (next > end) break;
    // A turn takes its time, so that work that is never done shows as a clock that never gets on.
    now_ = std::max(now_, next) + base::nanoseconds(200);
    if (awake != nullptr) {
      awake->wake();
      if (++idle_turns > idle_turns_max) note_fault("an engine never comes to rest");
      continue;
    }
    idle_turns = 0;
    const auto event = std::move(events_.begin()->second);
    events_.erase(events_.begin());
    event();
  }
  now_ = std::max(now_, end);
}

World::Wire* World::find(Node& node, engine::ConnectionId connection, std::size_t& side) {
  for (auto wire = wires_.rbegin(); wire != wires_.rend(); ++wire) {
    for (side = 0; side < 2; ++side)
      if ((*wire)->ends[side].node == &node && (*wire)->ends[side].id == connection)
        return wire->get();
  }
  return nullptr;
}

void World::connect(Node& from, engine::ConnectionId connection, const base::IpAddress& to) {
  Wire& wire = *wires_.emplace_back(std::make_unique<Wire>());
  wire.ends[0] = {&from, connection, false, {}};
  wire.flows[0].held = wire.flows[1].held = true;
  for (const auto& node : nodes_)
    if (node->address() == to && !node->exited()) wire.ends[1].node = node.get();
  const bool refused = wire.ends[1].node == nullptr || random.chance(weather.refuse_percent);
  after(delay(), [this, &wire, refused] {
    if (wire.flows[0].closing) return;
    if (!refused) return arrive(wire);
    wire.broken = true;
    End& caller = wire.ends[0];
    const engine::ConnectionId id = std::exchange(caller.id, 0);
    caller.node->engine_->on_connect_failed(id, "connection refused", now());
    caller.node->touch();
  });
}

void World::knock(Node& from, Node& to) {
  const engine::ConnectionId id = next_accepted_++;
  connect(from, id, to.address());
  after(base::seconds(2), [&from, id] { from.close(id); });
}

void World::arrive(Wire& wire) {
  End& caller = wire.ends[0];
  End& called = wire.ends[1];
  called.id = next_accepted_++;
  const engine::Accepted answer = called.node->engine_->on_accepted(
      called.id, called.node->address(), caller.node->address(), now());
  called.open = answer == engine::Accepted::kept && called.id != 0;
  if (answer == engine::Accepted::refused) {
    called.id = 0;
    wire.flows[1].closing = true;
  }
  called.node->touch();
  wire.flows[0].held = false;
  after(delay(), [this, &wire] {
    wire.flows[1].held = false;
    schedule_delivery(wire, 1);
    schedule_delivery(wire, 0);
    End& end = wire.ends[0];
    if (wire.broken || wire.flows[0].closing) return;
    end.open = true;
    end.node->engine_->on_connected(end.id, end.node->address(), wire.ends[1].node->address(),
                                    now());
    end.node->touch();
  });
}

void World::schedule_delivery(Wire& wire, std::size_t side) {
  Flow& flow = wire.flows[side];
  if (wire.broken || flow.held || flow.scheduled || (flow.bytes.empty() && !flow.closing)) return;
  flow.scheduled = true;
  base::Duration wait = delay();
  if (random.chance(weather.stall_percent))
    wait = base::nanoseconds(static_cast<std::int64_t>(
        random.below(static_cast<std::uint64_t>(weather.stall_max.ns)) + 1));
  after(wait, [this, &wire, side] { deliver(wire, side); });
}

void World::deliver(Wire& wire, std::size_t side) {
  Flow& flow = wire.flows[side];
  End& reader = wire.ends[1 - side];
  flow.scheduled = false;
  if (wire.broken) return;
  if (flow.bytes.empty()) return deliver_end(wire, side);
  const std::size_t limit = std::min(flow.bytes.size(), weather.chunk_max);
  const std::size_t size = 1 + random.below(limit);
  const auto cut_at = flow.bytes.begin() + static_cast<std::ptrdiff_t>(size);
  if (reader.open) reader.unread.insert(reader.unread.end(), flow.bytes.begin(), cut_at);
  flow.bytes.erase(flow.bytes.begin(), cut_at);
  schedule_delivery(wire, side);
  if (reader.open) {
    const std::vector<std::uint8_t> bytes = reader.unread;
    const std::size_t used = reader.node->engine_->on_bytes(reader.id, bytes, now());
    if (used > bytes.size()) return note_fault("more bytes were consumed than there were");
    if (reader.open)
      reader.unread.erase(reader.unread.begin(),
                          reader.unread.begin() + static_cast<std::ptrdiff_t>(used));
    reader.node->touch();
  }
  if (!flow.blocked || flow.bytes.size() > weather.buffer || wire.broken) return;
  flow.blocked = false;
  End& writer = wire.ends[side];
  if (!writer.open) return;
  writer.node->engine_->on_writable(writer.id, now());
  writer.node->touch();
}

void World::deliver_end(Wire& wire, std::size_t side) {
  End& reader = wire.ends[1 - side];
  if (!std::exchange(reader.open, false)) return;
  reader.node->engine_->on_closed(reader.id, "the peer closed it", now());
  reader.node->touch();
}

void World::cut() {
  std::vector<Wire*> up;
  for (const auto& wire : wires_)
    if (!wire->broken && (wire->ends[0].open || wire->ends[1].open)) up.push_back(wire.get());
  if (up.empty()) return;
  Wire& wire = *up[random.below(up.size())];
  wire.broken = true;
  for (End& end : wire.ends) {
    if (!std::exchange(end.open, false)) continue;
    end.node->engine_->on_closed(end.id, "connection reset", now());
    end.node->touch();
  }
}

void World::note(base::Bytes bytes) {
  for (const std::uint8_t byte : bytes) transcript_ = (transcript_ ^ byte) * 0x100000001B3;
}

void World::note_fault(std::string_view what) {
  if (fault_.empty()) fault_ = what;
}

}  // namespace openbell::sim
