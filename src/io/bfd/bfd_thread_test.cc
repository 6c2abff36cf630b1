#include "io/bfd/bfd_thread.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

#include "io/loop/loop_for_test.h"

namespace openbell::io {
namespace {

using bfd::SessionId;

using base::milliseconds;
using base::seconds;

/// Runs `body` with a loopback interface of its own where that is allowed, so that nobody else's
/// BFD is in the way.
void in_own_network(const std::function<void()>& body) {
  std::thread([&body] {
    if (::unshare(CLONE_NEWNET) == 0) {
      const Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
      ifreq request{};
      std::strcpy(request.ifr_name, "lo");
      request.ifr_flags = IFF_UP;
      EXPECT_EQ(::ioctl(socket.get(), SIOCSIFFLAGS, &request), 0);
    }
    body();
  }).join();
}

base::IpAddress address(std::string_view text) {
  base::IpAddress result;
  EXPECT_TRUE(base::parse_ip(text, result)) << text;
  return result;
}

bfd::SessionConfig config_of(std::string_view local, std::string_view peer) {
  bfd::SessionConfig config;
  config.local_address = address(local);
  config.peer_address = address(peer);
  config.transmit = config.receive = milliseconds(50);
  return config;
}

/// A thread whose reports are kept, and a loop to hear them in.
class Stage final : public BfdEvents {
 public:
  void on_bfd(bfd::SessionId id, const bfd::Report& report) override {
    reports[id].push_back(report);
  }
  bool until_state(bfd::SessionId id, bfd::State state) {
    return loop.until([&] { return !reports[id].empty() && reports[id].back().state == state; });
  }
  /// Both ends of a session on one thread.
  void start_pair(const bfd::SessionConfig& a) {
    bfd::SessionConfig b = a;
    std::swap(b.local_address, b.peer_address);
    EXPECT_EQ(thread.start(SessionId{1}, a), "");
    EXPECT_EQ(thread.start(SessionId{2}, b), "");
  }
  bool until_up() {
    return until_state(SessionId{1}, bfd::State::up) && until_state(SessionId{2}, bfd::State::up);
  }

  LoopForTest loop;
  std::map<bfd::SessionId, std::vector<bfd::Report>> reports;
  std::vector<std::string> lines;
  BfdThread thread{loop.reactor, *this, [this](const std::string& line) { lines.push_back(line); }};
};

/// A UDP socket that sends what a peer should not.
class Forger {
 public:
  explicit Forger(std::string_view local) {
    socket_ = Fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_in from = in(local, 50'000);
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&from), sizeof from), 0);
  }
  void send(std::string_view to, std::vector<std::uint8_t> bytes, int ttl) {
    ::setsockopt(socket_.get(), IPPROTO_IP, IP_TTL, &ttl, sizeof ttl);
    sockaddr_in peer = in(to, 3784);
    EXPECT_EQ(::sendto(socket_.get(), bytes.data(), bytes.size(), 0,
                       reinterpret_cast<sockaddr*>(&peer), sizeof peer),
              static_cast<ssize_t>(bytes.size()));
  }

 private:
  static sockaddr_in in(std::string_view text, std::uint16_t port) {
    sockaddr_in result{};
    result.sin_family = AF_INET;
    result.sin_port = htons(port);
    result.sin_addr.s_addr = htonl(address(text).v4_host_order());
    return result;
  }
  Fd socket_;
};

const std::vector<std::uint8_t> down_packet = {0x20, 0x40, 3, 24, 0, 0, 0, 9, 0, 0, 0, 0,
                                               0,    1,    0, 0,  0, 1, 0, 0, 0, 0, 0, 0};

TEST(BfdThread, BringsASessionUpAndAgreesOnTimers) {
  in_own_network([] {
    Stage stage;
    stage.start_pair(config_of("127.0.0.1", "127.0.0.2"));
    ASSERT_TRUE(stage.until_up());
    EXPECT_TRUE(stage.loop.until(
        [&] { return stage.thread.statistics(SessionId{1}).detection == milliseconds(150); }));
    EXPECT_EQ(stage.thread.statistics(SessionId{1}).transmit, milliseconds(50));
    EXPECT_GT(stage.thread.statistics(SessionId{1}).sent, 0u);
    EXPECT_GT(stage.thread.statistics(SessionId{1}).received, 0u);
    EXPECT_EQ(stage.thread.statistics(SessionId{1}).discarded, 0u);
    EXPECT_EQ(stage.thread.statistics(SessionId{7}).sent, 0u);
  });
}

TEST(BfdThread, SpeaksIpv6AndSeveralHopsAndSigns) {
  in_own_network([] {
    Stage stage;
    bfd::SessionConfig config = config_of("::1", "::1");
    config.multihop = true;
    config.ttl_min = 200;
    config.auth = bfd::AuthType::meticulous_sha1;
    config.secret = "secret";
    EXPECT_EQ(stage.thread.start(SessionId{1}, config),
              "");  // with itself: both ends are the same session
    EXPECT_TRUE(
        stage.loop.until([&] { return stage.thread.statistics(SessionId{1}).received != 0; }));
    stage.start_pair(config_of("127.0.0.1", "127.0.0.2"));
    EXPECT_TRUE(stage.until_up());
  });
}

