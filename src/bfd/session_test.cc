#include "bfd/session.h"

#include <array>
#include <memory>
#include <queue>
#include <vector>

#include "gtest/gtest.h"

namespace openbell::bfd {
namespace {

using base::Duration;
using base::milliseconds;
using base::seconds;
using base::Tick;

constexpr Tick start{1'000'000'000'000};

SessionConfig config_of(Duration interval = milliseconds(300)) {
  SessionConfig config;
  config.transmit = config.receive = interval;
  return config;
}

/// A session whose packets and reports are kept.
class Side final : public Listener {
 public:
  explicit Side(const SessionConfig& config, std::uint32_t discriminator = 1, Tick now = start)
      : session(config, discriminator, discriminator * 7919u, *this, now) {}

  void send(base::Bytes packet) override {
    ControlPacket fields;
    EXPECT_EQ(decode(packet, fields), Refusal::none);
    EXPECT_EQ(fields.length, packet.size());
    sent.push_back(fields);
    bytes.emplace_back(packet.begin(), packet.end());
  }
  void on_report(const Report& report) override { reports.push_back(report); }

  /// Hands in a packet of a peer, with what stands in every one filled in.
  Refusal hear(ControlPacket packet, Tick now) {
    if (packet.multiplier == 0) packet.multiplier = 3;
    if (packet.my_discriminator == 0) packet.my_discriminator = 99;
    if (packet.your_discriminator == 0) packet.your_discriminator = session.discriminator();
    std::array<std::uint8_t, header_size> buffer;
    base::ByteWriter out(buffer);
    encode(packet, out);
    ControlPacket again;
    EXPECT_EQ(decode(buffer, again), Refusal::none);
    return session.on_packet(again, buffer, now);
  }
  /// A packet in state `state` from a peer that wants 300 ms.
  static ControlPacket peer(State state, bool final = false) {
    ControlPacket packet;
    packet.state = state;
    packet.final = final;
    packet.desired_min_tx_us = 300'000;
    packet.required_min_rx_us = 300'000;
    return packet;
  }
  /// Brings it up and lets the first poll sequence end.
  void bring_up(Tick now) {
    hear(peer(State::init), now);
    EXPECT_EQ(session.state(), State::up);
    hear(peer(State::up, true), now);
    hear(peer(State::up), now);
    sent.clear();
    reports.clear();
  }
  void run_until(Tick end) {
    while (session.deadline() <= end) session.on_timer(session.deadline());
  }

