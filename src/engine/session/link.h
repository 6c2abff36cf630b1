#pragma once
// One session::Session of a neighbor with the connection that it uses at the moment: turns what the
// session wants into calls of the host, and what it reports into events.

#include <cstdint>
#include <optional>
#include <string_view>

#include "bgp/capability/capability.h"
#include "engine/ports.h"
#include "event/event.h"
#include "session/session.h"

namespace openbell::engine {

class Roster;
struct SessionContext;
class Neighbor;

/// The NOTIFICATION that ended a connection; code 0: none did.
struct LastNotification {
  bgp::NotificationCode code;
  std::vector<std::uint8_t> data;
};

/// What stays of the peer's OPEN.
struct PeerOpen {
  std::uint32_t router_id = 0;
  std::uint16_t hold_time_s = 0;
  bgp::Capabilities capabilities;
};

class Link final : public session::SessionListener {
 public:
  Link(const SessionContext& context, Roster& roster, Neighbor& neighbor,
       session::SessionOptions options);

  [[nodiscard]] session::Session& session() { return session_; }
  [[nodiscard]] const session::Session& session() const { return session_; }
  /// The connection in use or being made.
  [[nodiscard]] ConnectionId connection() const { return connection_; }
  [[nodiscard]] const base::IpAddress& local_address() const { return local_address_; }
  [[nodiscard]] bool established() const { return session_.state() == session::State::established; }
  [[nodiscard]] bool writable() const { return !backlogged_; }
  /// The peer's OPEN was accepted on the connection that there is.
  [[nodiscard]] bool introduced() const {
    const session::Connection& now = session_.connection();
    return now.connected && now.peer;
  }
  void belong_to(Neighbor& neighbor) { neighbor_ = &neighbor; }

  void on_connected(const base::IpAddress& local);
  void on_accepted(ConnectionId connection, const base::IpAddress& local);
  void on_connect_failed();
  void on_closed();
  void on_writable();

  /// UPDATEs and other whole messages that the session does not make itself.
  void write(bgp::Bytes messages);
  /// Cease with a text. `restart`: the session comes back at once.
  enum class After : std::uint8_t { stay_down, restart };
  void end(bgp::NotificationCode code, std::string_view text, std::string_view reason, After after);

  /// Null before the peer's OPEN was read.
  [[nodiscard]] const PeerOpen* peer_open() const { return peer_open_ ? &*peer_open_ : nullptr; }
  /// Null before negotiation.
  [[nodiscard]] const bgp::WireContext* context() const {
    return negotiated_ ? &session_.context() : nullptr;
  }
  [[nodiscard]] event::NegotiatedView negotiated_view() const;
  /// Sent or received on the connection that is or was in use.
  [[nodiscard]] const LastNotification& last_notification() const { return last_notification_; }

  // session::SessionListener
  void on_connect() override;
  void on_connect_abandoned() override;
  void on_send(bgp::Bytes message) override;
  void on_close(std::string_view reason) override;
  void on_state(session::State state) override;
  void on_open(bgp::Direction direction, const bgp::OpenView& open, bgp::Bytes message) override;
  void on_negotiated(const session::Negotiated& negotiated) override;
  void on_keepalive(bgp::Direction direction, bgp::Bytes message) override;
  void on_update(const bgp::UpdateView& update, bgp::Bytes message) override;
  void on_malformed_update(const bgp::UpdateView& update, bgp::Bytes message) override;
  void on_refresh(const bgp::RefreshView& refresh, bgp::Bytes message) override;
  void on_operational(bgp::Bytes message) override;
  void on_notification(bgp::Direction direction, bgp::NotificationCode code, bgp::Bytes data,
                       bgp::Bytes message) override;

 private:
  void emit(event::Kind kind, bgp::Direction direction, bgp::Bytes message);
  void emit(event::Event event);
  void emit_sent_update(bgp::Bytes message);
  void forget_connection();
  void note_backlog(std::size_t waiting);

  const SessionContext& context_;
  Roster& roster_;
  Neighbor* neighbor_;
  session::Session session_;
  ConnectionId connection_ = no_connection;
  base::IpAddress local_address_;
  bool backlogged_ = false;
  bool accepted_ = false;  // while a connection of the peer is being handed to the session
  bool negotiated_ = false;
  std::optional<PeerOpen> peer_open_;
  LastNotification last_notification_;
};

}  // namespace openbell::engine
