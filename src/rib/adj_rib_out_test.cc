#include "rib/adj_rib_out.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <set>
#include <string>

#include "base/hex.h"
#include "bgp/types.h"
#include "rib/claims.h"

namespace openbell::rib {
namespace {

using bgp::Family;
using testing::ElementsAre;
using testing::IsEmpty;
using Messages = std::vector<std::string>;

/// Peers that write down what they are sent: "+10", "-10" for 10.0.10.0/24 announced or withdrawn,
/// "eor", "borr", "eorr".
class Peers final : public PeerOutput {
 public:
  [[nodiscard]] bool writable(PeerIndex peer) const override { return !blocked.contains(peer); }
  void write(PeerIndex peer, bgp::Bytes messages) override {
    ++writes[peer];
    while (!messages.empty()) {
      const std::size_t size = base::load16(messages.data() + 16);
      read(peer, messages[18], messages.subspan(bgp::header_size, size - bgp::header_size));
      messages = messages.subspan(size);
    }
  }
  void unsendable(PeerIndex, const bgp::NlriView&) override { ADD_FAILURE() << "unsendable"; }
  void overrun(PeerIndex peer) override { given_up.insert(peer); }
  void settled(Token token, PeerIndex peer, Fate fate) override {
    fates.push_back({token, peer, fate});
  }
  struct Settled {
    Token token;
    PeerIndex peer;
    Fate fate;
    bool operator==(const Settled&) const = default;
  };

  Messages sent(PeerIndex peer) { return std::exchange(told_[peer], {}); }

  std::set<PeerIndex> blocked;
  std::set<PeerIndex> given_up;
  std::map<PeerIndex, int> writes;
  std::vector<Settled> fates;

 private:
  void read(PeerIndex peer, std::uint8_t type, bgp::Bytes body) {
    Messages& told = told_[peer];
    if (type == 5) return told.emplace_back(body[2] == 1 ? "borr" : "eorr"), void();
    bgp::ByteReader in(body);
    if (body.size() == 4) return told.emplace_back("eor"), void();
    read_prefixes(in.sub(in.u16()), '-', told);
    in.take(in.u16());
    read_prefixes(in, '+', told);
  }
  static void read_prefixes(bgp::ByteReader in, char sign, Messages& told) {
    while (!in.empty()) {
      in.take(3);
      told.push_back(sign + std::to_string(in.u8()));
    }
  }

  std::map<PeerIndex, Messages> told_;
};

class AdjRibOutTest : public testing::Test {
 protected:
  static WireClass wire_class(std::uint32_t rate_limit = 0) {
    bgp::WireContext context;
    context.local_as = 65000;
    context.peer_as = 65001;
    context.four_octet_as = true;
    context.families.insert(Family::ipv4_unicast);
    return WireClass::of(context, rate_limit);
  }
  Audience set(std::initializer_list<std::uint32_t> members) {
    Audience all;
    for (const std::uint32_t peer : members) all |= pool_.audience(PeerIndex{peer});
    return all;
  }
  bgp::NlriView nlri(std::uint8_t number) {
    key_ = {24, 10, 0, number};
    return {Family::ipv4_unicast, false, 0, key_, {}};
  }
  void announce(std::uint8_t number, const Audience& audience, std::uint32_t next_hop = 1,
                Priority priority = Priority::bulk) {
    bgp::PathView view;
    view.next_hop = {bgp::NextHop::Kind::address, bgp::IpAddress::v4(0x0A000000 + next_hop)};
    const Path path = paths_.acquire(view);
    claims_.say(nlri(number), path, audience, {.priority = priority});
    paths_.release(path);
  }
  void withdraw(std::uint8_t number, const Audience& audience, Priority priority = Priority::bulk) {
    claims_.unsay(nlri(number), no_path, audience, {.priority = priority});
  }
  /// Sessions that are up and were sent what there was.
  void up(std::initializer_list<std::uint32_t> members, std::uint32_t rate_limit = 0) {
    for (const std::uint32_t peer : members)
      out_.open(PeerIndex{peer}, wire_class(rate_limit), false);
    flush();
    for (const std::uint32_t peer : members) output_.sent(PeerIndex{peer});
  }
  void flush(base::Tick now = {}) {
    for (int turns = 0; out_.flush(now); ++turns) ASSERT_LT(turns, 1000);
  }

