// The kinds udp and feed, against real sockets, and the counter of gaps.

#include <cerrno>
#include <netinet/in.h>
#include <sys/socket.h>

#include "io/net/socket_address.h"
#include "io/probe/probe_for_test.h"
#include "io/probe/sequence_counter.h"

namespace openbell::io {
namespace {

using health::ProbeId;

/// A UDP socket on an address.
class Datagrams {
 public:
  explicit Datagrams(std::string_view on, std::uint16_t port = 0) {
    const SocketAddress local = socket_address({address_of(on), port});
    socket_ = Fd(::socket(local.get()->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const timeval limit{20, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    EXPECT_EQ(::bind(socket_.get(), local.get(), local.size), 0) << on;
  }
  [[nodiscard]] Endpoint local() const { return local_endpoint(socket_.get()); }
  [[nodiscard]] int get() const { return socket_.get(); }
  void send(const Endpoint& to, std::string_view text) const {
    const SocketAddress address = socket_address(to);
    EXPECT_EQ(::sendto(socket_.get(), text.data(), text.size(), 0, address.get(), address.size),
              static_cast<ssize_t>(text.size()))
        << to.text() << " " << errno;
  }
  std::string receive(Endpoint& from) const {
    char bytes[2048];
    SocketAddress address;
    address.size = sizeof address.storage;
    const ssize_t size =
        ::recvfrom(socket_.get(), bytes, sizeof bytes, 0, address.get(), &address.size);
    from = endpoint_of(address);
    return {bytes, size > 0 ? static_cast<std::size_t>(size) : 0};
  }

 private:
  Fd socket_;
};

class UdpProbeTest : public ProbeTest {
 protected:
  health::CheckConfig config(const Endpoint& to) {
    health::CheckConfig result;
    result.kind = "udp";
    result.address = to.address;
    result.port = to.port;
    result.payload = "ping";
    return result;
  }
};

TEST_F(UdpProbeTest, WaitsForTheExpectedBytes) {
  for (const std::string_view address : {"127.0.0.1", "::1"}) {
    const Datagrams server(address);
    health::CheckConfig with_answer = config(server.local());
    with_answer.expect = "pong";
    probes_.start(ProbeId{1}, with_answer);
    EXPECT_FALSE(probes_.run(ProbeId{1}));
    Endpoint client;
    EXPECT_EQ(server.receive(client), "ping");
    for (int i = 0; i < 40; ++i) server.send(client, "something else");
    loop_.pass(base::milliseconds(20));
    EXPECT_TRUE(answers_[ProbeId{1}].empty());
    server.send(client, "it is pong today");
    const Answer answer = next(ProbeId{1});
    EXPECT_TRUE(answer.ok) << answer.error;
    EXPECT_EQ(answer.again, base::Tick{});
  }
}

TEST_F(UdpProbeTest, AnythingWillDoWhenNothingIsExpected) {
  const Datagrams server("127.0.0.1");
  probes_.start(ProbeId{1}, config(server.local()));
  EXPECT_FALSE(probes_.run(ProbeId{1}));
  Endpoint client;
  server.receive(client);
  server.send(client, "");
  EXPECT_TRUE(next(ProbeId{1}).ok);
}

TEST_F(UdpProbeTest, AnAnswerToAnEarlierAttemptDoesNotCount) {
  const Datagrams server("127.0.0.1");
  probes_.start(ProbeId{1}, config(server.local()));
  EXPECT_FALSE(probes_.run(ProbeId{1}));
  Endpoint first;
  server.receive(first);
  probes_.cancel(ProbeId{1});
  EXPECT_FALSE(probes_.run(ProbeId{1}));
  server.send(first, "late");
  loop_.pass(base::milliseconds(20));
  EXPECT_EQ(heard_, 0u);
  Endpoint second;
  EXPECT_EQ(server.receive(second), "ping");
  EXPECT_NE(first, second);
  server.send(second, "in time");
  EXPECT_TRUE(next(ProbeId{1}).ok);
}

TEST_F(UdpProbeTest, APortThatNobodyHasIsSaidByIcmp) {
  Endpoint nobody;
  {
    const Datagrams server("127.0.0.1");
    nobody = server.local();
  }
  const std::size_t before = open_descriptors();
  probes_.start(ProbeId{1}, config(nobody));
  EXPECT_EQ(run(ProbeId{1}).error, "connection refused");
  EXPECT_EQ(open_descriptors(), before);
  health::CheckConfig elsewhere = config(nobody);
  elsewhere.local_address = address_of("192.0.2.250");
  probes_.start(ProbeId{1}, elsewhere);
  EXPECT_EQ(run(ProbeId{1}).error, "cannot assign requested address");
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(UdpProbeTest, HoldsNoDescriptorAfterStop) {
  const Datagrams server("127.0.0.1");
  const std::size_t before = open_descriptors();
  probes_.start(ProbeId{1}, config(server.local()));
  EXPECT_FALSE(probes_.run(ProbeId{1}));
  EXPECT_EQ(open_descriptors(), before + 1);
  probes_.stop(ProbeId{1});
  EXPECT_EQ(open_descriptors(), before);
}

class FeedProbeTest : public ProbeTest {
 protected:
  FeedProbeTest() {
    config_.kind = "feed";
    config_.address = address_of("239.1.2.3");
    config_.port = 31'001;
    config_.interface = "lo";
    config_.stale = base::seconds(100);
    config_.interval = base::seconds(1000);
    config_.sequence_offset = 2;
    config_.sequence_size = 4;
  }
  /// Sends a packet of ten bytes with its number to the group.
  void send(const Datagrams& sender, std::uint32_t number) const {
    std::uint8_t packet[10] = {};
    base::store32(packet + 2, number);
    sender.send({config_.address, config_.port}, base::text_of(packet));
  }
  static void use_loopback(const Datagrams& sender) {
    const ip_mreqn interface{{}, {}, 1};
    ASSERT_EQ(::setsockopt(sender.get(), IPPROTO_IP, IP_MULTICAST_IF, &interface, sizeof interface),
              0);
  }
  std::string counters(health::ProbeId id) const {
    const std::string detail = probes_.detail(id);
    return detail.substr(0, detail.find(" last "));
  }

  health::CheckConfig config_;
};

TEST_F(FeedProbeTest, CountsPacketsBytesAndGapsAndIsFreshUntilItsSilenceIsTooLong) {
  const Datagrams sender("127.0.0.1");
  use_loopback(sender);
  probes_.start(ProbeId{1}, config_);
  EXPECT_EQ(run(ProbeId{1}).error, "no packet yet");
  EXPECT_EQ(probes_.detail(ProbeId{1}), "");
  for (const std::uint32_t number : {7u, 8u, 9u, 12u, 13u}) send(sender, number);
  const base::Tick before = tick();
  const Answer up = run(ProbeId{1});
  EXPECT_TRUE(up.ok) << up.error;
  EXPECT_GE(up.again, before + config_.stale) << "drained by the attempt itself";
  EXPECT_LE(up.again, tick() + config_.stale);
  EXPECT_EQ(counters(ProbeId{1}), "packets 5 bytes 50 gaps 2 dropped here 0");
  send(sender, 14);
  EXPECT_TRUE(loop_.until([&] {
    return counters(ProbeId{1}) == "packets 6 bytes 60 gaps 2 dropped here 0";
  })) << probes_.detail(ProbeId{1});
  EXPECT_GE(run(ProbeId{1}).again, up.again);
}

TEST_F(FeedProbeTest, SilenceIsTheFailure) {
  const Datagrams sender("127.0.0.1");
  use_loopback(sender);
  config_.stale = base::milliseconds(1);
  probes_.start(ProbeId{1}, config_);
  send(sender, 1);
  EXPECT_TRUE(loop_.until([&] { return !probes_.detail(ProbeId{1}).empty(); }));
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  const Answer down = run(ProbeId{1});
  EXPECT_FALSE(down.ok);
  EXPECT_TRUE(down.error.starts_with("silent for ")) << down.error;
  EXPECT_EQ(down.again, base::Tick{});
}

TEST_F(FeedProbeTest, AFloodIsReadInSlices) {
  const Datagrams sender("127.0.0.1");
  use_loopback(sender);
  probes_.start(ProbeId{1}, config_);
  for (std::uint32_t number = 0; number < 200; ++number) send(sender, number);
  loop_.reactor.turn(loop_);
  EXPECT_EQ(counters(ProbeId{1}), "packets 64 bytes 640 gaps 0 dropped here 0");
  EXPECT_TRUE(loop_.until([&] {
    return counters(ProbeId{1}) == "packets 200 bytes 2000 gaps 0 dropped here 0";
  })) << probes_.detail(ProbeId{1});
}

TEST_F(FeedProbeTest, OnlyTheConfiguredSourceCounts) {
  const Datagrams wanted("127.0.0.1");
  const Datagrams other("127.0.0.2");
  use_loopback(wanted);
  use_loopback(other);
  config_.address = address_of("232.1.2.3");
  config_.source = address_of("127.0.0.1");
  probes_.start(ProbeId{1}, config_);
  send(other, 1);
  loop_.pass(base::milliseconds(20));
  EXPECT_EQ(run(ProbeId{1}).error, "no packet yet");
  send(wanted, 1);
  EXPECT_TRUE(run(ProbeId{1}).ok);
}

TEST_F(FeedProbeTest, AGroupOfIpv6OnAnInterfaceThatComesBack) {
  in_own_network([&] {
    ASSERT_EQ(std::system("ip link add ob0 type veth peer name ob1 && ip link set ob1 up && "
                          "ip link set ob0 up && ip addr add fd00:b::1/64 dev ob0 nodad"),
              0);
    config_.address = address_of("ff15::1:2");
    config_.interface = "ob0";
    config_.stale = base::microseconds(1);
    probes_.start(ProbeId{1}, config_);
    EXPECT_EQ(run(ProbeId{1}).error, "no packet yet");
    const auto speak = [&] {
      const Datagrams sender("fd00:b::1");
      send(sender, 1);
    };
    ASSERT_EQ(std::system("ip -6 route add ff15::/16 dev ob0 table local"), 0);
    speak();
    EXPECT_TRUE(loop_.until([&] { return !probes_.detail(ProbeId{1}).empty(); }));

    ASSERT_EQ(std::system("ip link del ob0"), 0);
    EXPECT_EQ(run(ProbeId{1}).error, "no interface called ob0");
    ASSERT_EQ(std::system("ip link add ob0 type veth peer name ob1 && ip link set ob1 up && "
                          "ip link set ob0 up && ip addr add fd00:b::1/64 dev ob0 nodad && "
                          "ip -6 route add ff15::/16 dev ob0 table local"),
              0);
    EXPECT_FALSE(run(ProbeId{1}).ok);
    const std::string before = counters(ProbeId{1});
    speak();
    EXPECT_TRUE(loop_.until([&] { return counters(ProbeId{1}) != before; })) << "joined anew";
    probes_.stop(ProbeId{1});
  });
}

TEST_F(FeedProbeTest, WhatCannotBeJoinedIsAnAnswer) {
  const std::size_t before = open_descriptors();
  config_.interface = "ob-nowhere";
  probes_.start(ProbeId{1}, config_);
  EXPECT_EQ(run(ProbeId{1}).error, "no interface called ob-nowhere");
  config_.interface = "lo";
  config_.address = address_of("192.0.2.250");
  probes_.start(ProbeId{1}, config_);
  EXPECT_EQ(run(ProbeId{1}).error,
            "cannot bind to 192.0.2.250:31001: cannot assign requested address");
  config_.address = address_of("239.1.2.3");
  probes_.start(ProbeId{1}, config_);
  EXPECT_EQ(run(ProbeId{1}).error, "no packet yet");
  EXPECT_EQ(open_descriptors(), before + 1);
  probes_.stop(ProbeId{1});
  EXPECT_EQ(open_descriptors(), before);
}

std::uint64_t gaps(SequenceCounter counter, const std::vector<std::vector<std::uint8_t>>& packets) {
  for (const auto& packet : packets) counter.see(packet);
  return counter.gaps();
}

TEST(SequenceCounter, CountsWhatIsMissingAndNotWhatStartsAnew) {
  const SequenceCounter bytes(0, 1, false);
  EXPECT_EQ(gaps(bytes, {{5}, {6}, {7}}), 0u);
  EXPECT_EQ(gaps(bytes, {{5}, {9}, {11}}), 4u);
  EXPECT_EQ(gaps(bytes, {{254}, {255}, {0}, {1}}), 0u) << "round the clock";
  EXPECT_EQ(gaps(bytes, {{254}, {1}}), 2u) << "255 and 0 are missing";
  EXPECT_EQ(gaps(bytes, {{100}, {1}, {2}, {4}}), 1u) << "the sender started anew";
  EXPECT_EQ(gaps(bytes, {{5}, {5}, {6}}), 0u) << "twice the same";
}

TEST(SequenceCounter, ReadsEverySizeInBothOrdersWhereItStands) {
  EXPECT_EQ(gaps({1, 2, false}, {{9, 0, 255}, {9, 1, 1}}), 1u);
  EXPECT_EQ(gaps({1, 2, true}, {{9, 255, 0}, {9, 1, 1}}), 1u);
  EXPECT_EQ(gaps({0, 4, false}, {{0, 0, 1, 0}, {0, 0, 1, 3}}), 2u);
  EXPECT_EQ(gaps({0, 4, true}, {{255, 255, 255, 255}, {1, 0, 0, 0}}), 1u);
  EXPECT_EQ(gaps({0, 8, false}, {{0, 0, 0, 0, 0, 0, 0, 1}, {0, 0, 0, 1, 0, 0, 0, 2}}),
            std::uint64_t{1} << 32);
  EXPECT_EQ(gaps({0, 8, true}, {{1, 0, 0, 0, 0, 0, 0, 0}, {3, 0, 0, 0, 0, 0, 0, 0}}), 1u);
  EXPECT_EQ(gaps({2, 2, false}, {{0, 0, 0, 1}, {0, 0, 0}, {}, {0, 0, 0, 2}}), 0u)
      << "too short for a number";
  EXPECT_EQ(gaps({0, 0, false}, {{1}, {7}}), 0u) << "not asked for";
}

}  // namespace
}  // namespace openbell::io
