#include "io/net/transmit_stamps.h"

#include <algorithm>
#include <functional>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <vector>

#include "gtest/gtest.h"

#include "io/loop/loop_for_test.h"
#include "io/net/connections.h"
#include "io/net/listener.h"

namespace openbell::io {
namespace {

using Numbers = std::vector<std::uint64_t>;

TransmitStamps::Report report(StampKind kind, std::uint64_t position) {
  return {kind, static_cast<std::uint32_t>(position), 1};
}

TEST(TransmitStamps, AReportIsAboutItsOwnPositionOnly) {
  TransmitStamps stamps;
  for (const std::uint64_t stamp : Numbers{1, 2, 3}) {
    stamps.add(10, stamp);
    stamps.sent(10);
  }
  EXPECT_EQ(stamps.settle(report(StampKind::sent, 8)), std::nullopt) << "not its last byte";
  EXPECT_EQ(stamps.settle(report(StampKind::sent, 9)), 1u);
  EXPECT_EQ(stamps.settle(report(StampKind::sent, 9)), std::nullopt) << "sent again, told once";
  EXPECT_EQ(stamps.settle(report(StampKind::acknowledged, 9)), 1u);
  EXPECT_EQ(stamps.settle(report(StampKind::sent, 29)), 3u);
  EXPECT_EQ(stamps.settle(report(StampKind::sent, 19)), std::nullopt) << "too late";
  EXPECT_EQ(stamps.settle(report(StampKind::acknowledged, 19)), 2u);
}

TEST(TransmitStamps, WhatWaitsIsSentUpToTheNextStamp) {
  TransmitStamps stamps;
  EXPECT_EQ(stamps.next_stop(), std::nullopt);
  stamps.add(10, 1);
  stamps.sent(4);
  EXPECT_EQ(stamps.next_stop(), 6u);
  stamps.add(20, 2);
  EXPECT_EQ(stamps.next_stop(), 6u);
  stamps.sent(6);
  EXPECT_EQ(stamps.next_stop(), 14u);
  stamps.sent(14);
  EXPECT_EQ(stamps.next_stop(), std::nullopt);
}

TEST(TransmitStamps, PositionsGoOnWhereTheKernelsKeysStartAgain) {
  TransmitStamps stamps;
  constexpr std::uint64_t much = 0xFFFF'FFF0;
  stamps.add(4, 1);  // never reported: the kernel lost it
  stamps.sent(4);
  stamps.sent(much - 4);
  stamps.add(8, 2);
  stamps.sent(8);
  stamps.add(30, 3);  // across 2^32
  stamps.sent(30);
  EXPECT_EQ(stamps.settle(report(StampKind::sent, much + 7)), 2u);
  EXPECT_EQ(stamps.settle(report(StampKind::sent, much + 37)), 3u);
}

TEST(TransmitStamps, TheOldestOfTooManyAreDropped) {
  TransmitStamps stamps;
  constexpr std::size_t extra = 5;
  for (std::size_t i = 0; i < TransmitStamps::waiting_max + extra; ++i) stamps.add(i + 1, i);
  EXPECT_EQ(stamps.next_stop(), extra + 1);
  stamps.sent(TransmitStamps::waiting_max + extra);
  EXPECT_EQ(stamps.settle(report(StampKind::sent, extra - 1)), std::nullopt);
  EXPECT_EQ(stamps.settle(report(StampKind::sent, extra)), extra);
}

std::int64_t utc_ns() {
  return now().utc_ns;
}

/// Connection 101 of the table, accepted from a plain socket that the test reads when it likes.
class StampedConnection : public ::testing::Test, public ConnectionEvents {
 protected:
  struct Stamp {
    std::uint64_t stamp;
    std::int64_t utc_ns;
  };

  void connect_peer(std::string_view address) {
    Endpoint local;
    ASSERT_TRUE(base::parse_ip(address, local.address));
    auto listener = Listener::open(loop_.reactor, local, [this](Listener::Accepted accepted) {
      ours_ = accepted.socket.get();
      EXPECT_EQ(table_.adopt(ConnectionId{101}, std::move(accepted.socket), 0, 0), "");
    });
    ASSERT_TRUE(listener) << listener.error();
    TcpOptions options;
    options.peer = (*listener)->local();
    auto peer = open_connection(options);
    ASSERT_TRUE(peer) << peer.error();
    peer_ = std::move(*peer);
    ASSERT_TRUE(loop_.until([&] { return table_.size() == 1; }));
  }
  std::size_t read_peer() {
    static char buffer[1u << 20];
    const ssize_t n = ::recv(peer_.get(), buffer, sizeof buffer, MSG_DONTWAIT);
    if (n > 0) got_ += static_cast<std::size_t>(n);
    return got_;
  }
  Numbers numbers(const std::vector<Stamp>& stamps) {
    Numbers result;
    for (const Stamp& stamp : stamps) result.push_back(stamp.stamp);
    return result;
  }

