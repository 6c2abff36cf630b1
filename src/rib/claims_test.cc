#include "rib/claims.h"

#include <gtest/gtest.h>
#include <map>
#include <random>
#include <set>

namespace openbell::rib {
namespace {

/// An IPv4 unicast NLRI of 10.0.x.0/24.
struct Prefix {
  explicit Prefix(std::uint8_t x) : bytes{24, 10, 0, x} {}
  [[nodiscard]] bgp::NlriView view() const {
    return {bgp::Family::ipv4_unicast, false, 0, bytes, {}};
  }
  std::array<std::uint8_t, 4> bytes;
};

constexpr Claimant helper{Rank::word, 2};
constexpr Claimant other_helper{Rank::word, 3};
constexpr Claimant service{Rank::service, 1};
constexpr Claimant second_service{Rank::service, 2};
constexpr Claimant plan{Rank::plan, 1};

class ClaimsTest : public testing::Test {
 protected:
  ClaimsTest() {
    store_.set_listening(peers_.snapshot(both_));
    claims_.set_precedence(service, 2);
    claims_.set_precedence(second_service, 1);
    claims_.set_precedence(plan, 1);
  }
  Path path(std::uint8_t med) {
    const std::uint8_t attributes[] = {0x80, 4, 4, 0, 0, 0, med};
    return paths_.acquire({{bgp::NextHop::Kind::address, bgp::IpAddress::v4(1)}, attributes});
  }
  /// The med of what `peer` is told of prefix 1, -1 when nothing is.
  int told(PeerIndex peer = PeerIndex{0}, std::uint8_t x = 1) {
    const base::Handle route = store_.find(Prefix(x).view(), peer);
    return route == base::no_handle ? -1 : paths_.view(store_[route].path).attributes[6];
  }
  Claims::Effect say(std::uint8_t med, Claimant who = helper, Audience to = {}) {
    return claims_.say(nlri_, path(med), to.empty() ? both_ : to, {.claimant = who});
  }
  Claims::Effect unsay(Audience from = {}) {
    return claims_.unsay(nlri_, no_path, from.empty() ? both_ : from, {.claimant = helper});
  }
  Claims::Effect end() { return claims_.end(nlri_, no_path, both_, {.claimant = helper}); }
  Claims::Effect claim(Claimant who, std::uint8_t med, Audience to = {}) {
    return claims_.claim(nlri_, path(med), to.empty() ? both_ : to, {.claimant = who});
  }
  void drain() { store_.trim(store_.ends(), SIZE_MAX); }

