#pragma once
// Receipts: when a change was read, decided, encoded, written to each neighbor, handed to the
// driver and acknowledged by the neighbor's kernel. For commands that end with `id WORD`, and for
// everything that services, plans and leases do.
//
// What is waited for is told by AdjRibOut for exactly the changes of the command; nothing is
// guessed from other writes, and nothing is searched for.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ip.h"
#include "base/tick.h"
#include "engine/client/client.h"
#include "engine/ports.h"
#include "engine/routing/bulk.h"
#include "rib/adj_rib_out.h"

namespace openbell::engine {

class Client;
class Clients;
class Roster;

class ReceiptBook final : public OutcomeFollower {
 public:
  static constexpr std::size_t receipts_max = 4096;

  ReceiptBook(Clock& clock, Routing& routing, const Roster& roster, Clients& clients)
      : clock_(clock), routing_(routing), roster_(roster), clients_(clients) {}

  /// A command with an id was carried out: its answer waits for the end of the turn, when it is
  /// known who has been written to. `answer` is `done`, `error` or empty, with its newline.
  void begin(Client& client, std::string_view word, std::string_view result, std::string answer,
             base::Now read, const Outcome& outcome);
  /// What was just changed by a service, a plan or a lease is followed into the audit log.
  void follow(std::string subject, const Outcome& outcome);

  /// Some receipt waits for a write.
  [[nodiscard]] bool waiting() const { return unwritten_ != 0; }
  /// A slice of what a receipt waits for was done; after close() no other follows.
  void extend(rib::Token token, const Outcome& outcome) override;
  void close(rib::Token token) override;
  /// Some of it was in the last write to this neighbor.
  void on_written(rib::Token token, NeighborId neighbor);
  /// Some of it cannot be sent to this neighbor.
  void on_unsent(rib::Token token, NeighborId neighbor, std::string why);
  void on_settled(rib::Token token, NeighborId neighbor, rib::PeerOutput::Fate fate);
  /// Answers leave: what has not been written by now is said to wait.
  void end_turn();
  void on_stamp(NeighborId neighbor, StampId stamp, StampKind kind, std::int64_t utc_ns);
  [[nodiscard]] base::Tick deadline() const;
  /// Gives up waiting for acknowledgements.
  void on_timer();

 private:
  enum class PeerState : std::uint8_t {
    waiting,         // for a write
    written,         // waits for the acknowledgement
    unchanged,       // it had been told the same before
    superseded,      // a later change took its place before it was sent
    not_sent,        // the session cannot carry some of it
    not_negotiated,  // the session does not carry the family
    over,            // acknowledged, or given up
  };
  struct Peer {
    NeighborId id{};
    base::IpAddress address;
    PeerState state = PeerState::waiting;
    std::string unsent;         // why some of it cannot be sent; empty: it can
    std::uint32_t awaited = 0;  // writes that are still to come
    bool news = false;          // something was
    bool sent = false;          // something was written; what follows is of the last of it
    base::Tick encoded_at{};
    base::Tick written_at{};
    StampId stamp = 0;
    std::int64_t sent_utc_ns = 0;
    std::int64_t hardware_ns = 0;
    std::int64_t acknowledged_utc_ns = 0;
  };
  struct Receipt {
    ClientId client{};
    std::uint64_t report = 0;  // of the client; 0: nobody asked
    std::string word;          // or what it was that changed
    std::string result;
    std::string answer;
    base::Now read;
    base::Tick decided{};
    std::vector<Peer> peers;  // ascending ids
    std::size_t unfinished = 0;
    bool open = false;  // goes on in slices
    bool answered = false;
    [[nodiscard]] bool finished() const { return answered && unfinished == 0; }
    /// The same for a tick wherever it is said: the clocks are compared once, when it was read.
    [[nodiscard]] std::int64_t utc_of(base::Tick tick) const {
      return read.utc_ns + (tick - read.tick).ns;
    }
  };
  /// A write whose stamps are still to come, which can be before the rest of what is waited for.
  struct Stamped {
    rib::Token token = 0;
    NeighborId neighbor{};
  };

  void add(Receipt receipt, const Outcome& outcome);
  [[nodiscard]] Receipt* find(rib::Token token);
  static Peer* find(Receipt& receipt, NeighborId neighbor);
  void await(Receipt& receipt, rib::Token token, const Outcome& outcome);
  /// All that a peer waits for has been written, if no more comes.
  void settle(Receipt& receipt, rib::Token token, Peer& peer);
  void answer(Receipt& receipt, rib::Token token);
  [[nodiscard]] static std::string_view name_of(PeerState state);
  [[nodiscard]] static std::string print_json(const Receipt& receipt);
  [[nodiscard]] static std::string print_text(const Receipt& receipt);
  /// Nothing more is expected of a peer that was written to or waited for.
  void finish(Receipt& receipt, rib::Token token, Peer& peer);
  /// The same, if it has been acknowledged and the command answered.
  void finish_acknowledged(Receipt& receipt, rib::Token token, Peer& peer);
  /// Its stamp is not waited for any more.
  void forget_stamp(rib::Token token, const Peer& peer);
  void report(const Receipt& receipt, const Peer& peer, std::string_view state);
  void drop_finished();

  Clock& clock_;
  Routing& routing_;
  const Roster& roster_;
  Clients& clients_;
  std::deque<Receipt> receipts_;  // oldest first; tokens are places from first_
  rib::Token first_ = 1;
  rib::Token unanswered_ = 1;  // the first that waits for the end of its turn
  std::size_t unwritten_ = 0;  // peers that receipts wait for
  std::unordered_multimap<StampId, Stamped> stamped_;
};

}  // namespace openbell::engine