  PeerSetPool pool_;
  PathPool paths_;
  RouteStore routes_{pool_, paths_};
  Claims claims_{routes_, pool_, paths_};
  Peers output_;
  AdjRibOut out_{routes_, pool_, paths_, output_, {.announced_lag = 50, .withdrawn_lag = 60}};

 private:
  std::vector<std::uint8_t> key_;
};

TEST_F(AdjRibOutTest, ANewSessionIsSentEverythingAndThenEndOfRib) {
  announce(1, set({0, 1}));
  announce(2, set({1}));
  up({0});
  out_.open(PeerIndex{1}, wire_class(), true);
  flush();
  EXPECT_THAT(output_.sent(PeerIndex{1}), ElementsAre("+1", "+2", "eor"));
  EXPECT_THAT(output_.sent(PeerIndex{0}), IsEmpty());
}

TEST_F(AdjRibOutTest, AChangeDuringAWalkIsSentOnce) {
  announce(1, set({0}));
  out_.open(PeerIndex{0}, wire_class(), true);
  announce(1, set({0}), 2);
  announce(2, set({0}), 2);
  flush();
  EXPECT_THAT(output_.sent(PeerIndex{0}), ElementsAre("+1", "+2", "eor"));
}

TEST_F(AdjRibOutTest, EachMemberOfAGroupIsSentItsOwnRoutes) {
  up({0, 1, 2});
  announce(1, set({0, 1, 2}));
  announce(2, set({0, 2}));
  announce(3, set({1}));
  flush();
  EXPECT_THAT(output_.sent(PeerIndex{0}), ElementsAre("+1", "+2"));
  EXPECT_THAT(output_.sent(PeerIndex{1}), ElementsAre("+1", "+3"));
  EXPECT_THAT(output_.sent(PeerIndex{2}), ElementsAre("+1", "+2"));
}

TEST_F(AdjRibOutTest, ABlockedMemberLeavesItsGroupAndComesBack) {
  up({0, 1, 2});
  const Audience all = set({0, 1, 2});
  output_.blocked = {PeerIndex{1}};
  announce(1, all);
  announce(2, all);
  flush();
  withdraw(2, all);
  announce(3, all);
  flush();
  EXPECT_THAT(output_.sent(PeerIndex{0}), ElementsAre("+1", "+2", "-2", "+3"));
  EXPECT_THAT(output_.sent(PeerIndex{2}), ElementsAre("+1", "+2", "-2", "+3"));
  EXPECT_THAT(output_.sent(PeerIndex{1}), IsEmpty());
  output_.blocked.clear();
  flush();
  EXPECT_THAT(output_.sent(PeerIndex{1}), ElementsAre("-2", "+1", "+3"));
  announce(4, all);
  flush();
  for (const std::uint32_t peer : {0u, 1u, 2u})
    EXPECT_THAT(output_.sent(PeerIndex{peer}), ElementsAre("+4"));
}

TEST_F(AdjRibOutTest, AMemberThatIsBackBeforeItsGroupJoinsItLater) {
  up({0, 1});
  output_.blocked = {PeerIndex{1}};
  announce(1, set({0, 1}));
  flush();
  output_.blocked = {PeerIndex{0}};
  announce(2, set({0, 1}));
  flush();
  output_.blocked.clear();
  flush();
  output_.writes.clear();
  announce(3, set({0}), 1);
  announce(4, set({1}), 2);
  announce(5, set({0}), 3);
  flush();
  // What is encoded for several is written in its order, for one alone it is one write.
  EXPECT_EQ(output_.writes[PeerIndex{0}], 2);
}

TEST_F(AdjRibOutTest, WhoIsFarBehindGetsTheLatestStateOfEverythingOnce) {
  up({0, 1});
  const Audience both = set({0, 1});
  output_.blocked = {PeerIndex{1}};
  announce(7, both);
  flush();
  for (std::uint32_t next_hop = 1; next_hop < 120; ++next_hop) {
    announce(8, both, next_hop);
    flush();
  }
  EXPECT_LE(routes_.queue(Lane::announced).end() - routes_.queue(Lane::announced).begin(), 51u);
  output_.blocked.clear();
  flush();
  EXPECT_THAT(output_.sent(PeerIndex{1}), testing::UnorderedElementsAre("+7", "+8"));
}

TEST_F(AdjRibOutTest, WhoIsFarBehindGetsWhatIsLeftOfADividedRecordInItsPlace) {
  up({1});
  up({2}, 1);
  announce(7, set({1, 2}));
  bgp::PathView view;
  view.next_hop = {bgp::NextHop::Kind::address, bgp::IpAddress::v4(0x0A000001)};
  const Path path = paths_.acquire(view);
  claims_.say(nlri(7), path, set({2}), {.claimant = {Rank::word, 5}});  // a record of its own
  paths_.release(path);
  for (std::uint8_t number = 8; number <= 12; ++number) announce(number, set({1, 2}), number);
  withdraw(7, set({1}));  // the entry was that of the first record: it is the other's now
  flush(base::Tick{} + base::seconds(1));
  EXPECT_THAT(output_.sent(PeerIndex{2}), ElementsAre("+7"));
  for (std::uint8_t number = 100; number < 200; ++number) announce(number, set({1, 2}), 10);
  Messages told;
  for (int second = 2; second < 20; ++second) {
    flush(base::Tick{} + base::seconds(second));
    for (std::string& message : output_.sent(PeerIndex{2})) told.push_back(std::move(message));
  }
  EXPECT_THAT(told, testing::Not(testing::Contains("+7"))) << "it was told that";
  EXPECT_THAT(told, testing::IsSupersetOf({"+8", "+12"}));
}

TEST_F(AdjRibOutTest, WhoLeavesTooManyWithdrawalsIsGivenUp) {
  up({0, 1});
  output_.blocked = {PeerIndex{1}};
  announce(1, set({0, 1}));
  flush();
  for (int i = 0; i < 70; ++i) {
    withdraw(1, set({0, 1}));
    flush();
  }
  EXPECT_THAT(output_.given_up, ElementsAre(PeerIndex{1}));
  EXPECT_EQ(output_.sent(PeerIndex{0}).size(), 71u);
}

TEST_F(AdjRibOutTest, ARefreshIsFramedAndDoesNotDisturbTheGroup) {
  up({0, 1});
  announce(1, set({0, 1}));
  flush();
  output_.sent(PeerIndex{0});
  output_.sent(PeerIndex{1});
  out_.refresh(PeerIndex{0}, wire_class().context.families, true);
  flush();
  EXPECT_THAT(output_.sent(PeerIndex{0}), ElementsAre("borr", "+1", "eorr"));
  EXPECT_THAT(output_.sent(PeerIndex{1}), IsEmpty());
}

TEST_F(AdjRibOutTest, ASessionDoesNotJoinAWalkOverOtherFamilies) {
  WireClass two = wire_class();
  two.context.families.insert(Family::ipv6_unicast);
  announce(1, set({0, 1}));
  out_.open(PeerIndex{0}, two, false);
  flush();
  output_.sent(PeerIndex{0});
  bgp::FamilySet asked;
  asked.insert(Family::ipv6_unicast);
  out_.refresh(PeerIndex{0}, asked, false);
  out_.open(PeerIndex{1}, two, false);
  flush();
  EXPECT_THAT(output_.sent(PeerIndex{1}), ElementsAre("+1"));
  EXPECT_THAT(output_.sent(PeerIndex{0}), IsEmpty());
}

TEST_F(AdjRibOutTest, ARateLimitCountsUpdates) {
  up({0}, 2);
  for (std::uint8_t number = 1; number <= 5; ++number) announce(number, set({0}), number);
  base::Tick now = base::Tick{} + base::seconds(10);
  Messages all;
  const auto take = [&] {
    flush(now);
    const Messages sent = output_.sent(PeerIndex{0});
    all.insert(all.end(), sent.begin(), sent.end());
    return sent.size();
  };
  EXPECT_EQ(take(), 2u);
  EXPECT_GT(out_.deadline(), now);
  EXPECT_EQ(take(), 0u);
  now = now + base::seconds(1);
  EXPECT_EQ(take(), 2u);
  now = now + base::seconds(1);
  EXPECT_EQ(take(), 1u);
  EXPECT_EQ(out_.deadline(), base::never);
  EXPECT_THAT(all, ElementsAre("+1", "+2", "+3", "+4", "+5"));
}

TEST_F(AdjRibOutTest, AHeldBackQueueIsBounded) {
  up({0}, 1);
  for (std::uint32_t next_hop = 1; next_hop < 200; ++next_hop) {
    announce(8, set({0}), next_hop);
    flush();
  }
  EXPECT_LE(routes_.queue(Lane::announced).end() - routes_.queue(Lane::announced).begin(), 51u);
  flush(base::Tick{} + base::seconds(5));
  EXPECT_THAT(output_.sent(PeerIndex{0}), testing::Contains("+8"));
}

TEST_F(AdjRibOutTest, WhatIsUrgentPassesWhatWaits) {
  up({0, 1});
  const Audience both = set({0, 1});
  announce(9, both);
  flush();
  output_.sent(PeerIndex{0});
  output_.sent(PeerIndex{1});
  output_.blocked = {PeerIndex{1}};
  withdraw(7, both);
  for (std::uint8_t number = 1; number <= 5; ++number) announce(number, both, number);
  announce(8, both, 8, Priority::urgent);
  withdraw(9, both, Priority::urgent);
  out_.flush_urgent(base::Tick{});
  EXPECT_THAT(output_.sent(PeerIndex{0}), ElementsAre("-9", "+8"));
  flush();
  EXPECT_THAT(output_.sent(PeerIndex{0}), ElementsAre("-7", "+1", "+2", "+3", "+4", "+5"));
  EXPECT_THAT(output_.sent(PeerIndex{1}), IsEmpty());
  output_.blocked.clear();
  flush();
  EXPECT_THAT(output_.sent(PeerIndex{1}),
              ElementsAre("-9", "+8", "-7", "+1", "+2", "+3", "+4", "+5"));
}

/// What is awaited under a token: the changes that `change` makes, at both peers.
class AwaitTest : public AdjRibOutTest {
 protected:
  using Fate = PeerOutput::Fate;
  template <typename Change>
  void await(Token token, Change change) {
    const Positions began = routes_.ends();
    const std::uint64_t first = routes_.last_change() + 1;
    change();
    Positions mark;
    for (const Lane lane : lanes)
      if (routes_.ends()[lane] != began[lane]) mark[lane] = routes_.ends()[lane];
    out_.await(token, pool_.snapshot(set({0, 1})), {first, routes_.last_change()}, mark);
  }
  std::vector<Peers::Settled> fates() { return std::exchange(output_.fates, {}); }
};

TEST_F(AwaitTest, EachPeerIsSettledWhenItsOwnWriteHasTheChange) {
  up({0, 1});
  output_.blocked = {PeerIndex{1}};
  await(7, [&] { announce(1, set({0, 1})); });
  flush();
  EXPECT_THAT(fates(), ElementsAre(Peers::Settled{7, PeerIndex{0}, Fate::written}));
  announce(2, set({0, 1}));
  flush();
  EXPECT_THAT(fates(), IsEmpty());
  output_.blocked.clear();
  flush();
  EXPECT_THAT(fates(), ElementsAre(Peers::Settled{7, PeerIndex{1}, Fate::written}));
}

TEST_F(AwaitTest, WhatALaterChangeTookThePlaceOfIsNotCalledWritten) {
  up({0, 1});
  await(1, [&] { announce(1, set({0, 1})); });
  await(2, [&] { withdraw(1, set({0, 1})); });
  flush();
  EXPECT_THAT(fates(),
              testing::UnorderedElementsAre(Peers::Settled{1, PeerIndex{0}, Fate::superseded},
                                            Peers::Settled{1, PeerIndex{1}, Fate::superseded},
                                            Peers::Settled{2, PeerIndex{0}, Fate::written},
                                            Peers::Settled{2, PeerIndex{1}, Fate::written}));
}

TEST_F(AwaitTest, AnUrgentChangeDoesNotWaitForWhatIsBulk) {
  up({0, 1});
  for (std::uint8_t number = 1; number <= 5; ++number) announce(number, set({0, 1}), number);
  await(3, [&] { announce(9, set({0, 1}), 1, Priority::urgent); });
  out_.flush_urgent(base::Tick{});
  EXPECT_EQ(fates().size(), 2u);
}

TEST_F(AwaitTest, ASessionThatEndsIsLost) {
  up({0, 1});
  output_.blocked = {PeerIndex{1}};
  await(4, [&] { announce(1, set({0, 1})); });
  flush();
  fates();
  out_.close(PeerIndex{1});
  EXPECT_THAT(fates(), ElementsAre(Peers::Settled{4, PeerIndex{1}, Fate::lost}));
}

TEST_F(AwaitTest, AWalkThatSendsItSettlesIt) {
  up({0, 1});
  output_.blocked = {PeerIndex{1}};
  await(5, [&] { announce(99, set({0, 1})); });
  // So many that the slow peer leaves the queue for a walk.
  for (std::uint8_t number = 1; number <= 60; ++number) announce(number, set({0, 1}), number);
  flush();
  fates();
  output_.blocked.clear();
  flush();
  EXPECT_THAT(fates(), ElementsAre(Peers::Settled{5, PeerIndex{1}, Fate::written}));
}

TEST_F(AwaitTest, WhatAWalkHasPassedDoesNotWaitForItsEnd) {
  up({0, 1}, 3);
  await(8, [&] { announce(1, set({0, 1}), 1); });
  for (std::uint8_t number = 2; number <= 6; ++number) announce(number, set({0, 1}), number);
  for (const PeerIndex peer : {PeerIndex{0}, PeerIndex{1}})
    out_.refresh(peer, wire_class().context.families, false);
  out_.flush(base::Tick{} + base::seconds(1));  // three UPDATEs
  ASSERT_TRUE(out_.walking(PeerIndex{0}) && out_.walking(PeerIndex{1}));
  EXPECT_THAT(fates(),
              testing::UnorderedElementsAre(Peers::Settled{8, PeerIndex{0}, Fate::written},
                                            Peers::Settled{8, PeerIndex{1}, Fate::written}));
}

TEST_F(AwaitTest, BytesThatWereEncodedAheadAreWrittenInThePlaceOfTheSame) {
  up({0, 1});
  RouteStore sketch(pool_, paths_);
  Claims claims(sketch, pool_, paths_);
  const Path path =
      paths_.acquire({{bgp::NextHop::Kind::address, bgp::IpAddress::v4(0x0A000001)}, {}});
  claims.say(nlri(5), path, set({0, 1}), {.priority = Priority::urgent});
  struct Bytes final : PeerOutput {
    bool writable(PeerIndex) const override { return true; }
    void write(PeerIndex peer, bgp::Bytes bytes) override {
      all[peer].assign(bytes.begin(), bytes.end());
    }
    void unsendable(PeerIndex, const bgp::NlriView&) override {}
    void overrun(PeerIndex) override {}
    void settled(Token, PeerIndex, Fate) override {}
    std::map<PeerIndex, std::vector<std::uint8_t>> all;
  } bytes;
  out_.preview(sketch, {}, bytes);
  const Positions from = routes_.ends();
  await(6, [&] { announce(5, set({0, 1}), 1, Priority::urgent); });
  out_.offer({from, routes_.ends(), bytes.all});
  out_.flush_urgent(base::Tick{});
  EXPECT_THAT(output_.sent(PeerIndex{0}), ElementsAre("+5"));
  EXPECT_EQ(fates().size(), 2u);
  flush();
  EXPECT_THAT(output_.sent(PeerIndex{0}), IsEmpty());
  paths_.release(path);
}

TEST_F(AdjRibOutTest, TheLastWordCountsAlsoBetweenLanes) {
  up({0});
  announce(1, set({0}), 1, Priority::urgent);
  withdraw(1, set({0}));
  flush();
  EXPECT_THAT(output_.sent(PeerIndex{0}), ElementsAre("-1"));
  announce(2, set({0}));
  withdraw(2, set({0}), Priority::urgent);
  flush();
  EXPECT_THAT(output_.sent(PeerIndex{0}), ElementsAre("-2"));
  withdraw(2, set({0}));
  announce(2, set({0}), 1, Priority::urgent);
  flush();
  EXPECT_THAT(output_.sent(PeerIndex{0}), ElementsAre("+2"));
}

TEST_F(AdjRibOutTest, AClosedSessionKeepsNothingWaiting) {
  up({0, 1});
  output_.blocked = {PeerIndex{1}};
  announce(1, set({0, 1}));
  flush();
  announce(2, set({0, 1}));
  withdraw(1, set({0, 1}));
  flush();
  out_.close(PeerIndex{1});
  flush();
  EXPECT_EQ(routes_.queue(Lane::withdrawn).begin(), routes_.queue(Lane::withdrawn).end());
  EXPECT_EQ(routes_.size(), 1u);
}

}  // namespace
}  // namespace openbell::rib