TEST(BfdThread, UsesAnInterfaceBesideTheOthers) {
  in_own_network([] {
    Stage stage;
    bfd::SessionConfig config = config_of("127.0.0.1", "127.0.0.2");
    config.interface = "lo";
    stage.start_pair(config);
    EXPECT_EQ(stage.thread.start(SessionId{3}, config_of("127.0.0.3", "127.0.0.4")), "");
    EXPECT_EQ(stage.thread.start(SessionId{4}, config_of("127.0.0.4", "127.0.0.3")), "");
    EXPECT_TRUE(stage.until_up());
    EXPECT_TRUE(stage.until_state(SessionId{3}, bfd::State::up));
    EXPECT_TRUE(stage.until_state(SessionId{4}, bfd::State::up));
  });
}

TEST(BfdThread, NeedsNoLocalAddress) {
  in_own_network([] {
    Stage stage;
    bfd::SessionConfig config = config_of("127.0.0.2", "127.0.0.1");
    EXPECT_EQ(stage.thread.start(SessionId{2}, config), "");
    config.peer_address = address("127.0.0.2");
    config.local_address = {};  // the kernel takes 127.0.0.1
    EXPECT_EQ(stage.thread.start(SessionId{1}, config), "");
    EXPECT_TRUE(stage.until_up());
    config.peer_address = address("::1");
    EXPECT_EQ(stage.thread.start(SessionId{3}, config), "");
    EXPECT_TRUE(
        stage.loop.until([&] { return stage.thread.statistics(SessionId{3}).received != 0; }));
  });
}

TEST(BfdThread, TellsThePeerThatItStops) {
  in_own_network([] {
    Stage stage;
    bfd::SessionConfig config = config_of("127.0.0.1", "127.0.0.2");
    config.multiplier = 100;  // however long this machine stands still
    stage.start_pair(config);
    ASSERT_TRUE(stage.until_up());
    const std::size_t before = stage.reports[SessionId{1}].size();
    stage.thread.stop(SessionId{1});
    ASSERT_TRUE(stage.until_state(SessionId{2}, bfd::State::down));
    const bfd::Report& report = stage.reports[SessionId{2}].back();
    EXPECT_EQ(report.diagnostic, bfd::Diagnostic::neighbor_signaled_session_down);
    EXPECT_EQ(report.remote_state, bfd::State::admin_down);
    EXPECT_EQ(report.remote_diagnostic, bfd::Diagnostic::administratively_down);
    EXPECT_EQ(stage.reports[SessionId{1}].size(), before);
    // At once again: what still says goodbye does not take the new one down.
    EXPECT_EQ(stage.thread.start(SessionId{5}, config), "");
    ASSERT_TRUE(stage.until_state(SessionId{5}, bfd::State::up));
    ASSERT_TRUE(stage.until_state(SessionId{2}, bfd::State::up));
    const std::size_t stable = stage.reports[SessionId{2}].size();
    stage.loop.pass(seconds(2));
    EXPECT_EQ(stage.reports[SessionId{2}].size(), stable);
  });
}

TEST(BfdThread, ChangesTimersWithoutAFlap) {
  in_own_network([] {
    Stage stage;
    bfd::SessionConfig config = config_of("127.0.0.1", "127.0.0.2");
    stage.start_pair(config);
    ASSERT_TRUE(stage.until_up());
    config.transmit = config.receive = milliseconds(80);
    EXPECT_EQ(stage.thread.start(SessionId{1}, config), "");
    EXPECT_TRUE(stage.loop.until([&] {
      return stage.thread.statistics(SessionId{1}).transmit == milliseconds(80) &&
             stage.thread.statistics(SessionId{2}).detection == milliseconds(240);
    }));
    EXPECT_EQ(stage.reports[SessionId{1}].back().state, bfd::State::up);
    EXPECT_EQ(stage.thread.statistics(SessionId{1}).downs, 0u);
    EXPECT_EQ(stage.thread.statistics(SessionId{2}).downs, 0u);
  });
}

TEST(BfdThread, AnotherAddressIsAnotherSession) {
  in_own_network([] {
    Stage stage;
    stage.start_pair(config_of("127.0.0.1", "127.0.0.2"));
    ASSERT_TRUE(stage.until_up());
    EXPECT_EQ(stage.thread.start(SessionId{1}, config_of("127.0.0.5", "127.0.0.6")), "");
    ASSERT_TRUE(stage.until_state(SessionId{2}, bfd::State::down));
    EXPECT_EQ(stage.thread.statistics(SessionId{1}).received, 0u);
  });
}

