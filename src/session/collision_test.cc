#include "session/collision.h"

#include "gtest/gtest.h"

namespace openbell::session {
namespace {

constexpr Speaker us{10, 65000};

Collision decide(State state, Initiator existing, Initiator incoming,
                 const std::optional<Speaker>& peer) {
  return resolve_collision(state, existing, incoming, us, peer);
}

TEST(Collision, NothingThereToCollideWith) {
  for (const State state : {State::idle, State::connect, State::active})
    EXPECT_EQ(decide(state, Initiator::us, Initiator::peer, std::nullopt), Collision::keep_new);
}

TEST(Collision, EstablishedStays) {
  EXPECT_EQ(decide(State::established, Initiator::us, Initiator::peer, Speaker{99, 65001}),
            Collision::keep_existing);
}

TEST(Collision, HigherIdentifierKeepsItsOwn) {
  for (const State state : {State::open_sent, State::open_confirm}) {
    EXPECT_EQ(decide(state, Initiator::us, Initiator::peer, Speaker{9, 65001}),
              Collision::keep_existing);
    EXPECT_EQ(decide(state, Initiator::us, Initiator::peer, Speaker{11, 65001}),
              Collision::keep_new);
    EXPECT_EQ(decide(state, Initiator::peer, Initiator::us, Speaker{9, 65001}),
              Collision::keep_new);
    EXPECT_EQ(decide(state, Initiator::peer, Initiator::us, Speaker{11, 65001}),
              Collision::keep_existing);
  }
}

TEST(Collision, BothSidesDecideAlike) {
  // The connection that A made is `us` for A and `peer` for B.
  for (const std::uint32_t b : {9u, 10u, 11u}) {
    const Speaker peer{b, 65001};
    const Collision at_a = decide(State::open_confirm, Initiator::us, Initiator::peer, peer);
    const Collision at_b =
        resolve_collision(State::open_confirm, Initiator::peer, Initiator::us, peer, us);
    EXPECT_EQ(at_a, at_b) << b;
  }
}

TEST(Collision, Rfc6286HigherAsWhereIdentifiersAreEqual) {
  EXPECT_EQ(decide(State::open_confirm, Initiator::us, Initiator::peer, Speaker{10, 65001}),
            Collision::keep_new);
  EXPECT_EQ(decide(State::open_confirm, Initiator::us, Initiator::peer, Speaker{10, 64999}),
            Collision::keep_existing);
}

TEST(Collision, UnknownPeerIsUndecided) {
  EXPECT_EQ(decide(State::open_sent, Initiator::us, Initiator::peer, std::nullopt),
            Collision::undecided);
}

TEST(Collision, APeerThatConnectsAgainGaveUpTheFirst) {
  EXPECT_EQ(decide(State::open_sent, Initiator::peer, Initiator::peer, std::nullopt),
            Collision::keep_new);
}

}  // namespace
}  // namespace openbell::session
