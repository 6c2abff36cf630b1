#pragma once
// A configured neighbor: its settings, the connections that lead to a session with it, what it sent
// us.

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/tick.h"
#include "engine/host.h"
#include "engine/latency.h"
#include "engine/link.h"
#include "event/event.h"
#include "grammar/configuration.h"
#include "rib/adj_rib_in.h"

namespace openbell::engine {

struct State;

/// Messages in one direction, for `show neighbor`.
struct MessageCounters {
  std::array<std::uint64_t, 7> by_type{};  // index: MessageType, 0: none
  void count(bgp::MessageType type) { ++by_type[static_cast<std::size_t>(type)]; }
  [[nodiscard]] std::uint64_t of(bgp::MessageType type) const {
    return by_type[static_cast<std::size_t>(type)];
  }
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
  void set_ephemeral();

  // --- configured routes
  [[nodiscard]] const grammar::RouteList& routes() const { return *routes_; }
  [[nodiscard]] std::shared_ptr<const grammar::RouteList> shared_routes() const { return routes_; }
  /// Remembers a commanded route that has a watchdog.
  void watch(const grammar::RouteView& route);
  /// Calls `visit(RouteView)` for every configured or commanded route of that watchdog.
  template <typename Visit>
  void for_each_watched(std::string_view name, Visit visit) const {
    for (const std::uint32_t place : routes_->watched())
      if (const grammar::RouteView route = routes_->at(place); route.watchdog == name) visit(route);
    for (std::size_t i = 0; i < commanded_.size(); ++i)
      if (const grammar::RouteView route = commanded_.at(i); route.watchdog == name) visit(route);
  }
  void set_watchdog(const std::string& name, bool announced) { watchdogs_[name] = announced; }
  /// A configured route is announced now: it has no watchdog, or that one says so.
  [[nodiscard]] bool watchdog_lets(const grammar::RouteView& route) const;

  /// Announces every configured route whose watchdog lets it: a first configuration, before any
  /// session.
  void announce_configured();

  // --- life
  /// Begins to connect, or to wait when passive.
  void start();
  /// Other settings; routes are replaced by a bulk job, the session is torn down by the caller when
  /// it must be.
  void adopt(grammar::NeighborConfig config);
  /// Ends the session, if there is one, with a NOTIFICATION; it comes back at once.
  void tear_down(bgp::NotificationCode code, std::string_view text);
  /// BFD says that the path is dead: the session ends at once (RFC 5882 4.2, RFC 9384).
  void on_bfd_down();
  /// The neighbor is removed, or the daemon ends. `text` goes to the peer (RFC 9003), `reason` is
  /// for the `down` event.
  void end_for_good(bgp::NotificationCode code, std::string_view text, std::string_view reason);

  // --- connections
  [[nodiscard]] base::Tick deadline() const;
  void on_timer();
  void on_connected(ConnectionId connection, const base::IpAddress& local);
  void on_connect_failed(ConnectionId connection, std::string_view reason);
  /// False when a connection cannot be used now; a NOTIFICATION was written then.
  bool on_accepted(ConnectionId connection, const base::IpAddress& local);
  std::size_t on_bytes(ConnectionId connection, bgp::Bytes bytes);
  void on_closed(ConnectionId connection, std::string_view reason);
  void on_writable(ConnectionId connection);
  /// Settles a collision that an OPEN has decided, frees a connection that lost. At the end of
  /// every turn.
  void settle();

  // --- session
  [[nodiscard]] bool established() const { return current_ != nullptr && current_->established(); }
  [[nodiscard]] bool writable() const { return established() && current_->writable(); }
  /// Neither a session nor a connection.
  [[nodiscard]] bool quiet() const;
  void write(bgp::Bytes messages) { current_->write(messages); }
  /// Asks the peer for its routes again, if it can (RFC 2918).
  void ask_refresh(bgp::Family family);
  /// Sends everything announced again (`flush adj-rib out`).
  void resend_everything();
  void forget_received();
  /// An event that no connection has caused.
  void emit(event::Event event) { emit_from(*current_, event); }

  // --- for show and events
  [[nodiscard]] std::string_view state_name() const { return state_name_; }
  /// When the session came up, or when it was lost.
  [[nodiscard]] base::Tick since() const { return since_; }
  /// What our OPEN says, also while the session is down.
  [[nodiscard]] bgp::Capabilities local_capabilities() const;
  /// Null before the peer's OPEN was read.
  [[nodiscard]] const PeerOpen* peer_open() const { return current_->peer_open(); }
  /// Null before negotiation.
  [[nodiscard]] const bgp::WireContext* wire_context() const { return current_->context(); }
  [[nodiscard]] const MessageCounters& sent() const { return sent_; }
  [[nodiscard]] const MessageCounters& received() const { return received_count_; }
  [[nodiscard]] const rib::AdjRibIn& adj_rib_in() const { return *received_; }
  /// tcp.attempts are used up.
  [[nodiscard]] bool given_up() const { return given_up_; }
  [[nodiscard]] event::PeerView peer_view(const Link& link) const;
  [[nodiscard]] event::PeerView peer_view() const { return peer_view(*current_); }

  [[nodiscard]] PeerLatency& latency() { return *latency_; }
  [[nodiscard]] const PeerLatency& latency() const { return *latency_; }

  std::uint64_t event_counter = 0;

 private:
  friend class Link;

  // What a Link needs of its neighbor.
  ConnectionId open_connection();
  void link_connected(Link& link);
  void link_state(Link& link, session::State state);
  void link_established(Link& link);
  void link_closed(Link& link, std::string_view reason);
  void link_refresh(const bgp::RefreshView& refresh);
  void take_received(const bgp::UpdateView& update, const bgp::WireContext& context);
  void note_update_fault(std::string_view reason);
  void note_table_full();
  void count_sent(bgp::MessageType type) { sent_.count(type); }
  void count_received(bgp::MessageType type) { received_count_.count(type); }
  void emit_from(const Link& link, event::Event event);

  /// ExaBGP sends every route of a configuration, also one that another of the same NLRI follows:
  /// those that lost are remembered and sent first when a session comes up.
  void note_superseded(std::size_t place);
  void send_superseded();
  [[nodiscard]] session::SessionOptions session_options() const;
  [[nodiscard]] Link* link_of(ConnectionId connection) const;
  void drop_contender(bool sends);
  void promote_contender();
  void set_state_name(std::string_view name);
  void record_session(std::string_view what, std::string_view reason);

  State& state_;
  const NeighborId id_;
  grammar::NeighborConfig config_;
  std::shared_ptr<const grammar::RouteList> routes_;
  std::vector<std::uint32_t> superseded_;  // places in routes_
  grammar::RouteList commanded_;           // with a watchdog, by command
  std::map<std::string, bool, std::less<>> watchdogs_;

  std::unique_ptr<Link> current_;    // never null
  std::unique_ptr<Link> contender_;  // a second connection, until RFC 4271 6.8 decides
  std::uint32_t attempts_ = 0;
  bool given_up_ = false;
  bool ended_ = false;
  bool ephemeral_ = false;
  bool table_full_ = false;       // said so once for this session
  bool was_established_ = false;  // in this daemon's life

  std::string_view state_name_ = "IDLE";
  base::Tick since_{};
  MessageCounters sent_;
  MessageCounters received_count_;
  std::unique_ptr<rib::AdjRibIn> received_;
  std::unique_ptr<PeerLatency> latency_ = std::make_unique<PeerLatency>();
};

}  // namespace openbell::engine
