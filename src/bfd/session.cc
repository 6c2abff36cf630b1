#include "bfd/session.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace openbell::bfd {

namespace {

std::uint32_t to_us(base::Duration duration) {
  return static_cast<std::uint32_t>(std::min<std::int64_t>(duration.ns / 1000, UINT32_MAX));
}

}  // namespace

State next_state(State local, State received) {
  if (local == State::admin_down) return local;
  if (received == State::admin_down) return State::down;
  switch (local) {
    case State::down:
      if (received == State::down) return State::init;
      return received == State::init ? State::up : State::down;
    case State::init:
      return received == State::down ? State::init : State::up;
    case State::up:
      return received == State::down ? State::down : State::up;
    case State::admin_down:
      break;
  }
  return local;
}

Session::Session(const SessionConfig& config, std::uint32_t discriminator, std::uint64_t seed,
                 Listener& listener, base::Tick now)
    : config_(config),
      discriminator_(discriminator),
      random_state_(seed),
      listener_(listener),
      authenticator_(config, static_cast<std::uint32_t>(random())) {
  check_config();
  advertised_ = used_ = wanted();
  publish_intervals();
  last_sent_ = now - transmit_interval();
  schedule(now);
}

/// With intervals or a multiplier of zero time would not go on.
void Session::check_config() const {
  OPENBELL_CHECK(config_.transmit >= interval_min && config_.transmit <= interval_max);
  OPENBELL_CHECK(config_.receive >= interval_min && config_.receive <= interval_max);
  OPENBELL_CHECK(config_.multiplier != 0 && discriminator_ != 0);
}

// --- what is received

Refusal Session::on_packet(const ControlPacket& packet, base::Bytes bytes, base::Tick now) {
  const Refusal refusal = authenticator_.verify(bytes.first(packet.length), packet);
  if (refusal != Refusal::none) {
    ++statistics_.discarded;
    return refusal;
  }
  ++statistics_.received;
  learn(packet);
  follow_poll(packet, now);
  // RFC 5880 6.8.6: a session that is administratively down discards what it hears from here on.
  if (state_ == State::admin_down) return Refusal::none;
  last_received_ = now;
  silence_ = Silence::heard;
  const State next = next_state(state_, packet.state);
  if (next != state_)
    move_to(next,
            next == State::down ? Diagnostic::neighbor_signaled_session_down : Diagnostic::none,
            now);
  if (packet.poll) transmit(true, now);
  speak_if_changed(now);
  schedule(now);
  publish_intervals();
  return Refusal::none;
}

void Session::learn(const ControlPacket& packet) {
  remote_discriminator_ = packet.my_discriminator;
  remote_state_ = packet.state;
  remote_diagnostic_ = packet.diagnostic;
  remote_demand_ = packet.demand;
  remote_multiplier_ = packet.multiplier;
  remote_min_rx_ = base::microseconds(packet.required_min_rx_us);
  remote_desired_tx_ = base::microseconds(packet.desired_min_tx_us);
}

void Session::follow_poll(const ControlPacket& packet, base::Tick now) {
  if (packet.final && poll_ == Poll::sent) {
    poll_ = Poll::settling;
    finish_negotiation();
  } else if (!packet.final && poll_ == Poll::settling) {
    poll_ = Poll::none;
    negotiate(now);
  }
}

// --- state

void Session::move_to(State state, Diagnostic why, base::Tick now) {
  Report report;
  report.previous = state_;
  report.last_received = last_received_;
  if (state_ == State::up) ++statistics_.downs;
  state_ = state;
  // Why the session failed is told until it is up again.
  if (why != Diagnostic::none || state == State::up) diagnostic_ = why;
  // What was being negotiated is void in the new state, where every change is safe at once.
  poll_ = Poll::none;
  negotiate(now);
  report.state = state_;
  report.diagnostic = why;
  report.remote_state = remote_state_;
  report.remote_diagnostic = remote_diagnostic_;
  report.decided = now;
  report.transmit = transmit_interval();
  report.detection = detection_time();
  listener_.on_report(report);
}

void Session::admin_down(base::Tick now, Diagnostic why) {
  if (state_ == State::admin_down) return;
  move_to(State::admin_down, why, now);
  speak_if_changed(now);
  schedule(now);
  publish_intervals();
}

void Session::admin_up(base::Tick now) {
  if (state_ != State::admin_down) return;
  move_to(State::down, Diagnostic::none, now);
  speak_if_changed(now);
  schedule(now);
  publish_intervals();
}

// --- timers: what is wanted, advertised and used

Session::Intervals Session::wanted() const {
  const base::Duration transmit =
      state_ == State::up ? config_.transmit : std::max(config_.transmit, slow_interval);
  return {transmit, config_.receive};
}

// RFC 5880 6.8.3
void Session::negotiate(base::Tick now) {
  // One sequence at a time, so that it is clear what Final answers; while the session is not up,
  // nothing hangs on the answer.
  if ((poll_ == Poll::none || state_ != State::up) && wanted() != advertised_) {
    advertised_ = wanted();
    poll_ = state_ == State::admin_down ? Poll::none : Poll::due;
  }
  if (state_ != State::up) {
    used_ = advertised_;
  } else {
    // While up, slower sending and faster detection wait until the peer has said that it knows.
    used_.transmit = std::min(used_.transmit, advertised_.transmit);
    used_.receive = std::max(used_.receive, advertised_.receive);
  }
  schedule(now);
}

void Session::finish_negotiation() {
  used_ = advertised_;
}

