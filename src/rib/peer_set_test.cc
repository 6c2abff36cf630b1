#include "rib/peer_set.h"

#include <gtest/gtest.h>
#include <map>
#include <random>
#include <set>
#include <vector>

namespace openbell::rib {
namespace {

class PeerSetTest : public testing::Test {
 protected:
  static std::set<std::uint32_t> members(const Audience& set) {
    std::set<std::uint32_t> all;
    set.for_each([&](PeerIndex peer) { all.insert(std::to_underlying(peer)); });
    return all;
  }
  using Set = std::set<std::uint32_t>;

  PeerSetPool pool_;
};

TEST_F(PeerSetTest, EqualSetsAreOne) {
  const Audience a = pool_.audience(PeerIndex{3}) | pool_.audience(PeerIndex{200});
  const Audience b = pool_.audience(PeerIndex{200}) | pool_.audience(PeerIndex{3});
  EXPECT_EQ(a.handle(), b.handle());
  EXPECT_EQ(a.size(), 2u);
  EXPECT_TRUE((a - b).empty());
  EXPECT_EQ(a & pool_.audience(PeerIndex{3}), pool_.audience(PeerIndex{3}));
}

TEST_F(PeerSetTest, WhoIsBornJoinsEveryAudienceOfItsRangeAndNoSnapshot) {
  const Audience range = pool_.audience(PeerIndex{1});
  const Audience both = range | pool_.audience(PeerIndex{2});
  const Audience other = pool_.audience(PeerIndex{2});
  const Snapshot before = pool_.snapshot(both);
  pool_.join(PeerIndex{1}, PeerIndex{77});
  EXPECT_EQ(members(range), (Set{1, 77}));
  EXPECT_EQ(members(both), (Set{1, 2, 77}));
  EXPECT_EQ(members(other), (Set{2}));
  EXPECT_FALSE(before.contains(PeerIndex{77}));
  EXPECT_TRUE(pool_.snapshot(both).contains(PeerIndex{77}));
  EXPECT_EQ(members(both - other), (Set{1, 77}));
}

TEST_F(PeerSetTest, WhoLeavesIsInNoSetAndItsNumberMayBeAnothers) {
  const Audience range = pool_.audience(PeerIndex{1});
  const Audience both = range | pool_.audience(PeerIndex{2});
  pool_.join(PeerIndex{1}, PeerIndex{77});
  const Audience own = pool_.audience(PeerIndex{77});
  const Snapshot seen = pool_.snapshot(own);
  EXPECT_TRUE(pool_.leave(PeerIndex{77}));
  EXPECT_TRUE(own.empty());
  EXPECT_TRUE(seen.empty());
  EXPECT_EQ(members(both), (Set{1, 2}));
  EXPECT_EQ(both, pool_.audience(PeerIndex{1}) | pool_.audience(PeerIndex{2}));
  pool_.join(PeerIndex{1}, PeerIndex{77});
  EXPECT_TRUE(own.empty());
  EXPECT_EQ(members(both), (Set{1, 2, 77}));
}

TEST_F(PeerSetTest, SetsThatNobodyHoldsAreFreed) {
  const Audience range = pool_.audience(PeerIndex{0});
  const std::size_t before = pool_.size();
  for (int round = 0; round < 10'000; ++round) {
    const auto born = static_cast<PeerIndex>(1 + round % 50);
    pool_.join(PeerIndex{0}, born);
    const Audience mixed = pool_.audience(born) | range;
    const Snapshot listening = pool_.snapshot(born);
    EXPECT_TRUE(mixed.intersects(listening));
    pool_.leave(born);
  }
  EXPECT_LE(pool_.size(), before + 3 * 64);
}

TEST_F(PeerSetTest, AgreesWithAModelUnderBirthsAndDeaths) {
  std::mt19937 random(5);
  std::vector<std::pair<Audience, Set>> held;
  std::map<std::uint32_t, std::uint32_t> born;  // to its range
  for (const std::uint32_t single : {0u, 1u, 2u, 3u})
    held.emplace_back(pool_.audience(PeerIndex{single}), Set{single});
  for (int step = 0; step < 20'000; ++step) {
    const std::size_t i = random() % held.size();
    const std::size_t j = random() % held.size();
    switch (random() % 6) {
      case 0: {
        Set all = held[i].second;
        all.insert(held[j].second.begin(), held[j].second.end());
        held.emplace_back(held[i].first | held[j].first, all);
        break;
      }
      case 1: {
        Set left;
        for (const std::uint32_t peer : held[i].second)
          if (!held[j].second.contains(peer)) left.insert(peer);
        held.emplace_back(held[i].first - held[j].first, left);
        break;
      }
      case 2: {
        Set both;
        for (const std::uint32_t peer : held[i].second)
          if (held[j].second.contains(peer)) both.insert(peer);
        held.emplace_back(held[i].first & held[j].first, both);
        break;
      }
      case 3: {
        const auto peer = static_cast<std::uint32_t>(4 + random() % 130);
        if (born.contains(peer)) break;
        const auto range = static_cast<std::uint32_t>(random() % 2);
        born[peer] = range;
        pool_.join(PeerIndex{range}, PeerIndex{peer});
        for (auto& [set, model] : held)
          if (model.contains(range)) model.insert(peer);
        break;
      }
      case 4: {
        if (born.empty()) break;
        const std::uint32_t peer = born.begin()->first;
        born.erase(peer);
        pool_.leave(PeerIndex{peer});
        for (auto& [set, model] : held) model.erase(peer);
        break;
      }
      default:
        if (held.size() > 30)
          held.erase(held.begin() + static_cast<std::ptrdiff_t>(4 + random() % 20));
        break;
    }
    const auto& [set, model] = held[random() % held.size()];
    ASSERT_EQ(members(set), model) << "step " << step;
    ASSERT_EQ(set.empty(), model.empty());
  }
}

}  // namespace
}  // namespace openbell::rib