  void on_connected(ConnectionId, const Endpoint&, const Endpoint&) override {}
  void on_connect_failed(ConnectionId, std::string_view) override {}
  std::size_t on_bytes(ConnectionId, base::Bytes bytes) override {
    received_.append(base::text_of(bytes));
    return bytes.size();
  }
  void on_writable(ConnectionId) override {}
  void on_closed(ConnectionId, std::string_view why) override { closed_ = why; }
  void on_stamp(ConnectionId id, std::uint64_t stamp, StampKind kind, std::int64_t utc) override {
    EXPECT_EQ(id, ConnectionId{101});
    ASSERT_NE(kind, StampKind::sent_by_hardware) << "loopback has no card";
    (kind == StampKind::sent ? sent_ : acknowledged_).push_back({stamp, utc});
    if (at_stamp_) at_stamp_();
  }

  LoopForTest loop_;
  ConnectionTable table_{loop_.reactor, *this, {.linger = base::milliseconds(300)}};
  Fd peer_;
  int ours_ = -1;
  std::size_t got_ = 0;
  std::string received_;
  std::string closed_;
  std::vector<Stamp> sent_;
  std::vector<Stamp> acknowledged_;
  std::function<void()> at_stamp_;
};

TEST_F(StampedConnection, TellsWhenBytesLeftAndWereAcknowledged) {
  for (const std::string_view address : {"127.0.0.1", "::1"}) {
    connect_peer(address);
    const std::string_view words = "not stamped";
    table_.write(ConnectionId{101}, base::bytes_of(words));  // makes the positions start above zero
    const std::int64_t before = utc_ns();
    EXPECT_EQ(table_.write_stamped(ConnectionId{101}, base::bytes_of("first"), 71), 0u);
    table_.write(ConnectionId{101}, base::bytes_of(words));
    EXPECT_EQ(table_.write_stamped(ConnectionId{101}, base::bytes_of("second"), 72), 0u);
    const std::int64_t after = utc_ns();
    EXPECT_TRUE(sent_.empty()) << "from the loop only";
    ASSERT_TRUE(loop_.until([&] { return acknowledged_.size() == 2; }));
    ASSERT_EQ(numbers(sent_), (Numbers{71, 72}));
    EXPECT_EQ(numbers(acknowledged_), (Numbers{71, 72}));
    EXPECT_LE(before, sent_[0].utc_ns);
    EXPECT_LE(sent_[0].utc_ns, sent_[1].utc_ns);
    EXPECT_LE(sent_[1].utc_ns, after);
    EXPECT_LE(sent_[0].utc_ns, acknowledged_[0].utc_ns);
    EXPECT_LE(sent_[1].utc_ns, acknowledged_[1].utc_ns);
    EXPECT_TRUE(loop_.until([&] { return read_peer() == 33; }));
    table_.close(ConnectionId{101});
    peer_.reset();
    ASSERT_TRUE(loop_.until([&] { return table_.size() == 0; }));
    sent_.clear();
    acknowledged_.clear();
    got_ = 0;
  }
}

TEST_F(StampedConnection, OfABurstTheFirstAndTheLastAreToldForSure) {
  connect_peer("127.0.0.1");
  constexpr std::uint64_t count = 1000;
  for (std::uint64_t i = 0; i < count; ++i)
    table_.write_stamped(ConnectionId{101}, base::bytes_of("a message of a few bytes"), i);
  ASSERT_TRUE(loop_.until(
      [&] { return !acknowledged_.empty() && acknowledged_.back().stamp == count - 1; }));
  for (const auto* told : {&sent_, &acknowledged_}) {
    ASSERT_GE(told->size(), 17u);
    for (std::uint64_t i = 0; i < 16; ++i) EXPECT_EQ((*told)[i].stamp, i);
    EXPECT_EQ(told->back().stamp, count - 1);
  }
}

TEST_F(StampedConnection, WhatWaitsIsStampedWhenItsLastByteLeaves) {
  connect_peer("127.0.0.1");
  const std::string message(8u << 20, 'x');
  ASSERT_GT(table_.write_stamped(ConnectionId{101}, base::bytes_of(message), 1), 0u);
  ASSERT_GT(table_.write_stamped(ConnectionId{101}, base::bytes_of("short"), 2), 0u);
  ASSERT_GT(table_.write(ConnectionId{101}, base::bytes_of(message)), 0u);
  loop_.pass(base::milliseconds(20));
  EXPECT_TRUE(sent_.empty());

  ASSERT_TRUE(loop_.until([&] { return read_peer() >= message.size() / 2; }));
  EXPECT_TRUE(sent_.empty());
  const std::int64_t halfway = utc_ns();
  ASSERT_TRUE(loop_.until([&] { return read_peer() == 2 * message.size() + 5; }));
  ASSERT_TRUE(loop_.until([&] { return acknowledged_.size() == 2; }));
  EXPECT_EQ(numbers(sent_), (Numbers{1, 2}));
  EXPECT_LT(halfway, sent_[0].utc_ns);
  EXPECT_LE(sent_[1].utc_ns, acknowledged_[1].utc_ns);
}

TEST_F(StampedConnection, ASlowReaderGetsEverythingAndStampsComeInOrder) {
  connect_peer("127.0.0.1");
  constexpr std::size_t count = 3000;  // more than can wait
  const std::string message(8192, 'm');
  std::size_t waiting = 0;
  for (std::uint64_t i = 0; i < count; ++i)
    waiting = table_.write_stamped(ConnectionId{101}, base::bytes_of(message), i);
  ASSERT_GT(waiting, TransmitStamps::waiting_max * message.size());
  loop_.pass(base::milliseconds(20));
  const std::size_t left = count * message.size() - waiting;
  for (const Stamp& stamp : sent_) EXPECT_LE((stamp.stamp + 1) * message.size(), left);

  ASSERT_TRUE(loop_.until([&] { return read_peer() == count * message.size(); }));
  ASSERT_TRUE(loop_.until(
      [&] { return !acknowledged_.empty() && acknowledged_.back().stamp == count - 1; }));
  for (const auto* told : {&sent_, &acknowledged_}) {
    EXPECT_GT(told->size(), TransmitStamps::waiting_max / 2);
    EXPECT_EQ(std::ranges::adjacent_find(*told, std::ranges::greater_equal(), &Stamp::stamp),
              told->end());
    EXPECT_TRUE(std::ranges::is_sorted(*told, {}, &Stamp::utc_ns));
  }
}

TEST_F(StampedConnection, ClosingForgetsThemWithoutKeepingTheLoopBusy) {
  connect_peer("127.0.0.1");
  for (std::uint64_t i = 0; i < 100; ++i)
    table_.write_stamped(ConnectionId{101}, base::bytes_of("last"), i);
  table_.close(ConnectionId{101});
  const std::uint64_t turns = loop_.reactor.statistics().turns;
  loop_.look_again = base::milliseconds(50);
  ASSERT_TRUE(loop_.until([&] { return table_.size() == 0; }));
  EXPECT_TRUE(sent_.empty());
  EXPECT_LT(loop_.reactor.statistics().turns - turns, 60u);
  EXPECT_EQ(read_peer(), 400u);
}

TEST_F(StampedConnection, ClosingFromWithinAStampIsTheEndOfThem) {
  connect_peer("127.0.0.1");
  at_stamp_ = [&] { table_.close(ConnectionId{101}); };
  for (std::uint64_t i = 0; i < 10; ++i)
    table_.write_stamped(ConnectionId{101}, base::bytes_of("last"), i);
  ASSERT_TRUE(loop_.until([&] { return table_.size() == 0; }));
  EXPECT_EQ(numbers(sent_), Numbers{0});
  EXPECT_TRUE(acknowledged_.empty());
}

TEST_F(StampedConnection, AResetIsStillAnError) {
  connect_peer("127.0.0.1");
  ASSERT_EQ(::send(peer_.get(), "bye", 3, MSG_NOSIGNAL), 3);
  table_.write_stamped(ConnectionId{101}, base::bytes_of("hello"), 1);
  const linger hard{.l_onoff = 1, .l_linger = 0};
  ASSERT_EQ(::setsockopt(peer_.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard), 0);
  peer_.reset();
  ASSERT_TRUE(loop_.until([&] { return !closed_.empty(); }));
  EXPECT_EQ(closed_, "lost: Connection reset by peer");
  EXPECT_EQ(numbers(sent_), Numbers{1});
}

TEST_F(StampedConnection, StampsDoNotDisturbReading) {
  connect_peer("127.0.0.1");
  for (std::uint64_t i = 0; i < 20; ++i) {
    table_.write_stamped(ConnectionId{101}, base::bytes_of("ping"), i);
    ASSERT_EQ(::send(peer_.get(), "pong", 4, MSG_NOSIGNAL), 4);
  }
  ASSERT_TRUE(loop_.until([&] { return received_.size() == 80 && acknowledged_.size() == 20; }));
  EXPECT_EQ(closed_, "");
}

}  // namespace
}  // namespace openbell::io
