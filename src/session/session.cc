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
  handle(options_.passive ? Event::manual_start_passive : Event::manual_start, now);
}

void Session::wait(Now now) {
  stopped_ = false;
  handle(Event::manual_start_passive, now);
}

bool Session::on_connected(Initiator initiator, bgp::IpAddress local, Now now) {
  if (stopped_ || connected_) return false;
  if (initiator == Initiator::peer) {
    if (connecting_) listener_.on_connect_abandoned();
    // ExaBGP: a peer that calls ends the wait after a failure.
    retry_ = {};
    if (state_ == State::idle) handle(Event::automatic_start_passive, now);
  }
  connecting_ = false;
  connected_ = true;
  initiator_ = initiator;
  peer_.reset();
  negotiated_ = {};
  options_.open.local_address = local;
  if (!options_.open.local_as) {
    handle(Event::tcp_awaiting_open, now);
  } else {
    handle(initiator == Initiator::us ? Event::tcp_connected : Event::tcp_accepted, now);
  }
  return true;
}

void Session::on_connect_failed(Now now) {
  if (!connecting_) return;
  connecting_ = false;
  handle(Event::tcp_failed, now);
}

void Session::on_closed(Now now) {
  if (connected_) handle(Event::tcp_failed, now);
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
        fail_with(frame.error, frame.error_data);
        handle(Event::header_error, now);
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
  pending_message_ = frame.message;
  switch (frame.type) {
    case MessageType::open:
      return on_open_message(frame, now);
    case MessageType::update:
      return on_update_message(frame, now);
    case MessageType::notification:
      return on_notification_message(frame, now);
    case MessageType::keepalive:
      listener_.on_keepalive(Direction::receive, frame.message);
      return handle(Event::keepalive_received, now);
    case MessageType::route_refresh:
      return on_refresh_message(frame, now);
    case MessageType::operational:
      return on_operational_message(frame, now);
  }
}

void Session::on_open_message(const FrameResult& frame, Now now) {
  // RFC 6608: one too many, whatever it says.
  if (state_ == State::open_confirm || state_ == State::established)
    return handle(Event::open_received, now);
  bgp::OpenError error;
  if (!bgp::decode_open(frame.body, peer_open_, error)) {
    fail_with(error.code, error.data);
    return handle(Event::open_error, now);
  }
  listener_.on_open(Direction::receive, peer_open_, frame.message);
  if (!connected_) return;
  std::expected<Negotiated, Refusal> result = negotiate(options_.open, peer_open_);
  if (!result) {
    fail_with(result.error().code, base::bytes_of(result.error().data));
    return handle(Event::open_error, now);
  }
  negotiated_ = *std::move(result);
  peer_ = Speaker{peer_open_.router_id, peer_open_.asn()};
  handle(Event::open_received, now);
}

void Session::on_update_message(const FrameResult& frame, Now now) {
  if (state_ != State::established) return handle(Event::update_received, now);
  const bgp::UpdateView& update = decoder_.decode(frame.body, context());
  if (update.treatment == bgp::Treatment::reset_session) {
    fail_with(update.notification, update.notification_data);
    listener_.on_malformed_update(update, frame.message);
    if (connected_) handle(Event::update_error, now);
    return;
  }
  pending_update_ = &update;
  handle(Event::update_received, now);
}

void Session::on_notification_message(const FrameResult& frame, Now now) {
  const NotificationCode code{frame.body[0], frame.body[1]};
  listener_.on_notification(Direction::receive, code, frame.body.subspan(2), frame.message);
  if (!connected_) return;
  pending_reason_ = "notification received " + pair_text(code);
  handle(code == bgp::notification::unsupported_version ? Event::notification_version_error
                                                        : Event::notification_received,
         now);
}

void Session::on_refresh_message(const FrameResult& frame, Now now) {
  if (state_ != State::established) return handle(Event::refresh_received, now);
  if (!bgp::decode_refresh(frame.body, pending_refresh_)) {
    fail_with(bgp::notification::refresh_length, frame.message);
    return handle(Event::refresh_error, now);
  }
  // RFC 7313 5: other subtypes are ignored (ExaBGP answers 7/2, which the RFC does not have).
  if (pending_refresh_.subtype > static_cast<std::uint8_t>(bgp::RefreshSubtype::end)) return;
  handle(Event::refresh_received, now);
}

