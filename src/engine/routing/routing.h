#pragma once
// The routes: who claims them, what peers are told, and how it leaves. What is claimed is changed
// by Transaction alone.

#include <array>

#include "bgp/nlri/family.h"
#include "engine/routing/bulk.h"
#include "engine/routing/journal.h"
#include "engine/routing/lease.h"
#include "engine/routing/watchdog.h"
#include "engine/turn.h"
#include "rib/adj_rib_out.h"
#include "rib/claims.h"

namespace openbell::engine {

class BulkWords;
class Changeover;
class Latency;
class Log;
class Publisher;
class Transaction;

/// What a next hop needs of a session.
enum class NextHopClass : std::uint8_t { ipv4, ipv6, self };
inline constexpr std::size_t next_hop_class_count = 3;

class Routing {
 public:
  /// `output` carries messages to peers, `resolver` knows what paths become; all outlive this.
  Routing(Turn& turn_at_hand, Publisher& facts, Latency& times, Log& log, rib::PeerOutput& output,
          const rib::PathResolver& resolver)
      : turn(turn_at_hand),
        publisher(facts),
        latency(times),
        store(peers, paths),
        out(store, peers, paths, output),
        watchdogs(paths, log),
        leases(turn),
        claims_(store, peers, paths) {
    store.set_resolver(&resolver);
  }

  Turn& turn;
  Publisher& publisher;
  Latency& latency;

  rib::PeerSetPool peers;
  rib::PathPool paths;
  rib::RouteStore store;
  rib::AdjRibOut out;
  Journal journal;
  WatchdogTable watchdogs;
  LeaseTable leases;
  Changeover* changeover = nullptr;  // that goes on in slices, one of the jobs; null: none

  [[nodiscard]] const rib::Claims& claims() const { return claims_; }

  /// Frees what is left of peers that have gone: nobody is told anything. True at the end.
  bool sweep(rib::Claims::Cursor& cursor, std::size_t budget) {
    return claims_.sweep(cursor, budget);
  }

  /// A slice of every job, and of what jobs leave behind. True when another turn must follow at
  /// once.
  bool run_jobs() {
    const bool more = jobs.run();
    return !claims_.tidy(tidied_in_turn) || more;
  }

  /// Who has which family. A claim is for whom it was made, whatever families they have: one that
  /// a reload gives them is told what was said of it before.
  struct Reach {
    rib::Audience configured = {};
    rib::Audience carrying = {};  // the session, where it is up, has it too
    std::array<rib::Audience, next_hop_class_count> able = {};  // to be sent such a next hop in it
  };
  [[nodiscard]] Reach& reach(bgp::Family family) {
    return reach_[static_cast<std::size_t>(family)];
  }
  /// A session has come up with those families of the configured ones.
  void note_families(const rib::Audience& whom, const bgp::FamilySet& configured,
                     const bgp::FamilySet& agreed) {
    configured.for_each([&](bgp::Family family) {
      rib::Audience& carrying = reach(family).carrying;
      agreed.contains(family) ? carrying |= whom : carrying -= whom;
    });
  }

 private:
  static constexpr std::size_t tidied_in_turn = 1024;  // NLRIs

  friend class BulkWords;
  friend class Transaction;

  rib::Claims claims_;
  std::array<Reach, bgp::family_count> reach_;

 public:
  BulkQueue jobs;  // last: jobs use the rest until they are gone
};

}  // namespace openbell::engine
