#include "session/session.h"

#include <algorithm>

#include "base/check.h"

namespace openbell::session {

using base::Duration;
using base::Now;
using base::Tick;
using bgp::Bytes;
using bgp::Direction;
using bgp::FrameResult;
using bgp::MessageType;
using bgp::NotificationCode;

namespace {

// A refused connection is tried again within a second (ExaBGP waits for up to a minute).
constexpr Duration retry_min = base::milliseconds(100);
constexpr Duration retry_max = base::seconds(1);
constexpr Duration connect_max = base::seconds(120);    // RFC 4271 10: ConnectRetryTime
constexpr Duration send_hold_min = base::seconds(480);  // RFC 9687 4.1

std::string pair_text(NotificationCode code) {
  return "(" + std::to_string(code.code) + "," + std::to_string(code.subcode) + ")";
}

}  // namespace

Session::Session(SessionOptions options, SessionListener& listener)
    : options_(std::move(options)), listener_(listener) {}

void Session::start(Now now) {
  stopped_ = false;
  handle({options_.passive ? EventKind::manual_start_passive : EventKind::manual_start}, now);
}

void Session::wait(Now now) {
  stopped_ = false;
  handle({EventKind::manual_start_passive}, now);
}

bool Session::on_connected(Initiator initiator, bgp::IpAddress local, Now now) {
  if (stopped_ || connected_) return false;
  if (initiator == Initiator::peer) {
    if (connecting_) listener_.on_connect_abandoned();
    // ExaBGP: a peer that calls ends the wait after a failure.
    retry_ = {};
    if (state_ == State::idle) handle({EventKind::automatic_start_passive}, now);
  }
  connecting_ = false;
  connected_ = true;
  initiator_ = initiator;
  peer_.reset();
  negotiated_ = {};
  options_.open.local_address = local;
  if (!options_.open.local_as) {
    handle({EventKind::tcp_awaiting_open}, now);
  } else {
    handle({initiator == Initiator::us ? EventKind::tcp_connected : EventKind::tcp_accepted}, now);
  }
  return true;
}

void Session::on_connect_failed(Now now) {
  if (!connecting_) return;
  connecting_ = false;
  handle({EventKind::tcp_failed}, now);
}

void Session::on_closed(Now now) {
  if (connected_) handle({EventKind::tcp_failed}, now);
}

std::size_t Session::on_bytes(Bytes bytes, Now now) {
  std::size_t consumed = 0;
  while (connected_) {
    const FrameResult frame =
        bgp::read_frame(bytes.subspan(consumed), context().message_size_max());
    switch (frame.kind) {
      case FrameResult::Kind::incomplete:
        return consumed;
      case FrameResult::Kind::error:
        handle({.kind = EventKind::header_error, .notification = {frame.error, frame.error_data}},
               now);
        break;
      case FrameResult::Kind::message:
        consumed += frame.message.size();
        on_message(frame, now);
        break;
    }
  }
  return bytes.size();
}

void Session::on_message(const FrameResult& frame, Now now) {
  switch (frame.type) {
    case MessageType::open:
      return on_open_message(frame, now);
    case MessageType::update:
      return on_update_message(frame, now);
    case MessageType::notification:
      return on_notification_message(frame, now);
    case MessageType::keepalive:
      listener_.on_keepalive(Direction::receive, frame.message);
      return handle({EventKind::keepalive_received}, now);
    case MessageType::route_refresh:
      return on_refresh_message(frame, now);
    case MessageType::operational:
      return on_operational_message(frame, now);
  }
}

void Session::on_open_message(const FrameResult& frame, Now now) {
  // RFC 6608: one too many, whatever it says.
  if (state_ == State::open_confirm || state_ == State::established)
    return handle({EventKind::open_received}, now);
  bgp::OpenView open;
  bgp::OpenError error;
  if (!bgp::decode_open(frame.body, open, error))
    return handle({.kind = EventKind::open_error, .notification = {error.code, error.data}}, now);
  listener_.on_open(Direction::receive, open, frame.message);
  if (!connected_) return;
  const std::expected<Negotiated, Refusal> result = negotiate(options_.open, open);
  if (!result) {
    const Refusal& refusal = result.error();
    return handle({.kind = EventKind::open_error,
                   .notification = {refusal.code, base::bytes_of(refusal.data)}},
                  now);
  }
  handle({.kind = EventKind::open_received, .negotiated = &*result}, now);
}

void Session::on_update_message(const FrameResult& frame, Now now) {
  if (state_ != State::established) return handle({EventKind::update_received}, now);
  const bgp::UpdateView& update = decoder_.decode(frame.body, context());
  if (update.treatment != bgp::Treatment::reset_session)
    return handle({.kind = EventKind::update_received, .update = &update, .message = frame.message},
                  now);
  listener_.on_malformed_update(update, frame.message);
  if (connected_)
    handle({.kind = EventKind::update_error,
            .notification = {update.notification, update.notification_data}},
           now);
}

void Session::on_notification_message(const FrameResult& frame, Now now) {
  const NotificationCode code{frame.body[0], frame.body[1]};
  listener_.on_notification(Direction::receive, code, frame.body.subspan(2), frame.message);
  if (!connected_) return;
  const std::string reason = "notification received " + pair_text(code);
  handle({.kind = code == bgp::notification::unsupported_version
                      ? EventKind::notification_version_error
                      : EventKind::notification_received,
          .reason = reason},
         now);
}

void Session::on_refresh_message(const FrameResult& frame, Now now) {
  if (state_ != State::established) return handle({EventKind::refresh_received}, now);
  bgp::RefreshView refresh;
  if (!bgp::decode_refresh(frame.body, refresh))
    return handle({.kind = EventKind::refresh_error,
                   .notification = {bgp::notification::refresh_length, frame.message}},
                  now);
  // RFC 7313 5: other subtypes are ignored (ExaBGP answers 7/2, which the RFC does not have).
  if (refresh.subtype > static_cast<std::uint8_t>(bgp::RefreshSubtype::end)) return;
  handle({.kind = EventKind::refresh_received, .refresh = &refresh, .message = frame.message}, now);
}

void Session::on_operational_message(const FrameResult& frame, Now now) {
  if (state_ == State::established && negotiated_.operational)
    return listener_.on_operational(frame.message);
  const Bytes type = frame.message.subspan(bgp::header_size - 1, 1);
  handle({.kind = EventKind::header_error, .notification = {bgp::notification::bad_type, type}},
         now);
}

Tick Session::deadline() const {
  return std::min({retry_at_, hold_at_, keepalive_at_, send_hold_at_});
}

void Session::on_timer(Now now) {
  const auto expired = [&](Tick& timer) {
    if (timer > now.tick) return false;
    timer = base::never;
    return true;
  };
  // What fails in this turn is not tried again before the next.
  const bool retry_due = retry_at_ <= now.tick;
  // The ends of the session first: what is over needs no KEEPALIVE.
  if (expired(hold_at_)) handle({EventKind::hold_expired}, now);
  if (expired(send_hold_at_)) handle({EventKind::send_hold_expired}, now);
  const Tick due = keepalive_at_;
  if (expired(keepalive_at_)) {
    handle({EventKind::keepalive_expired}, now);
    // On the grid of the first one, so that a late turn does not shift all that follow.
    const Duration interval = base::seconds(negotiated_.hold_time_s) / 3;
    if (keepalive_at_ != base::never && due + interval > now.tick) keepalive_at_ = due + interval;
  }
  if (!retry_due || !expired(retry_at_)) return;
  if (state_ == State::idle) {
    handle({options_.passive ? EventKind::automatic_start_passive : EventKind::automatic_start},
           now);
  } else {
    handle({EventKind::connect_retry_expired}, now);
  }
}

void Session::on_backlog(bool waiting, Now now) {
  if (!waiting) {
    send_hold_at_ = base::never;
  } else if (send_hold_at_ == base::never && negotiated_.hold_time_s != 0 && connected_) {
    // RFC 9687 4.1: the greater of eight minutes and twice the hold time.
    send_hold_at_ = now.tick + std::max(send_hold_min, base::seconds(negotiated_.hold_time_s) * 2);
  }
}

void Session::stop(NotificationCode code, Bytes data, std::string_view reason, Now now) {
  stopped_ = true;
  end({.kind = EventKind::manual_stop, .notification = {code, data}, .reason = reason}, now);
}

void Session::reset(NotificationCode code, Bytes data, std::string_view reason, Now now) {
  retry_ = {};
  end({.kind = EventKind::automatic_stop, .notification = {code, data}, .reason = reason}, now);
}

void Session::dump(Now now) {
  end({EventKind::collision_dump}, now);
}

void Session::on_bfd_down(Now now) {
  end({EventKind::bfd_down}, now);
}

void Session::send_keepalive() {
  if (!connected_) return;
  listener_.on_send(bgp::keepalive_message());
  listener_.on_keepalive(Direction::send, bgp::keepalive_message());
}

void Session::end(const Event& event, Now now) {
  if (!handling_) return handle(event, now);
  const Bytes data = event.notification.data;
  deferred_ = Ending{
      event.kind, event.notification.code, {data.begin(), data.end()}, std::string(event.reason)};
}

void Session::handle(const Event& event, Now now) {
  OPENBELL_CHECK(!handling_);
  handling_ = true;
  const Step step = session::step(state_, event);
  carry_out_before(step, now);
  const bool changed = state_ != step.next;
  state_ = step.next;
  if (state_ == State::established) retry_ = {};
  if (changed) listener_.on_state(state_);
  carry_out_after(step);
  handling_ = false;
  if (!deferred_) return;
  const Ending ending = *std::move(deferred_);
  deferred_.reset();
  handle({.kind = ending.kind, .notification = {ending.code, ending.data}, .reason = ending.reason},
         now);
}

void Session::carry_out_before(const Step& step, Now now) {
  if (step.actions.contains(Action::negotiated)) {
    negotiated_ = *step.negotiated;
    peer_ = Speaker{negotiated_.peer_router_id, negotiated_.context.peer_as};
  }
  if (step.actions.contains(Action::send_open)) send_open(step);
  if (step.actions.contains(Action::send_notification)) send_notification(step.notification);
  carry_out_timers(step, now);
  if (step.actions.contains(Action::close)) close(step);
  if (step.actions.contains(Action::negotiated)) listener_.on_negotiated(negotiated_);
}

void Session::carry_out_timers(const Step& step, Now now) {
  const ActionSet& actions = step.actions;
  const Duration hold = base::seconds(negotiated_.hold_time_s);
  const bool timed = negotiated_.hold_time_s != 0;  // RFC 4271 4.2: 0 means no timers
  if (actions.contains(Action::stop_timers)) hold_at_ = keepalive_at_ = send_hold_at_ = base::never;
  if (actions.contains(Action::stop_connect_retry)) retry_at_ = base::never;
  if (actions.contains(Action::start_connect_retry))
    retry_at_ = now.tick + (step.next == State::connect ? connect_max : next_retry());
  if (actions.contains(Action::start_open_wait))
    hold_at_ = now.tick + base::seconds(options_.open_wait_s);
  if (actions.contains(Action::start_hold)) hold_at_ = timed ? now.tick + hold : base::never;
  if (actions.contains(Action::start_keepalive))
    keepalive_at_ = timed ? now.tick + hold / 3 : base::never;
}

void Session::carry_out_after(const Step& step) {
  if (step.actions.contains(Action::connect)) {
    connecting_ = true;
    listener_.on_connect();
  }
  if (step.actions.contains(Action::send_keepalive)) send_keepalive();
  if (step.actions.contains(Action::deliver_update))
    listener_.on_update(*step.update, step.message);
  if (step.actions.contains(Action::deliver_refresh))
    listener_.on_refresh(*step.refresh, step.message);
}

void Session::send_open(const Step& step) {
  // Without an AS number of our own (local-as auto) the peer's OPEN, for which ours waited, has it.
  const bgp::Asn local_as =
      options_.open.local_as ? *options_.open.local_as : step.negotiated->context.local_as;
  const Bytes message = encode_local_open(options_.open, local_as, out_);
  listener_.on_send(message);
  bgp::OpenView ours;
  bgp::OpenError error;
  OPENBELL_CHECK(bgp::decode_open(message.subspan(bgp::header_size), ours, error));
  listener_.on_open(Direction::send, ours, message);
}

void Session::send_notification(const Notification& notification) {
  // RFC 4271 6: nothing to say without a connection; code 0 is the wish to close in silence.
  if (!connected_ || notification.code.code == 0) return;
  const Bytes message = bgp::encode_notification(notification.code, notification.data, out_);
  listener_.on_send(message);
  listener_.on_notification(Direction::send, notification.code,
                            message.subspan(bgp::header_size + 2), message);
}

void Session::close(const Step& step) {
  if (connecting_) listener_.on_connect_abandoned();
  connecting_ = false;
  if (!connected_) return;
  connected_ = false;
  if (!step.reason.empty()) return listener_.on_close(step.reason);
  if (step.actions.contains(Action::send_notification) && step.notification.code.code != 0)
    return listener_.on_close("notification sent " + pair_text(step.notification.code));
  listener_.on_close("closing connection");
}

Duration Session::next_retry() {
  if (options_.passive) return {};
  const Duration wait = retry_;
  retry_ = std::min(std::max(retry_ * 2, retry_min), retry_max);
  return wait;
}

}  // namespace openbell::session
