#pragma once
// Why a route is told: who claims it, and who of several counts.
//
// A claim is an NLRI, a path, an audience and a claimant. What a peer is told about an NLRI is the
// highest claim whose audience has that peer: plans before services before the word; of several
// services the first of the file, of several plans the one run last. The word is one table for
// static routes, helpers and commands, in which the last one counts.
//
// An NLRI that only one claimant claims - nearly every one - costs its record in the RouteStore and
// nothing else. When a second one comes, all claims of that NLRI are kept beside it, in a contest,
// and what is told follows from them after each change.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "rib/route_store.h"

namespace openbell::rib {

class Claims {
 public:
  Claims(RouteStore& routes, PeerSetPool& peers, PathPool& paths)
      : routes_(routes), peers_(peers), paths_(paths) {}
  ~Claims();
  Claims(const Claims&) = delete;
  Claims& operator=(const Claims&) = delete;

  /// What became of one claim.
  struct Effect {
    Audience applied = {};     // for whom it holds: those that nothing later was said to
    Audience news = {};        // who is told something else than before
    std::uint64_t joined = 0;  // the earlier change by which they are told; 0: by a new one
    Snapshot pending = {};     // who was said the very same before, and has yet to be told
    Snapshot unsent = {};      // who was said the very same before, and cannot be sent it
    /// Of a withdrawn word: a higher claimant has this NLRI, and for nobody there was a word.
    bool refused = false;
    Claimant holder = {};  // that one
  };

  /// Something is about to be said of that NLRI: what will be looked at is fetched meanwhile.
  void expect(const bgp::NlriView& nlri) const { routes_.expect(nlri); }

  // --- the word
  Effect say(const bgp::NlriView& nlri, Path path, const Audience& audience, Origin origin);
  /// `attributes`: of the withdrawal (families that send them), or no_path.
  Effect unsay(const bgp::NlriView& nlri, Path attributes, const Audience& audience, Origin origin);
  /// The same, but who was told nothing is told nothing, and nobody refuses it.
  Effect end(const bgp::NlriView& nlri, Path attributes, const Audience& audience, Origin origin);

  // --- services and plans: one claim for each NLRI and claimant, the last one counts
  Effect claim(const bgp::NlriView& nlri, Path path, const Audience& audience, Origin origin);
  /// The same, but what it claims for others stays, with the precedence that it had, until it
  /// claims or unclaims the NLRI again.
  Effect claim_beside(const bgp::NlriView& nlri, Path path, const Audience& audience,
                      Origin origin);
  /// Nobody of `audience` is told the NLRI while this stands.
  Effect suppress(const bgp::NlriView& nlri, const Audience& audience, Origin origin);
  Effect unclaim(const bgp::NlriView& nlri, Origin origin);
  /// Of claimants of one rank the one with the higher precedence counts. A claim has that which its
  /// claimant had when it was made.
  void set_precedence(Claimant claimant, std::uint64_t precedence);

  // --- words that are said in slices: what is said meanwhile is later
  [[nodiscard]] Moment open_moment() { return routes_.open_moment(); }
  void close_moment(Moment moment);
  /// Of those that are open.
  [[nodiscard]] Moment oldest_moment() const { return routes_.moments_.oldest(); }
  /// Frees what only open moments needed, of up to `budget` NLRIs. True when nothing is left to do
  /// until a moment is closed.
  bool tidy(std::size_t budget);
  /// Every word for `peers` (of `claimant`, if one is given) ends at `moment`, which is open: also
  /// those that earlier slices have still to say.
  void end_all_words(Moment moment, std::optional<Audience> peers,
                     std::optional<Claimant> claimant);
  void speak_as_of(Moment moment);
  void speak_now() { speak_as_of(latest); }

  /// A number of the caller's for what is claimed from now on, kept with each claim.
  void begin_decision(std::uint64_t decision) { decision_ = decision; }

  /// Where a walk over all words stands; begins at its default.
  struct Cursor {
    base::Handle route = 1;
    base::Handle route_end = 0;  // fixed by the first step
    std::uint64_t contest = 0;   // by serial number
  };
  /// One word, or what stands above it.
  struct ClaimView {
    Claimant claimant;
    bgp::NlriView nlri;
    Path path = no_path;  // none: suppressed
    Audience audience = {};
    std::uint64_t change = 0;  // that it was made by; 0: it is known by its decision
    std::uint64_t decision = 0;
    Moment moment = 0;  // of a word that was walked over
  };
  /// Looks at up to `budget` records: calls `visit(ClaimView)` for each word that was said before
  /// `moment` (or at it). What the visit changes may be what it was shown. True at the end.
  bool walk_words(Cursor& cursor, Moment moment, std::size_t budget,
                  const std::function<void(const ClaimView&)>& visit);
  /// For what ends a word and is no word itself: later than that, but not than what others have
  /// decided since and have still to say.
  void speak_as_end_of(const ClaimView& word);
  /// Of `later`, for whom what `speaker` says now does not hold any more, those to whom a word was
  /// said since and for whom nothing has ended all words.
  [[nodiscard]] Audience told_since(const bgp::NlriView& nlri, const Audience& later,
                                    Claimant speaker) const;
  /// For whom there is a word on an NLRI that nothing has ended, also not what has yet to come to
  /// it. Words that were said as of `but` do not count.
  [[nodiscard]] Audience with_word(const bgp::NlriView& nlri, Moment but = latest) const;
  /// Who would refuse that the word for `audience` is withdrawn; nobody: it would be.
  [[nodiscard]] std::optional<Claimant> refuser(const bgp::NlriView& nlri,
                                                const Audience& audience) const;
  /// All claims on an NLRI, the highest first.
  [[nodiscard]] std::vector<ClaimView> claims_on(const bgp::NlriView& nlri) const;

