#include "session/session.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "base/hex.h"

namespace openbell::session {
namespace {

using base::seconds;
using bgp::Bytes;
using bgp::Direction;
using testing::ElementsAre;
using testing::IsEmpty;
namespace code = bgp::notification;

/// Writes down what a session reports.
class Recorder : public SessionListener {
 public:
  void on_connect() override { log.emplace_back("connect"); }
  void on_connect_abandoned() override { log.emplace_back("abandoned"); }
  void on_send(Bytes message) override { sent.insert(sent.end(), message.begin(), message.end()); }
  void on_close(std::string_view reason) override {
    log.push_back("close: " + std::string(reason));
  }
  void on_state(State state) override {
    log.emplace_back(name(state));
    if (session != nullptr && state == stop_in) session->stop({6, 2}, {}, "", {});
  }
  void on_open(Direction direction, const bgp::OpenView&, Bytes) override {
    log.push_back(arrow(direction) + "open");
  }
  void on_negotiated(const Negotiated&) override { log.emplace_back("negotiated"); }
  void on_keepalive(Direction direction, Bytes) override {
    log.push_back(arrow(direction) + "keepalive");
  }
  void on_update(const bgp::UpdateView& update, Bytes message) override {
    log.push_back("update " + base::to_hex(message.subspan(bgp::header_size)) +
                  std::string(update.reason));
    if (session != nullptr && stop_on_update) session->stop({6, 2}, {}, "", {});
  }
  void on_malformed_update(const bgp::UpdateView& update, Bytes) override {
    log.push_back("malformed " + std::string(update.reason));
  }
  void on_operational(bgp::Bytes) override { log.push_back("operational"); }
  void on_refresh(const bgp::RefreshView& refresh, Bytes) override {
    log.push_back("refresh " + std::to_string(refresh.subtype));
  }
  void on_notification(Direction direction, bgp::NotificationCode notification, Bytes data,
                       Bytes) override {
    log.push_back(arrow(direction) + "notification " + std::to_string(notification.code) + "/" +
                  std::to_string(notification.subcode) + " " + base::to_hex(data));
  }

  std::vector<std::string> take() { return std::exchange(log, {}); }

  std::vector<std::string> log;
  std::vector<std::uint8_t> sent;
  Session* session = nullptr;
  std::optional<State> stop_in;
  bool stop_on_update = false;

 private:
  static std::string arrow(Direction direction) {
    return direction == Direction::send ? "> " : "< ";
  }
};

LocalOpen side(bgp::Asn local, bgp::Asn peer, std::uint32_t id) {
  LocalOpen open;
  open.local_as = local;
  open.peer_as = peer;
  open.router_id = id;
  open.hold_time_s = 90;
  open.capabilities.families = {{1, 1}};
  open.capabilities.four_octet_as = local;
  return open;
}

std::vector<std::uint8_t> open_of(const LocalOpen& open) {
  std::array<std::uint8_t, 4096> bytes;
  const Bytes message = encode_local_open(open, *open.local_as, bytes);
  return {message.begin(), message.end()};
}

std::vector<std::uint8_t> message(std::uint8_t type, std::string_view body) {
  std::vector<std::uint8_t> bytes(16, 0xFF);
  bytes.resize(bgp::header_size);
  EXPECT_TRUE(base::from_hex(body, bytes));
  bytes[18] = type;
  bgp::finish_message(bytes);
  return bytes;
}

const auto keepalive = message(4, "");
const auto update =
    message(2, "0000 0014 400101 00 400206 0201 0000FDE9 400304 01010101 18 C00002");
constexpr std::string_view update_line =
    "update 0000001440010100"
    "40020602010000FDE9"
    "40030401010101"
    "18C00002";

class SessionTest : public testing::Test {
 protected:
  SessionTest() { recorder.session = &session; }

