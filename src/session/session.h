#pragma once
// One session with one peer over one connection at a time: bytes and ticks in, bytes and reports
// out. It never reads a clock and never blocks; the engine owns one for each neighbor, and a second
// one while two connections collide.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/tick.h"
#include "bgp/message/header.h"
#include "bgp/message/notification.h"
#include "bgp/message/update.h"
#include "session/connection_pair.h"
#include "session/fsm.h"
#include "session/negotiate.h"

namespace openbell::session {

/// What a session reports, in the order in which things happen. All views end with the call.
/// From within a call the session may be ended (stop, reset, dump, on_bfd_down: done when the call
/// has returned) and be given other options, nothing else.
class SessionListener {
 public:
  virtual ~SessionListener() = default;

  /// A connection is wanted; answered by Session::on_connected or on_connect_failed.
  virtual void on_connect() = 0;
  /// The connection that is being made is not wanted any more.
  virtual void on_connect_abandoned() = 0;
  /// A whole message that must be written now, in this order.
  virtual void on_send(bgp::Bytes message) = 0;
  /// The connection must be closed once what was sent has left. Comes before on_state(idle).
  /// `reason`: ExaBGP's words for a `down` event, such as "notification sent (6,4)".
  virtual void on_close(std::string_view reason) = 0;

  virtual void on_state(State state) = 0;
  virtual void on_open(bgp::Direction direction, const bgp::OpenView& open, bgp::Bytes message) = 0;
  virtual void on_negotiated(const Negotiated& negotiated) = 0;
  virtual void on_keepalive(bgp::Direction direction, bgp::Bytes message) = 0;
  /// `update.treatment` is at most disable_family; treat_as_withdraw means that what is announced
  /// counts as withdrawn (RFC 7606 2).
  virtual void on_update(const bgp::UpdateView& update, bgp::Bytes message) = 0;
  /// An UPDATE that ends the session (on_notification, on_close follow).
  virtual void on_malformed_update(const bgp::UpdateView& update, bgp::Bytes message) = 0;
  /// A ROUTE-REFRESH of any family and subtype 0..2.
  virtual void on_refresh(const bgp::RefreshView& refresh, bgp::Bytes message) = 0;
  /// ExaBGP's OPERATIONAL message, of which nothing is read.
  virtual void on_operational(bgp::Bytes message) = 0;
  virtual void on_notification(bgp::Direction direction, bgp::NotificationCode code,
                               bgp::Bytes data, bgp::Bytes message) = 0;
};

struct SessionOptions {
  LocalOpen open;
  bool passive = false;  // never starts a connection
  std::uint16_t open_wait_s = 60;
};

class Session {
 public:
  /// `listener` outlives the session.
  Session(SessionOptions options, SessionListener& listener);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Other settings, from the next connection on: the caller ends a session that has others.
  /// The address of a connection that is there stays its own.
  void set_options(SessionOptions options) {
    options.open.local_address = options_.open.local_address;
    options_ = std::move(options);
  }
  /// From Idle to Connect (on_connect is called) or, when passive, to Active.
  void start(base::Now now);
  /// From Idle to Active for a connection that the peer has made; should it be lost, the session
  /// goes on as after start().
  void wait(base::Now now);
  /// A connection with the peer is there. One that the peer made is taken in every state without a
  /// connection, except after stop().
  /// `local` is what `next-hop self` means. False when it is not wanted: the caller closes it.
  bool on_connected(Initiator initiator, bgp::IpAddress local, base::Now now);
  void on_connect_failed(base::Now now);
  /// The peer or the network ended the connection.
  void on_closed(base::Now now);
  /// Received bytes: what is left over from before, followed by new ones. Handles all whole
  /// messages and returns how many bytes they were.
  std::size_t on_bytes(bgp::Bytes bytes, base::Now now);

  /// When on_timer must be called at the latest; base::never when no timer runs.
  [[nodiscard]] base::Tick deadline() const;
  void on_timer(base::Now now);

  /// Bytes wait in user space because the peer does not read (true), or have all left. RFC 9687:
  /// waiting for longer than the send hold time ends the session.
  void on_backlog(bool waiting, base::Now now);

  /// Down until start(). Sends the NOTIFICATION when a connection has an OPEN on it and
  /// `code.code` is not 0. `reason` for on_close; empty: "notification sent (code,subcode)".
  void stop(bgp::NotificationCode code, bgp::Bytes data, std::string_view reason, base::Now now);
  /// The same, but the session comes back at once.
  void reset(bgp::NotificationCode code, bgp::Bytes data, std::string_view reason, base::Now now);
  /// Lost against another connection with the same peer (Cease / 7).
  void dump(base::Now now);
  void on_bfd_down(base::Now now);
  /// A KEEPALIVE out of turn: ExaBGP sends one where there is no End-of-RIB to send.
  void send_keepalive();

  [[nodiscard]] State state() const { return state_; }
  /// There is a connection.
  [[nodiscard]] bool connected() const { return connected_; }
  /// Of the session at hand, from on_negotiated until the next connection; before that the empty
  /// one.
  [[nodiscard]] const Negotiated& negotiated() const { return negotiated_; }
  [[nodiscard]] const bgp::WireContext& context() const { return negotiated_.context; }
  /// What another connection with the same peer is judged against.
  [[nodiscard]] Connection connection() const { return {state_, connected_, initiator_, peer_}; }

 private:
  void on_message(const bgp::FrameResult& frame, base::Now now);
  void on_open_message(const bgp::FrameResult& frame, base::Now now);
  void on_update_message(const bgp::FrameResult& frame, base::Now now);
  void on_notification_message(const bgp::FrameResult& frame, base::Now now);
  void on_refresh_message(const bgp::FrameResult& frame, base::Now now);
  void on_operational_message(const bgp::FrameResult& frame, base::Now now);

  void handle(const Event& event, base::Now now);
  void end(const Event& event, base::Now now);
  /// The parts of a step, in the order in which ExaBGP's helpers see them.
  void carry_out_before(const Step& step, base::Now now);
  void carry_out_after(const Step& step);
  void carry_out_timers(const Step& step, base::Now now);
  void send_open(const Step& step);
  void send_notification(const Notification& notification);
  void close(const Step& step);
  [[nodiscard]] base::Duration next_retry();

  /// What stop and its like asked for while a step was being carried out: an event that outlives
  /// the call which brought it, so it owns what it refers to.
  struct Ending {
    EventKind kind{};
    bgp::NotificationCode code;
    std::vector<std::uint8_t> data;
    std::string reason;
  };

  SessionOptions options_;
  SessionListener& listener_;
  State state_ = State::idle;
  bool connected_ = false;
  bool connecting_ = false;
  bool stopped_ = true;  // by the operator: peers are refused
  bool handling_ = false;
  std::optional<Ending> deferred_;
  Initiator initiator_ = Initiator::us;

  Negotiated negotiated_;
  std::optional<Speaker> peer_;  // as its OPEN introduced it
  bgp::UpdateDecoder decoder_;

  base::Tick retry_at_ = base::never;
  base::Tick hold_at_ = base::never;
  base::Tick keepalive_at_ = base::never;
  base::Tick send_hold_at_ = base::never;
  base::Duration retry_;  // the next wait: none at first, then from 100 ms doubling to 1 s

  std::array<std::uint8_t, bgp::message_size_max> out_;
};

}  // namespace openbell::session
