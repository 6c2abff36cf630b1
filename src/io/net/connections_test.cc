#include "io/net/connections.h"

#include <map>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include "gtest/gtest.h"

#include "io/loop/loop_for_test.h"
#include "io/net/listener.h"

namespace openbell::io {
namespace {

base::IpAddress address(std::string_view text) {
  base::IpAddress result;
  EXPECT_TRUE(base::parse_ip(text, result)) << text;
  return result;
}

int option_of(int socket, int level, int option) {
  int value = -1;
  socklen_t size = sizeof value;
  ::getsockopt(socket, level, option, &value, &size);
  return value;
}

/// One table that connects (id 1, 2 …) and, behind a listener, adopts what comes (id 101, 102 …).
class ConnectionsTest : public ::testing::Test, public ConnectionEvents {
 protected:
  void listen(std::string_view on) {
    auto listener =
        Listener::open(loop_.reactor, {address(on), 0}, [this](Listener::Accepted accepted) {
          accepted_socket_ = accepted.socket.get();
          accepted_peer_ = accepted.peer;
          const std::string error =
              table_.adopt(ConnectionId{++last_adopted_}, std::move(accepted.socket), adopt_ttl_,
                           adopt_ttl_min_);
          EXPECT_EQ(error, "");
        });
    ASSERT_TRUE(listener) << listener.error();
    listener_ = std::move(*listener);
  }
  TcpOptions to_listener() {
    TcpOptions options;
    options.peer = listener_->local();
    return options;
  }
  void connect_pair(const TcpOptions& options) {
    table_.connect(ConnectionId{1}, options);
    ASSERT_TRUE(loop_.until([&] {
      return connected_.contains(ConnectionId{1}) && last_adopted_ == 101;
    })) << failed_[ConnectionId{1}];
  }

  void on_connected(ConnectionId id, const Endpoint& local, const Endpoint& peer) override {
    connected_[id] = {local, peer};
  }
  void on_connect_failed(ConnectionId id, std::string_view why) override { failed_[id] = why; }
  std::size_t on_bytes(ConnectionId id, base::Bytes bytes) override {
    const std::size_t used = consume_ ? consume_(bytes) : bytes.size();
    received_[id].append(base::text_of(bytes.first(used)));
    return used;
  }
  void on_writable(ConnectionId id) override { ++writable_[id]; }
  void on_closed(ConnectionId id, std::string_view why) override { closed_[id] = why; }