void Session::on_operational_message(const FrameResult& frame, Now now) {
  if (state_ == State::established && negotiated_.operational)
    return listener_.on_operational(frame.message);
  fail_with(bgp::notification::bad_type, frame.message.subspan(bgp::header_size - 1, 1));
  handle(Event::header_error, now);
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
  if (expired(hold_at_)) handle(Event::hold_expired, now);
  if (expired(send_hold_at_)) handle(Event::send_hold_expired, now);
  const Tick due = keepalive_at_;
  if (expired(keepalive_at_)) {
    handle(Event::keepalive_expired, now);
    // On the grid of the first one, so that a late turn does not shift all that follow.
    const Duration interval = base::seconds(negotiated_.hold_time_s) / 3;
    if (keepalive_at_ != base::never && due + interval > now.tick) keepalive_at_ = due + interval;
  }
  if (!retry_due || !expired(retry_at_)) return;
  if (state_ == State::idle) {
    handle(options_.passive ? Event::automatic_start_passive : Event::automatic_start, now);
  } else {
    handle(Event::connect_retry_expired, now);
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
  end(Event::manual_stop, code, data, reason, now);
}

void Session::reset(NotificationCode code, Bytes data, std::string_view reason, Now now) {
  retry_ = {};
  end(Event::automatic_stop, code, data, reason, now);
}

void Session::dump(Now now) {
  end(Event::collision_dump, {}, {}, {}, now);
}

void Session::on_bfd_down(Now now) {
  end(Event::bfd_down, {}, {}, {}, now);
}

void Session::send_keepalive() {
  if (!connected_) return;
  listener_.on_send(bgp::keepalive_message());
  listener_.on_keepalive(Direction::send, bgp::keepalive_message());
}

void Session::end(Event event, NotificationCode code, Bytes data, std::string_view reason,
                  Now now) {
  if (handling_) {
    deferred_ = Ending{event, code, {data.begin(), data.end()}, std::string(reason)};
    return;
  }
  fail_with(code, data);
  pending_reason_ = reason;
  handle(event, now);
}

void Session::fail_with(NotificationCode code, Bytes data) {
  pending_code_ = code;
  pending_data_.assign(data.begin(), data.end());
}

void Session::handle(Event event, Now now) {
  OPENBELL_CHECK(!handling_);
  handling_ = true;
  const Step step = session::step(state_, event);
  carry_out_before(step, now);
  const bool changed = state_ != step.next;
  state_ = step.next;
  if (state_ == State::established) retry_ = {};
  if (changed) listener_.on_state(state_);
  carry_out_after(step);
  fail_with({}, {});
  pending_reason_.clear();
  handling_ = false;
  if (!deferred_) return;
  const Ending ending = *std::move(deferred_);
  deferred_.reset();
  end(ending.event, ending.code, ending.data, ending.reason, now);
}

void Session::carry_out_before(const Step& step, Now now) {
  if (step.actions.contains(Action::send_open)) send_open();
  if (step.actions.contains(Action::send_notification)) {
    if (step.notification.code != 0) fail_with(step.notification, {});
    send_notification(pending_code_, pending_data_);
  }
  carry_out_timers(step, now);
  if (step.actions.contains(Action::close)) close();
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
    listener_.on_update(*pending_update_, pending_message_);
  if (step.actions.contains(Action::deliver_refresh))
    listener_.on_refresh(pending_refresh_, pending_message_);
}

void Session::send_open() {
  const bgp::Asn local_as =
      options_.open.local_as ? *options_.open.local_as : local_as_for(options_.open, peer_open_);
  const Bytes message = encode_local_open(options_.open, local_as, out_);
  listener_.on_send(message);
  bgp::OpenView ours;
  bgp::OpenError error;
  OPENBELL_CHECK(bgp::decode_open(message.subspan(bgp::header_size), ours, error));
  listener_.on_open(Direction::send, ours, message);
}

void Session::send_notification(NotificationCode code, Bytes data) {
  // RFC 4271 6: nothing to say without a connection; code 0 is the wish to close in silence.
  if (!connected_ || code.code == 0) return;
  const Bytes message = bgp::encode_notification(code, data, out_);
  listener_.on_send(message);
  listener_.on_notification(Direction::send, code, message.subspan(bgp::header_size + 2), message);
  if (pending_reason_.empty()) pending_reason_ = "notification sent " + pair_text(code);
}

void Session::close() {
  if (connecting_) listener_.on_connect_abandoned();
  connecting_ = false;
  if (!connected_) return;
  connected_ = false;
  listener_.on_close(pending_reason_.empty() ? std::string_view("closing connection")
                                             : pending_reason_);
}

Duration Session::next_retry() {
  if (options_.passive) return {};
  const Duration wait = retry_;
  retry_ = std::min(std::max(retry_ * 2, retry_min), retry_max);
  return wait;
}

}  // namespace openbell::session
