#include "io/probe/link_monitor.h"
#include "io/probe/probe_for_test.h"

namespace openbell::io {
namespace {

using health::ProbeId;

class InterfaceProbeTest : public ProbeTest {
 protected:
  void start(health::ProbeId id, std::string interface) {
    health::CheckConfig config;
    config.kind = "interface";
    config.interface = std::move(interface);
    probes_.start(id, config);
  }
  /// Waits until this is the last word on a link; the kernel may pass through other states.
  Answer settled(health::ProbeId id, std::string_view error) {
    std::vector<Answer>& answers = answers_[id];
    EXPECT_TRUE(loop_.until([&] { return !answers.empty() && answers.back().error == error; }))
        << "never: " << error;
    const Answer last = answers.empty() ? Answer() : answers.back();
    answers.clear();
    return last;
  }
  static void ip(const std::string& arguments) {
    ASSERT_EQ(std::system(("ip " + arguments).c_str()), 0) << arguments;
  }
};

TEST_F(InterfaceProbeTest, AnswersAtOnceHowTheLinkIs) {
  start(ProbeId{1}, "lo");
  const Answer up = run(ProbeId{1});
  EXPECT_TRUE(up.ok) << up.error;
  EXPECT_EQ(up.again, base::never);
  EXPECT_EQ(probes_.detail(ProbeId{1}), "up");
  for (const char* name : {"ob-nowhere", "a-name-that-no-link-can-have"}) {
    start(ProbeId{2}, name);
    const Answer gone = run(ProbeId{2});
    EXPECT_FALSE(gone.ok);
    EXPECT_EQ(gone.error, "no such interface");
    EXPECT_EQ(gone.again, base::never);
  }
}

TEST_F(InterfaceProbeTest, ReportsEveryChangeByItself) {
  in_own_network([&] {
    start(ProbeId{1}, "ob0");
    start(ProbeId{2}, "ob1");
    EXPECT_EQ(run(ProbeId{1}).error, "no such interface");
    ip("link add ob0 type veth peer name ob1");
    settled(ProbeId{1}, "switched off");
    EXPECT_EQ(run(ProbeId{2}).error, "switched off");
    ip("link set ob0 up");
    const Answer no_carrier = settled(ProbeId{1}, "operational state lower layer down");
    EXPECT_FALSE(no_carrier.ok);
    EXPECT_EQ(no_carrier.again, base::never);
    ip("link set ob1 up");
    EXPECT_TRUE(settled(ProbeId{2}, "").ok);
    const Answer up = settled(ProbeId{1}, "");
    EXPECT_TRUE(up.ok);
    EXPECT_EQ(up.again, base::never);

    ip("link set ob0 mtu 1400");
    loop_.pass(base::milliseconds(50));
    EXPECT_TRUE(answers_[ProbeId{1}].empty()) << "no change of what is asked";
    ip("link set ob1 down");
    settled(ProbeId{2}, "switched off");
    settled(ProbeId{1}, "operational state lower layer down");
    ip("link set ob0 down");
    settled(ProbeId{1}, "switched off");
    ip("link set ob0 name ob7");
    settled(ProbeId{1}, "no such interface");
    ip("link set ob7 name ob0");
    settled(ProbeId{1}, "switched off");
    ip("link del ob0");
    settled(ProbeId{1}, "no such interface");
    settled(ProbeId{2}, "no such interface");
    probes_.stop(ProbeId{1});
    probes_.stop(ProbeId{2});
  });
}

TEST_F(InterfaceProbeTest, ABridgePortThatLeavesIsNotALinkThatLeaves) {
  in_own_network([&] {
    ip("link add ob0 type veth peer name ob1");
    ip("link add br0 type bridge");
    ip("link set ob1 up");
    ip("link set ob0 up master br0");
    start(ProbeId{1}, "ob0");
    EXPECT_TRUE(run(ProbeId{1}).ok);
    ip("link set ob0 nomaster");
    loop_.pass(base::milliseconds(50));
    EXPECT_TRUE(answers_[ProbeId{1}].empty()) << answers_[ProbeId{1}].front().error;
    probes_.stop(ProbeId{1});
  });
}

TEST_F(InterfaceProbeTest, WhatTheKernelCouldNotTellIsAskedFor) {
  in_own_network([&] {
    ip("link add ob0 type veth peer name ob1");
    ip("link set ob1 up");
    ip("link set ob0 up");
    start(ProbeId{1}, "ob0");
    EXPECT_TRUE(run(ProbeId{1}).ok);
    // More than the socket's buffer holds; what comes last is lost.
    ASSERT_EQ(std::system("i=0; while [ $i -lt 3000 ]; do echo link set lo mtu $((1500 + i)); "
                          "i=$((i + 1)); done | ip -batch -"),
              0);
    ip("link set ob0 down");
    settled(ProbeId{1}, "switched off");
    probes_.stop(ProbeId{1});
  });
}

TEST_F(InterfaceProbeTest, StoppedInTheMiddleOfAReportNobodyElseIsForgotten) {
  in_own_network([&] {
    ip("link add ob0 type veth peer name ob1");
    const std::size_t before = open_descriptors();
    for (const ProbeId id : {ProbeId{1}, ProbeId{2}, ProbeId{3}}) {
      start(id, "ob0");
      EXPECT_FALSE(run(id).ok);
    }
    on_probe_ = [&](health::ProbeId id) {
      probes_.stop(id);
      probes_.stop(ProbeId{2});
    };
    ip("link set ob0 up");
    EXPECT_FALSE(next(ProbeId{3}).ok);
    EXPECT_EQ(answers_[ProbeId{1}].size(), 1u);
    EXPECT_TRUE(answers_[ProbeId{2}].empty());
    EXPECT_EQ(open_descriptors(), before);
  });
}

}  // namespace
}  // namespace openbell::io
