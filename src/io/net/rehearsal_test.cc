#include "io/net/rehearsal.h"

#include <sys/resource.h>
#include <vector>

#include "gtest/gtest.h"

#include "io/loop/clock.h"
#include "io/loop/loop_for_test.h"

namespace openbell::io {
namespace {

using Messages = std::vector<std::vector<std::uint8_t>>;

class RehearsalTest : public ::testing::Test {
 protected:
  Rehearsal::OnDone note() {
    return [this](const Rehearsal::Result& result) {
      result_ = result;
      ++done_;
    };
  }
  void expect_all_received(base::Tick begin, std::size_t peers) {
    EXPECT_EQ(result_.error, "");
    ASSERT_EQ(result_.peers.size(), peers);
    for (const Rehearsal::Times& times : result_.peers) {
      EXPECT_LT(begin, times.written);
      EXPECT_LT(begin, times.received);
      EXPECT_LE(times.written, tick());
      EXPECT_LE(times.received, tick());
    }
  }

  LoopForTest loop_;
  int done_ = 0;
  Rehearsal::Result result_;
};

TEST_F(RehearsalTest, SaysWhenEachPeerHadItsBytes) {
  Rehearsal rehearsal(loop_.reactor, note());
  for (int round = 1; round <= 20; ++round) {
    const base::Tick begin = tick();
    ASSERT_EQ(rehearsal.run(Messages(8, std::vector<std::uint8_t>(47, 1))), "");
    EXPECT_TRUE(rehearsal.is_running());
    EXPECT_EQ(done_, round - 1) << "from the loop only";
    ASSERT_TRUE(loop_.until([&] { return done_ == round; }));
    expect_all_received(begin, 8);
    for (std::size_t i = 1; i < result_.peers.size(); ++i)
      EXPECT_LE(result_.peers[i - 1].written, result_.peers[i].written) << "in the order given";
  }
}

TEST_F(RehearsalTest, WhatWasPreparedIsWrittenAtOnce) {
  Rehearsal rehearsal(loop_.reactor, note());
  rehearsal.prepare(4);
  ASSERT_TRUE(loop_.until([&] { return rehearsal.prepared() == 4; }));
  ASSERT_EQ(rehearsal.run(Messages(4, std::vector<std::uint8_t>(10, 1))), "");
  const base::Tick after = tick();
  ASSERT_TRUE(loop_.until([&] { return done_ == 1; }));
  for (const Rehearsal::Times& times : result_.peers) EXPECT_LE(times.written, after);
}

TEST_F(RehearsalTest, SendsMoreThanTheKernelKeeps) {
  Rehearsal rehearsal(loop_.reactor, note());
  Messages messages(3);
  messages[0].resize(Rehearsal::peer_bytes_max);
  messages[2].resize(5u << 20);
  const base::Tick begin = tick();
  ASSERT_EQ(rehearsal.run(messages), "");
  ASSERT_TRUE(loop_.until([&] { return done_ == 1; }));
  EXPECT_EQ(result_.error, "");
  EXPECT_LT(begin, result_.peers[0].received);
  EXPECT_EQ(result_.peers[1].written, base::Tick{}) << "it had no bytes";
  EXPECT_EQ(result_.peers[1].received, base::Tick{});
  EXPECT_LT(begin, result_.peers[2].received);

  // Fewer, more, as many: connections are kept and added.
  for (const std::size_t peers : std::vector<std::size_t>{1, 6, 6}) {
    const int before = done_;
    const base::Tick again = tick();
    ASSERT_EQ(rehearsal.run(Messages(peers, std::vector<std::uint8_t>(30))), "");
    ASSERT_TRUE(loop_.until([&] { return done_ == before + 1; }));
    expect_all_received(again, peers);
  }
}

TEST_F(RehearsalTest, NothingToSendIsDoneToo) {
  Rehearsal rehearsal(loop_.reactor, note());
  ASSERT_EQ(rehearsal.run(Messages(2)), "");
  ASSERT_TRUE(loop_.until([&] { return done_ == 1; }));
  EXPECT_EQ(result_.error, "");
}

TEST_F(RehearsalTest, RefusesWhatIsTooMuch) {
  Rehearsal rehearsal(loop_.reactor, note());
  EXPECT_EQ(rehearsal.run({}), "a rehearsal without peers");
  EXPECT_EQ(rehearsal.run(Messages(1025)), "a rehearsal with 1025 peers: at most 1024");
  EXPECT_EQ(rehearsal.run(Messages(1, std::vector<std::uint8_t>((16u << 20) + 1))),
            "a rehearsal with 16777217 bytes for one peer: at most 16777216");
  ASSERT_EQ(rehearsal.run(Messages(1)), "");
  EXPECT_EQ(rehearsal.run(Messages(1)), "a rehearsal is running already");
  ASSERT_TRUE(loop_.until([&] { return done_ == 1; }));
}

TEST_F(RehearsalTest, WithoutDescriptorsSaysSoAndWorksWhenThereAreSome) {
  Rehearsal rehearsal(loop_.reactor, note());
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit few{40, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  EXPECT_EQ(rehearsal.run(Messages(100, std::vector<std::uint8_t>(1))), "");
  EXPECT_TRUE(loop_.until([&] { return done_ == 1; }));
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_NE(result_.error.find("Too many open files"), std::string::npos) << result_.error;

  const base::Tick begin = tick();
  ASSERT_EQ(rehearsal.run(Messages(100, std::vector<std::uint8_t>(1))), "");
  ASSERT_TRUE(loop_.until([&] { return done_ == 2; }));
  expect_all_received(begin, 100);
}

TEST_F(RehearsalTest, GivesUpAndStartsAfresh) {
  Rehearsal rehearsal(loop_.reactor, note(), base::nanoseconds(1));
  for (int round = 1; round <= 3; ++round) {
    ASSERT_EQ(rehearsal.run(Messages(3, std::vector<std::uint8_t>(8u << 20))), "");
    ASSERT_TRUE(loop_.until([&] { return done_ == round; }));
    EXPECT_EQ(result_.error, "not everything was received within 0 ms");
    EXPECT_FALSE(rehearsal.is_running());
  }
}

TEST_F(RehearsalTest, MayGoInTheMiddle) {
  Rehearsal rehearsal(loop_.reactor, note());
  ASSERT_EQ(rehearsal.run(Messages(3, std::vector<std::uint8_t>(8u << 20))), "");
  loop_.pass(base::milliseconds(1));
}

}  // namespace
}  // namespace openbell::io
