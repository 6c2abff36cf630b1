#pragma once
// Receipts: when a change was read, decided, encoded, written to each neighbor, handed to the
// driver and acknowledged by the neighbor's kernel. For commands that end with `id WORD`, and for
// everything that services, plans and leases do.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"
#include "base/tick.h"
#include "engine/host.h"
#include "rib/change_queue.h"
#include "rib/peer_set.h"

namespace openbell::engine {

struct State;
class Helper;

class ReceiptBook {
 public:
  static constexpr std::size_t receipts_max = 4096;

  explicit ReceiptBook(State& state) : state_(state) {}

  /// A command with an id was carried out: its answer waits for the end of the turn, when it is
  /// known who has been written to. `answer` is `done`, `error` or empty, with its newline.
  void begin(Helper& helper, std::string_view word, std::string_view result, std::string answer,
             base::Now read, rib::PeerSet reached);
  /// What was just changed by a service, a plan or a lease is followed into the audit log.
  void follow(std::string subject, rib::PeerSet reached);

  /// Some receipt belongs to what is written now.
  [[nodiscard]] bool waiting() const { return unwritten_ != 0; }
  /// A flush is over. `final`: it was the last one of the turn, answers leave.
  enum class Turn : std::uint8_t { goes_on, ends };
  void on_flushed(Turn turn);
  void on_stamp(NeighborId neighbor, StampId stamp, StampKind kind, std::int64_t utc_ns);
  [[nodiscard]] base::Tick deadline() const;
  /// Gives up waiting for acknowledgements.
  void on_timer();

 private:
  struct Peer {
    NeighborId id = 0;
    base::IpAddress address;
    bool written = false;
    bool unchanged = false;  // it had been told the same before
    base::Tick encoded_at{};
    base::Tick written_at{};
    StampId stamp = 0;
    std::int64_t sent_utc_ns = 0;
    std::int64_t hardware_ns = 0;
    std::int64_t acknowledged_utc_ns = 0;
    bool finished = false;
  };
  struct Receipt {
    HelperId helper = 0;
    std::uint64_t report = 0;  // of the helper; 0: nobody asked
    std::string word;          // or what it was that changed
    std::string result;
    std::string answer;
    base::Now read;
    base::Tick decided{};
    rib::Positions mark;
    std::vector<Peer> peers;
    bool answered = false;
    [[nodiscard]] bool written() const;
    [[nodiscard]] bool finished() const;
    /// The same for a tick wherever it is said: the clocks are compared once, when it was read.
    [[nodiscard]] std::int64_t utc_of(base::Tick tick) const {
      return read.utc_ns + (tick - read.tick).ns;
    }
  };

  Receipt make(std::string_view word, base::Now read, rib::PeerSet reached) const;
  void note_written(Receipt& receipt);
  void answer(Receipt& receipt);
  [[nodiscard]] static std::string print_json(const Receipt& receipt);
  [[nodiscard]] static std::string print_text(const Receipt& receipt);
  void finish(Receipt& receipt, Peer& peer);
  void count_unwritten();

  State& state_;
  std::deque<Receipt> receipts_;  // oldest first
  std::size_t unwritten_ = 0;     // of them, not written to everybody yet
};

}  // namespace openbell::engine