  base::Now at(std::int64_t s) const { return {base::Tick{} + seconds(s), 0}; }
  void feed(const std::vector<std::uint8_t>& bytes, std::int64_t s = 0) {
    EXPECT_EQ(session.on_bytes(bytes, at(s)), bytes.size());
  }
  void connect() {
    session.start(at(0));
    EXPECT_TRUE(session.on_connected(Initiator::us, bgp::IpAddress::v4(1), at(0)));
  }
  void establish() {
    connect();
    feed(open_of(peer));
    feed(keepalive);
    ASSERT_EQ(session.state(), State::established);
    recorder.log.clear();
    recorder.sent.clear();
  }

  LocalOpen ours = side(65000, 65001, 1);
  LocalOpen peer = side(65001, 65000, 2);
  Recorder recorder;
  Session session{SessionOptions{ours, false, 60}, recorder};
};

TEST_F(SessionTest, ComesUpInExaBgpsOrder) {
  connect();
  EXPECT_THAT(recorder.take(), ElementsAre("CONNECT", "connect", "> open", "OPENSENT"));
  EXPECT_EQ(recorder.sent, open_of(ours));
  feed(open_of(peer));
  EXPECT_THAT(recorder.take(), ElementsAre("< open", "negotiated", "OPENCONFIRM", "> keepalive"));
  feed(keepalive);
  EXPECT_THAT(recorder.take(), ElementsAre("< keepalive", "ESTABLISHED"));
  feed(update);
  EXPECT_THAT(recorder.take(), ElementsAre(std::string(update_line)));
}

TEST_F(SessionTest, MessagesSplitAtEveryByte) {
  std::vector<std::uint8_t> stream = open_of(peer);
  for (const auto& next : {keepalive, update, keepalive, update})
    stream.insert(stream.end(), next.begin(), next.end());
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    Recorder seen;
    Session split(SessionOptions{ours, false, 60}, seen);
    split.start(at(0));
    ASSERT_TRUE(split.on_connected(Initiator::us, bgp::IpAddress::v4(1), at(0)));
    const std::size_t consumed = split.on_bytes(Bytes(stream).first(cut), at(0));
    ASSERT_LE(consumed, cut);
    EXPECT_EQ(split.on_bytes(Bytes(stream).subspan(consumed), at(0)), stream.size() - consumed);
    EXPECT_THAT(seen.log, ElementsAre("CONNECT", "connect", "> open", "OPENSENT", "< open",
                                      "negotiated", "OPENCONFIRM", "> keepalive", "< keepalive",
                                      "ESTABLISHED", update_line, "< keepalive", update_line))
        << cut;
  }
}

TEST_F(SessionTest, OperationalMessagesNeedTheirCapabilityOnBothSides) {
  std::vector<std::uint8_t> operational(16, 0xFF);
  operational.insert(operational.end(), {0, 21, 6, 0, 1});
  establish();
  feed(operational);
  EXPECT_THAT(recorder.take(), testing::Contains("> notification 1/3 06"));

  ours.capabilities.operational = peer.capabilities.operational = true;
  Recorder willing_recorder;
  Session willing(SessionOptions{ours, false, 60}, willing_recorder);
  willing.start(at(0));
  willing.on_connected(Initiator::us, bgp::IpAddress::v4(1), at(0));
  willing.on_bytes(open_of(peer), at(0));
  willing.on_bytes(keepalive, at(0));
  willing_recorder.take();
  willing.on_bytes(operational, at(0));
  EXPECT_THAT(willing_recorder.take(), ElementsAre("operational"));
}

TEST_F(SessionTest, OneByteAtATime) {
  std::vector<std::uint8_t> stream = open_of(peer);
  for (const auto& next : {keepalive, update})
    stream.insert(stream.end(), next.begin(), next.end());
  connect();
  std::size_t from = 0;
  for (std::size_t to = 1; to <= stream.size(); ++to)
    from += session.on_bytes(Bytes(stream).subspan(from, to - from), at(0));
  EXPECT_EQ(from, stream.size());
  EXPECT_EQ(recorder.log.back(), update_line);
}

TEST_F(SessionTest, MirrorWaitsForThePeersOpen) {
  ours.local_as.reset();
  ours.peer_as.reset();
  Recorder seen;
  Session mirror(SessionOptions{ours, false, 60}, seen);
  mirror.start(at(0));
  ASSERT_TRUE(mirror.on_connected(Initiator::us, bgp::IpAddress::v4(1), at(0)));
  EXPECT_TRUE(seen.sent.empty());
  mirror.on_bytes(open_of(peer), at(0));
  EXPECT_THAT(seen.take(), ElementsAre("CONNECT", "connect", "< open", "> open", "negotiated",
                                       "OPENCONFIRM", "> keepalive"));
  EXPECT_TRUE(mirror.context().ibgp());
  EXPECT_EQ(mirror.context().local_as, 65001u);
}

TEST_F(SessionTest, WrongAsIsRefused) {
  connect();
  recorder.log.clear();
  peer.local_as = 65002;
  feed(open_of(peer));
  const std::string text = "ASN in OPEN (65002) did not match ASN expected (65001)";
  EXPECT_THAT(recorder.take(),
              ElementsAre("< open", "> notification 2/2 " + base::to_hex(base::bytes_of(text)),
                          "close: notification sent (2,2)", "IDLE"));
  EXPECT_FALSE(session.connected());
}

TEST_F(SessionTest, HoldTimerIsExact) {
  establish();
  const base::Tick due = base::Tick{} + seconds(90);
  session.on_timer({due - base::nanoseconds(1), 0});
  EXPECT_EQ(session.state(), State::established);
  session.on_timer({due, 0});
  EXPECT_EQ(session.state(), State::idle);
  EXPECT_EQ(recorder.log.back(), "IDLE");
  EXPECT_THAT(recorder.log, testing::Contains("> notification 4/0 "));
}

TEST_F(SessionTest, AnyMessageRestartsTheHoldTimer) {
  establish();
  feed(keepalive, 50);
  feed(update, 100);
  session.on_timer(at(150));
  EXPECT_EQ(session.state(), State::established);
  session.on_timer(at(190));
  EXPECT_EQ(session.state(), State::idle);
}

TEST_F(SessionTest, KeepaliveEveryThirdOfTheHoldTime) {
  establish();
  EXPECT_EQ(session.deadline(), base::Tick{} + seconds(30));
  session.on_timer(at(31));  // a late turn
  EXPECT_THAT(recorder.take(), ElementsAre("> keepalive"));
  EXPECT_EQ(recorder.sent, keepalive);
  EXPECT_EQ(session.deadline(), base::Tick{} + seconds(60));
}

TEST_F(SessionTest, HoldTimeZeroMeansNoTimers) {
  peer.hold_time_s = 0;
  establish();
  EXPECT_EQ(session.deadline(), base::never);
  session.on_backlog(true, at(0));
  EXPECT_EQ(session.deadline(), base::never);
}

TEST_F(SessionTest, OpenIsAwaitedForAMinute) {
  connect();
  EXPECT_EQ(session.deadline(), base::Tick{} + seconds(60));
  session.on_timer(at(60));
  EXPECT_THAT(recorder.log, testing::Contains("> notification 4/0 "));
}

TEST_F(SessionTest, Rfc9687SendHoldTimer) {
  establish();
  session.on_backlog(true, at(0));
  for (std::int64_t s = 30; s < 480; s += 30) {
    feed(keepalive, s);
    session.on_timer(at(s));
    session.on_backlog(true, at(s));
  }
  EXPECT_EQ(session.state(), State::established);
  feed(keepalive, 479);
  session.on_timer(at(480));
  EXPECT_THAT(recorder.log, testing::Contains("> notification 8/0 "));
}

TEST_F(SessionTest, BacklogThatLeavesStopsTheSendHoldTimer) {
  establish();
  session.on_backlog(true, at(0));
  session.on_backlog(false, at(1));
  feed(keepalive, 470);
  session.on_timer(at(481));
  EXPECT_EQ(session.state(), State::established);
}

TEST_F(SessionTest, Rfc6608UnexpectedMessages) {
  const auto answer = [&](const std::vector<std::vector<std::uint8_t>>& messages) {
    Recorder seen;
    Session one(SessionOptions{ours, false, 60}, seen);
    one.start(at(0));
    one.on_connected(Initiator::us, bgp::IpAddress::v4(1), at(0));
    for (const auto& next : messages) one.on_bytes(next, at(0));
    EXPECT_EQ(one.state(), State::idle);
    for (const std::string& line : seen.log)
      if (line.starts_with("close")) return line;
    return std::string();
  };
  const auto open = open_of(peer);
  EXPECT_EQ(answer({update}), "close: notification sent (5,1)");
  EXPECT_EQ(answer({keepalive}), "close: notification sent (5,1)");
  EXPECT_EQ(answer({open, update}), "close: notification sent (5,2)");
  EXPECT_EQ(answer({open, open}), "close: notification sent (5,2)");
  EXPECT_EQ(answer({open, keepalive, open}), "close: notification sent (5,3)");
}

TEST_F(SessionTest, HeaderErrors) {
  establish();
  auto broken = keepalive;
  broken[0] = 0;
  feed(broken);
  EXPECT_THAT(recorder.take(),
              ElementsAre("> notification 1/1 ", "close: notification sent (1,1)", "IDLE"));
}

TEST_F(SessionTest, MalformedUpdateEndsTheSession) {
  establish();
  feed(message(2, "0000 0000 21 0A000000"));
  EXPECT_THAT(recorder.take(), ElementsAre("malformed NLRI: malformed", "> notification 3/10 ",
                                           "close: notification sent (3,10)", "IDLE"));
}

TEST_F(SessionTest, TreatAsWithdrawDoesNot) {
  establish();
  feed(message(2, "0000 0000 18 0A0000"));
  EXPECT_EQ(session.state(), State::established);
  EXPECT_EQ(recorder.log.size(), 1u);
}

TEST_F(SessionTest, NotificationOfThePeer) {
  establish();
  feed(message(3, "0604 05 68656C6C6F"));
  EXPECT_THAT(recorder.take(), ElementsAre("< notification 6/4 0568656C6C6F",
                                           "close: notification received (6,4)", "IDLE"));
  EXPECT_TRUE(recorder.sent.empty());
}

TEST_F(SessionTest, RouteRefresh) {
  establish();
  feed(message(5, "00010001"));
  feed(message(5, "00010901"));  // RFC 7313 5: ignored
  EXPECT_THAT(recorder.take(), ElementsAre("refresh 0"));
  const auto bad = message(5, "000100");
  feed(bad);
  EXPECT_THAT(recorder.take(), ElementsAre("> notification 7/1 " + base::to_hex(bad),
                                           "close: notification sent (7,1)", "IDLE"));
}

TEST_F(SessionTest, StopSendsTheOperatorsWords) {
  establish();
  const auto data = bgp::cease_data(code::administrative_shutdown, "bye");
  session.stop(code::administrative_shutdown, data, "stop, message [shutting down]", at(0));
  EXPECT_THAT(recorder.take(), ElementsAre("> notification 6/2 03627965",
                                           "close: stop, message [shutting down]", "IDLE"));
  EXPECT_EQ(session.deadline(), base::never);
  EXPECT_FALSE(session.on_connected(Initiator::peer, {}, at(0)));
}

TEST_F(SessionTest, StopWithoutACodeIsSilent) {
  establish();
  session.stop({}, {}, "graceful restarted negotiated, closing without sending any notification",
               at(0));
  EXPECT_TRUE(recorder.sent.empty());
}

TEST_F(SessionTest, ResetComesBack) {
  establish();
  session.reset(code::administrative_reset, {}, "", at(0));
  EXPECT_THAT(recorder.take(),
              ElementsAre("> notification 6/4 ", "close: notification sent (6,4)", "IDLE"));
  session.on_timer(at(0));
  EXPECT_THAT(recorder.take(), ElementsAre("CONNECT", "connect"));
}

TEST_F(SessionTest, BackOffEndsAtASecond) {
  session.start(at(0));
  base::Tick now;
  for (const std::int64_t wait_ms : {0, 100, 200, 400, 800, 1000, 1000}) {
    session.on_connect_failed({now, 0});
    EXPECT_EQ((session.deadline() - now).ns, base::milliseconds(wait_ms).ns);
    now = session.deadline();
    session.on_timer({now, 0});
    EXPECT_EQ(session.state(), State::connect);
  }
}

TEST_F(SessionTest, WaitTakesAPeerAndDoesNotCall) {
  session.wait(at(0));
  EXPECT_THAT(recorder.take(), ElementsAre("ACTIVE"));
  EXPECT_EQ(session.deadline(), base::never);
  EXPECT_TRUE(session.on_connected(Initiator::peer, {}, at(0)));
  EXPECT_THAT(recorder.take(), ElementsAre("> open", "OPENSENT"));
}

TEST_F(SessionTest, PassiveNeverConnects) {
  Recorder seen;
  Session passive(SessionOptions{ours, true, 60}, seen);
  passive.start(at(0));
  EXPECT_THAT(seen.take(), ElementsAre("ACTIVE"));
  ASSERT_TRUE(passive.on_connected(Initiator::peer, {}, at(0)));
  passive.on_closed(at(1));
  passive.on_timer(at(1));
  EXPECT_THAT(seen.take(),
              ElementsAre("> open", "OPENSENT", "close: closing connection", "IDLE", "ACTIVE"));
}

TEST_F(SessionTest, PeerThatCallsReplacesTheAttemptAndTheWait) {
  session.start(at(0));
  ASSERT_TRUE(session.on_connected(Initiator::peer, {}, at(0)));
  EXPECT_THAT(recorder.take(),
              ElementsAre("CONNECT", "connect", "abandoned", "> open", "OPENSENT"));
  EXPECT_FALSE(session.on_connected(Initiator::peer, {}, at(0)));
  session.on_closed(at(0));
  recorder.log.clear();
  ASSERT_TRUE(session.on_connected(Initiator::peer, {}, at(0)));
  EXPECT_THAT(recorder.take(), ElementsAre("ACTIVE", "> open", "OPENSENT"));
}

TEST_F(SessionTest, CollisionDump) {
  connect();
  recorder.log.clear();
  session.dump(at(0));
  EXPECT_THAT(recorder.take(),
              ElementsAre("> notification 6/7 ", "close: notification sent (6,7)", "IDLE"));
}

TEST_F(SessionTest, StoppedFromWithinAReport) {
  establish();
  recorder.stop_on_update = true;
  std::vector<std::uint8_t> two = update;
  two.insert(two.end(), update.begin(), update.end());
  feed(two);
  EXPECT_THAT(recorder.take(), ElementsAre(update_line, "> notification 6/2 ",
                                           "close: notification sent (6,2)", "IDLE"));
}

TEST_F(SessionTest, StoppedFromWithinAStateChange) {
  recorder.stop_in = State::open_confirm;
  connect();
  feed(open_of(peer));
  EXPECT_EQ(session.state(), State::idle);
  EXPECT_EQ(session.deadline(), base::never);
}

TEST_F(SessionTest, ExtendedMessagesOnlyAfterBothOpens) {
  ours.capabilities.extended_message = peer.capabilities.extended_message = true;
  Recorder seen;
  Session extended(SessionOptions{ours, false, 60}, seen);
  extended.start(at(0));
  ASSERT_TRUE(extended.on_connected(Initiator::us, {}, at(0)));
  EXPECT_EQ(extended.context().message_size_max(), bgp::message_size_max);
  extended.on_bytes(open_of(peer), at(0));
  extended.on_bytes(keepalive, at(0));
  EXPECT_EQ(extended.context().message_size_max(), bgp::extended_message_size_max);
  extended.on_closed(at(0));
  ASSERT_TRUE(extended.on_connected(Initiator::peer, {}, at(0)));
  EXPECT_EQ(extended.context().message_size_max(), bgp::message_size_max);
}

}  // namespace
}  // namespace openbell::session