  PeerSetPool peers_;
  PathPool paths_;
  RouteStore store_{peers_, paths_};
  Claims claims_{store_, peers_, paths_};
  Audience a_ = peers_.audience(PeerIndex{0});
  Audience b_ = peers_.audience(PeerIndex{70});
  Audience both_ = a_ | b_;
  const Prefix prefix_{1};
  const bgp::NlriView nlri_ = prefix_.view();
};

TEST_F(ClaimsTest, TheHigherClaimIsToldAndTheLowerShowsAgain) {
  say(1);
  EXPECT_EQ(claim(service, 2).news, both_);
  EXPECT_EQ(told(), 2);
  EXPECT_TRUE(say(3).news.empty());
  EXPECT_EQ(told(), 2);
  EXPECT_EQ(claims_.unclaim(nlri_, {.claimant = service}).news, both_);
  EXPECT_EQ(told(), 3);
  EXPECT_EQ(claims_.contests(), 0u);
}

TEST_F(ClaimsTest, OfServicesTheFirstIsToldWhicheverCameFirst) {
  claim(second_service, 5);
  EXPECT_EQ(told(), 5);
  claim(service, 4);
  EXPECT_EQ(told(), 4);
  claims_.unclaim(nlri_, {.claimant = service});
  EXPECT_EQ(told(), 5);
  EXPECT_EQ(claims_.contests(), 0u);
}

TEST_F(ClaimsTest, APlanSuppressesAndWhatIsSaidMeanwhileShowsLater) {
  say(1);
  claims_.suppress(nlri_, a_, {.claimant = plan});
  EXPECT_EQ(told(PeerIndex{0}), -1);
  EXPECT_EQ(told(PeerIndex{70}), 1);
  say(2);
  EXPECT_EQ(told(PeerIndex{0}), -1);
  EXPECT_EQ(told(PeerIndex{70}), 2);
  EXPECT_EQ(claims_.unclaim(nlri_, {.claimant = plan}).news, a_);
  EXPECT_EQ(told(PeerIndex{0}), 2);
}

TEST_F(ClaimsTest, AWordThatIsNotThereCannotBeWithdrawnFromAService) {
  claim(service, 4);
  const Claims::Effect effect = unsay();
  EXPECT_TRUE(effect.refused);
  EXPECT_EQ(effect.holder, service);
  EXPECT_EQ(told(), 4);
  say(1);
  EXPECT_FALSE(unsay().refused);
  EXPECT_EQ(told(), 4);
  claims_.unclaim(nlri_, {.claimant = service});
  EXPECT_EQ(told(), -1);
}

TEST_F(ClaimsTest, TheSameWordOfAnotherForSomeIsItsOwnForThese) {
  say(1, helper);
  drain();
  EXPECT_TRUE(say(1, other_helper, a_).news.empty());
  std::map<Claimant, Audience> owners;
  for (const Claims::ClaimView& word : claims_.claims_on(nlri_))
    owners[word.claimant] |= word.audience;
  EXPECT_EQ(owners[other_helper], a_);
  EXPECT_EQ(owners[helper], b_);
}

TEST_F(ClaimsTest, WhatIsSaidLaterWinsOverWordsThatComeInSlices) {
  say(1);
  const Moment earlier = claims_.open_moment();
  say(2, helper, a_);
  unsay(b_);
  drain();
  claims_.speak_as_of(earlier);
  EXPECT_TRUE(say(3).applied.empty());
  claims_.speak_now();
  EXPECT_EQ(told(PeerIndex{0}), 2);
  EXPECT_EQ(told(PeerIndex{70}), -1);
  claims_.close_moment(earlier);
  drain();
  EXPECT_EQ(store_.size(), 1u);
}

TEST_F(ClaimsTest, TheVerySameSaidAgainIsLaterToo) {
  say(1);
  const Moment earlier = claims_.open_moment();
  say(1, other_helper, a_);
  claims_.speak_as_of(earlier);
  EXPECT_EQ(unsay().news, b_);
  claims_.speak_now();
  EXPECT_EQ(told(PeerIndex{0}), 1);
  EXPECT_EQ(told(PeerIndex{70}), -1);
  claims_.close_moment(earlier);
}

TEST_F(ClaimsTest, OfTwoThatSpeakInSlicesTheLaterWins) {
  say(1);
  const Moment first = claims_.open_moment();
  const Moment second = claims_.open_moment();
  claims_.speak_as_of(second);
  say(2);
  claims_.speak_as_of(first);
  EXPECT_TRUE(say(3).applied.empty());
  claims_.speak_as_of(second);
  say(4);
  claims_.speak_now();
  EXPECT_EQ(told(), 4);
  claims_.close_moment(first);
  claims_.close_moment(second);
}

TEST_F(ClaimsTest, TheEarlierOfTwoLosesAlsoToWhatTheLaterFindsOfIt) {
  const Moment first = claims_.open_moment();
  const Moment second = claims_.open_moment();
  claims_.speak_as_of(first);
  say(3);
  claims_.speak_as_of(second);
  EXPECT_EQ(unsay().news, both_);
  claims_.speak_as_of(first);
  EXPECT_TRUE(say(3).applied.empty());
  claims_.speak_now();
  EXPECT_EQ(told(), -1);
  claims_.close_moment(second);
  claims_.close_moment(first);
  drain();
  EXPECT_EQ(store_.size(), 0u);
}

TEST_F(ClaimsTest, WhatOnlyAnOpenMomentNeededIsFreedInSlicesAfterIt) {
  std::vector<Prefix> prefixes;
  for (std::uint8_t number = 1; number <= 5; ++number) prefixes.emplace_back(number);
  const Moment moment = claims_.open_moment();
  for (const Prefix& prefix : prefixes) {
    claims_.say(prefix.view(), path(1), both_, {.claimant = helper});
    claims_.claim(prefix.view(), path(2), both_, {.claimant = service});
    claims_.unsay(prefix.view(), no_path, both_, {.claimant = helper});
  }
  EXPECT_TRUE(claims_.tidy(1)) << "nothing while a moment is open";
  EXPECT_EQ(claims_.contests(), 5u);
  claims_.close_moment(moment);
  EXPECT_FALSE(claims_.tidy(2));
  EXPECT_EQ(claims_.contests(), 3u);
  EXPECT_TRUE(claims_.tidy(100));
  EXPECT_EQ(claims_.contests(), 0u);
}

TEST_F(ClaimsTest, AWordThatEndsIsWithdrawnFromThoseWhoWereToldIt) {
  say(1, helper, a_);
  const Claims::Effect effect = end();
  EXPECT_EQ(effect.applied, both_);
  EXPECT_EQ(effect.news, a_);
  EXPECT_EQ(told(), -1);
  const std::uint64_t changes = store_.last_change();
  end();
  EXPECT_EQ(store_.last_change(), changes);
  drain();
  EXPECT_EQ(store_.size(), 0u);
}

TEST_F(ClaimsTest, AWordThatEndsUnderAServiceIsRefusedByNobody) {
  claim(service, 2);
  EXPECT_FALSE(end().refused);
  say(1);
  EXPECT_TRUE(end().news.empty());
  EXPECT_EQ(told(), 2);
  claims_.unclaim(nlri_, {.claimant = service});
  EXPECT_EQ(told(), -1);
}

TEST_F(ClaimsTest, TheEndOfAWordThatNobodySaidIsLaterThanSlicesThatCome) {
  const Moment moment = claims_.open_moment();
  const Positions queued = store_.ends();
  end();
  EXPECT_EQ(store_.ends()[Lane::withdrawn], queued[Lane::withdrawn]) << "nobody is told";
  claims_.speak_as_of(moment);
  EXPECT_TRUE(say(3).applied.empty());
  claims_.speak_now();
  claims_.close_moment(moment);
  drain();
  EXPECT_EQ(told(), -1);
  EXPECT_EQ(store_.size(), 0u);
}

TEST_F(ClaimsTest, AWalkShowsWordsUnderOtherClaimsToo) {
  say(1);
  claim(service, 2);
  const Moment moment = claims_.open_moment();
  Claims::Cursor cursor;
  std::size_t seen = 0;
  while (!claims_.walk_words(cursor, moment, 10, [&](const Claims::ClaimView& word) {
    EXPECT_EQ(word.claimant, helper);
    ++seen;
  })) {
  }
  EXPECT_EQ(seen, 1u);
  claims_.close_moment(moment);
}

TEST_F(ClaimsTest, WhatWasOnlyForOneWhoLeftIsSwept) {
  say(1, helper, a_);
  say(2, helper, b_);
  EXPECT_TRUE(peers_.leave(PeerIndex{70}));
  Claims::Cursor cursor;
  while (!claims_.sweep(cursor, 1)) {
  }
  drain();
  EXPECT_EQ(told(PeerIndex{0}), 1);
  EXPECT_EQ(store_.size(), 1u);
}

/// A slow table of who claims what, for comparison.
class ClaimsModel {
 public:
  void set(Claimant who, PeerIndex peer, int value) {
    table_[who.rank == Rank::word ? Claimant{} : who][peer] = value;
  }
  void end(Claimant who) { table_.erase(who); }
  [[nodiscard]] int told(PeerIndex peer) const {
    for (const Claimant who : {plan, service, second_service, Claimant{}}) {
      const auto claims = table_.find(who);
      if (claims == table_.end()) continue;
      const auto claim = claims->second.find(peer);
      if (claim != claims->second.end() && claim->second != none) return claim->second;
    }
    return -1;
  }
  static constexpr int none = -2;  // says nothing