TEST(BfdThread, DiscardsWhatComesFromAfar) {
  in_own_network([] {
    Stage stage;
    EXPECT_EQ(stage.thread.start(SessionId{1}, config_of("127.0.0.1", "127.0.0.2")), "");
    Forger forger("127.0.0.2");
    forger.send("127.0.0.1", down_packet, 254);
    EXPECT_TRUE(
        stage.loop.until([&] { return stage.thread.statistics(SessionId{1}).discarded == 1; }));
    forger.send("127.0.0.1", {0x20, 0x40, 3}, 255);
    EXPECT_TRUE(
        stage.loop.until([&] { return stage.thread.statistics(SessionId{1}).discarded == 2; }));
    EXPECT_EQ(stage.thread.statistics(SessionId{1}).received, 0u);
    forger.send("127.0.0.1", down_packet, 255);
    EXPECT_TRUE(stage.until_state(SessionId{1}, bfd::State::init));
    EXPECT_EQ(stage.thread.statistics(SessionId{1}).received, 1u);
    // Nothing more comes: 3 * 65.536 ms.
    EXPECT_TRUE(stage.until_state(SessionId{1}, bfd::State::down));
    EXPECT_EQ(stage.reports[SessionId{1}].back().diagnostic,
              bfd::Diagnostic::control_detection_time_expired);
  });
}

TEST(BfdThread, SaysWhyASessionCannotStart) {
  in_own_network([] {
    Stage stage;
    EXPECT_EQ(stage.thread.start(SessionId{1}, config_of("127.0.0.1", "::1")),
              "local address 127.0.0.1 and peer address ::1 are not of the same family");
    bfd::SessionConfig config = config_of("127.0.0.1", "127.0.0.2");
    config.interface = "nowhere0";
    EXPECT_EQ(stage.thread.start(SessionId{1}, config),
              "cannot use interface nowhere0: No such device");
    EXPECT_EQ(stage.thread.start(SessionId{1}, config_of("fe80::1", "fe80::2")),
              "peer address fe80::2 needs an interface");
    config.peer_address = {};
    EXPECT_EQ(stage.thread.start(SessionId{1}, config), "a BFD session needs a peer address");
    EXPECT_EQ(stage.thread.start(SessionId{1}, config_of("127.0.0.1", "127.0.0.2")), "");
    EXPECT_EQ(stage.thread.start(SessionId{2}, config_of("127.0.0.1", "127.0.0.2")),
              "there is a BFD session from 127.0.0.1 to 127.0.0.2 already");
    Stage another;
    EXPECT_EQ(another.thread.start(SessionId{1}, config_of("127.0.0.1", "127.0.0.3")),
              "cannot use UDP port 3784 for BFD: Address already in use");
  });
}

TEST(BfdThread, LogsThatPacketsCannotBeSent) {
  in_own_network([] {
    Stage stage;
    EXPECT_EQ(stage.thread.start(SessionId{1}, config_of("127.0.0.1", "198.51.100.1")), "");
    const auto said = [&] {
      return std::ranges::any_of(stage.lines, [](const std::string& line) {
        return line.starts_with("bfd: from 127.0.0.1 to 198.51.100.1: cannot send: ");
      });
    };
    EXPECT_TRUE(stage.loop.until(said));
  });
}

TEST(BfdThread, GivesThePortBack) {
  in_own_network([] {
    Stage stage;
    for (std::uint32_t number = 1; number < 20; ++number) {
      const SessionId id{number};
      EXPECT_EQ(stage.thread.start(id, config_of("127.0.0.1", "127.0.0.2")), "");
      stage.thread.stop(id);
    }
    Stage another;
    EXPECT_TRUE(another.loop.until([&] {
      return another.thread.start(SessionId{1}, config_of("127.0.0.1", "127.0.0.3")).empty();
    }));
  });
}

TEST(DeadlineHeap, KeepsTheEarliestFirst) {
  struct Item : DeadlineItem {
    base::Tick deadline;
  };
  std::vector<Item> items(100);
  DeadlineHeap<Item> heap;
  std::uint64_t random = 1;
  const auto next = [&random] {
    random = random * 6364136223846793005u + 1442695040888963407u;
    return base::Tick{static_cast<std::int64_t>(random >> 44)};
  };
  for (Item& item : items) heap.add(item, item.deadline = next());
  std::vector<Item*> left;
  for (Item& item : items) left.push_back(&item);
  const auto earliest = [&left] {
    return (*std::ranges::min_element(left, {}, [](const Item* item) { return item->deadline; }))
        ->deadline;
  };
  while (left.size() > 1) {
    ASSERT_EQ(heap.first_deadline(), earliest());
    heap.change(*left.front(), left.front()->deadline = next());
    ASSERT_EQ(heap.first_deadline(), earliest());
    heap.remove(*left.back());
    left.pop_back();
  }
  heap.remove(*left.back());
  EXPECT_EQ(heap.first_deadline(), base::never);
}

}  // namespace
}  // namespace openbell::io
