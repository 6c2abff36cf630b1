#pragma once
// A configured neighbor: its settings, the connections that lead to a session with it, what it sent us.

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/tick.h"
#include "engine/host.h"
#include "engine/link.h"
#include "event/event.h"
#include "grammar/configuration.h"
#include "rib/adj_rib_in.h"

namespace openbell::engine {

struct State;

/// Messages in one direction, for `show neighbor`.
struct MessageCounters {
  std::array<std::uint64_t, 6> by_type{};   // index: MessageType, 0: none
  void count(bgp::MessageType type) { ++by_type[static_cast<std::size_t>(type)]; }
  [[nodiscard]] std::uint64_t of(bgp::MessageType type) const { return by_type[static_cast<std::size_t>(type)]; }
  [[nodiscard]] std::uint64_t total() const;
};

class Neighbor {
 public:
  Neighbor(State& state, NeighborId id, grammar::NeighborConfig config);
  ~Neighbor();
  Neighbor(const Neighbor&) = delete;
  Neighbor& operator=(const Neighbor&) = delete;

  [[nodiscard]] NeighborId id() const { return id_; }
  /// `api` bindings name helpers by HelperId.
  [[nodiscard]] const grammar::NeighborConfig& config() const { return config_; }
  [[nodiscard]] const base::IpAddress& peer_address() const { return config_.peer_address.address; }
  /// A range of addresses: gives birth to a neighbor for each connection and has no session itself.
  [[nodiscard]] bool is_range() const;
  [[nodiscard]] bool passive() const;
  /// Born from a range, gone with its session.
  [[nodiscard]] bool ephemeral() const { return ephemeral_; }
  void set_ephemeral() { ephemeral_ = true; }

  // --- configured routes
  [[nodiscard]] const grammar::RouteList& routes() const { return *routes_; }
  [[nodiscard]] std::shared_ptr<const grammar::RouteList> shared_routes() const { return routes_; }
  /// Places in routes() that have a watchdog.
  [[nodiscard]] const std::vector<std::uint32_t>& watched_routes() const { return watched_routes_; }
  void set_watchdog(const std::string& name, bool announced) { watchdogs_[name] = announced; }
  /// A configured route is announced now: it has no watchdog, or that one says so.
  [[nodiscard]] bool watchdog_lets(const grammar::RouteView& route) const;

  /// Announces every configured route whose watchdog lets it: a first configuration, before any session.
  void announce_configured();

  // --- life
  /// Begins to connect, or to wait when passive.
  void start();
  /// Other settings that leave the session as it is (api, routes, description); routes are replaced by a bulk job.
  void adopt(grammar::NeighborConfig config);
  /// Ends the session, if there is one, with a NOTIFICATION; it is made anew unless `end_for_good` follows.
  void tear_down(bgp::NotificationCode code, std::string_view text);
  /// The neighbor is removed, or the daemon ends.
  void end_for_good(bgp::NotificationCode code, std::string_view reason);

  // --- connections
  [[nodiscard]] base::Tick deadline() const;
  void on_timer();
  void on_connected(ConnectionId connection, const base::IpAddress& local);
  void on_connect_failed(ConnectionId connection, std::string_view reason);
  /// False when a connection cannot be used now (RFC 4271 6.8); a NOTIFICATION was written then.
  bool on_accepted(ConnectionId connection, const base::IpAddress& local);
  std::size_t on_bytes(ConnectionId connection, bgp::Bytes bytes);
  void on_closed(ConnectionId connection, std::string_view reason);
  void on_writable(ConnectionId connection);

  /// Frees connections that ended during this turn.
  void sweep() { closed_.clear(); }

  // --- session
  [[nodiscard]] bool established() const { return current_ != nullptr && current_->established(); }
  [[nodiscard]] bool writable() const { return established() && current_->writable(); }
  void write(bgp::Bytes messages);
  /// Asks the peer for its routes again, if it can (RFC 2918).
  void ask_refresh(bgp::Family family);
  /// Sends everything announced again (`flush adj-rib out`).
  void resend_everything();
  void forget_received();
  void emit(event::Event event);

  // --- for show and events
  [[nodiscard]] const Link* link() const { return current_.get(); }
  [[nodiscard]] std::string_view state_name() const { return state_name_; }
  [[nodiscard]] base::Tick up_since() const { return up_since_; }
  /// What our OPEN says, also while the session is down.
  [[nodiscard]] bgp::Capabilities local_capabilities() const;
  /// Null before the peer's OPEN was read.
  [[nodiscard]] const bgp::Capabilities* peer_capabilities() const;
  [[nodiscard]] const bgp::OpenView* peer_open() const;
  /// Null before negotiation.
  [[nodiscard]] const bgp::WireContext* wire_context() const;
  [[nodiscard]] const MessageCounters& sent() const { return sent_; }
  [[nodiscard]] const MessageCounters& received() const { return received_count_; }
  [[nodiscard]] const rib::AdjRibIn& adj_rib_in() const { return *received_; }
  [[nodiscard]] bool given_up() const { return given_up_; }
  [[nodiscard]] event::PeerView peer_view() const;

  std::uint64_t event_counter = 0;

 private:
  friend class Link;

  void connect();
  void schedule_connect(bool after_session);
  void adopt_link(std::unique_ptr<Link> link);
  void resolve_collision(Link& link);
  void release_link(Link& link);

  // from Link
  void link_state(Link& link, std::string_view name);
  void link_established(Link& link);
  void link_closed(Link& link, std::string_view reason);
  void link_update(Link& link, const bgp::UpdateView& update, bgp::Bytes message);
  void link_refresh(Link& link, const bgp::RefreshView& refresh);

  void set_state_name(std::string_view name);
  void take_received(const bgp::UpdateView& update);

  State& state_;
  const NeighborId id_;
  grammar::NeighborConfig config_;
  std::shared_ptr<const grammar::RouteList> routes_;
  std::vector<std::uint32_t> watched_routes_;
  std::map<std::string, bool, std::less<>> watchdogs_;

  ConnectionId connecting_ = 0;               // being made, 0: none
  std::unique_ptr<Link> current_;
  std::unique_ptr<Link> contender_;           // a second connection, until RFC 4271 6.8 decides
  std::vector<std::unique_ptr<Link>> closed_; // freed when nothing of them is on the stack
  base::Tick connect_at_ = base::never;
  unsigned failures_ = 0;
  std::uint32_t attempts_ = 0;
  bool given_up_ = false;
  bool ended_ = false;
  bool ephemeral_ = false;

  std::string_view state_name_ = "IDLE";
  base::Tick up_since_{};
  MessageCounters sent_;
  MessageCounters received_count_;
  std::unique_ptr<rib::AdjRibIn> received_;
};

}  // namespace openbell::engine
