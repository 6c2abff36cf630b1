#include <map>
#include <random>
#include <set>

#include "gtest/gtest.h"

#include "rib/claims.h"

namespace openbell::rib {
namespace {

using bgp::Bytes;
using bgp::Family;
using bgp::NlriView;

/// An IPv4 unicast NLRI of 10.0.x.0/24.
struct Prefix {
  explicit Prefix(std::uint8_t x) : bytes{24, 10, 0, x} {}
  [[nodiscard]] NlriView view() const { return {Family::ipv4_unicast, false, 0, bytes, {}}; }
  std::array<std::uint8_t, 4> bytes;
};

class RouteStoreTest : public ::testing::Test {
 protected:
  Path path(std::uint8_t med) {
    const std::uint8_t attributes[] = {0x80, 4, 4, 0, 0, 0, med};
    return paths_.acquire({{}, attributes});
  }
  /// The med of what `peer` is announced, -1 when nothing is.
  int announced(const Prefix& prefix, PeerIndex peer) {
    const base::Handle route = store_.find(prefix.view(), peer);
    return route == base::no_handle ? -1 : paths_.view(store_[route].path).attributes[6];
  }

  Audience announce(const NlriView& nlri, Path path, const Audience& audience, bool joins = false) {
    return claims_.say(nlri, path, audience, {.joins = joins}).news;
  }
  Audience withdraw(const NlriView& nlri, const Audience& audience, const Audience& listening) {
    store_.set_listening(peers_.snapshot(listening));
    return claims_.unsay(nlri, no_path, audience, {}).news;
  }

  PeerSetPool peers_;
  PathPool paths_;
  RouteStore store_{peers_, paths_};
  Claims claims_{store_, peers_, paths_};
  Audience a_ = peers_.audience(PeerIndex{0});
  Audience b_ = peers_.audience(PeerIndex{70});
  Audience both_ = a_ | b_;
};

TEST_F(RouteStoreTest, AnIdenticalAnnouncementIsNoNews) {
  EXPECT_EQ(announce(Prefix(1).view(), path(1), both_), both_);
  EXPECT_TRUE(announce(Prefix(1).view(), path(1), a_).empty());
  EXPECT_EQ(store_.queue(Lane::announced).end(), 1u);
}

TEST_F(RouteStoreTest, PeersMayHoldDifferentPathsOfOneRoute) {
  announce(Prefix(1).view(), path(1), both_);
  store_.seen();
  EXPECT_EQ(announce(Prefix(1).view(), path(2), b_), b_);
  EXPECT_EQ(announced(Prefix(1), PeerIndex{0}), 1);
  EXPECT_EQ(announced(Prefix(1), PeerIndex{70}), 2);
  EXPECT_EQ(withdraw(Prefix(1).view(), a_, both_), a_);
  EXPECT_EQ(announced(Prefix(1), PeerIndex{0}), -1);
  EXPECT_EQ(announced(Prefix(1), PeerIndex{70}), 2);
}

TEST_F(RouteStoreTest, RoutesNobodyWasToldOfAreJoined) {
  announce(Prefix(1).view(), path(1), a_, true);
  announce(Prefix(1).view(), path(1), b_, true);
  EXPECT_EQ(store_.size(), 1u);
  store_.seen();
  const Audience c = peers_.audience(PeerIndex{3});
  announce(Prefix(1).view(), path(1), c, true);
  EXPECT_EQ(store_.size(), 2u);
}

TEST_F(RouteStoreTest, TheEarlierEntriesOfABurstAreStale) {
  announce(Prefix(1).view(), path(1), a_);
  withdraw(Prefix(1).view(), a_, a_);
  announce(Prefix(1).view(), path(1), a_);
  const Change& first = store_.queue(Lane::announced)[0];
  const Change& withdrawal = store_.queue(Lane::withdrawn)[0];
  const Change& last = store_.queue(Lane::announced)[1];
  const auto valid = [&](const Change& c) { return store_[c.route].change == c.change; };
  EXPECT_FALSE(valid(first));
  EXPECT_FALSE(valid(withdrawal));
  EXPECT_TRUE(valid(last));
}

TEST_F(RouteStoreTest, TombstonesGoWhenEverybodyHasPassedThem) {
  announce(Prefix(1).view(), path(1), a_);
  withdraw(Prefix(1).view(), a_, a_);
  EXPECT_EQ(store_.size(), 1u);
  EXPECT_FALSE(store_.trim(store_.ends(), 10));
  EXPECT_EQ(store_.size(), 0u);
}

TEST_F(RouteStoreTest, AWithdrawalForASessionThatIsDownLeavesNothing) {
  announce(Prefix(1).view(), path(1), a_);
  EXPECT_EQ(withdraw(Prefix(1).view(), a_, Audience()), a_);
  EXPECT_EQ(store_.size(), 0u);
  EXPECT_EQ(store_.queue(Lane::withdrawn).end(), 0u);
}

TEST_F(RouteStoreTest, AWithdrawalCarriesTheLabelThatWasAnnounced) {
  const std::uint8_t key[] = {24, 10, 0, 1};
  const std::uint8_t label[] = {0, 0x3E, 0x81};
  announce({Family::ipv4_nlri_mpls, false, 0, key, label}, path(1), a_);
  withdraw({Family::ipv4_nlri_mpls, false, 0, key, {}}, a_, a_);
  const Change& entry = store_.queue(Lane::withdrawn)[0];
  EXPECT_TRUE(base::equal(store_[entry.route].nlri.view().tail, label));
}

TEST_F(RouteStoreTest, AgreesWithAModelUnderRandomChanges) {
  std::mt19937 random(11);
  std::map<std::pair<int, PeerIndex>, int> model;
  const PeerIndex indices[] = {PeerIndex{0}, PeerIndex{70}};
  for (int step = 0; step < 50'000; ++step) {
    const auto x = static_cast<std::uint8_t>(random() % 40);
    const std::uint64_t choice = random() % 3;
    const Audience& audience = choice == 0 ? a_ : choice == 1 ? b_ : both_;
    const auto med = static_cast<std::uint8_t>(random() % 3);
    const bool announces = random() % 3 != 0;
    for (const PeerIndex peer : indices)
      if (audience.contains(peer)) model[{x, peer}] = announces ? med : -1;
    if (announces) {
      announce(Prefix(x).view(), path(med), audience);
    } else {
      withdraw(Prefix(x).view(), audience, both_);
    }
    if (random() % 7 == 0) store_.seen();
    if (random() % 50 == 0) store_.trim(store_.ends(), 1'000);
    for (const PeerIndex peer : indices) {
      const auto known = model.find({x, peer});
      ASSERT_EQ(announced(Prefix(x), peer), known == model.end() ? -1 : known->second)
          << "step " << step;
    }
  }
  store_.trim(store_.ends(), 100'000);
  std::set<base::Handle> live;
  for (const auto& [key, med] : model)
    if (med >= 0)
      live.insert(store_.find(Prefix(static_cast<std::uint8_t>(key.first)).view(), key.second));
  EXPECT_EQ(store_.size(), live.size());
}

}  // namespace
}  // namespace openbell::rib
