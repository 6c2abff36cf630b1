#include "engine/engine.h"

#include <algorithm>
#include <utility>

#include "engine/assembly.h"
#include "engine/client/on_exit.h"
#include "engine/reload.h"

namespace openbell::engine {

Engine::Engine(const Ports& ports, Options options, audit::Trail* trail)
    : all_(std::make_unique<Assembly>(ports, std::move(options), trail)) {}

Engine::~Engine() = default;

std::uint64_t Engine::change_behind(ConnectionId connection, const bgp::NlriView& nlri) const {
  const Neighbor* neighbor = all_->roster.owner(connection);
  const Routing& routing = all_->routing;
  std::uint64_t change = 0;
  if (neighbor == nullptr) return change;
  routing.store.for_each(nlri, [&](base::Handle at) {
    const rib::Route& route = routing.store[at];
    if (routing.peers.contains(route.audience, neighbor->id())) change = route.change;
  });
  return change;
}

// --- configurations

void Engine::on_configuration(grammar::Configuration configuration, std::string_view cause,
                              base::Now now) {
  all_->turn.now = now;
  all_->publisher.publish(ConfigurationApplied{all_->publisher.keep(cause), !all_->started});
  apply_configuration(all_->parts, std::move(configuration), cause,
                      all_->started ? Occasion::reload : Occasion::start);
  all_->started = true;
}

void Engine::on_configuration_refused(std::string_view reason, std::string_view cause,
                                      base::Now now) {
  all_->turn.now = now;
  all_->publisher.publish(
      ConfigurationRefused{all_->publisher.keep(cause), all_->publisher.keep(reason)});
}

// --- connections

void Engine::on_connected(ConnectionId connection, base::IpAddress local, base::IpAddress,
                          base::Now now) {
  all_->turn.now = now;
  if (Neighbor* neighbor = all_->roster.owner(connection))
    neighbor->on_connected(connection, local);
}

void Engine::on_connect_failed(ConnectionId connection, std::string_view reason, base::Now now) {
  all_->turn.now = now;
  if (Neighbor* neighbor = all_->roster.owner(connection))
    neighbor->on_connect_failed(connection, reason);
}

Accepted Engine::on_accepted(ConnectionId connection, base::IpAddress local, base::IpAddress peer,
                             base::Now now) {
  all_->turn.now = now;
  return all_->roster.accept(connection, local, peer) ? Accepted::kept : Accepted::refused;
}

std::size_t Engine::on_bytes(ConnectionId connection, base::Bytes bytes, base::Now now) {
  all_->turn.now = now;
  Neighbor* neighbor = all_->roster.recipient(connection);
  return neighbor == nullptr ? bytes.size() : neighbor->on_bytes(connection, bytes);
}

void Engine::on_closed(ConnectionId connection, std::string_view reason, base::Now now) {
  all_->turn.now = now;
  if (Neighbor* neighbor = all_->roster.owner(connection)) neighbor->on_closed(connection, reason);
}

void Engine::on_writable(ConnectionId connection, base::Now now) {
  all_->turn.now = now;
  if (Neighbor* neighbor = all_->roster.owner(connection)) neighbor->on_writable(connection);
}

void Engine::on_stamp(ConnectionId connection, StampId stamp, StampKind kind, std::int64_t utc_ns,
                      base::Now now) {
  all_->turn.now = now;
  Neighbor* neighbor = all_->roster.owner(connection);
  if (neighbor == nullptr) return;
  all_->latency.on_stamp(*neighbor, stamp, kind, utc_ns);
  all_->receipts.on_stamp(neighbor->id(), stamp, kind, utc_ns);
}

// --- helpers

void Engine::on_helper_started(HelperId id, int pid, base::Now now) {
  all_->turn.now = now;
  Helper* helper = all_->clients.helper(id);
  if (helper == nullptr) return;
  helper->started(pid, all_->clients.next_claimant());
  all_->publisher.publish(HelperStarted{all_->publisher.keep(helper->name()), pid});
}

void Engine::on_line(HelperId id, std::string_view line, base::Now now) {
  all_->turn.now = now;
  if (Helper* helper = all_->clients.helper(id)) all_->commands.run(helper->client, line);
}

void Engine::on_line_refused(HelperId id, std::size_t size, base::Now now) {
  all_->turn.now = now;
  Helper* helper = all_->clients.helper(id);
  if (helper == nullptr) return;
  const std::string what = "a line of " + std::to_string(size) + " bytes is longer than 1 MiB";
  all_->publisher.publish(
      CommandRefused{all_->publisher.keep(helper->client.cause({})), all_->publisher.keep(what)});
  if (helper->client.acknowledge == Acknowledge::yes) helper->client.replies.answer("error\n");
}

void Engine::on_helper_writable(HelperId id, std::size_t waiting, base::Now now) {
  all_->turn.now = now;
  if (Helper* helper = all_->clients.helper(id)) helper->client.replies.on_writable(waiting);
}

void Engine::on_helper_exited(HelperId id, std::string_view status, base::Now now) {
  Assembly& all = *all_;
  all.turn.now = now;
  Helper* helper = all.clients.helper(id);
  if (helper == nullptr) return;
  helper->stopped();
  all.clients.forget_selections();  // the next process may have other neighbors
  all.publisher.publish(HelperEnded{
      all.publisher.keep(helper->name()), helper->client.pid, all.publisher.keep(status),
      !helper->configured || helper->restart_asked || all.control.ending()});
  if (!helper->configured) {
    on_helper_death(*helper, all.routing, all.control);
    return all.clients.remove_helper(id);
  }
  if (all.control.ending()) return;
  if (helper->restart_asked) return helper->make_room(now.tick);
  on_helper_death(*helper, all.routing, all.control);
  if (all.options.terminate) return all.control.request(Request::shutdown, helper->cause());
  if (all.options.respawn && helper->process.respawn)
    helper->restart_at = now.tick + helper->restart_delay(now.tick);
}

// --- clients that are no processes

ClientId Engine::on_client(const ClientIdentity& identity, base::Now now) {
  all_->turn.now = now;
  Client& client = all_->clients.open(identity);
  client.audience = all_->roster.select({});
  return client.id();
}

void Engine::on_client_line(ClientId id, std::string_view line, base::Now now) {
  all_->turn.now = now;
  if (Client* client = all_->clients.find(id)) all_->commands.run(*client, line);
}

void Engine::on_client_writable(ClientId id, std::size_t waiting, base::Now now) {
  all_->turn.now = now;
  if (Client* client = all_->clients.find(id)) client->replies.on_writable(waiting);
}

void Engine::on_client_gone(ClientId id, base::Now now) {
  all_->turn.now = now;
  all_->clients.close(id);
}

// --- checks, BFD, drills

void Engine::on_probe(health::ProbeId probe, const health::ProbeResult& result, base::Now now) {
  all_->turn.now = now;
  if (!all_->control.ending()) all_->policies.services.on_probe(probe, result);
}

void Engine::on_bfd(bfd::SessionId session, const bfd::Report& report, base::Now now) {
  all_->turn.now = now;
  if (!all_->control.ending()) all_->policies.on_bfd(session, report);
}

void Engine::on_rehearsed(base::Tick started, std::span<const Rehearsed> sinks,
                          std::string_view error, base::Now now) {
  all_->turn.now = now;
  all_->policies.drills.on_rehearsed(started, sinks, error);
}

// --- signals

void Engine::on_signal(int number, std::string_view name, base::Now now) {
  Assembly& all = *all_;
  all.turn.now = now;
  all.roster.for_each([&](Neighbor& neighbor) {
    if (neighbor.unborn()) return;
    event::Event event;
    event.kind = event::Kind::signal;
    event.signal_number = number;
    event.signal_name = name;
    neighbor.emit(event);
  });
  const Cause cause{audit::Cause::Kind::signal, name, number, {}};
  if (name == "SIGTERM" || name == "SIGINT" || name == "SIGHUP")
    all.control.request(Request::shutdown, cause);
  if (name == "SIGUSR1") all.control.request(Request::reload, cause);
  if (name == "SIGALRM") all.control.request(Request::restart, cause);
  if (name == "SIGUSR2") {
    all.clients.for_each_helper([](Helper& helper) {
      if (helper.running) helper.restart();
    });
    all.control.request(Request::reload, cause);
  }
}

void Engine::shutdown(std::string_view cause, base::Now now) {
  all_->turn.now = now;
  all_->control.end_everything(cause);
}

// --- turns

base::Tick Engine::deadline() const {
  return std::min(all_->policy_deadline(), all_->session_deadline());
}

void Engine::on_timer(base::Now now) {
  Assembly& all = *all_;
  all.turn.now = now;
  if (deadline() > now.tick) return;
  // Checks and leases come first: routes depend on them.
  if (all.policy_deadline() <= now.tick) {
    all.policies.on_timer();
    all.receipts.on_timer();
  }
  if (all.session_deadline() > now.tick) return;
  all.roster.on_timer();
  all.on_helper_timers();
}

void Engine::flush_urgent(base::Now now) {
  all_->turn.now = now;
  all_->policies.write_urgent();
}

void Engine::flush(base::Now now) {
  Assembly& all = *all_;
  Turn& turn = all.turn;
  turn.now = now;
  all.control.carry_out();
  all.roster.settle();
  all.policies.carry_out_consequences();
  turn.urgent = false;
  turn.more_to_send = all.routing.out.flush(now.tick);
  all.receipts.end_turn();
  all.roster.end_overrun();
  all.publisher.deliver();
  all.events.hand_over();
  all.roster.reap();
  if (all.routing.run_jobs()) turn.more_to_send = true;
  if (all.trail != nullptr) all.trail->report_loss(now);
  if (all.options.attempts != 0 && all.started) all.control.end_when_given_up();
  // What was decided while the turn was reported is for the next one.
  if (turn.urgent || !all.policies.consequences.empty() || !all.publisher.empty())
    turn.more_to_send = true;
  all.policies.plans.note_changes();
  all.latency.end_turn();
}

bool Engine::has_work() const {
  return all_->turn.more_to_send;
}

}  // namespace openbell::engine