  LoopForTest loop_;
  std::unique_ptr<Listener> listener_;
  ConnectionTable table_{loop_.reactor, *this, {.linger = base::milliseconds(300)}};
  std::uint64_t last_adopted_ = 100;
  std::uint8_t adopt_ttl_ = 0;
  std::uint8_t adopt_ttl_min_ = 0;
  int accepted_socket_ = -1;
  Endpoint accepted_peer_;
  std::map<ConnectionId, std::pair<Endpoint, Endpoint>> connected_;
  std::map<ConnectionId, std::string> failed_;
  std::map<ConnectionId, std::string> closed_;
  std::map<ConnectionId, std::string> received_;
  std::map<ConnectionId, int> writable_;
  std::function<std::size_t(base::Bytes)> consume_;
};

TEST_F(ConnectionsTest, ConnectsFromTheAddressAskedFor) {
  listen("127.0.0.1");
  TcpOptions options = to_listener();
  options.local_address = address("127.0.0.9");
  connect_pair(options);
  EXPECT_EQ(connected_[ConnectionId{1}].first.address, address("127.0.0.9"));
  EXPECT_EQ(connected_[ConnectionId{1}].second, listener_->local());
  EXPECT_EQ(accepted_peer_, connected_[ConnectionId{1}].first);
  EXPECT_EQ(option_of(accepted_socket_, IPPROTO_TCP, TCP_NODELAY), 1);
  table_.write(ConnectionId{1}, base::bytes_of("hello"));
  table_.write(ConnectionId{101}, base::bytes_of("world"));
  EXPECT_TRUE(loop_.until([&] {
    return received_[ConnectionId{101}] == "hello" && received_[ConnectionId{1}] == "world";
  }));
}

TEST_F(ConnectionsTest, SpeaksIpv6) {
  listen("::1");
  connect_pair(to_listener());
  EXPECT_EQ(connected_[ConnectionId{1}].second.text(), listener_->local().text());
  table_.write(ConnectionId{1}, base::bytes_of("six"));
  EXPECT_TRUE(loop_.until([&] { return received_[ConnectionId{101}] == "six"; }));
}

TEST_F(ConnectionsTest, SaysWhyAConnectionCannotBeMade) {
  listen("127.0.0.1");
  TcpOptions refused = to_listener();
  listener_.reset();
  table_.connect(ConnectionId{1}, refused);
  TcpOptions not_ours = refused;
  not_ours.local_address = address("192.0.2.1");
  table_.connect(ConnectionId{2}, not_ours);
  TcpOptions mixed = refused;
  mixed.local_address = address("::1");
  table_.connect(ConnectionId{3}, mixed);
  TcpOptions nowhere = refused;
  nowhere.interface = "nosuchif0";
  table_.connect(ConnectionId{4}, nowhere);
  EXPECT_TRUE(failed_.empty()) << "answers come from the loop only";
  ASSERT_TRUE(loop_.until([&] { return failed_.size() == 4; }));
  EXPECT_EQ(failed_[ConnectionId{1}],
            "cannot connect to " + refused.peer.text() + ": Connection refused");
  EXPECT_EQ(failed_[ConnectionId{2}], "cannot bind to 192.0.2.1: Cannot assign requested address");
  EXPECT_EQ(failed_[ConnectionId{3}],
            "local address ::1 and peer address 127.0.0.1 are not of the same family");
  EXPECT_EQ(failed_[ConnectionId{4}], "cannot use interface nosuchif0: No such device");
  EXPECT_EQ(table_.size(), 0u);
}

TEST_F(ConnectionsTest, AnAddressInUseIsNamed) {
  listen("127.0.0.1");
  const auto second = Listener::open(loop_.reactor, listener_->local(), {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error(),
            "cannot listen on " + listener_->local().text() + ": Address already in use");
}

TEST_F(ConnectionsTest, KeepsWhatWasNotConsumed) {
  listen("127.0.0.1");
  connect_pair(to_listener());
  consume_ = [](base::Bytes bytes) { return bytes.size() / 4 * 4; };
  table_.write(ConnectionId{1}, base::bytes_of("abcdef"));
  ASSERT_TRUE(loop_.until([&] { return received_[ConnectionId{101}] == "abcd"; }));
  table_.write(ConnectionId{1}, base::bytes_of("gh"));
  EXPECT_TRUE(loop_.until([&] { return received_[ConnectionId{101}] == "abcdefgh"; }));
}

TEST_F(ConnectionsTest, AFullBufferOfWhichNothingIsConsumedEndsTheConnection) {
  listen("127.0.0.1");
  connect_pair(to_listener());
  consume_ = [](base::Bytes) { return std::size_t{0}; };
  table_.write(ConnectionId{1}, base::bytes_of(std::string(200'000, 'x')));
  ASSERT_TRUE(loop_.until([&] { return closed_.contains(ConnectionId{101}); }));
  EXPECT_EQ(closed_[ConnectionId{101}], "a message without end");
}

TEST_F(ConnectionsTest, APeerThatDoesNotReadCostsTheLoopNothing) {
  listen("127.0.0.1");
  Fd deaf(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(listener_->local().port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::connect(deaf.get(), reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
  ASSERT_TRUE(loop_.until([&] { return last_adopted_ == 101; }));

  std::string sent;
  std::size_t waiting = 0;
  for (int i = 0; i < 2000; ++i) {
    const std::string message(8192, static_cast<char>('a' + i % 26));
    waiting = table_.write(ConnectionId{101}, base::bytes_of(message));
    sent += message;
  }
  EXPECT_GT(waiting, 0u);
  EXPECT_EQ(writable_[ConnectionId{101}], 0);
  loop_.pass(base::milliseconds(5));

  std::string got;
  char buffer[65536];
  ASSERT_TRUE(loop_.until([&] {
    const ssize_t n = ::recv(deaf.get(), buffer, sizeof buffer, MSG_DONTWAIT);
    if (n > 0) got.append(buffer, static_cast<std::size_t>(n));
    return got.size() == sent.size();
  }));
  EXPECT_TRUE(got == sent);
  EXPECT_TRUE(loop_.until([&] { return writable_[ConnectionId{101}] == 1; }));
  EXPECT_EQ(table_.write(ConnectionId{101}, base::bytes_of("x")), 0u);
}

TEST_F(ConnectionsTest, TheLastMessageArrivesThoughThePeerWasTalking) {
  listen("127.0.0.1");
  connect_pair(to_listener());
  // What 1 sends is never read by the owner of 101: a plain close would answer it with a RST, which
  // takes the NOTIFICATION with it.
  table_.write(ConnectionId{1}, base::bytes_of(std::string(100'000, 'x')));
  table_.write(ConnectionId{101}, base::bytes_of("notification"));
  table_.close(ConnectionId{101});
  table_.write(ConnectionId{101}, base::bytes_of("not sent any more"));
  ASSERT_TRUE(loop_.until([&] { return closed_.contains(ConnectionId{1}); }));
  EXPECT_EQ(received_[ConnectionId{1}], "notification");
  EXPECT_EQ(closed_[ConnectionId{1}], "closed by the peer");
  EXPECT_FALSE(closed_.contains(ConnectionId{101}));
  EXPECT_TRUE(loop_.until([&] { return table_.size() == 0; }));
}

TEST_F(ConnectionsTest, APeerThatNeverClosesIsClosedAfterTheLinger) {
  listen("127.0.0.1");
  Fd stubborn(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(listener_->local().port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::connect(stubborn.get(), reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
  ASSERT_TRUE(loop_.until([&] { return last_adopted_ == 101; }));
  table_.close(ConnectionId{101});
  EXPECT_EQ(table_.size(), 1u);
  EXPECT_TRUE(loop_.until([&] { return table_.size() == 0; }));
}

TEST_F(ConnectionsTest, WhatThePeerSaidLastIsReadAfterAWriteFailed) {
  listen("127.0.0.1");
  connect_pair(to_listener());
  table_.write(ConnectionId{101}, base::bytes_of("goodbye"));
  table_.close(ConnectionId{101});
  // The peer is gone after the first of these; none of them may lose its last word.
  for (int i = 0; i < 3; ++i) table_.write(ConnectionId{1}, base::bytes_of("are you there?"));
  ASSERT_TRUE(loop_.until([&] { return closed_.contains(ConnectionId{1}); }));
  EXPECT_EQ(received_[ConnectionId{1}], "goodbye");
  table_.write(ConnectionId{1}, base::bytes_of("nobody"));
}

TEST_F(ConnectionsTest, Md5WithTheSamePasswordConnects) {
  listen("127.0.0.1");
  ASSERT_EQ(listener_->set_md5({address("127.0.0.1"), 32}, "secret"), "");
  TcpOptions options = to_listener();
  options.md5_password = "secret";
  connect_pair(options);
  table_.write(ConnectionId{1}, base::bytes_of("signed"));
  EXPECT_TRUE(loop_.until([&] { return received_[ConnectionId{101}] == "signed"; }));
}

TEST_F(ConnectionsTest, Md5WithAnotherPasswordDoesNotConnect) {
  listen("127.0.0.1");
  ASSERT_EQ(listener_->set_md5({address("127.0.0.0"), 8}, "secret"), "") << "a range of peers";
  TcpOptions options = to_listener();
  options.md5_password = "wrong";
  ConnectionTable impatient(loop_.reactor, *this, {.connect = base::milliseconds(200)});
  impatient.connect(ConnectionId{7}, options);
  options.md5_password = "secret";
  impatient.connect(ConnectionId{8}, options);
  ASSERT_TRUE(loop_.until(
      [&] { return failed_.contains(ConnectionId{7}) && connected_.contains(ConnectionId{8}); }));
  EXPECT_EQ(failed_[ConnectionId{7}], "cannot connect to " + options.peer.text() + ": timed out");
  EXPECT_FALSE(connected_.contains(ConnectionId{7}));
}

TEST_F(ConnectionsTest, AnMd5PasswordThatTheKernelCannotHoldIsRefused) {
  listen("127.0.0.1");
  TcpOptions options = to_listener();
  options.md5_password = std::string(81, 'p');
  table_.connect(ConnectionId{1}, options);
  ASSERT_TRUE(loop_.until([&] { return failed_.contains(ConnectionId{1}); }));
  EXPECT_EQ(failed_[ConnectionId{1}], "the MD5 password is longer than 80 bytes");
}

TEST_F(ConnectionsTest, GtsmLetsNearPeersInAndFarOnesNot) {
  listen("127.0.0.1");
  adopt_ttl_ = 255;
  adopt_ttl_min_ = 255;
  TcpOptions near = to_listener();
  near.ttl = 255;
  near.ttl_min = 64;  // the SYN-ACK comes with the system's TTL
  connect_pair(near);
  EXPECT_EQ(option_of(accepted_socket_, IPPROTO_IP, IP_MINTTL), 255);
  EXPECT_EQ(option_of(accepted_socket_, IPPROTO_IP, IP_TTL), 255);
  table_.write(ConnectionId{1}, base::bytes_of("near"));
  EXPECT_TRUE(loop_.until([&] { return received_[ConnectionId{101}] == "near"; }));

  TcpOptions far = to_listener();
  far.ttl = 254;
  table_.connect(ConnectionId{2}, far);
  ASSERT_TRUE(
      loop_.until([&] { return connected_.contains(ConnectionId{2}) && last_adopted_ == 102; }));
  table_.write(ConnectionId{2}, base::bytes_of("far"));
  loop_.pass(base::milliseconds(50));
  EXPECT_EQ(received_[ConnectionId{102}], "");
}

TEST_F(ConnectionsTest, GtsmOnIpv6) {
  listen("::1");
  adopt_ttl_min_ = 255;
  TcpOptions near = to_listener();
  near.ttl = 255;
  connect_pair(near);
  EXPECT_EQ(option_of(accepted_socket_, IPPROTO_IPV6, 73), 255);
  table_.write(ConnectionId{1}, base::bytes_of("near"));
  EXPECT_TRUE(loop_.until([&] { return received_[ConnectionId{101}] == "near"; }));
}

}  // namespace
}  // namespace openbell::io