void Session::change(const SessionConfig& config, base::Tick now) {
  const bool authentication = config.auth != config_.auth || config.key_id != config_.key_id ||
                              config.secret != config_.secret;
  config_ = config;
  check_config();
  if (authentication) authenticator_ = Authenticator(config, authenticator_.sequence());
  negotiate(now);
  speak_if_changed(now);
  schedule(now);
  publish_intervals();
}

// RFC 5880 6.8.7: the slower of both decides.
base::Duration Session::transmit_interval() const {
  return std::max(used_.transmit, remote_min_rx_);
}

// RFC 5880 6.8.4
base::Duration Session::detection_time() const {
  return std::max(used_.receive, remote_desired_tx_) * remote_multiplier_;
}

void Session::publish_intervals() {
  statistics_.transmit = transmit_interval();
  statistics_.detection = detection_time();
}

// --- time

base::Tick Session::deadline() const {
  switch (silence_) {
    case Silence::heard:
      return std::min(next_transmit_, last_received_ + detection_time());
    case Silence::missed:
      return std::min(next_transmit_, last_received_ + detection_time() * 2);
    case Silence::forgotten:
      break;
  }
  return next_transmit_;
}

base::Tick Session::detection_deadline() const {
  const bool watching = state_ == State::up || state_ == State::init;
  return watching && silence_ == Silence::heard ? last_received_ + detection_time() : base::never;
}

void Session::on_timer(base::Tick now) {
  look_at_silence(now);
  if (now >= next_transmit_) transmit(false, now);
}

void Session::look_at_silence(base::Tick now) {
  if (silence_ == Silence::heard && now >= last_received_ + detection_time()) {
    silence_ = Silence::missed;
    remote_discriminator_ = 0;  // RFC 5880 6.8.1: bfd.RemoteDiscr
    if (state_ == State::init || state_ == State::up)
      move_to(State::down, Diagnostic::control_detection_time_expired, now);
    speak_if_changed(now);
    schedule(now);
    publish_intervals();
  }
  if (silence_ == Silence::missed && now >= last_received_ + detection_time() * 2) {
    // RFC 5880 6.8.1: bfd.AuthSeqKnown; and the rest of the state need not be kept any longer, so
    // that a peer that wanted to hear little or nothing can come back as another.
    silence_ = Silence::forgotten;
    authenticator_.forget();
    remote_min_rx_ = base::microseconds(1);
    remote_demand_ = false;
    schedule(now);
    publish_intervals();
  }
}

bool Session::speaks_periodically() const {
  if (!may_speak() || remote_min_rx_.ns == 0) return false;
  const bool demanded =
      remote_demand_ && state_ == State::up && remote_state_ == State::up;  // RFC 5880 6.6
  return !demanded || polling();
}

/// Plans the next periodic packet anew if what its time depends on has changed.
void Session::schedule(base::Tick now) {
  const base::Duration interval = speaks_periodically() ? transmit_interval() : base::Duration{};
  if (interval == scheduled_interval_) return;
  scheduled_interval_ = interval;
  next_transmit_ = interval.ns == 0 ? base::never : std::max(now, last_sent_ + jittered(interval));
}

// RFC 5880 6.8.7: every interval is shortened by 0 to 25 %, by 10 to 25 % with a multiplier of 1.
base::Duration Session::jittered(base::Duration interval) {
  const std::uint64_t least = config_.multiplier == 1 ? 1000 : 0;
  const auto cut = static_cast<std::int64_t>(least + random() % (2501 - least));
  return interval / 10'000 * (10'000 - cut);
}

// --- what is sent

ControlPacket Session::contents() const {
  ControlPacket packet;
  packet.diagnostic = diagnostic_;
  packet.state = state_;
  packet.multiplier = config_.multiplier;
  packet.authenticated = authenticator_.type() != AuthType::none;
  packet.length =
      static_cast<std::uint8_t>(header_size + authentication_size(authenticator_.type()));
  packet.my_discriminator = discriminator_;
  packet.your_discriminator = remote_discriminator_;
  packet.desired_min_tx_us = to_us(advertised_.transmit);
  packet.required_min_rx_us = to_us(advertised_.receive);
  return packet;
}

// RFC 5880 6.8.7: what is new is told between the periodic packets.
void Session::speak_if_changed(base::Tick now) {
  ControlPacket last = last_packet_;
  last.poll = last.final = false;
  if (may_speak() && (poll_ == Poll::due || contents() != last)) transmit(false, now);
}

void Session::transmit(bool final, base::Tick now) {
  ControlPacket packet = contents();
  packet.final = final;
  packet.poll = !final && polling();  // RFC 5880 6.5: never both
  const bool changed = packet != last_packet_;
  last_packet_ = packet;
  std::array<std::uint8_t, packet_size_max> bytes;
  base::ByteWriter out(bytes);
  encode(packet, out);
  const base::MutableBytes whole(bytes.data(), packet.length);
  if (authenticator_.sign(whole, changed)) {
    ++statistics_.sent;
    listener_.send(whole);
  }
  if (packet.poll) poll_ = Poll::sent;
  // An answer to a poll does not take the place of a periodic packet.
  if (final) return;
  // The first one is as late as its session was begun.
  if (statistics_.sent > 1)
    statistics_.transmit_late_max = std::max(statistics_.transmit_late_max, now - next_transmit_);
  last_sent_ = now;
  scheduled_interval_ = {};
  next_transmit_ = base::never;
  schedule(now);
}

/// splitmix64
std::uint64_t Session::random() {
  std::uint64_t z = (random_state_ += 0x9E3779B97F4A7C15u);
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return z ^ z >> 31;
}

}  // namespace openbell::bfd
