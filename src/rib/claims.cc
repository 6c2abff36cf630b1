#include "rib/claims.h"

#include <algorithm>
#include <utility>

namespace openbell::rib {

using base::Handle;
using base::no_handle;

namespace {

Path attributes_of_withdrawal(bgp::Family family, Path path) {
  return bgp::ops(family).withdraw_with_attributes ? path : no_path;
}

/// The bytes of an NLRI, kept while its record may be freed.
class KeptNlri {
 public:
  explicit KeptNlri(const bgp::NlriView& nlri) : view_(nlri) {
    bytes_.assign(nlri.key.begin(), nlri.key.end());
    bytes_.insert(bytes_.end(), nlri.tail.begin(), nlri.tail.end());
    view_.key = bgp::Bytes(bytes_).first(nlri.key.size());
    view_.tail = bgp::Bytes(bytes_).subspan(nlri.key.size());
  }
  KeptNlri(const KeptNlri&) = delete;
  KeptNlri& operator=(const KeptNlri&) = delete;
  [[nodiscard]] const bgp::NlriView& view() const { return view_; }

 private:
  std::vector<std::uint8_t> bytes_;
  bgp::NlriView view_;
};

}  // namespace

Claims::~Claims() {
  for (const auto& [hash, contest] : contests_)
    for (const Claim& claim : contest->claims) paths_.release(claim.path);
}

void Claims::take(Effect& effect, RouteStore::Announced&& told) {
  effect.news |= told.news;
  if (told.joined != 0) effect.joined = told.joined;
  effect.pending |= told.pending;
  effect.unsent |= told.unsent;
}

// --- the word

Claims::Effect Claims::say(const bgp::NlriView& nlri, Path path, const Audience& audience,
                           Origin origin) {
  RouteStore::Chain chain = routes_.chain(nlri);
  Contest* contest = contest_of_word(chain, nlri);
  Effect effect{.applied = not_later(chain, contest, audience)};
  if (routes_.speaking_ != latest) {
    Audience ended = effect.applied;
    subtract_ended(effect.applied, origin.claimant);
    ended -= effect.applied;
    if (!ended.empty())
      end_older(chain, contest, nlri, attributes_of_withdrawal(nlri.family, path), ended,
                origin.priority, effect);
  }
  if (effect.applied.empty()) return effect;
  if (contest == nullptr) {
    take(effect, routes_.announce(chain, nlri, path, effect.applied, origin));
    if (effect.joined != 0) ++untold_;
    return effect;
  }
  take_words(*contest, effect.applied);
  insert(*contest, {.claimant = origin.claimant,
                    .path = path,
                    .audience = effect.applied,
                    .moment = spoken(),
                    .tail = {nlri.tail.begin(), nlri.tail.end()}});
  resolve(chain, *contest, origin.priority, effect);
  dissolve_if_plain(chain.hash, *contest);
  return effect;
}

Claims::Effect Claims::unsay(const bgp::NlriView& nlri, Path attributes, const Audience& audience,
                             Origin origin) {
  RouteStore::Chain chain = routes_.chain(nlri);
  Contest* contest = contest_of_word(chain, nlri);
  Effect effect{.applied = not_later(chain, contest, audience)};
  if (contest == nullptr) {
    effect.pending = routes_.pending_withdrawal(chain, effect.applied);
    if (!effect.applied.empty())
      effect.news = routes_.withdraw(chain, nlri, attributes, effect.applied, origin.priority);
    return effect;
  }
  if (const auto holder = refuser(*contest, effect.applied)) {
    effect.refused = true;
    effect.holder = *holder;
  }
  Audience claimed;
  for (const Claim& claim : contest->claims)
    if (claim.claimant.rank != Rank::word) claimed |= claim.audience;
  take_words(*contest, effect.applied);
  if (routes_.moments_.open() && !effect.applied.empty())
    insert(*contest, {.audience = effect.applied, .moment = spoken()});
  const Audience plain = effect.applied - claimed;
  if (!plain.empty())
    effect.news = routes_.withdraw(chain, nlri, attributes, plain, origin.priority);
  resolve(chain, *contest, origin.priority, effect);
  dissolve_if_plain(chain.hash, *contest);
  return effect;
}

Claims::Effect Claims::end(const bgp::NlriView& nlri, Path attributes, const Audience& audience,
                           Origin origin) {
  RouteStore::Chain chain = routes_.chain(nlri);
  Contest* contest = contest_of_word(chain, nlri);
  Effect effect{.applied = not_later(chain, contest, audience)};
  end_older(chain, contest, nlri, attributes, effect.applied, origin.priority, effect);
  return effect;
}

void Claims::end_older(RouteStore::Chain& chain, Contest* contest, const bgp::NlriView& nlri,
                       Path attributes, const Audience& audience, Priority priority,
                       Effect& effect) {
  if (contest == nullptr) {
    Audience had;
    Audience withdrawn;
    for (Handle at = chain.first; at != no_handle; at = routes_[at].next) {
      const bool gone = routes_[at].withdrawn && !routes_.needs_moment(at);
      (gone ? withdrawn : had) |= peers_.audience_of(routes_[at].audience);
    }
    routes_.note_withdrawn(chain, nlri, audience - had - withdrawn);
    if (had = had & audience; !had.empty())
      effect.news |= routes_.withdraw(chain, nlri, attributes, had, priority);
    return;
  }
  take_words(*contest, audience);
  if (routes_.moments_.open() && !audience.empty())
    insert(*contest, {.audience = audience, .moment = spoken()});
  resolve(chain, *contest, priority, effect);
  dissolve_if_plain(chain.hash, *contest);
}

std::optional<Claimant> Claims::refuser(const bgp::NlriView& nlri, const Audience& audience) const {
  const RouteStore::Chain chain = routes_.chain(nlri);
  if (const Contest* contest = find(chain.hash, nlri)) return refuser(*contest, audience);
  // Else all of it is the word's, or all is one other's.
  for (Handle at = chain.first; at != no_handle; at = routes_[at].next) {
    const Claimant claimant = Claimant::unpacked(routes_[at].claimant);
    if (!routes_[at].withdrawn && claimant.rank != Rank::word &&
        peers_.audience_of(routes_[at].audience).intersects(audience))
      return claimant;
  }
  return std::nullopt;
}

std::optional<Claimant> Claims::refuser(const Contest& contest, const Audience& audience) const {
  std::optional<Claimant> holder;
  for (const Claim& claim : contest.claims) {
    if (!claim.audience.intersects(audience)) continue;
    if (claim.claimant.rank != Rank::word) {
      if (!claim.suppresses && !holder) holder = claim.claimant;
    } else if (!claim.withdrawn() &&
               not_ended(claim.claimant, claim.audience, claim.moment).intersects(audience)) {
      return std::nullopt;
    }
  }
  return holder;
}

// --- services and plans

Claims::Effect Claims::claim(const bgp::NlriView& nlri, Path path, const Audience& audience,
                             Origin origin) {
  RouteStore::Chain chain = routes_.chain(nlri);
  if (find(chain.hash, nlri) != nullptr || has_other_claimant(chain, origin.claimant))
    return put(nlri,
               {.claimant = origin.claimant,
                .path = path,
                .audience = audience,
                .tail = {nlri.tail.begin(), nlri.tail.end()}},
               origin.priority);
  Effect effect{.applied = audience};
  Audience before;
  for (Handle at = chain.first; at != no_handle; at = routes_[at].next)
    if (!routes_[at].withdrawn) before |= peers_.audience_of(routes_[at].audience);
  take(effect, routes_.announce(chain, nlri, path, audience, origin));
  if (const Audience gone = before - audience; !gone.empty())
    effect.news |= routes_.withdraw(chain, nlri, attributes_of_withdrawal(nlri.family, path), gone,
                                    origin.priority);
  return effect;
}

Claims::Effect Claims::suppress(const bgp::NlriView& nlri, const Audience& audience,
                                Origin origin) {
  return put(nlri, {.claimant = origin.claimant, .suppresses = true, .audience = audience},
             origin.priority);
}

Claims::Effect Claims::put(const bgp::NlriView& nlri, Claim claim, Priority priority) {
  RouteStore::Chain chain = routes_.chain(nlri);
  Contest* contest = find(chain.hash, nlri);
  if (contest == nullptr) contest = &open(chain, nlri);
  Effect effect{.applied = claim.audience};
  remove(*contest, claim.claimant);
  insert(*contest, std::move(claim));
  resolve(chain, *contest, priority, effect);
  dissolve_if_plain(chain.hash, *contest);
  return effect;
}

Claims::Effect Claims::unclaim(const bgp::NlriView& nlri, Origin origin) {
  RouteStore::Chain chain = routes_.chain(nlri);
  Effect effect;
  if (Contest* contest = find(chain.hash, nlri)) {
    for (const Claim& claim : contest->claims)
      if (claim.claimant == origin.claimant) effect.applied = claim.audience;
    remove(*contest, origin.claimant);
    resolve(chain, *contest, origin.priority, effect);
    dissolve_if_plain(chain.hash, *contest);
    return effect;
  }
  Path path = no_path;
  for (Handle at = chain.first; at != no_handle; at = routes_[at].next) {
    const Route& route = routes_[at];
    if (route.withdrawn || route.claimant != origin.claimant.packed()) continue;
    effect.applied |= peers_.audience_of(route.audience);
    path = route.path;
  }
  if (effect.applied.empty()) return effect;
  paths_.retain(path);
  effect.news = routes_.withdraw(chain, nlri, attributes_of_withdrawal(nlri.family, path),
                                 effect.applied, origin.priority);
  paths_.release(path);
  return effect;
}

Claims::Effect Claims::claim_beside(const bgp::NlriView& nlri, Path path, const Audience& audience,
                                    Origin origin) {
  RouteStore::Chain chain = routes_.chain(nlri);
  Contest* contest = find(chain.hash, nlri);
  if (contest == nullptr) {
    Audience before;
    for (Handle at = chain.first; at != no_handle; at = routes_[at].next)
      if (!routes_[at].withdrawn && routes_[at].claimant == origin.claimant.packed())
        before |= peers_.audience_of(routes_[at].audience);
    if ((before - audience).empty()) return claim(nlri, path, audience, origin);
    contest = &open(chain, nlri);
  }
  for (std::size_t i = contest->claims.size(); i-- != 0;) {
    Claim& own = contest->claims[i];
    if (own.claimant != origin.claimant) continue;
    own.audience -= audience;
    if (own.audience.empty()) erase(*contest, i);
  }
  insert(*contest, {.claimant = origin.claimant,
                    .path = path,
                    .audience = audience,
                    .tail = {nlri.tail.begin(), nlri.tail.end()}});
  Effect effect{.applied = audience};
  resolve(chain, *contest, origin.priority, effect);
  dissolve_if_plain(chain.hash, *contest);
  return effect;
}

void Claims::set_precedence(Claimant claimant, std::uint64_t precedence) {
  precedences_[claimant.packed()] = precedence;
}

std::uint64_t Claims::precedence_of(Claimant claimant) const {
  if (claimant.rank == Rank::word) return 0;
  const auto known = precedences_.find(claimant.packed());
  return known == precedences_.end() ? 0 : known->second;
}

// --- moments

void Claims::close_moment(Moment moment) {
  routes_.close_moment(moment);
  if (routes_.moments_.open()) return;
  ends_.clear();
}

bool Claims::tidy(std::size_t budget) {
  if (routes_.moments_.open()) return true;
  for (; budget != 0 && !untidy_.empty(); --budget) {
    const auto known = by_serial_.find(untidy_.back());
    untidy_.pop_back();
    if (known == by_serial_.end()) continue;
    Contest& contest = *known->second;
    contest.untidy = false;
    std::erase_if(contest.claims, [](const Claim& claim) {
      return claim.claimant.rank == Rank::word && claim.withdrawn();
    });
    dissolve_if_plain(hash_of(contest.nlri), contest);
  }
  return untidy_.empty();
}

void Claims::speak_as_of(Moment moment) {
  routes_.speak_as_of(moment);
}

void Claims::speak_as_end_of(const ClaimView& word) {
  speak_as_of(routes_.moments_.open_from(word.moment));
}

Moment Claims::spoken() const {
  return routes_.speaking_ == latest ? routes_.last_change_ : routes_.speaking_;
}

Audience Claims::not_later(const RouteStore::Chain& chain, const Contest* contest,
                           Audience audience) const {
  if (routes_.speaking_ == latest) return audience;
  if (contest == nullptr) {
    for (Handle at = chain.first; at != no_handle; at = routes_[at].next)
      if (routes_.moment_of(at) > routes_.speaking_)
        audience -= peers_.audience_of(routes_[at].audience);
  } else {
    for (const Claim& claim : contest->claims)
      if (claim.claimant.rank == Rank::word && claim.moment > routes_.speaking_)
        audience -= claim.audience;
  }
  subtract_ended(audience, std::nullopt);
  return audience;
}

/// Those for whom all words have ended since, or those of a claimant.
void Claims::subtract_ended(Audience& audience, std::optional<Claimant> claimant) const {
  for (const End& end : ends_) {
    if (end.moment <= routes_.speaking_ || end.claimant != claimant) continue;
    audience = end.peers ? audience - *end.peers : Audience();
  }
}

/// Those for whom nothing has ended a word that has yet to come to it.
Audience Claims::not_ended(Claimant claimant, Audience word, Moment moment) const {
  for (const End& end : ends_) {
    if (moment > end.moment || (end.claimant && *end.claimant != claimant)) continue;
    word = end.peers ? word - *end.peers : Audience();
  }
  return word;
}

void Claims::end_all_words(Moment moment, std::optional<Audience> peers,
                           std::optional<Claimant> claimant) {
  ends_.push_back({moment, std::move(peers), claimant});
}

// --- contests

/// Where others claim what a word is about; null: nobody does.
Claims::Contest* Claims::contest_of_word(const RouteStore::Chain& chain,
                                         const bgp::NlriView& nlri) {
  Contest* contest = find(chain.hash, nlri);
  return contest == nullptr && has_other_rank(chain, Rank::word) ? &open(chain, nlri) : contest;
}

Claims::Contest* Claims::find(std::uint32_t hash, const bgp::NlriView& nlri) const {
  if (contests_.empty()) return nullptr;
  for (auto known = contests_.equal_range(hash); known.first != known.second; ++known.first)
    if (bgp::same_key(known.first->second->nlri, nlri)) return known.first->second.get();
  return nullptr;
}

bool Claims::has_other_rank(const RouteStore::Chain& chain, Rank rank) const {
  for (Handle at = chain.first; at != no_handle; at = routes_[at].next)
    if (!routes_[at].withdrawn && Claimant::unpacked(routes_[at].claimant).rank != rank)
      return true;
  return false;
}

/// Also a tombstone counts while it is a word that later slices must find.
bool Claims::has_other_claimant(const RouteStore::Chain& chain, Claimant claimant) const {
  for (Handle at = chain.first; at != no_handle; at = routes_[at].next)
    if ((!routes_[at].withdrawn || routes_.moments_.open()) &&
        routes_[at].claimant != claimant.packed())
      return true;
  return false;
}

Claims::Contest& Claims::open(const RouteStore::Chain& chain, const bgp::NlriView& nlri) {
  Contest& contest = *contests_.emplace(chain.hash, std::make_unique<Contest>())->second;
  contest.serial = ++last_serial_;
  by_serial_.emplace(contest.serial, &contest);
  contest.key.assign(nlri.key.begin(), nlri.key.end());
  contest.nlri = nlri;
  contest.nlri.key = contest.key;
  contest.nlri.tail = {};
  const bool asks_moments = routes_.moments_.open();
  for (Handle at = chain.first; at != no_handle; at = routes_[at].next) {
    const Route& route = routes_[at];
    if (route.withdrawn && !asks_moments) continue;
    const bgp::Bytes tail = route.nlri.view().tail;
    insert(contest, {.claimant = Claimant::unpacked(route.claimant),
                     .path = route.withdrawn ? no_path : route.path,
                     .audience = peers_.audience_of(route.audience),
                     .moment = asks_moments ? routes_.moment_of(at) : 0,
                     .tail = {tail.begin(), tail.end()},
                     .change = route.change});
  }
  return contest;
}

void Claims::insert(Contest& contest, Claim claim) {
  ++untold_;
  paths_.retain(claim.path);
  claim.precedence = precedence_of(claim.claimant);
  claim.decision = decision_;
  const auto below =
      std::find_if(contest.claims.begin(), contest.claims.end(), [&](const Claim& c) {
        if (c.claimant.rank != claim.claimant.rank) return c.claimant.rank < claim.claimant.rank;
        return c.precedence < claim.precedence;
      });
  contest.claims.insert(below, std::move(claim));
}

void Claims::erase(Contest& contest, std::size_t place) {
  ++untold_;
  paths_.release(contest.claims[place].path);
  contest.claims.erase(contest.claims.begin() + static_cast<std::ptrdiff_t>(place));
}

void Claims::take_words(Contest& contest, const Audience& audience) {
  for (std::size_t i = contest.claims.size(); i-- != 0;) {
    Claim& claim = contest.claims[i];
    if (claim.claimant.rank != Rank::word || !claim.audience.intersects(audience)) continue;
    ++untold_;
    claim.audience -= audience;
    if (claim.audience.empty()) erase(contest, i);
  }
}

void Claims::remove(Contest& contest, Claimant claimant) {
  for (std::size_t i = contest.claims.size(); i-- != 0;)
    if (contest.claims[i].claimant == claimant) erase(contest, i);
}

void Claims::resolve(RouteStore::Chain& chain, Contest& contest, Priority priority,
                     Effect& effect) {
  Audience told;
  for (Handle at = chain.first; at != no_handle; at = routes_[at].next)
    if (!routes_[at].withdrawn) told |= peers_.audience_of(routes_[at].audience);
  Audience decided;
  Audience kept;
  for (const Claim& claim : contest.claims) {
    const Audience highest = claim.audience - decided;
    decided |= claim.audience;
    if (claim.suppresses || claim.withdrawn() || highest.empty()) continue;
    kept |= highest;
    bgp::NlriView nlri = contest.nlri;
    nlri.tail = claim.tail;
    take(effect, routes_.announce(chain, nlri, claim.path, highest, {priority, claim.claimant}));
  }
  if (const Audience gone = told - kept; !gone.empty())
    withdraw_told(chain, contest, gone, priority, effect.news);
}

void Claims::withdraw_told(RouteStore::Chain& chain, const Contest& contest, const Audience& peers,
                           Priority priority, Audience& news) {
  std::vector<std::pair<Path, Audience>> told;
  for (Handle at = chain.first; at != no_handle; at = routes_[at].next) {
    const Route& route = routes_[at];
    if (route.withdrawn) continue;
    const Audience shared = peers_.audience_of(route.audience) & peers;
    if (!shared.empty()) told.emplace_back(route.path, shared);
  }
  for (const auto& [path, shared] : told) {
    const Path attributes = attributes_of_withdrawal(contest.nlri.family, path);
    paths_.retain(attributes);
    news |= routes_.withdraw(chain, contest.nlri, attributes, shared, priority);
    paths_.release(attributes);
  }
}

/// One claimant is left, or the word alone: the store says it all. Not while words come in slices:
/// a walk over the store would miss what comes back to it.
void Claims::dissolve_if_plain(std::uint32_t hash, Contest& contest) {
  if (routes_.moments_.open()) {
    if (!std::exchange(contest.untidy, true)) untidy_.push_back(contest.serial);
    return;
  }
  const auto& claims = contest.claims;
  const bool plain = std::all_of(claims.begin(), claims.end(), [&](const Claim& claim) {
    if (claims.front().claimant.rank == Rank::word) return claim.claimant.rank == Rank::word;
    return claim.claimant == claims.front().claimant && !claim.suppresses;
  });
  if (!plain) return;
  keep_origins(contest);
  close(hash, contest);
}

void Claims::keep_origins(const Contest& contest) {
  for (Handle at = routes_.chain(contest.nlri).first; at != no_handle; at = routes_[at].next) {
    const Route& route = routes_[at];
    if (route.withdrawn) continue;
    const auto told =
        std::find_if(contest.claims.begin(), contest.claims.end(), [&](const Claim& claim) {
          return claim.claimant.packed() == route.claimant && claim.path == route.path &&
                 claim.audience.intersects(peers_.audience_of(route.audience));
        });
    if (told == contest.claims.end() || told->change == route.change) continue;
    const ClaimView made = view(contest, *told);
    uncovered_[{route.change, told->claimant}] = {made.change, made.decision};
    if (uncovered_.size() > uncovered_max) uncovered_.erase(uncovered_.begin());
  }
}

void Claims::close(std::uint32_t hash, Contest& contest) {
  for (const Claim& claim : contest.claims) paths_.release(claim.path);
  by_serial_.erase(contest.serial);
  for (auto known = contests_.equal_range(hash); known.first != known.second; ++known.first) {
    if (known.first->second.get() != &contest) continue;
    contests_.erase(known.first);
    return;
  }
}

// --- walks

Claims::ClaimView Claims::view(const Contest& contest, const Claim& claim) const {
  bgp::NlriView nlri = contest.nlri;
  nlri.tail = claim.tail;
  ClaimView view{claim.claimant, nlri, claim.path, claim.audience, claim.change, claim.decision};
  name_origin(view);
  return view;
}

Claims::ClaimView Claims::view(const Route& route) const {
  ClaimView view{Claimant::unpacked(route.claimant), route.nlri.view(), route.path,
                 peers_.audience_of(route.audience), route.change};
  name_origin(view);
  return view;
}

void Claims::name_origin(ClaimView& view) const {
  if (view.change == 0) return;
  const auto known = uncovered_.find({view.change, view.claimant});
  if (known == uncovered_.end()) return;
  view.change = known->second.change;
  view.decision = known->second.decision;
}

bool Claims::walk_words(Cursor& cursor, Moment moment, std::size_t budget,
                        const std::function<void(const ClaimView&)>& visit) {
  if (cursor.route_end == 0) cursor.route_end = routes_.end();
  std::vector<ClaimView> twins;
  for (; budget != 0 && cursor.route < cursor.route_end; --budget) {
    const Handle first = cursor.route++;
    if (!routes_[first].announced() || routes_[first].twin ||
        Claimant::unpacked(routes_[first].claimant).rank != Rank::word)
      continue;
    const KeptNlri nlri(routes_[first].nlri.view());
    // All at once: what becomes of one may give its place to another.
    twins.clear();
    for (Handle at = first; at != no_handle; at = routes_.next_twin(at)) {
      const Route& route = routes_[at];
      const Moment said = routes_.moment_of(at);
      if (said > moment) continue;
      twins.push_back({Claimant::unpacked(route.claimant), nlri.view(), route.path,
                       peers_.audience_of(route.audience), route.change, 0, said});
    }
    if (twins.empty() || find(hash_of(nlri.view()), nlri.view()) != nullptr) continue;
    for (const ClaimView& word : twins) visit(word);
  }
  for (; budget != 0; --budget) {
    const auto next = by_serial_.upper_bound(cursor.contest);
    if (next == by_serial_.end()) return cursor.route >= cursor.route_end;
    cursor.contest = next->first;
    const Contest& contest = *next->second;
    const KeptNlri nlri(contest.nlri);
    std::vector<ClaimView> words;
    for (const Claim& claim : contest.claims)
      if (claim.claimant.rank == Rank::word && !claim.withdrawn() && claim.moment <= moment)
        words.push_back(
            {claim.claimant, nlri.view(), claim.path, claim.audience, 0, 0, claim.moment});
    for (const ClaimView& word : words) visit(word);
  }
  return false;
}

Audience Claims::told_since(const bgp::NlriView& nlri, const Audience& later,
                            Claimant speaker) const {
  Audience told = with_word(nlri) & later;
  subtract_ended(told, std::nullopt);
  subtract_ended(told, speaker);
  return told;
}

Audience Claims::with_word(const bgp::NlriView& nlri, Moment but) const {
  Audience all;
  const auto add = [&](Claimant claimant, const Audience& audience, Moment moment) {
    if (claimant.rank == Rank::word && moment != but) all |= not_ended(claimant, audience, moment);
  };
  const RouteStore::Chain chain = routes_.chain(nlri);
  if (const Contest* contest = find(chain.hash, nlri)) {
    for (const Claim& claim : contest->claims)
      if (!claim.withdrawn()) add(claim.claimant, claim.audience, claim.moment);
    return all;
  }
  for (Handle at = chain.first; at != no_handle; at = routes_[at].next)
    if (!routes_[at].withdrawn)
      add(Claimant::unpacked(routes_[at].claimant), peers_.audience_of(routes_[at].audience),
          routes_.moments_.open() ? routes_.moment_of(at) : Moment{0});
  return all;
}

std::vector<Claims::ClaimView> Claims::claims_on(const bgp::NlriView& nlri) const {
  std::vector<ClaimView> all;
  const RouteStore::Chain chain = routes_.chain(nlri);
  if (const Contest* contest = find(chain.hash, nlri)) {
    for (const Claim& claim : contest->claims)
      if (!claim.withdrawn()) all.push_back(view(*contest, claim));
    return all;
  }
  for (Handle at = chain.first; at != no_handle; at = routes_[at].next)
    if (!routes_[at].withdrawn) all.push_back(view(routes_[at]));
  return all;
}

bool Claims::sweep(Cursor& cursor, std::size_t budget) {
  if (cursor.route_end == 0) cursor.route_end = routes_.end();
  for (; budget != 0 && cursor.route < cursor.route_end; --budget) {
    const Handle at = cursor.route++;
    if (routes_[at].change != 0 && peers_.is_empty(routes_[at].audience))
      routes_.erase_deserted(at);
  }
  for (; budget != 0; --budget) {
    const auto next = by_serial_.upper_bound(cursor.contest);
    if (next == by_serial_.end()) return cursor.route >= cursor.route_end;
    cursor.contest = next->first;
    Contest& contest = *next->second;
    for (std::size_t i = contest.claims.size(); i-- != 0;)
      if (contest.claims[i].audience.empty()) erase(contest, i);
    dissolve_if_plain(hash_of(contest.nlri), contest);
  }
  return false;
}

void Claims::copy_to(Claims& sketch, const bgp::NlriView& nlri) const {
  sketch.precedences_ = precedences_;
  if (sketch.routes_.chain(nlri).first != no_handle || sketch.find(hash_of(nlri), nlri) != nullptr)
    return;
  for (const ClaimView& claim : claims_on(nlri)) {
    const Origin origin{Priority::bulk, claim.claimant};
    if (claim.claimant.rank == Rank::word) {
      sketch.say(claim.nlri, claim.path, claim.audience, origin);
    } else if (claim.path == no_path) {
      sketch.suppress(claim.nlri, claim.audience, origin);
    } else {
      // Who was told it at another time has a record of its own.
      sketch.claim_beside(claim.nlri, claim.path, claim.audience, origin);
    }
  }
}

}  // namespace openbell::rib
