#include "engine/engine.h"

#include <algorithm>
#include <utility>

#include "engine/bulk.h"
#include "engine/bus.h"
#include "engine/command.h"
#include "engine/control.h"
#include "engine/on_exit.h"
#include "engine/reload.h"
#include "engine/state.h"

namespace openbell::engine {

State::State(Host& engine_host, Options engine_options, audit::Trail* audit_trail)
    : host(engine_host), options(std::move(engine_options)), trail(audit_trail) {
  publisher.add(log_sink);
  if (trail != nullptr) {
    audit_sink = std::make_unique<AuditSink>(*this, *trail);
    publisher.add(*audit_sink);
  }
  publisher.add(notice_sink);
}

State::~State() = default;

bool State::writable(rib::PeerIndex peer) const {
  const Neighbor* known = neighbor(peer);
  return known != nullptr && known->writable();
}

void State::write(rib::PeerIndex peer, bgp::Bytes messages) {
  neighbors[peer]->write(messages);
}

void State::unsendable(rib::PeerIndex peer, const bgp::NlriView& nlri) {
  const base::Handle route = routing.store.find(nlri, peer);
  const bgp::WireContext* context = neighbors[peer]->wire_context();
  std::string text;
  base::TextWriter out(text);
  out.put("not sent to ").put(neighbors[peer]->peer_address().text()).put(", ");
  const bgp::NextHop next_hop = route == base::no_handle
                                    ? bgp::NextHop{}
                                    : routing.paths.view(routing.store[route].path).next_hop;
  if (context != nullptr && !bgp::can_send(nlri.family, next_hop, *context)) {
    out.put(bgp::next_hop_refusal(nlri.family, next_hop));
  } else {
    out.put("its attributes leave no room in a message");
  }
  out.put(": ");
  bgp::print_family(nlri.family, out);
  out.put(' ');
  bgp::ops(nlri.family).print(nlri, {}, out);
  publisher.publish(now, Lost{peer, "not sent", publisher.keep(text)});
}

void State::overrun(rib::PeerIndex peer) {
  overrun_peers.push_back(peer);
}

void State::settled(rib::Token token, rib::PeerIndex peer, Fate fate) {
  receipts.on_settled(token, peer, fate);
}

void State::introduced(const rib::Snapshot& peers, std::size_t routes, rib::ChangeRange range) {
  // Others were known when their routes were said, and are named by the records of that.
  peers.for_each([&](rib::PeerIndex peer) {
    const Neighbor* known = neighbor(peer);
    if (known == nullptr || !known->is_born_of_range()) return;
    const base::IpPrefix& parent = neighbor(known->range())->config().peer_address;
    const std::string name =
        "born of " + parent.address.text() + "/" + std::to_string(parent.length);
    publisher.publish(now, RoutesChanged{{audit::Cause::Kind::configuration, publisher.keep(name)},
                                         "introduced",
                                         {},
                                         routing.peers.snapshot(peer),
                                         range,
                                         routes});
  });
}

bool State::same(rib::PeerIndex peer, bgp::Family family, const bgp::PathView& a,
                 const bgp::PathView& b) const {
  const Neighbor* known = neighbor(peer);
  const bgp::WireContext* context = known == nullptr ? nullptr : known->wire_context();
  if (context == nullptr) return false;
  if (bgp::resolve_next_hop(a.next_hop, family, *context) !=
      bgp::resolve_next_hop(b.next_hop, family, *context))
    return false;
  std::array<std::uint8_t, bgp::message_size_max> bytes_a;
  std::array<std::uint8_t, bgp::message_size_max> bytes_b;
  bgp::ByteWriter out_a(bytes_a);
  bgp::ByteWriter out_b(bytes_b);
  return bgp::write_outbound_attributes(a, family, *context, out_a) &&
         bgp::write_outbound_attributes(b, family, *context, out_b) &&
         base::equal(out_a.written(), out_b.written());
}

void State::write_urgent() {
  run_consequences(*this);
  if (!std::exchange(urgent, false)) return;
  routing.out.flush_urgent(now.tick);
}

base::Tick State::other_deadline() {
  // With a thousand neighbors, looking at each in every turn would cost more than what most turns
  // do.
  if (std::exchange(timers_changed, false)) {
    neighbors_deadline = base::never;
    for (const auto& known : neighbors)
      if (known != nullptr) neighbors_deadline = std::min(neighbors_deadline, known->deadline());
  }
  base::Tick earliest = std::min(routing.out.deadline(), neighbors_deadline);
  for (const auto& known : helpers)
    if (known != nullptr) earliest = std::min({earliest, known->restart_at, known->withdraw_at});
  return earliest;
}

base::Tick State::health_deadline() const {
  if (ending) return base::never;  // nobody looks any more
  return std::min({services.deadline(), leases.deadline(), plans.deadline(), receipts.deadline()});
}

struct Engine::State : engine::State {
  using engine::State::State;
};

Engine::Engine(Host& host, Options options, audit::Trail* trail)
    : state_(std::make_unique<State>(host, std::move(options), trail)) {}

Engine::~Engine() = default;

void Engine::on_configuration(grammar::Configuration configuration, std::string_view cause,
                              base::Now now) {
  state_->now = now;
  state_->publisher.publish(now,
                            ConfigurationApplied{state_->publisher.keep(cause), !state_->started});
  apply_configuration(*state_, std::move(configuration), cause);
  state_->started = true;
}

void Engine::on_configuration_refused(std::string_view reason, std::string_view cause,
                                      base::Now now) {
  state_->now = now;
  state_->publisher.publish(
      now, ConfigurationRefused{state_->publisher.keep(cause), state_->publisher.keep(reason)});
}

void Engine::on_connected(ConnectionId connection, base::IpAddress local, base::IpAddress,
                          base::Now now) {
  state_->now = now;
  if (Neighbor* neighbor = state_->owner(connection)) neighbor->on_connected(connection, local);
}

void Engine::on_connect_failed(ConnectionId connection, std::string_view reason, base::Now now) {
  state_->now = now;
  if (Neighbor* neighbor = state_->owner(connection))
    neighbor->on_connect_failed(connection, reason);
}

Accepted Engine::on_accepted(ConnectionId connection, base::IpAddress local, base::IpAddress peer,
                             base::Now now) {
  state_->now = now;
  return accept(*state_, connection, local, peer) ? Accepted::kept : Accepted::refused;
}

std::size_t Engine::on_bytes(ConnectionId connection, base::Bytes bytes, base::Now now) {
  state_->now = now;
  Neighbor* neighbor = state_->owner(connection);
  return neighbor == nullptr ? bytes.size() : neighbor->on_bytes(connection, bytes);
}

void Engine::on_closed(ConnectionId connection, std::string_view reason, base::Now now) {
  state_->now = now;
  if (Neighbor* neighbor = state_->owner(connection)) neighbor->on_closed(connection, reason);
}

void Engine::on_writable(ConnectionId connection, base::Now now) {
  state_->now = now;
  if (Neighbor* neighbor = state_->owner(connection)) neighbor->on_writable(connection);
}

void Engine::on_helper_started(HelperId id, int pid, base::Now now) {
  state_->now = now;
  Helper* helper = state_->helper(id);
  if (helper == nullptr) return;
  helper->started(pid, {rib::Rank::word, state_->next_claimant++});
  state_->publisher.publish(now, HelperStarted{state_->publisher.keep(helper->name()), pid});
}

void Engine::on_line(HelperId id, std::string_view line, base::Now now) {
  state_->now = now;
  if (Helper* helper = state_->helper(id)) run_command(*state_, *helper, line);
}

void Engine::on_line_refused(HelperId id, std::size_t size, base::Now now) {
  state_->now = now;
  Helper* helper = state_->helper(id);
  if (helper == nullptr) return;
  const std::string what = "a line of " + std::to_string(size) + " bytes is longer than 1 MiB";
  state_->publisher.publish(
      now, CommandRefused{state_->publisher.keep(
                              Cause{audit::Cause::Kind::helper, helper->name(), helper->pid}),
                          state_->publisher.keep(what)});
  if (helper->acknowledge == Acknowledge::yes) helper->answer("error\n");
}

void Engine::on_helper_writable(HelperId id, std::size_t waiting, base::Now now) {
  state_->now = now;
  if (Helper* helper = state_->helper(id)) helper->on_writable(waiting);
}

void Engine::on_helper_exited(HelperId id, std::string_view status, base::Now now) {
  state_->now = now;
  Helper* helper = state_->helper(id);
  if (helper == nullptr) return;
  helper->stopped();
  state_->publisher.publish(
      now, HelperEnded{state_->publisher.keep(helper->name()), helper->pid,
                       state_->publisher.keep(status),
                       !helper->configured || helper->restart_asked || state_->ending});
  if (!helper->configured) {
    on_helper_death(*state_, *helper);
    state_->helpers[id].reset();
    return;
  }
  if (state_->ending) return;
  if (std::exchange(helper->restart_asked, false)) {
    helper->restart_at = now.tick;
    return;
  }
  on_helper_death(*state_, *helper);
  if (state_->options.terminate)
    return request(*state_, Request::shutdown,
                   {audit::Cause::Kind::helper, helper->name(), helper->pid});
  if (state_->options.respawn && helper->process.respawn)
    helper->restart_at = now.tick + helper->restart_delay(now.tick);
}

void Engine::on_probe(health::ProbeId probe, const health::ProbeResult& result, base::Now now) {
  state_->now = now;
  if (!state_->ending) state_->services.on_probe(probe, result);
}

void Engine::on_bfd(bfd::SessionId session, const bfd::Report& report, base::Now now) {
  state_->now = now;
  if (state_->ending) return;
  state_->bfd.on_bfd(session, report);
}

void Engine::on_stamp(ConnectionId connection, StampId stamp, StampKind kind, std::int64_t utc_ns,
                      base::Now now) {
  state_->now = now;
  Neighbor* neighbor = state_->owner(connection);
  if (neighbor == nullptr) return;
  state_->latency.on_stamp(*neighbor, stamp, kind, utc_ns);
  state_->receipts.on_stamp(neighbor->id(), stamp, kind, utc_ns);
}

void Engine::on_rehearsed(base::Tick started, std::span<const Rehearsed> sinks,
                          std::string_view error, base::Now now) {
  state_->now = now;
  state_->drills.on_rehearsed(started, sinks, error);
}

void Engine::on_signal(int number, std::string_view name, base::Now now) {
  state_->now = now;
  for (const auto& neighbor : state_->neighbors) {
    if (neighbor == nullptr || neighbor->unborn()) continue;
    event::Event event;
    event.kind = event::Kind::signal;
    event.signal_number = number;
    event.signal_name = name;
    neighbor->emit(event);
  }
  const Cause cause{audit::Cause::Kind::signal, name, number, {}};
  if (name == "SIGTERM" || name == "SIGINT" || name == "SIGHUP")
    request(*state_, Request::shutdown, cause);
  if (name == "SIGUSR1") request(*state_, Request::reload, cause);
  if (name == "SIGALRM") request(*state_, Request::restart, cause);
  if (name == "SIGUSR2") {
    for (const auto& helper : state_->helpers) {
      if (helper == nullptr || !helper->running) continue;
      helper->restart_asked = true;
      state_->host.stop_helper(helper->id());
    }
    request(*state_, Request::reload, cause);
  }
}

base::Tick Engine::deadline() const {
  return std::min(state_->health_deadline(), state_->other_deadline());
}

void Engine::on_timer(base::Now now) {
  state_->now = now;
  if (deadline() > now.tick) return;
  // Checks and leases come first: routes depend on them.
  if (state_->health_deadline() <= now.tick) {
    state_->services.on_timer();
    state_->leases.on_timer();
    state_->plans.on_timer();
    state_->receipts.on_timer();
  }
  if (state_->other_deadline() > now.tick) return;
  state_->timers_changed = true;
  for (std::size_t i = 0; i < state_->neighbors.size(); ++i) {
    Neighbor* neighbor = state_->neighbors[i].get();
    if (neighbor != nullptr && neighbor->deadline() <= now.tick) neighbor->on_timer();
  }
  for (const auto& helper : state_->helpers) {
    if (helper == nullptr) continue;
    if (helper->withdraw_at <= now.tick) {
      helper->withdraw_at = base::never;
      withdraw_owned(*state_, *helper);
    }
    if (helper->restart_at > now.tick) continue;
    helper->restart_at = base::never;
    if (!state_->ending) state_->host.start_helper(helper->id(), helper->process);
  }
}

void Engine::flush_urgent(base::Now now) {
  state_->now = now;
  state_->write_urgent();
}

void Engine::flush(base::Now now) {
  State& state = *state_;
  state.now = now;
  carry_out_requests(state);
  const std::vector<NeighborId> touched = std::exchange(state.touched, {});
  for (const NeighborId id : touched)
    if (Neighbor* neighbor = state.neighbor(id)) neighbor->settle();
  run_consequences(state);
  state.urgent = false;
  state.more_to_send = state.routing.out.flush(now.tick);
  state.receipts.end_turn();
  for (const NeighborId id : std::exchange(state.overrun_peers, {}))
    if (Neighbor* neighbor = state.neighbor(id))
      neighbor->tear_down(bgp::notification::out_of_resources, "the peer does not read");
  state.publisher.deliver();
  for (const auto& helper : state.helpers) {
    if (helper == nullptr || !helper->has_news()) continue;
    helper->hand_over(state.host, [&](std::uint64_t lost, std::string& out) {
      append_loss(state, *helper, lost, out);
    });
  }
  reap_born_of_ranges(state, touched);
  if (run_jobs(state)) state.more_to_send = true;
  if (state.trail != nullptr) state.trail->report_loss(now);
  exit_when_given_up(state);
  // What was decided while the turn was reported is for the next one.
  if (state.urgent || !state.consequences.empty() || !state.publisher.empty())
    state.more_to_send = true;
  state.plans.note_changes();
  state.latency.end_turn();
}

bool Engine::has_work() const {
  return state_->more_to_send;
}

void Engine::shutdown(std::string_view cause, base::Now now) {
  state_->now = now;
  end_everything(*state_, cause);
}

}  // namespace openbell::engine
