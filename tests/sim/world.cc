#include "tests/sim/world.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "bgp/message/header.h"

namespace openbell::sim {

namespace {

/// Turns without anything from outside after which an engine is taken to spin.
constexpr std::size_t idle_turns_max = 2000;

template <typename Visit>
void for_each_message(base::Bytes messages, Visit visit) {
  while (!messages.empty()) {
    const bgp::FrameResult frame = bgp::read_frame(messages, bgp::extended_message_size_max);
    if (frame.kind != bgp::FrameResult::Kind::message) return;
    visit(frame.type, frame.body);
    messages = messages.subspan(frame.message.size());
  }
}

}  // namespace

World::World(std::uint64_t seed) : random(seed) {}

World::~World() = default;

Node& World::add_node(std::string_view address, const engine::Options& options,
                      Observer* observer) {
  base::IpAddress parsed;
  OPENBELL_CHECK(base::parse_ip(address, parsed));
  return *nodes_.emplace_back(
      std::make_unique<Node>(*this, nodes_.size(), parsed, options, observer));
}

Node* World::find(std::string_view address) {
  for (const auto& node : nodes_)
    if (node->name() == address) return node.get();
  return nullptr;
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

bool World::quiet() const {
  return std::all_of(wires_.begin(), wires_.end(), [](const auto& wire) {
    return wire->broken || (wire->flows[0].bytes.empty() && wire->flows[1].bytes.empty());
  });
}

// --- connections

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
  wire.ends[0].node = &from;
  wire.ends[0].id = connection;
  wire.flows[0].held = wire.flows[1].held = true;
  for (const auto& node : nodes_)
    if (node->address() == to && !node->exited()) wire.ends[1].node = node.get();
  const bool refused = wire.ends[1].node == nullptr || random.chance(weather.refuse_percent);
  after(delay(), [this, &wire, refused] {
    if (wire.flows[0].closing) return;
    const bool reached = wire.ends[1].node != nullptr && wire.ends[1].node->present;
    if (!refused && reached && wire.ends[0].node->present) return arrive(wire);
    wire.broken = true;
    End& caller = wire.ends[0];
    caller.node->input();
    caller.node->engine_->on_connect_failed(std::exchange(caller.id, engine::no_connection),
                                            "connection refused", now());
    caller.node->touch();
  });
}

void World::knock(Node& from, Node& to) {
  const engine::ConnectionId id{next_accepted_++};
  connect(from, id, to.address());
  after(base::seconds(2), [&from, id] { from.close(id); });
}

void World::arrive(Wire& wire) {
  End& caller = wire.ends[0];
  End& called = wire.ends[1];
  called.id = engine::ConnectionId{next_accepted_++};
  called.node->input();
  const engine::Accepted answer = called.node->engine_->on_accepted(
      called.id, called.node->address(), caller.node->address(), now());
  called.open = answer == engine::Accepted::kept && called.id != engine::no_connection;
  if (answer == engine::Accepted::refused) {
    called.id = engine::no_connection;
    wire.flows[1].closing = true;
  }
  called.node->touch();
  wire.flows[0].held = false;
  after(delay(), [this, &wire] {
    wire.flows[1].held = false;
    schedule_delivery(wire, 1);
    schedule_delivery(wire, 0);
    End& end = wire.ends[0];
    if (wire.flows[0].closing) return;
    end.node->input();
    if (wire.broken) {
      end.node->engine_->on_connect_failed(std::exchange(end.id, engine::no_connection),
                                           "connection reset", now());
      return end.node->touch();
    }
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
  if (wire.broken || !reader.node->reading) return;
  if (flow.bytes.empty()) return deliver_end(wire, side);
  const std::size_t size = std::min(flow.bytes.size(), 1 + random.below(weather.chunk_max));
  const auto cut_at = flow.bytes.begin() + static_cast<std::ptrdiff_t>(size);
  if (reader.open) reader.unread.insert(reader.unread.end(), flow.bytes.begin(), cut_at);
  flow.bytes.erase(flow.bytes.begin(), cut_at);
  schedule_delivery(wire, side);
  if (reader.open) deliver_bytes(reader);
  if (!flow.blocked || flow.bytes.size() > weather.buffer || wire.broken) return;
  flow.blocked = false;
  End& writer = wire.ends[side];
  if (!writer.open) return;
  writer.node->input();
  writer.node->engine_->on_writable(writer.id, now());
  writer.node->touch();
}

void World::deliver_bytes(End& reader) {
  reader.node->input();
  if (!reader.open) return;
  const std::vector<std::uint8_t> bytes = reader.unread;
  const std::size_t used = reader.node->engine_->on_bytes(reader.id, bytes, now());
  if (used > bytes.size()) return note_fault("more bytes were consumed than there were");
  if (reader.node->observer_ != nullptr) {
    std::size_t side = 0;
    if (Wire* wire = find(*reader.node, reader.id, side); wire != nullptr && reader.open)
      note_received(reader, wire->ends[1 - side].node->name(), base::Bytes(bytes).first(used));
  }
  if (reader.open)
    reader.unread.erase(reader.unread.begin(),
                        reader.unread.begin() + static_cast<std::ptrdiff_t>(used));
  reader.node->touch();
}

void World::deliver_end(Wire& wire, std::size_t side) {
  End& reader = wire.ends[1 - side];
  if (!reader.open) return;
  reader.node->input();
  if (!std::exchange(reader.open, false)) return;
  sessions_changed_ = true;
  reader.node->engine_->on_closed(reader.id, "the peer closed it", now());
  reader.node->touch();
}

void World::break_wire(Wire& wire) {
  wire.broken = true;
  for (End& end : wire.ends) {
    if (!end.open) continue;
    end.node->input();
    if (!std::exchange(end.open, false)) continue;
    sessions_changed_ = true;
    end.node->engine_->on_closed(end.id, "connection reset", now());
    end.node->touch();
  }
}

void World::cut(unsigned n) {
  std::vector<Wire*> up;
  for (const auto& wire : wires_)
    if (!wire->broken && (wire->ends[0].open || wire->ends[1].open)) up.push_back(wire.get());
  if (!up.empty()) break_wire(*up[n % up.size()]);
}

void World::set_present(Node& node, bool present) {
  node.present = present;
  if (present) return;
  for (std::size_t i = 0; i < wires_.size(); ++i) {
    Wire& wire = *wires_[i];
    if (!wire.broken && (wire.ends[0].node == &node || wire.ends[1].node == &node) &&
        (wire.ends[0].open || wire.ends[1].open))
      break_wire(wire);
  }
}

void World::set_reading(Node& node, bool reading) {
  node.reading = reading;
  if (!reading) return;
  for (const auto& wire : wires_)
    for (std::size_t side = 0; side < 2; ++side)
      if (wire->ends[1 - side].node == &node) schedule_delivery(*wire, side);
}

// --- what the observer hears

void World::note_sent(Wire& wire, std::size_t side, base::Bytes messages) {
  End& end = wire.ends[side];
  const std::string& peer = wire.ends[1 - side].node->name();
  for_each_message(messages, [&](bgp::MessageType type, base::Bytes body) {
    if (type == bgp::MessageType::keepalive)
      sessions_changed_ |= !std::exchange(end.keepalive_sent, true);
    if (type == bgp::MessageType::update) end.node->observer_->on_update(peer, end.id, body);
  });
}

void World::note_received(End& end, const std::string& peer, base::Bytes messages) {
  for_each_message(messages, [&](bgp::MessageType type, base::Bytes) {
    if (type == bgp::MessageType::open) end.open_received = true;
    if (type == bgp::MessageType::keepalive)
      sessions_changed_ |= !std::exchange(end.keepalive_received, true);
    sessions_changed_ |= type == bgp::MessageType::open;
    if (type == bgp::MessageType::route_refresh) end.node->observer_->on_refresh_asked(peer);
  });
}

void World::review_sessions(Node& node) {
  if (node.observer_ == nullptr || !std::exchange(sessions_changed_, false)) return;
  std::map<std::string, Known> now_known;
  for (const auto& wire : wires_) {
    for (std::size_t side = 0; side < 2; ++side) {
      const End& end = wire->ends[side];
      if (end.node != &node || !end.accepted()) continue;
      Known& known = now_known[wire->ends[1 - side].node->name()];
      known.open = true;
      known.established |= end.established();
    }
  }
  for (const auto& other : nodes_) {
    const Known was = known_[other->name()];
    const Known is = now_known[other->name()];
    known_[other->name()] = is;
    if (was.open && !is.open) node.observer_->on_peer_gone(other->name());
    if (!was.open && is.open) node.observer_->on_peer_open(other->name());
    if (!was.established && is.established) node.observer_->on_peer_established(other->name());
  }
}

void World::note(base::Bytes bytes) {
  for (const std::uint8_t byte : bytes) transcript_ = (transcript_ ^ byte) * 0x100000001B3;
}

void World::note_fault(std::string_view what) {
  if (fault_.empty()) fault_ = what;
}

}  // namespace openbell::sim
