#include "session/connection_pair.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"

namespace openbell::session {
namespace {

/// Where a session can be: its state, and whether a connection waits there for the peer's OPEN.
struct Phase {
  char letter;
  State state;
  bool connected;
};

constexpr std::array phases = {
    Phase{'I', State::idle, false},        Phase{'C', State::connect, false},
    Phase{'c', State::connect, true},      Phase{'A', State::active, false},
    Phase{'a', State::active, true},       Phase{'S', State::open_sent, true},
    Phase{'O', State::open_confirm, true}, Phase{'E', State::established, true},
};

constexpr const Phase& open_sent = phases[5];
constexpr const Phase& open_confirm = phases[6];

using Table = std::array<std::string_view, phases.size()>;

char letter(Settlement settlement) {
  switch (settlement) {
    case Settlement::keep_waiting:
      return '.';
    case Settlement::forget_contender:
      return 'f';
    case Settlement::drop_contender:
      return 'd';
    case Settlement::promote:
      return 'p';
    case Settlement::replace_current:
      return 'r';
  }
  return '?';
}

/// Who made which connection, and who the peer says it is on which.
struct Introduced {
  Initiator current;
  Initiator contender;
  std::optional<Speaker> on_current{};
  std::optional<Speaker> on_contender{};
};

constexpr Speaker us{10, 65000};

ConnectionPair pair_of(const Phase& current, const Phase& contender, const Introduced& who) {
  return {{current.state, current.connected, who.current, who.on_current},
          Connection{contender.state, contender.connected, who.contender, who.on_contender}};
}

/// Rows: the current one; columns: the contender.
void expect(const Table& table, const Introduced& who) {
  for (std::size_t row = 0; row < phases.size(); ++row) {
    std::string found(1, phases[row].letter);
    for (const Phase& contender : phases)
      found.append(" ").push_back(letter(settle(pair_of(phases[row], contender, who), us)));
    EXPECT_EQ(found, table[row]);
  }
}

/// Those who decide alike: a peer that is heard on either connection, or on both.
std::vector<Introduced> heard(Initiator current, const Speaker& peer) {
  const Initiator contender = current == Initiator::us ? Initiator::peer : Initiator::us;
  return {{current, contender, peer, {}},
          {current, contender, {}, peer},
          {current, contender, peer, peer}};
}

constexpr Speaker lower{9, 65001};
constexpr Speaker higher{11, 65001};
// RFC 6286 2.3
constexpr Speaker equal_lower_as{10, 64999};
constexpr Speaker equal_higher_as{10, 65001};

TEST(ConnectionPair, BothAreServedUntilThePeerHasIntroducedItself) {
  //                      I C c A a S O E
  const Table table = {"I f f p f p p p p",  //
                       "C f f p f p p p p",  //
                       "c f f r f r r r r",  //
                       "A f f p f p p p p",  //
                       "a f f r f r r r r",  //
                       "S f f . f . . . .",  //
                       "O f f . f . . . .",  //
                       "E f f d f d d d d"};
  expect(table, {Initiator::us, Initiator::peer});
  expect(table, {Initiator::peer, Initiator::us});
}

TEST(ConnectionPair, TheCurrentOneOfTheHigherIdentifierStays) {
  //                      I C c A a S O E
  const Table table = {"I f f p f p p p p",  //
                       "C f f p f p p p p",  //
                       "c f f r f r r r r",  //
                       "A f f p f p p p p",  //
                       "a f f r f r r r r",  //
                       "S f f d f d d d d",  //
                       "O f f d f d d d d",  //
                       "E f f d f d d d d"};
  for (const Speaker& peer : {lower, equal_lower_as})
    for (const Introduced& who : heard(Initiator::us, peer)) expect(table, who);
  for (const Speaker& peer : {higher, equal_higher_as})
    for (const Introduced& who : heard(Initiator::peer, peer)) expect(table, who);
}

TEST(ConnectionPair, TheContenderOfTheHigherIdentifierTakesThePlace) {
  //                      I C c A a S O E
  const Table table = {"I f f p f p p p p",  //
                       "C f f p f p p p p",  //
                       "c f f r f r r r r",  //
                       "A f f p f p p p p",  //
                       "a f f r f r r r r",  //
                       "S f f r f r r r r",  //
                       "O f f r f r r r r",  //
                       "E f f d f d d d d"};
  for (const Speaker& peer : {lower, equal_lower_as})
    for (const Introduced& who : heard(Initiator::peer, peer)) expect(table, who);
  for (const Speaker& peer : {higher, equal_higher_as})
    for (const Introduced& who : heard(Initiator::us, peer)) expect(table, who);
  // A speaker that connects again has given up its first connection, whoever is the higher.
  for (const Initiator one : {Initiator::us, Initiator::peer})
    for (const std::optional<Speaker>& peer :
         {std::optional<Speaker>(), std::optional(lower), std::optional(higher)})
      expect(table, {one, one, peer, {}});
}

TEST(ConnectionPair, TheOpenOfTheCurrentOneIsBelievedFirst) {
  const Introduced who{Initiator::us, Initiator::peer, lower, higher};
  EXPECT_EQ(settle(pair_of(open_sent, open_sent, who), us), Settlement::drop_contender);
}

TEST(ConnectionPair, OneConnectionHasNothingToSettle) {
  for (const Phase& phase : phases)
    EXPECT_EQ(settle({{phase.state, phase.connected, Initiator::us, lower}}, us),
              Settlement::keep_waiting)
        << phase.letter;
}

/// Who made the connection that stays, seen from one side.
Initiator survivor(const Phase& current, const Phase& contender, Initiator initiator,
                   const Speaker& side, const Speaker& other) {
  const Introduced who = heard(initiator, other).front();
  switch (settle(pair_of(current, contender, who), side)) {
    case Settlement::drop_contender:
      return who.current;
    case Settlement::replace_current:
      return who.contender;
    case Settlement::keep_waiting:
    case Settlement::forget_contender:
    case Settlement::promote:
      break;
  }
  ADD_FAILURE() << "undecided";
  return {};
}

// RFC 4271 6.8 only works when the two speakers, who decide each for itself, keep the same one.
TEST(ConnectionPair, BothSidesKeepTheSame) {
  const std::array colliding = {open_sent, open_confirm};
  for (const Speaker& peer : {lower, higher, equal_lower_as, equal_higher_as})
    for (const Phase& here : colliding)
      for (const Phase& there : colliding)
        for (const Initiator first_here : {Initiator::us, Initiator::peer})
          for (const Initiator first_there : {Initiator::us, Initiator::peer})
            EXPECT_NE(survivor(here, there, first_here, us, peer),
                      survivor(there, here, first_there, peer, us))
                << "what is `us` here is `peer` there " << peer.router_id << ' ' << peer.as;
}

// --- incoming connections

/// c: the current session takes it; s: a second session; 5, 7: refused with that subcode of Cease.
char letter(const Admission& admission) {
  switch (admission.as) {
    case Admission::As::current:
      return 'c';
    case Admission::As::contender:
      return 's';
    case Admission::As::refused:
      EXPECT_EQ(admission.refusal.code, 6);
      return static_cast<char>('0' + admission.refusal.subcode);
  }
  return '?';
}

std::string admissions(const std::optional<Connection>& contender, bool over) {
  std::string found;
  for (const Phase& phase : phases)
    found.push_back(
        letter(admit({{phase.state, phase.connected, Initiator::us, {}}, contender}, over)));
  return found;
}

TEST(ConnectionPair, AConnectionOfThePeerFindsItsPlace) {
  //                                            ICcAaSOE
  EXPECT_EQ(admissions(std::nullopt, false), "ccscsss7");
  EXPECT_EQ(admissions(std::nullopt, true), "55555555");
  for (const Phase& phase : phases) {
    const Connection contender{phase.state, phase.connected, Initiator::peer, {}};
    EXPECT_EQ(admissions(contender, false), "77777777") << phase.letter;
    EXPECT_EQ(admissions(contender, true), "55555555") << phase.letter;
  }
}

}  // namespace
}  // namespace openbell::session