  /// Frees what is left of peers that have gone. True at the end.
  bool sweep(Cursor& cursor, std::size_t budget);
  /// Copies what is claimed on an NLRI into a sketch that has nothing of it yet.
  void copy_to(Claims& sketch, const bgp::NlriView& nlri) const;

  /// Grows with every change of a claim, also of one that nobody is told of: a lower one, or one
  /// that took further peers in before it was sent.
  [[nodiscard]] std::uint64_t version() const { return routes_.last_change() + untold_; }

  /// NLRIs that more than one claims.
  [[nodiscard]] std::size_t contests() const { return contests_.size(); }

 private:
  struct Claim {
    Claimant claimant = {};
    Path path = no_path;  // of a word: none is one that was withdrawn
    bool suppresses = false;
    Audience audience = {};
    Moment moment = 0;  // of a word
    std::vector<std::uint8_t> tail = {};
    std::uint64_t precedence = 0;
    std::uint64_t decision = 0;
    std::uint64_t change = 0;  // of the record that it was before there were several
    [[nodiscard]] bool withdrawn() const { return path == no_path && !suppresses; }
  };
  struct Contest {
    std::uint64_t serial = 0;
    std::vector<std::uint8_t> key;
    bgp::NlriView nlri;  // of `key`, without a tail
    std::vector<Claim> claims;
    bool untidy = false;
  };
  using Contests = std::unordered_multimap<std::uint32_t, std::unique_ptr<Contest>>;

  [[nodiscard]] Contest* find(std::uint32_t hash, const bgp::NlriView& nlri) const;
  [[nodiscard]] Contest* contest_of_word(const RouteStore::Chain& chain, const bgp::NlriView& nlri);
  /// Takes what the store has of an NLRI as claims of their makers.
  Contest& open(const RouteStore::Chain& chain, const bgp::NlriView& nlri);
  void close(std::uint32_t hash, Contest& contest);
  [[nodiscard]] bool has_other_rank(const RouteStore::Chain& chain, Rank rank) const;
  [[nodiscard]] bool has_other_claimant(const RouteStore::Chain& chain, Claimant claimant) const;
  /// The moment of what is said now.
  [[nodiscard]] Moment spoken() const;
  /// Those of `audience` to whom nothing later was said.
  [[nodiscard]] Audience not_later(const RouteStore::Chain& chain, const Contest* contest,
                                   Audience audience) const;
  /// What is said to them has ended before it comes to that: so have the words before it.
  void end_older(RouteStore::Chain& chain, Contest* contest, const bgp::NlriView& nlri,
                 Path attributes, const Audience& audience, Priority priority, Effect& effect);
  void subtract_ended(Audience& audience, std::optional<Claimant> claimant) const;
  [[nodiscard]] Audience not_ended(Claimant claimant, Audience word, Moment moment) const;
  [[nodiscard]] std::optional<Claimant> refuser(const Contest& contest,
                                                const Audience& audience) const;
  static void take(Effect& effect, RouteStore::Announced&& told);
  void take_words(Contest& contest, const Audience& audience);
  void remove(Contest& contest, Claimant claimant);
  void insert(Contest& contest, Claim claim);
  void erase(Contest& contest, std::size_t place);
  Effect put(const bgp::NlriView& nlri, Claim claim, Priority priority);
  /// Brings what is told to what the claims come to.
  void resolve(RouteStore::Chain& chain, Contest& contest, Priority priority, Effect& effect);
  void withdraw_told(RouteStore::Chain& chain, const Contest& contest, const Audience& peers,
                     Priority priority, Audience& news);
  void dissolve_if_plain(std::uint32_t hash, Contest& contest);
  [[nodiscard]] std::uint64_t precedence_of(Claimant claimant) const;
  [[nodiscard]] ClaimView view(const Contest& contest, const Claim& claim) const;
  [[nodiscard]] ClaimView view(const Route& route) const;
  /// What shows again is known by what it was made by.
  void name_origin(ClaimView& view) const;
  /// A contest ends: what its claims were made by is kept where another change shows them now.
  void keep_origins(const Contest& contest);

  /// A word about all words.
  struct End {
    Moment moment = 0;
    std::optional<Audience> peers;
    std::optional<Claimant> claimant;
  };

  /// What a claim was made by.
  struct Made {
    std::uint64_t change = 0;  // 0: it is known by its decision
    std::uint64_t decision = 0;
  };
  using Shown = std::pair<std::uint64_t, Claimant>;  // by that change, of whom
  static constexpr std::size_t uncovered_max = 4096;

  RouteStore& routes_;
  PeerSetPool& peers_;
  PathPool& paths_;
  std::vector<End> ends_;  // while moments are open
  Contests contests_;
  std::uint64_t last_serial_ = 0;
  std::uint64_t decision_ = 0;
  std::uint64_t untold_ = 0;  // changes of claims that need not have given a route a new number
  std::map<std::uint64_t, Contest*> by_serial_;
  std::vector<std::uint64_t> untidy_;  // serials of those that changed while moments were open
  std::map<Shown, Made> uncovered_;    // claims that show again, the last few thousand
  std::unordered_map<std::uint32_t, std::uint64_t> precedences_;  // by Claimant::packed
};

}  // namespace openbell::rib
