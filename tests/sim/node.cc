// One daemon of the world: what its engine asks for, and what becomes of it.

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/ring.h"
#include "engine/ports_test.h"
#include "tests/sim/world.h"

namespace openbell::sim {

/// The way of an audit record from the engine to its line.
struct Node::Audit {
  base::Ring ring{1u << 17};
  audit::Trail trail{ring};
  audit::Drain drain{ring};
};

Node::Node(World& world, std::size_t index, base::IpAddress address, engine::Options options,
           Observer* observer)
    : world_(world),
      index_(index),
      address_(address),
      name_(address.text()),
      observer_(observer),
      audit_(observer == nullptr ? nullptr : std::make_unique<Audit>()),
      engine_(std::make_unique<engine::Engine>(engine::ports_of(*this), std::move(options),
                                               audit_ == nullptr ? nullptr : &audit_->trail)) {}

Node::~Node() = default;

void Node::start() {
  read_configuration("start");
}

void Node::read_configuration(std::string_view cause) {
  input();
  grammar::Configuration parsed;
  std::vector<grammar::Diagnostic> diagnostics;
  const bool accepted =
      grammar::parse_configuration(configuration, {.file_name = "sim.conf"}, parsed, diagnostics);
  if (observer_ != nullptr) observer_->on_configuration(accepted);
  if (accepted) {
    engine_->on_configuration(std::move(parsed), cause, world_.now());
  } else {
    engine_->on_configuration_refused(diagnostics.front().text(), cause, world_.now());
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

bool Node::runs(std::string_view helper) const {
  for (const auto& [id, process] : processes_)
    if (process.name == helper && process.running) return true;
  return false;
}

bool Node::say(std::string_view helper, std::string_view line) {
  engine::HelperId id{};
  if (!runs(helper)) return false;
  process(helper, id);
  input();
  engine_->on_line(id, line, world_.now());
  touch();
  return true;
}

std::string Node::take_output(std::string_view helper) {
  engine::HelperId id{};
  Process* known = process(helper, id);
  return known == nullptr ? std::string() : std::exchange(known->output, {});
}

void Node::kill(std::string_view helper) {
  engine::HelperId id{};
  if (process(helper, id) != nullptr) exit_later(id, "signal 9");
}

void Node::signal(int number, std::string_view name) {
  input();
  engine_->on_signal(number, name, world_.now());
  touch();
}

void Node::input() {
  if (engine_->deadline() <= world_.now().tick) {
    engine_->on_timer(world_.now());
    if (observer_ != nullptr) observer_->on_consequences();
    engine_->flush_urgent(world_.now());
  }
  if (observer_ != nullptr) observer_->on_input();
}

void Node::touch() {
  dirty_ = true;
  world_.review_sessions(*this);
  if (!world_.random.chance(30)) turn();
}

void Node::end_turn() {
  if (dirty_) turn();
}

void Node::turn() {
  dirty_ = false;
  if (observer_ != nullptr) observer_->on_consequences();
  engine_->flush(world_.now());
  world_.review_sessions(*this);
  if (audit_ == nullptr) return;
  audit_->drain.fill(audit_log_, SIZE_MAX);
  observer_->on_turn_ended();
}

base::Tick Node::wake_at() const {
  if (dirty_ || engine_->has_work()) return world_.now().tick;
  return engine_->deadline();
}

void Node::wake() {
  input();
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
  end.id = engine::no_connection;
  end.unread.clear();
  world_.sessions_changed_ = true;
  wire->flows[side].closing = true;
  world_.schedule_delivery(*wire, side);
}

std::optional<std::uint64_t> Node::change_behind(engine::ConnectionId connection,
                                                 const bgp::NlriView& nlri) const {
  const std::uint64_t change = engine_->change_behind(connection, nlri);
  if (change == 0) return {};
  return change;
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
  if (observer_ != nullptr) world_.note_sent(*wire, side, messages);
  flow.bytes.insert(flow.bytes.end(), messages.begin(), messages.end());
  world_.schedule_delivery(*wire, side);
  if (flow.bytes.size() <= world_.weather.buffer) return 0;
  flow.blocked = true;
  return flow.bytes.size() - world_.weather.buffer;
}

// --- helpers

void Node::start_helper(engine::HelperId helper, const grammar::ProcessConfig& process) {
  processes_[helper] = {process.name, false, false, {}};
  world_.after(world_.delay(), [this, helper] {
    Process& starting = processes_[helper];
    input();
    starting.running = true;
    if (observer_ != nullptr) observer_->on_helper_started(starting.name);
    engine_->on_helper_started(helper, ++pids_, world_.now());
    touch();
  });
}

void Node::stop_helper(engine::HelperId helper) {
  processes_[helper].asked = true;
  if (observer_ != nullptr) observer_->on_helper_asked(processes_[helper].name);
  exit_later(helper, "signal 15");
}

void Node::exit_later(engine::HelperId helper, std::string_view status) {
  world_.after(world_.delay(), [this, helper, status] {
    Process& process = processes_[helper];
    if (!process.running) return;
    input();
    process.running = false;
    if (observer_ != nullptr) observer_->on_helper_exited(process.name, process.asked);
    engine_->on_helper_exited(helper, status, world_.now());
    touch();
  });
}

std::size_t Node::write_helper(engine::HelperId helper, std::string_view lines) {
  world_.note(base::bytes_of(lines));
  Process& process = processes_[helper];
  if (!process.running) world_.note_fault("lines for a helper that does not run");
  if (observer_ != nullptr)
    observer_->on_helper_output(process.name, lines);
  else
    process.output += lines;
  return 0;
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
    if (observer_ != nullptr) observer_->on_check(probe.check, alive);
    return health::ProbeResult{alive, alive ? "" : "dead",
                               alive && probe.holds ? base::never : base::Tick{}};
  }
  probe.attempting = true;
  const std::uint64_t attempt = ++probe.attempt;
  if (world_.random.chance(world_.weather.silence_percent)) return std::nullopt;
  world_.after(world_.delay(), [this, id, attempt] {
    const auto known = probes_.find(id);
    if (known == probes_.end() || !known->second.attempting || known->second.attempt != attempt)
      return;
    answer_probe(id, programs[known->second.check]);
  });
  return std::nullopt;
}

void Node::answer_probe(health::ProbeId id, bool alive) {
  input();
  // A timer that was due may have given the attempt up.
  const auto known = probes_.find(id);
  if (known == probes_.end() || !(known->second.attempting || known->second.holds)) return;
  Probe& probe = known->second;
  probe.attempting = false;
  if (observer_ != nullptr) observer_->on_check(probe.check, alive);
  engine_->on_probe(id,
                    {.ok = alive,
                     .error = alive ? "" : "dead",
                     .again = alive && probe.holds ? base::never : base::Tick{}},
                    world_.now());
  if (observer_ != nullptr) observer_->on_consequences();
  engine_->flush_urgent(world_.now());
  touch();
}

void Node::cancel_probe(health::ProbeId id) {
  Probe& probe = probes_[id];
  probe.attempting = false;
  if (observer_ != nullptr) observer_->on_check(probe.check, false);
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

// --- time and the rest

base::Now Node::clock() {
  return world_.now();
}

std::size_t Node::write_stamped(engine::ConnectionId connection, base::Bytes messages,
                                engine::StampId stamp) {
  const std::size_t waiting = write(connection, messages);
  // Some acknowledgements never come.
  if (world_.random.chance(80))
    world_.after(world_.delay(), [this, connection, stamp] {
      input();
      const base::Now now = world_.now();
      engine_->on_stamp(connection, stamp, engine::StampKind::sent, now.utc_ns, now);
      engine_->on_stamp(connection, stamp, engine::StampKind::acknowledged, now.utc_ns, now);
      touch();
    });
  return waiting;
}

void Node::rehearse(std::vector<std::vector<std::uint8_t>> messages) {
  world_.after(world_.delay(), [this, count = messages.size()] {
    input();
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
               name_.c_str(), level, static_cast<int>(source.size()), source.data(),
               static_cast<int>(message.size()), message.data());
}

}  // namespace openbell::sim
