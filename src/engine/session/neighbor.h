#pragma once
// A configured neighbor: its settings, the connections that lead to a session with it, what it sent
// us.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/tick.h"
#include "engine/ports.h"
#include "engine/report/latency.h"
#include "engine/session/link.h"
#include "event/event.h"
#include "grammar/config/configuration.h"
#include "rib/adj_rib_in.h"
#include "rib/peer_set.h"

namespace openbell::engine {

class Roster;
struct SessionContext;

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
  Neighbor(const SessionContext& context, Roster& roster, NeighborId id,
           grammar::NeighborConfig config);
  /// Of a range, not born yet.
  Neighbor(const SessionContext& context, Roster& roster, NeighborId id, const Neighbor& range,
           const base::IpAddress& peer);
  ~Neighbor();
  Neighbor(const Neighbor&) = delete;
  Neighbor& operator=(const Neighbor&) = delete;

  [[nodiscard]] NeighborId id() const { return id_; }
  [[nodiscard]] const grammar::NeighborConfig& config() const { return config_; }
  /// The helpers of `config().api`, one for each binding.
  [[nodiscard]] const std::vector<HelperId>& helpers() const { return helpers_; }
  /// `by_process`: the helper of each process of the configuration.
  void bind(const std::vector<HelperId>& by_process);
  [[nodiscard]] const base::IpAddress& peer_address() const { return config_.peer_address.address; }
  /// A range of addresses: gives birth to a neighbor for each peer whose OPEN it accepts, and has
  /// no session itself.
  [[nodiscard]] bool is_range() const { return range_life_ == RangeLife::range; }
  [[nodiscard]] bool passive() const;
  /// Of a range: whoever connects is not yet a neighbor. It has a number, but nobody knows it.
  [[nodiscard]] bool unborn() const { return range_life_ == RangeLife::unborn; }
  [[nodiscard]] bool is_born_of_range() const {
    return range_life_ == RangeLife::unborn || range_life_ == RangeLife::born;
  }
  /// The range that it comes of, for those of which is_born_of_range() holds.
  [[nodiscard]] NeighborId range() const { return range_; }
  /// The last change before it got its present address or families: records of what was said until
  /// then do not name it. 0: it always had them.
  [[nodiscard]] std::uint64_t renewed_at() const { return renewed_at_; }
  /// "another address", "another family"
  [[nodiscard]] std::string_view renewal() const { return renewal_; }
  /// Whom words for it are for: of a range also those who are born of it. Empty: unborn.
  [[nodiscard]] const rib::Audience& audience() const { return audience_; }

  // --- configured routes
  [[nodiscard]] const grammar::RouteList& routes() const { return *routes_; }
  [[nodiscard]] std::shared_ptr<const grammar::RouteList> shared_routes() const { return routes_; }
  /// ExaBGP sends every route of a configuration, also one that another of the same NLRI follows:
  /// those of routes() that are, sent first when a session comes up. Filled while the routes are
  /// said.
  [[nodiscard]] std::shared_ptr<std::vector<std::uint32_t>> superseded() const {
    return superseded_;
  }

  // --- life
  /// Begins to connect, or to wait when passive.
  void start();
  /// Other settings; routes are said by ConfiguredWords, the session is torn down by the caller
  /// when it must be.
  void adopt(grammar::NeighborConfig config);
  /// The settings of its range, as they are now.
  void adopt(const Neighbor& range);
  /// Ends the session, if there is one, with a NOTIFICATION; it comes back at once.
  void tear_down(bgp::NotificationCode code, std::string_view text);
  /// The same, and it does not come back before connect(): it gets another address.
  void leave(bgp::NotificationCode code, std::string_view text);
  void connect();
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
  /// Does what session::settle says of two connections. At the end of every turn.
  void settle();

  // --- session
  [[nodiscard]] bool established() const { return current_ != nullptr && current_->established(); }
  [[nodiscard]] bool writable() const { return established() && current_->writable(); }
  /// The session carries one of these families.
  [[nodiscard]] bool negotiated(const bgp::FamilySet& families) const {
    return established() && !(wire_context()->families & families).empty();
  }
  /// Neither a session nor a connection.
  [[nodiscard]] bool quiet() const;
  /// Of those that come of a range: the session has ended, or never came to an OPEN. A connection
  /// on which nothing was said does not keep one who was born.
  [[nodiscard]] bool over() const;
  /// That connection; null: there is none.
  std::unique_ptr<Link> give_up_silent();
  /// Of a stranger: this is its connection.
  void begin_with(std::unique_ptr<Link> link);
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

  void renew(std::string_view what);

  // What a Link needs of its neighbor.
  ConnectionId open_connection();
  void link_connected(Link& link);
  /// The peer's OPEN was read. False: an unborn one whose OPEN will be refused; nobody is told.
  bool link_opened(Link& link, const bgp::OpenView& open);
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

  [[nodiscard]] bool is_told_as_configured(const bgp::NlriView& nlri) const;
  void send_superseded();
  /// The peer's OPEN will be accepted: it becomes a neighbor.
  void be_born(Link& link);
  [[nodiscard]] session::SessionOptions session_options() const;
  [[nodiscard]] Link* link_of(ConnectionId connection) const;
  [[nodiscard]] session::ConnectionPair connections() const;
  void drop_contender();
  void promote_contender();
  void set_state_name(std::string_view name);
  void report_session(bool up, std::string_view reason);

  const SessionContext& context_;
  Roster& roster_;
  const NeighborId id_;
  grammar::NeighborConfig config_;
  std::shared_ptr<const grammar::RouteList> routes_;
  std::vector<HelperId> helpers_;
  std::shared_ptr<std::vector<std::uint32_t>> superseded_;  // places in routes_
  rib::Audience audience_;
  enum class RangeLife : std::uint8_t { single, range, unborn, born } range_life_{};
  NeighborId range_{};
  std::uint64_t renewed_at_ = 0;
  std::string_view renewal_;
  // Of the last session that the file has not taken out since; before the first those of the file.
  bgp::FamilySet had_families_;

  std::unique_ptr<Link> current_;    // never null
  std::unique_ptr<Link> contender_;  // a second connection, until session::settle decides
  std::uint32_t attempts_ = 0;
  bool given_up_ = false;
  bool ended_ = false;
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