 private:
  std::map<Claimant, std::map<PeerIndex, int>> table_;
};

TEST_F(ClaimsTest, AgreesWithAModelUnderRandomClaims) {
  std::mt19937 random(3);
  ClaimsModel model;
  const PeerIndex indices[] = {PeerIndex{0}, PeerIndex{70}};
  for (int step = 0; step < 100'000; ++step) {
    const std::uint64_t choice = random() % 3;
    const Audience& audience = choice == 0 ? a_ : choice == 1 ? b_ : both_;
    const auto med = static_cast<std::uint8_t>(random() % 4);
    const auto put = [&](Claimant who, int value, int elsewhere) {
      for (const PeerIndex peer : indices)
        if (audience.contains(peer)) {
          model.set(who, peer, value);
        } else if (elsewhere == ClaimsModel::none && who.rank != Rank::word) {
          model.set(who, peer, ClaimsModel::none);
        }
    };
    const Claimant who = random() % 2 == 0 ? service : second_service;
    switch (random() % 7) {
      case 0:
      case 1:
        say(med, random() % 2 == 0 ? helper : other_helper, audience);
        put(helper, med, 0);
        break;
      case 2:
        unsay(audience);
        put(helper, ClaimsModel::none, 0);
        break;
      case 3:
        claim(who, med, audience);
        put(who, med, ClaimsModel::none);
        break;
      case 4:
        claims_.unclaim(nlri_, {.claimant = who});
        model.end(who);
        break;
      case 5:
        claims_.suppress(nlri_, audience, {.claimant = plan});
        put(plan, -1, ClaimsModel::none);
        break;
      default:
        claims_.unclaim(nlri_, {.claimant = plan});
        model.end(plan);
        break;
    }
    if (random() % 5 == 0) store_.seen();
    if (random() % 9 == 0) drain();
    for (const PeerIndex peer : indices) ASSERT_EQ(told(peer), model.told(peer)) << "step " << step;
  }
}

}  // namespace
}  // namespace openbell::rib
