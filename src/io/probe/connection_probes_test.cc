// The kinds tcp and hold, against real sockets.

#include <cerrno>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/net/socket.h"
#include "io/probe/probe_for_test.h"

namespace openbell::io {
namespace {

using health::ProbeId;

class ConnectionProbeTest : public ProbeTest {
 protected:
  void listen(std::string_view on = "127.0.0.1") {
    auto listener = open_listener({address_of(on), 0});
    ASSERT_TRUE(listener) << listener.error();
    listener_ = std::move(*listener);
    target_ = local_endpoint(listener_.get());
  }
  /// Waits for the connection of a probe; an empty answer when none comes.
  Fd accept() {
    Fd accepted;
    EXPECT_TRUE(loop_.until([&] {
      accepted = Fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      return static_cast<bool>(accepted);
    }));
    return accepted;
  }
  health::CheckConfig config(std::string kind) {
    health::CheckConfig result;
    result.kind = std::move(kind);
    result.address = target_.address;
    result.port = target_.port;
    return result;
  }

  Fd listener_;
  Endpoint target_;
};

TEST_F(ConnectionProbeTest, TcpAnswersFromTheLoopWhetherSomebodyAccepts) {
  for (const std::string_view address : {"127.0.0.1", "::1"}) {
    listen(address);
    probes_.start(ProbeId{1}, config("tcp"));
    EXPECT_FALSE(probes_.run(ProbeId{1})) << "not from inside the call";
    const Answer up = next(ProbeId{1});
    EXPECT_TRUE(up.ok) << up.error;
    EXPECT_EQ(up.again, base::Tick{});
    const Fd accepted = accept();
    char byte = 0;
    EXPECT_EQ(::recv(accepted.get(), &byte, 1, 0), 0) << "closed with FIN";

    listener_.reset();
    const Answer down = run(ProbeId{1});
    EXPECT_FALSE(down.ok);
    EXPECT_EQ(down.error, "connection refused");
  }
}

TEST_F(ConnectionProbeTest, TcpReadsTheGreetingThatCameBeforeItCloses) {
  listen();
  probes_.start(ProbeId{1}, config("tcp"));
  EXPECT_FALSE(probes_.run(ProbeId{1}));
  // The probe's turn comes after the greeting: both are done before the loop runs.
  const Fd accepted(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  ASSERT_TRUE(accepted);
  ASSERT_EQ(::send(accepted.get(), "220 hello\r\n", 11, 0), 11);
  EXPECT_TRUE(next(ProbeId{1}).ok);
  char byte = 0;
  EXPECT_EQ(::recv(accepted.get(), &byte, 1, 0), 0) << "FIN, not RST";
}

TEST_F(ConnectionProbeTest, AnAttemptUnderWayIsNotStartedTwiceAndACancelledOneIsSilent) {
  listen();
  probes_.start(ProbeId{1}, config("tcp"));
  EXPECT_FALSE(probes_.run(ProbeId{1}));
  EXPECT_FALSE(probes_.run(ProbeId{1}));
  EXPECT_TRUE(next(ProbeId{1}).ok);
  loop_.pass(base::milliseconds(20));
  EXPECT_EQ(heard_, 1u);

  EXPECT_FALSE(probes_.run(ProbeId{1}));
  probes_.cancel(ProbeId{1});
  probes_.cancel(ProbeId{1});
  loop_.pass(base::milliseconds(20));
  EXPECT_EQ(heard_, 1u);
  EXPECT_TRUE(run(ProbeId{1}).ok);
}

TEST_F(ConnectionProbeTest, AWrongLocalAddressIsAnAnswer) {
  listen();
  health::CheckConfig wrong = config("tcp");
  wrong.local_address = address_of("192.0.2.250");
  probes_.start(ProbeId{1}, wrong);
  const Answer answer = run(ProbeId{1});
  EXPECT_FALSE(answer.ok);
  EXPECT_EQ(answer.error, "cannot bind to 192.0.2.250: Cannot assign requested address");
}

TEST_F(ConnectionProbeTest, HoldReportsTheEndOfItsConnectionByItself) {
  listen();
  probes_.start(ProbeId{1}, config("hold"));
  for (const bool reset : {false, true}) {
    EXPECT_FALSE(probes_.run(ProbeId{1}));
    const Answer up = next(ProbeId{1});
    EXPECT_TRUE(up.ok) << up.error;
    EXPECT_EQ(up.again, base::never);
    Fd peer = accept();
    ASSERT_EQ(::send(peer.get(), "dropped", 7, 0), 7);
    loop_.pass(base::milliseconds(20));
    EXPECT_TRUE(answers_[ProbeId{1}].empty());
    EXPECT_EQ(run(ProbeId{1}).again, base::never) << "still held: the same connection";
    EXPECT_EQ(probes_.detail(ProbeId{1}), "held from " + peer_endpoint(peer.get()).text());

    const linger abort{1, 0};
    if (reset) ::setsockopt(peer.get(), SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
    peer.reset();
    const Answer down = next(ProbeId{1});
    EXPECT_FALSE(down.ok);
    EXPECT_EQ(down.error, reset ? "connection reset by peer" : "closed by the peer");
    EXPECT_EQ(down.again, base::Tick{});
    EXPECT_EQ(probes_.detail(ProbeId{1}), "");
  }
  listener_.reset();
  EXPECT_EQ(run(ProbeId{1}).error, "connection refused");
}

TEST_F(ConnectionProbeTest, HoldSeesTheFinBehindAFloodThatNobodyReads) {
  listen();
  probes_.start(ProbeId{1}, config("hold"));
  EXPECT_TRUE(run(ProbeId{1}).ok);
  Fd peer = accept();
  const std::string flood(1 << 20, 'x');
  std::size_t sent = 0;
  while (sent < flood.size()) {
    const ssize_t size = ::send(peer.get(), flood.data() + sent, flood.size() - sent, MSG_DONTWAIT);
    if (size > 0) sent += static_cast<std::size_t>(size);
    loop_.pass(base::milliseconds(1));
  }
  EXPECT_TRUE(answers_[ProbeId{1}].empty()) << "everything is dropped, nothing is blocked";
  peer.reset();
  EXPECT_EQ(next(ProbeId{1}).error, "closed by the peer");
}

TEST_F(ConnectionProbeTest, HoldFailsWhenKeepalivesStayUnanswered) {
  in_own_network([&] {
    listen();
    probes_.start(ProbeId{1}, config("hold"));
    EXPECT_TRUE(run(ProbeId{1}).ok);
    const Fd peer = accept();
    ASSERT_EQ(std::system("ip link set lo down"), 0);
    const Answer down = next(ProbeId{1});
    EXPECT_FALSE(down.ok);
    EXPECT_TRUE(down.error == "connection timed out" || down.error == "network is unreachable")
        << down.error;
  });
}

TEST_F(ConnectionProbeTest, AProbeMayBeStoppedFromInsideItsOwnReport) {
  listen();
  const std::size_t before = open_descriptors();
  probes_.start(ProbeId{1}, config("hold"));
  on_probe_ = [&](health::ProbeId id) { probes_.stop(id); };
  EXPECT_TRUE(run(ProbeId{1}).ok);
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_FALSE(probes_.run(ProbeId{1})) << "it is not there any more";
}

TEST_F(ConnectionProbeTest, StoppedProbesHoldNoDescriptor) {
  listen();
  const std::size_t before = open_descriptors();
  probes_.start(ProbeId{1}, config("hold"));
  probes_.start(ProbeId{2}, config("hold"));
  probes_.start(ProbeId{3}, config("tcp"));
  EXPECT_TRUE(run(ProbeId{1}).ok);
  EXPECT_FALSE(probes_.run(ProbeId{2}));
  EXPECT_FALSE(probes_.run(ProbeId{3}));
  EXPECT_GT(open_descriptors(), before);
  for (const ProbeId id : {ProbeId{1}, ProbeId{2}, ProbeId{3}}) probes_.stop(id);
  EXPECT_EQ(open_descriptors(), before);
  loop_.pass(base::milliseconds(20));
  EXPECT_EQ(heard_, 1u);
}

TEST_F(ConnectionProbeTest, AnUnknownKindIsOurMistake) {
  EXPECT_DEATH(probes_.start(ProbeId{1}, config("peer")), "CHECK failed");
}

}  // namespace
}  // namespace openbell::io
