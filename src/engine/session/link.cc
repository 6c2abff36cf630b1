#include "engine/session/link.h"

#include <utility>

#include "engine/report/client_events.h"
#include "engine/report/latency.h"
#include "engine/report/receipt.h"
#include "engine/session/neighbor.h"
#include "engine/session/roster.h"

namespace openbell::engine {

using bgp::Direction;
using bgp::MessageType;

namespace {

MessageType type_of(bgp::Bytes message) {
  return static_cast<MessageType>(message[bgp::header_size - 1]);
}

/// How the peer reads what we send: path identifiers as we write them.
bgp::WireContext mirrored(bgp::WireContext context) {
  std::swap(context.add_path_send, context.add_path_receive);
  return context;
}

}  // namespace

Link::Link(const SessionContext& context, Roster& roster, Neighbor& neighbor,
           session::SessionOptions options)
    : context_(context),
      roster_(roster),
      neighbor_(&neighbor),
      session_(std::move(options), *this) {}

// --- the connection

void Link::on_connect() {
  connection_ = neighbor_->open_connection();
  if (connection_ == no_connection)
    session_.stop({}, {}, "no connection attempts are left", context_.turn.now);
}

void Link::on_connect_abandoned() {
  forget_connection();
}

void Link::on_connected(const base::IpAddress& local) {
  local_address_ = local;
  negotiated_ = false;
  peer_open_.reset();
  neighbor_->link_connected(*this);
  session_.on_connected(session::Initiator::us, local, context_.turn.now);
}

void Link::on_accepted(ConnectionId connection, const base::IpAddress& local) {
  // An attempt of ours that is under way is given up by the session, which asks for it first.
  const ConnectionId attempt = std::exchange(connection_, connection);
  if (attempt != no_connection) {
    roster_.forget_connection(attempt);
    context_.network.close(attempt);
  }
  accepted_ = true;
  local_address_ = local;
  negotiated_ = false;
  peer_open_.reset();
  neighbor_->link_connected(*this);
  session_.on_connected(session::Initiator::peer, local, context_.turn.now);
  accepted_ = false;
}

void Link::on_connect_failed() {
  connection_ = no_connection;
  session_.on_connect_failed(context_.turn.now);
}

void Link::on_closed() {
  session_.on_closed(context_.turn.now);
}

void Link::on_writable() {
  note_backlog(0);
}

void Link::forget_connection() {
  if (connection_ == no_connection || accepted_) return;
  roster_.forget_connection(connection_);
  context_.network.close(std::exchange(connection_, no_connection));
  backlogged_ = false;
}

void Link::note_backlog(std::size_t waiting) {
  if (backlogged_ == (waiting != 0)) return;
  backlogged_ = waiting != 0;
  roster_.note_timers_changed();
  session_.on_backlog(backlogged_, context_.turn.now);
}

void Link::on_send(bgp::Bytes message) {
  context_.latency.note_write();
  neighbor_->count_sent(type_of(message));
  note_backlog(context_.network.write(connection_, message));
}

void Link::write(bgp::Bytes messages) {
  context_.latency.note_write();
  const StampId stamp = context_.latency.stamp_for(*neighbor_, context_.receipts.waiting());
  const base::Tick encoded = stamp == 0 ? base::Tick{} : context_.clock.clock().tick;
  const std::size_t waiting = stamp == 0
                                  ? context_.network.write(connection_, messages)
                                  : context_.network.write_stamped(connection_, messages, stamp);
  context_.latency.on_written(*neighbor_, stamp, encoded);
  note_backlog(waiting);
  const bool shown = ClientEvents::wanted(*neighbor_, event::Kind::update, Direction::send);
  for (bgp::Bytes rest = messages; !rest.empty();) {
    const bgp::Bytes message = rest.first(base::load16(rest.data() + 16));
    rest = rest.subspan(message.size());
    neighbor_->count_sent(type_of(message));
    if (type_of(message) == MessageType::route_refresh) {
      event::Event event;
      event.kind = event::Kind::refresh;
      event.direction = Direction::send;
      event.message = message;
      bgp::decode_refresh(message.subspan(bgp::header_size), event.refresh);
      emit(event);
    } else if (shown) {
      emit_sent_update(message);
    }
  }
}

void Link::emit_sent_update(bgp::Bytes message) {
  const bgp::WireContext context = mirrored(session_.context());
  event::Event event;
  event.kind = event::Kind::update;
  event.direction = Direction::send;
  event.message = message;
  event.update = &context_.sent_decoder.decode(message.subspan(bgp::header_size), context);
  event::NegotiatedView negotiated = negotiated_view();
  negotiated.context = &context;
  event.negotiated = &negotiated;
  emit(event);
}

void Link::end(bgp::NotificationCode code, std::string_view text, std::string_view reason,
               After after) {
  const std::vector<std::uint8_t> data =
      code.code == 6 ? bgp::cease_data(code, text) : std::vector<std::uint8_t>{};
  if (after == After::restart) {
    session_.reset(code, data, reason, context_.turn.now);
  } else {
    session_.stop(code, data, reason, context_.turn.now);
  }
}

// --- what the session reports

void Link::on_close(std::string_view reason) {
  neighbor_->link_closed(*this, reason);
  forget_connection();
  negotiated_ = false;
  peer_open_.reset();
  last_notification_ = {};
}

void Link::on_state(session::State state) {
  neighbor_->link_state(*this, state);
}

void Link::on_open(Direction direction, const bgp::OpenView& open, bgp::Bytes message) {
  if (direction == Direction::receive) {
    neighbor_->count_received(MessageType::open);
    peer_open_ = PeerOpen{open.router_id, open.hold_time_s, {}};
    std::uint8_t malformed = 0;
    bgp::decode_capabilities(open.capabilities, peer_open_->capabilities, malformed);
    if (!neighbor_->link_opened(*this, open)) return;
  }
  event::Event event;
  event.kind = event::Kind::open;
  event.direction = direction;
  event.open = &open;
  event.message = message;
  emit(event);
}

void Link::on_negotiated(const session::Negotiated&) {
  negotiated_ = true;
  emit(event::Kind::negotiated, Direction::receive, {});
}

void Link::on_keepalive(Direction direction, bgp::Bytes message) {
  if (direction == Direction::receive) neighbor_->count_received(MessageType::keepalive);
  emit(event::Kind::keepalive, direction, message);
}

void Link::on_update(const bgp::UpdateView& update, bgp::Bytes message) {
  neighbor_->count_received(MessageType::update);
  if (!update.reason.empty()) neighbor_->note_update_fault(update.reason);
  neighbor_->take_received(update, session_.context());
  event::Event event;
  event.kind = event::Kind::update;
  event.update = &update;
  event.message = message;
  emit(event);
}

void Link::on_malformed_update(const bgp::UpdateView& update, bgp::Bytes message) {
  neighbor_->count_received(MessageType::update);
  neighbor_->note_update_fault(update.reason);
  // Its bytes are all there is to show: who wants them as they came gets them.
  event::Event event;
  event.kind = event::Kind::update;
  event.message = message;
  emit(event);
}

void Link::on_refresh(const bgp::RefreshView& refresh, bgp::Bytes message) {
  neighbor_->count_received(MessageType::route_refresh);
  event::Event event;
  event.kind = event::Kind::refresh;
  event.refresh = refresh;
  event.message = message;
  emit(event);
  neighbor_->link_refresh(refresh);
}

void Link::on_operational(bgp::Bytes message) {
  neighbor_->count_received(MessageType::operational);
  emit(event::Kind::operational, Direction::receive, message);
}

void Link::on_notification(Direction direction, bgp::NotificationCode code, bgp::Bytes data,
                           bgp::Bytes message) {
  if (direction == Direction::receive) neighbor_->count_received(MessageType::notification);
  event::Event event;
  last_notification_ = {code, {data.begin(), data.end()}};
  event.kind = event::Kind::notification;
  event.direction = direction;
  event.code = code;
  event.data = data;
  event.message = message;
  emit(event);
}

void Link::emit(event::Kind kind, Direction direction, bgp::Bytes message) {
  event::Event event;
  event.kind = kind;
  event.direction = direction;
  event.message = message;
  emit(event);
}

void Link::emit(event::Event event) {
  neighbor_->emit_from(*this, event);
}

event::NegotiatedView Link::negotiated_view() const {
  event::NegotiatedView view;
  if (!negotiated_) return view;
  const session::Negotiated& agreed = session_.negotiated();
  view.context = &agreed.context;
  view.hold_time_s = agreed.hold_time_s;
  switch (agreed.refresh) {
    case session::Refresh::absent:
      view.refresh = event::NegotiatedView::Refresh::absent;
      break;
    case session::Refresh::normal:
      view.refresh = event::NegotiatedView::Refresh::normal;
      break;
    case session::Refresh::enhanced:
      view.refresh = event::NegotiatedView::Refresh::enhanced;
      break;
  }
  view.multisession = agreed.multisession;
  view.operational = agreed.operational;
  return view;
}

}  // namespace openbell::engine