  Session session;
  std::vector<ControlPacket> sent;
  std::vector<std::vector<std::uint8_t>> bytes;
  std::vector<Report> reports;
};

// RFC 5880 6.8.6, every pair: rows are our state, columns what the peer says
// (admin-down, down, init, up).
TEST(BfdSession, HasANextStateForEveryPair) {
  constexpr State a = State::admin_down;
  constexpr State d = State::down;
  constexpr State i = State::init;
  constexpr State u = State::up;
  constexpr State table[4][4] = {
      {a, a, a, a},
      {d, i, u, d},
      {d, i, u, u},
      {d, d, u, u},
  };
  for (std::uint8_t local = 0; local < 4; ++local)
    for (std::uint8_t received = 0; received < 4; ++received)
      EXPECT_EQ(next_state(static_cast<State>(local), static_cast<State>(received)),
                table[local][received])
          << name(static_cast<State>(local)) << " hears " << name(static_cast<State>(received));
}

TEST(BfdSession, SpeaksAtOnceAndThenSlowly) {
  Side side(config_of());
  EXPECT_EQ(side.session.deadline(), start);
  side.run_until(start + seconds(10));
  ASSERT_GE(side.sent.size(), 11u);  // 10 s, each interval shortened by up to 25 %
  EXPECT_LE(side.sent.size(), 15u);
  EXPECT_EQ(side.sent[0].state, State::down);
  EXPECT_EQ(side.sent[0].desired_min_tx_us, 1'000'000u);
  EXPECT_EQ(side.sent[0].required_min_rx_us, 300'000u);
  EXPECT_EQ(side.sent[0].required_min_echo_rx_us, 0u);
  EXPECT_EQ(side.sent[0].your_discriminator, 0u);
  EXPECT_FALSE(side.sent[0].poll);
}

TEST(BfdSession, PassiveSpeaksWhenSpokenTo) {
  SessionConfig config = config_of();
  config.passive = true;
  Side side(config);
  EXPECT_EQ(side.session.deadline(), base::never);
  side.hear(Side::peer(State::down), start);
  ASSERT_EQ(side.sent.size(), 1u);
  EXPECT_EQ(side.sent[0].state, State::init);
  EXPECT_EQ(side.sent[0].your_discriminator, 99u);
  // RFC 5880 6.8.1, 6.8.7: silent again when the peer has not been heard for the detection time.
  side.run_until(start + seconds(3));
  EXPECT_EQ(side.session.state(), State::down);
  const std::size_t before = side.sent.size();
  side.run_until(start + seconds(60));
  EXPECT_EQ(side.sent.size(), before);
}

TEST(BfdSession, TellsANewStateBetweenPeriodicPackets) {
  Side side(config_of());
  side.session.on_timer(start);
  side.hear(Side::peer(State::down), start + milliseconds(1));
  ASSERT_EQ(side.sent.size(), 2u);
  EXPECT_EQ(side.sent[1].state, State::init);
  side.hear(Side::peer(State::init), start + milliseconds(2));
  ASSERT_EQ(side.sent.size(), 3u);
  EXPECT_EQ(side.sent[2].state, State::up);
  EXPECT_TRUE(side.sent[2].poll);  // the transmit interval has changed
  EXPECT_EQ(side.sent[2].desired_min_tx_us, 300'000u);
  ASSERT_EQ(side.reports.size(), 2u);
  EXPECT_EQ(side.reports[1].state, State::up);
  EXPECT_EQ(side.reports[1].previous, State::init);
  EXPECT_EQ(side.reports[1].decided, start + milliseconds(2));
}

TEST(BfdSession, IsDownWhenNothingIsHeardForTheDetectionTime) {
  Side side(config_of());
  side.bring_up(start);
  const Tick end = start + milliseconds(900);  // 3 * 300 ms
  EXPECT_EQ(side.session.detection_deadline(), end);
  side.run_until(end - Duration{1});
  EXPECT_EQ(side.session.state(), State::up);
  side.sent.clear();
  side.session.on_timer(end);
  EXPECT_EQ(side.session.state(), State::down);
  ASSERT_EQ(side.reports.size(), 1u);
  EXPECT_EQ(side.reports[0].diagnostic, Diagnostic::control_detection_time_expired);
  EXPECT_EQ(side.reports[0].previous, State::up);
  EXPECT_EQ(side.reports[0].last_received, start);
  ASSERT_FALSE(side.sent.empty());
  EXPECT_EQ(side.sent[0].state, State::down);
  EXPECT_EQ(side.sent[0].diagnostic, Diagnostic::control_detection_time_expired);
  EXPECT_EQ(side.sent[0].your_discriminator, 0u);
  EXPECT_EQ(side.sent[0].desired_min_tx_us, 1'000'000u);
  EXPECT_EQ(side.session.statistics().downs, 1u);
}

TEST(BfdSession, DetectsByThePeersMultiplierAndTheSlowerInterval) {
  Side side(config_of());
  ControlPacket packet = Side::peer(State::init);
  packet.multiplier = 5;
  packet.desired_min_tx_us = 700'000;
  side.hear(packet, start);
  EXPECT_EQ(side.session.detection_deadline(), start + milliseconds(3500));
  packet.desired_min_tx_us = 100'000;
  side.hear(packet, start);
  EXPECT_EQ(side.session.detection_deadline(), start + milliseconds(1500));
}

TEST(BfdSession, HearsThatThePeerIsDown) {
  for (const State state : {State::down, State::admin_down}) {
    Side side(config_of());
    side.bring_up(start);
    side.hear(Side::peer(state), start + milliseconds(5));
    ASSERT_EQ(side.reports.size(), 1u);
    EXPECT_EQ(side.reports[0].state, State::down);
    EXPECT_EQ(side.reports[0].remote_state, state);
    EXPECT_EQ(side.reports[0].diagnostic, Diagnostic::neighbor_signaled_session_down);
  }
}

TEST(BfdSession, AdministrativelyDownTellsThePeerAndListensNoMore) {
  Side side(config_of());
  side.bring_up(start);
  side.session.admin_down(start + milliseconds(5));
  ASSERT_EQ(side.sent.size(), 1u);
  EXPECT_EQ(side.sent[0].state, State::admin_down);
  EXPECT_EQ(side.sent[0].diagnostic, Diagnostic::administratively_down);
  EXPECT_EQ(side.sent[0].desired_min_tx_us, 1'000'000u);
  ControlPacket poll = Side::peer(State::up);
  poll.poll = true;
  side.hear(poll, start + milliseconds(6));
  EXPECT_EQ(side.session.state(), State::admin_down);
  EXPECT_EQ(side.sent.size(), 1u);
  side.run_until(start + seconds(5));
  EXPECT_GE(side.sent.size(), 5u);  // it goes on telling
  side.session.admin_up(start + seconds(5));
  EXPECT_EQ(side.session.state(), State::down);
  EXPECT_EQ(side.sent.back().state, State::down);
}

TEST(BfdSession, AnswersAPollWithFinalAtOnce) {
  Side side(config_of());
  side.bring_up(start);
  const Tick periodic = side.session.deadline();
  ControlPacket packet = Side::peer(State::up);
  packet.poll = true;
  side.hear(packet, start + milliseconds(1));
  ASSERT_EQ(side.sent.size(), 1u);
  EXPECT_TRUE(side.sent[0].final);
  EXPECT_FALSE(side.sent[0].poll);
  EXPECT_EQ(side.session.deadline(), periodic);  // beside the periodic packets
}

TEST(BfdSession, TransmitsAtTheSlowerOfBothJittered) {
  for (const std::uint8_t multiplier : {std::uint8_t{3}, std::uint8_t{1}}) {
    SessionConfig config = config_of(milliseconds(100));
    config.multiplier = multiplier;
    Side side(config);
    side.bring_up(start);  // the peer wants no more than one in 300 ms
    Duration shortest = seconds(1);
    Duration longest{};
    Tick last{};
    Tick now = start;
    for (int i = 0; i < 2000; ++i) {
      const std::size_t before = side.sent.size();
      now = side.session.deadline();
      side.session.on_timer(now);
      ASSERT_EQ(side.sent.size(), before + 1);
      if (i != 0) shortest = std::min(shortest, now - last);
      if (i != 0) longest = std::max(longest, now - last);
      last = now;
      side.hear(Side::peer(State::up), now);
    }
    EXPECT_GE(shortest, milliseconds(225));
    EXPECT_LE(shortest, milliseconds(226));
    EXPECT_LE(longest, milliseconds(multiplier == 1 ? 270 : 300));
    EXPECT_GE(longest, milliseconds(multiplier == 1 ? 269 : 299));
  }
}

TEST(BfdSession, HonoursAShorterIntervalOfThePeerAtOnce) {
  Side side(config_of(milliseconds(10)));
  ControlPacket packet = Side::peer(State::init);
  packet.required_min_rx_us = 5'000'000;
  side.hear(packet, start);
  EXPECT_GT(side.session.deadline(), start + milliseconds(800));
  packet.state = State::up;
  packet.required_min_rx_us = 10'000;
  packet.desired_min_tx_us = 3'000'000;
  side.hear(packet, start + milliseconds(500));
  EXPECT_EQ(side.session.deadline(), start + milliseconds(500));  // it is due already
}

TEST(BfdSession, IsSilentWhenThePeerWantsNothingOrDemands) {
  Side nothing(config_of());
  nothing.bring_up(start);
  ControlPacket packet = Side::peer(State::up);
  packet.required_min_rx_us = 0;
  nothing.hear(packet, start);
  EXPECT_EQ(nothing.session.deadline(), nothing.session.detection_deadline());
  nothing.run_until(start + milliseconds(899));
  EXPECT_TRUE(nothing.sent.empty());

  Side demanded(config_of());
  demanded.bring_up(start);
  packet = Side::peer(State::up);
  packet.demand = true;
  demanded.hear(packet, start);
  EXPECT_EQ(demanded.session.deadline(), demanded.session.detection_deadline());
  packet.poll = true;
  demanded.hear(packet, start + milliseconds(1));  // a poll is answered nevertheless
  ASSERT_EQ(demanded.sent.size(), 1u);
  EXPECT_TRUE(demanded.sent[0].final);
  // RFC 5880 6.8.14: not demanded any more.
  demanded.hear(Side::peer(State::up), start + milliseconds(2));
  EXPECT_LT(demanded.session.deadline(), demanded.session.detection_deadline());
  // RFC 5880 6.8.7: a poll sequence is sent in spite of the demand.
  demanded.hear(packet, start + milliseconds(3));
  demanded.sent.clear();
  demanded.session.change(config_of(milliseconds(100)), start + milliseconds(4));
  demanded.run_until(start + milliseconds(800));
  EXPECT_GE(demanded.sent.size(), 3u);
  for (const ControlPacket& sent : demanded.sent) EXPECT_TRUE(sent.poll);
}

// RFC 5880 6.8.3: slower sending and faster detection wait for the end of the poll sequence.
TEST(BfdSession, ChangesTimersByAPollSequence) {
  Side side(config_of());
  side.bring_up(start);
  SessionConfig config = config_of();
  config.transmit = milliseconds(2000);
  config.receive = milliseconds(50);
  side.session.change(config, start);
  ASSERT_EQ(side.sent.size(), 1u);
  EXPECT_TRUE(side.sent[0].poll);
  EXPECT_EQ(side.sent[0].desired_min_tx_us, 2'000'000u);
  EXPECT_EQ(side.sent[0].required_min_rx_us, 50'000u);
  EXPECT_EQ(side.session.state(), State::up);
  EXPECT_EQ(side.session.statistics().transmit, milliseconds(300));
  EXPECT_EQ(side.session.statistics().detection, milliseconds(900));
  side.run_until(start + milliseconds(301));
  ASSERT_EQ(side.sent.size(), 2u);  // still at the old pace, still polling
  EXPECT_TRUE(side.sent[1].poll);
  ControlPacket final = Side::peer(State::up, true);
  final.desired_min_tx_us = 50'000;
  side.hear(final, start + milliseconds(310));
  EXPECT_EQ(side.session.statistics().transmit, milliseconds(2000));
  EXPECT_EQ(side.session.statistics().detection, milliseconds(150));
  side.sent.clear();
  for (int i = 0; i < 50; ++i) {
    ControlPacket packet = Side::peer(State::up);
    packet.desired_min_tx_us = 50'000;
    const Tick now = start + milliseconds(320 + 100 * i);
    side.run_until(now);
    side.hear(packet, now);
  }
  ASSERT_FALSE(side.sent.empty());
  EXPECT_FALSE(side.sent[0].poll);
  EXPECT_EQ(side.session.state(), State::up);
}

TEST(BfdSession, BeginsTheNextPollSequenceAfterAPacketWithoutFinal) {
  Side side(config_of());
  side.bring_up(start);
  side.session.change(config_of(milliseconds(200)), start);
  ASSERT_EQ(side.sent.size(), 1u);
  side.session.change(config_of(milliseconds(100)), start);
  EXPECT_EQ(side.sent.size(), 1u);  // one at a time
  side.hear(Side::peer(State::up, true), start + milliseconds(1));
  EXPECT_EQ(side.sent.size(), 1u);
  side.hear(Side::peer(State::up), start + milliseconds(2));
  ASSERT_EQ(side.sent.size(), 2u);
  EXPECT_TRUE(side.sent[1].poll);
  EXPECT_EQ(side.sent[1].desired_min_tx_us, 100'000u);
}

TEST(BfdSession, TellsEveryChangeAtOnceWhileItIsDown) {
  Side side(config_of());
  side.session.on_timer(start);
  for (const int interval : {2000, 3000}) {  // nobody answers the first poll
    side.session.change(config_of(milliseconds(interval)), start);
    EXPECT_TRUE(side.sent.back().poll);
    EXPECT_EQ(side.sent.back().desired_min_tx_us, static_cast<unsigned>(interval) * 1000);
    EXPECT_EQ(side.session.statistics().transmit, milliseconds(interval));
  }
}

TEST(BfdSession, TakesANewMultiplierWithoutAPoll) {
  Side side(config_of());
  side.bring_up(start);
  SessionConfig config = config_of();
  config.multiplier = 7;
  side.session.change(config, start);
  ASSERT_EQ(side.sent.size(), 1u);
  EXPECT_EQ(side.sent[0].multiplier, 7);
  EXPECT_FALSE(side.sent[0].poll);
}

TEST(BfdSession, IgnoresFinalWithoutPoll) {
  Side side(config_of());
  side.bring_up(start);
  side.hear(Side::peer(State::up, true), start);
  side.session.change(config_of(milliseconds(200)), start);
  ASSERT_EQ(side.sent.size(), 1u);
  EXPECT_TRUE(side.sent[0].poll);
}

TEST(BfdSession, RemembersHowLateAPacketWas) {
  Side side(config_of());
  side.session.on_timer(start + milliseconds(20));  // the first is not late
  EXPECT_EQ(side.session.statistics().transmit_late_max, milliseconds(0));
  side.session.on_timer(side.session.deadline() + milliseconds(3));
  EXPECT_EQ(side.session.statistics().transmit_late_max, milliseconds(3));
  side.session.on_timer(side.session.deadline() + milliseconds(1));
  EXPECT_EQ(side.session.statistics().transmit_late_max, milliseconds(3));
  EXPECT_EQ(side.session.statistics().sent, 3u);
  // Also when what arrived comes first and makes it speak.
  side.hear(Side::peer(State::down), side.session.deadline() + milliseconds(7));
  EXPECT_EQ(side.session.statistics().transmit_late_max, milliseconds(7));
}

TEST(BfdSession, DiscardsWhatIsNotAuthentic) {
  SessionConfig config = config_of();
  config.auth = AuthType::meticulous_sha1;
  config.secret = "secret";
  Side side(config);
  EXPECT_EQ(side.hear(Side::peer(State::down), start), Refusal::authentication_missing);
  EXPECT_EQ(side.session.state(), State::down);
  EXPECT_EQ(side.session.statistics().discarded, 1u);
  EXPECT_EQ(side.session.statistics().received, 0u);
}

// --- two sessions and what is between them

/// Two sessions, a fake clock, and a wire that delays every packet and loses what it is told to.
class Pair {
 public:
  Pair(const SessionConfig& a, const SessionConfig& b) : sides_{Side(a, 10), Side(b, 20)} {}

  void run_for(Duration time) {
    const Tick end = now_ + time;
    for (;;) {
      Tick next = std::min(a().session.deadline(), b().session.deadline());
      if (!wire_.empty()) next = std::min(next, wire_.front().arrives);
      if (next > end) break;
      now_ = std::max(now_, next);
      deliver();
      for (std::size_t i = 0; i < 2; ++i) {
        if (sides_[i].session.deadline() <= now_) sides_[i].session.on_timer(now_);
        collect(i);
      }
    }
    now_ = end;
  }
  /// Percent of packets lost from here on, in each direction.
  void lose(unsigned from_a, unsigned from_b) {
    loss_[0] = from_a;
    loss_[1] = from_b;
  }
  [[nodiscard]] bool both(State state) {
    return a().session.state() == state && b().session.state() == state;
  }
  Side& a() { return sides_[0]; }
  Side& b() { return sides_[1]; }
  [[nodiscard]] Tick now() const { return now_; }
  void collect(std::size_t from) {
    for (std::vector<std::uint8_t>& bytes : sides_[from].bytes) {
      random_ = random_ * 6364136223846793005u + 1442695040888963407u;
      if ((random_ >> 33) % 100 < loss_[from]) continue;
      wire_.push({now_ + base::microseconds(200), 1 - from, std::move(bytes)});
    }
    sides_[from].bytes.clear();
  }

 private:
  struct InFlight {
    Tick arrives;
    std::size_t to;
    std::vector<std::uint8_t> bytes;
  };
  void deliver() {
    while (!wire_.empty() && wire_.front().arrives <= now_) {
      const InFlight item = std::move(wire_.front());
      wire_.pop();
      ControlPacket packet;
      ASSERT_EQ(decode(item.bytes, packet), Refusal::none);
      sides_[item.to].session.on_packet(packet, item.bytes, now_);
      collect(item.to);
    }
  }

  Side sides_[2];
  std::queue<InFlight> wire_;
  Tick now_ = start;
  unsigned loss_[2] = {0, 0};
  std::uint64_t random_ = 42;
};

TEST(BfdPair, ComesUpWithinMillisecondsAndAgreesOnTimers) {
  SessionConfig fast = config_of(milliseconds(1));
  SessionConfig slow = config_of(milliseconds(20));
  slow.multiplier = 4;
  Pair pair(fast, slow);
  pair.run_for(milliseconds(5));
  EXPECT_TRUE(pair.both(State::up));
  pair.run_for(milliseconds(100));
  EXPECT_EQ(pair.a().session.statistics().transmit, milliseconds(20));
  EXPECT_EQ(pair.a().session.statistics().detection, milliseconds(80));
  EXPECT_EQ(pair.b().session.statistics().transmit, milliseconds(20));
  EXPECT_EQ(pair.b().session.statistics().detection, milliseconds(60));
}

TEST(BfdPair, StaysUpForTenMinutes) {
  Pair pair(config_of(milliseconds(10)), config_of(milliseconds(10)));
  pair.run_for(seconds(600));
  EXPECT_TRUE(pair.both(State::up));
  EXPECT_EQ(pair.a().session.statistics().downs, 0u);
  EXPECT_EQ(pair.b().session.statistics().downs, 0u);
}

TEST(BfdPair, NoticesACutInOneDirectionOnBothSides) {
  Pair pair(config_of(milliseconds(10)), config_of(milliseconds(10)));
  pair.run_for(seconds(5));
  ASSERT_TRUE(pair.both(State::up));
  pair.a().reports.clear();
  pair.b().reports.clear();
  pair.lose(100, 0);  // b hears nothing, tells a
  pair.run_for(milliseconds(31));
  EXPECT_TRUE(pair.a().session.state() != State::up && pair.b().session.state() != State::up);
  EXPECT_EQ(pair.b().reports[0].diagnostic, Diagnostic::control_detection_time_expired);
  EXPECT_EQ(pair.a().reports[0].diagnostic, Diagnostic::neighbor_signaled_session_down);
  EXPECT_EQ(pair.a().reports[0].remote_diagnostic, Diagnostic::control_detection_time_expired);
  pair.lose(0, 0);
  pair.run_for(seconds(3));
  EXPECT_TRUE(pair.both(State::up));
}

TEST(BfdPair, ComesUpThroughHeavyLoss) {
  Pair pair(config_of(), config_of());
  pair.lose(60, 60);
  pair.run_for(seconds(60));
  pair.lose(0, 0);
  pair.run_for(seconds(5));
  EXPECT_TRUE(pair.both(State::up));
}

TEST(BfdPair, SurvivesSomeLossWithAHighMultiplier) {
  SessionConfig config = config_of(milliseconds(10));
  config.multiplier = 20;
  Pair pair(config, config);
  pair.run_for(seconds(2));
  pair.lose(30, 30);
  pair.run_for(seconds(60));
  EXPECT_TRUE(pair.both(State::up));
  EXPECT_EQ(pair.a().session.statistics().downs, 0u);
}

TEST(BfdPair, AuthenticatesBothWaysWithLoss) {
  for (const AuthType type : {AuthType::keyed_md5, AuthType::meticulous_md5, AuthType::keyed_sha1,
                              AuthType::meticulous_sha1}) {
    SessionConfig config = config_of(milliseconds(10));
    config.auth = type;
    config.secret = "a secret";
    config.multiplier = 10;
    Pair pair(config, config);
    pair.run_for(seconds(2));
    EXPECT_TRUE(pair.both(State::up));
    pair.lose(20, 20);
    pair.run_for(seconds(20));
    EXPECT_TRUE(pair.both(State::up));
    EXPECT_EQ(pair.a().session.statistics().downs, 0u);
    EXPECT_EQ(pair.a().session.statistics().discarded, 0u);
  }
}

TEST(BfdPair, DifferentSecretsNeverComeUp) {
  SessionConfig a = config_of(milliseconds(10));
  a.auth = AuthType::keyed_sha1;
  a.secret = "one";
  SessionConfig b = a;
  b.secret = "two";
  Pair pair(a, b);
  pair.run_for(seconds(30));
  EXPECT_TRUE(pair.both(State::down));
  EXPECT_GT(pair.a().session.statistics().discarded, 20u);
}

TEST(BfdPair, ChangesTimersUnderLossWithoutAFlap) {
  Pair pair(config_of(milliseconds(300)), config_of(milliseconds(10)));
  pair.run_for(seconds(5));
  for (const int interval : {10, 500, 20, 1000, 10}) {
    pair.lose(20, 20);
    pair.a().session.change(config_of(milliseconds(interval)), pair.now());
    pair.collect(0);
    pair.run_for(milliseconds(20));
    pair.lose(0, 0);
    pair.run_for(seconds(10));
    EXPECT_EQ(pair.a().session.statistics().transmit, milliseconds(interval));
    EXPECT_EQ(pair.b().session.statistics().transmit, milliseconds(interval));
    EXPECT_EQ(pair.b().session.statistics().detection, milliseconds(interval * 3));
  }
  EXPECT_TRUE(pair.both(State::up));
  EXPECT_EQ(pair.a().session.statistics().downs, 0u);
  EXPECT_EQ(pair.b().session.statistics().downs, 0u);
}

TEST(BfdPair, AdminDownIsToldAndTakenBack) {
  Pair pair(config_of(), config_of());
  pair.run_for(seconds(5));
  pair.a().session.admin_down(pair.now());
  pair.collect(0);
  pair.b().reports.clear();
  pair.run_for(milliseconds(1));
  EXPECT_EQ(pair.b().session.state(), State::down);
  ASSERT_EQ(pair.b().reports.size(), 1u);
  EXPECT_EQ(pair.b().reports[0].remote_state, State::admin_down);
  EXPECT_EQ(pair.b().reports[0].remote_diagnostic, Diagnostic::administratively_down);
  pair.run_for(seconds(20));
  EXPECT_EQ(pair.b().session.state(), State::down);
  pair.a().session.admin_up(pair.now());
  pair.collect(0);
  pair.run_for(seconds(3));
  EXPECT_TRUE(pair.both(State::up));
}

TEST(BfdPair, AnActiveSideWakesAPassiveOne) {
  SessionConfig passive = config_of();
  passive.passive = true;
  Pair pair(config_of(), passive);
  pair.run_for(seconds(3));
  EXPECT_TRUE(pair.both(State::up));
  Pair silent(passive, passive);
  silent.run_for(seconds(30));
  EXPECT_TRUE(silent.a().sent.empty() && silent.b().sent.empty());
}

}  // namespace
}  // namespace openbell::bfd
