#pragma once
// The one way in: every change of what is announced, whatever its cause, is a Transaction. Who
// claims and how urgent it is is said once; what it comes to is said by commit().

#include <string>
#include <string_view>
#include <vector>

#include "engine/cause.h"
#include "grammar/route/route.h"
#include "rib/change_queue.h"
#include "rib/claims.h"

namespace openbell::engine {

class BulkJob;
class Publisher;
class Routing;

/// What a transaction has changed.
struct Outcome {
  rib::Snapshot reached;  // neighbors that it is for: they have the family and can be sent it
  rib::Snapshot news;     // of them, those who are told something else than before
  rib::Snapshot pending;  // who was said the very same before, and has yet to be told
  struct Unsent {
    rib::PeerIndex peer{};
    std::string why;  // of the first route
  };
  std::vector<Unsent> unsent;  // who was said the very same before, and cannot be sent it
  rib::ChangeRange range;      // numbers of the changes
  rib::Positions mark;         // ends of the lanes that have them; 0: none in that lane
  std::size_t routes = 0;      // that were said
  std::size_t changed = 0;     // of them, those that are news for somebody
  bgp::FamilySet families;
  std::size_t refused = 0;  // withdrawals of what a service or a plan announces
  rib::Claimant holder;     // who announces the first of it
  std::size_t unable = 0;   // routes whose next hop no neighbor can be sent
  std::string unable_why;   // of the first
  BulkJob* rest = nullptr;  // goes on in slices; lives longer than the command
  bool leased = true;       // false: there are more leases than are kept
};

/// Puts on record what a decision, or a slice of one, has changed.
void publish(Publisher& publisher, const Cause& cause, std::string_view result,
             const Outcome& outcome, std::string_view detail = {});

/// How a transaction speaks.
struct Voice {
  Cause cause = {};
  rib::Claimant claimant = {};
  rib::Priority priority = rib::Priority::bulk;
  bool joins = false;   // equal routes for several peers, said one peer after the other
  bool quiet = false;   // of what was not announced no withdrawal is sent
  bool parts = false;   // what is withdrawn is no route of a watchdog any more
  bool beside = false;  // what a service claims leaves to others what it claims for them
};

class Transaction {
 public:
  Transaction(Routing& routing, const Voice& voice);
  /// Into a sketch: nobody hears of it, no lease is touched.
  Transaction(Routing& routing, rib::Claims& sketch, const Voice& voice);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  /// The route at a place of a list, if there is one, comes soon: what is known of its NLRI is
  /// fetched from memory meanwhile.
  void expect(const grammar::RouteList& routes, std::size_t place) const {
    if (place < routes.size()) claims_.expect(routes.nlri(place));
  }
  /// So many places ahead of the one at hand.
  static constexpr std::size_t looked_ahead = 4;
  /// Claims a route for those of `audience` who have its family. A word with a watchdog is
  /// remembered; where that holds it back, it ends the word that stood there.
  void announce(const grammar::RouteView& route, const rib::Audience& audience) {
    change(route, audience, bgp::Purpose::announce);
  }
  /// Words from here on are those of another.
  void speak_for(rib::Claimant claimant) { speaker_ = claimant; }
  /// Withdraws a word, suppresses a route (a plan), or ends the claim (a service).
  void withdraw(const grammar::RouteView& route, const rib::Audience& audience) {
    change(route, audience, bgp::Purpose::withdraw);
  }
  /// The one or the other.
  void change(const grammar::RouteView& route, const rib::Audience& audience, bgp::Purpose purpose);
  /// Ends the claim of a service or a plan on a route, whatever it was.
  void release(const grammar::RouteView& route);
  /// Where several claimants of one rank claim an NLRI, this one counts by that number, the higher
  /// the more, in what it claims from now on.
  void set_precedence(rib::Claimant claimant, std::uint64_t precedence);
  /// Withdraws a word by its NLRI alone.
  void withdraw(const bgp::NlriView& nlri, const rib::Audience& audience);

  /// Notes what will be refused, or cannot be sent, of a word that is said later, and for whom it
  /// will be. Nothing is changed.
  void foresee(const grammar::RouteView& route, const rib::Audience& audience,
               bgp::Purpose purpose);

  /// Ends it: the journal and the figures of latency learn of it. Records, events and the limits
  /// of guards are the business of who knows the cause. The outcome is the transaction's until it
  /// is taken.
  Outcome&& commit();

 private:
  /// Calls `each(family, audience)` for the families in which a route goes to the peers; it gives
  /// who is reached.
  template <typename Each>
  void in_families(const grammar::RouteView& route, const rib::Audience& audience, Each each);
  /// What was said of a multicast group before a reload gave its peers the other family, or took
  /// it.
  void leave_other_family(const grammar::RouteView& route, const rib::Audience& audience);
  struct Reach {
    rib::Audience holders;  // for whom it is claimed
    rib::Audience reached;  // of them, those who have the family
  };
  Reach reach(const grammar::RouteView& route, bgp::Family family, const rib::Audience& audience,
              bgp::Purpose purpose);
  /// For one family; gives who is reached.
  rib::Audience apply_family(const grammar::RouteView& route, bgp::Family family,
                             const rib::Audience& audience, bgp::Purpose purpose);
  void apply_word(const grammar::RouteView& route, const bgp::NlriView& nlri, rib::Path path,
                  const rib::Audience& holders, bgp::Purpose purpose);
  void say(const grammar::RouteView& route, const bgp::NlriView& nlri, rib::Path path,
           const rib::Audience& holders);
  /// The same to those whom its watchdog lets through.
  void say_watched(const grammar::RouteView& route, const bgp::NlriView& nlri, rib::Path path,
                   const rib::Audience& holders);
  void grant_lease(const grammar::RouteView& route, const bgp::NlriView& nlri,
                   const rib::Audience& audience);
  [[nodiscard]] rib::Origin origin() const { return {voice_.priority, speaker_, voice_.joins}; }
  void note(const rib::Claims::Effect& effect, const bgp::NlriView& nlri);
  void note_unsent(const rib::Snapshot& peers, const bgp::NlriView& nlri);
  void note_joined(std::uint64_t change);
  void note_refusal(rib::Claimant holder);
  void give_up(const grammar::RouteView& route, bgp::Family family);
  void note_unable(const grammar::RouteView& route, bgp::Family family);

  Routing& routing_;
  rib::Claims& claims_;
  const bool sketch_;
  const Voice voice_;
  rib::Claimant speaker_;
  Outcome outcome_;
  rib::Audience reached_;
  rib::Audience news_;
  std::uint64_t first_change_ = 0;
  rib::ChangeRange joined_;  // earlier changes that are news for more peers now
  std::uint64_t decision_ = 0;
  rib::Positions began_;
};

}  // namespace openbell::engine
