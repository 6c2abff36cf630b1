#pragma once
// The inside of the BFD thread: its sessions, their timers and what arrives for them. Everything
// here belongs to that thread, except what says otherwise.
//
// A packet that has arrived counts before the clock does: whenever a session is about to be
// declared down, the sockets are read once more, so that a thread that was late itself blames
// nobody.

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/ring.h"
#include "bfd/session.h"
#include "io/bfd/bfd_socket.h"
#include "io/loop/deadline_heap.h"

namespace openbell::io {

/// Names a session for its whole life; never used again.
using BfdKey = std::uint64_t;

/// The thread writes, anybody reads: numbers that stand beside each other, not a snapshot.
class BfdCounters {
 public:
  void store(const bfd::Statistics& statistics);
  [[nodiscard]] bfd::Statistics load() const;

 private:
  std::atomic<std::uint64_t> sent_{0};
  std::atomic<std::uint64_t> received_{0};
  std::atomic<std::uint64_t> discarded_{0};
  std::atomic<std::uint64_t> downs_{0};
  std::atomic<std::int64_t> late_ns_{0};
  std::atomic<std::int64_t> transmit_ns_{0};
  std::atomic<std::int64_t> detection_ns_{0};
};

/// What the thread tells the core, as a record of a ring.
struct BfdNews {
  enum class Kind : std::uint8_t { report, send_failed } kind = Kind::report;
  int error = 0;  // errno of a packet that could not be sent; 0: the next one could
  BfdKey key = 0;
  bfd::Report report;
};

class BfdLoop;

/// One session with its socket. Made by the core, then the thread's.
class BfdSlot final : public DeadlineItem, public bfd::Listener {
 public:
  BfdSlot(BfdKey key, const bfd::SessionConfig& config, BfdSender sender,
          std::uint32_t discriminator, std::uint64_t seed, std::shared_ptr<BfdCounters> counters);
  void send(base::Bytes packet) override;
  void on_report(const bfd::Report& report) override;

 private:
  friend class BfdLoop;
  friend class BfdThread;

  const BfdKey key_;
  bfd::SessionConfig config_;
  BfdSender sender_;
  bfd::Session session_;
  std::shared_ptr<BfdCounters> counters_;
  int receiver_ = -1;   // the socket that its packets must come from; -1: any
  int send_error_ = 0;  // as told last
  base::Tick send_error_at_{};
  std::optional<bfd::Report> report_;  // not yet in the ring
  bool send_error_new_ = false;        // not yet in the ring
  bool waiting_ = false;               // one of the above has found the ring full
  base::Tick lingers_until_ = base::never;
};

class BfdLoop {
 public:
  /// `news` is filled and `wake` called by the thread.
  BfdLoop(base::Ring& news, std::function<void()> wake);

  /// Any thread: runs `action` in the BFD thread soon.
  void post(std::move_only_function<void()> action);
  /// The thread's life; ends after stop().
  void run();

  // By posted actions.
  void add_receiver(std::shared_ptr<const Fd> socket, bool multihop);
  void remove_receiver(int socket);
  void add(std::unique_ptr<BfdSlot> slot, int receiver);
  void change(BfdKey key, const bfd::SessionConfig& config);
  /// The peer is told for a detection time that the session is administratively down.
  void remove(BfdKey key);
  /// Tells every peer once and ends run().
  void stop();

 private:
  struct Place {
    base::IpAddress local;
    base::IpAddress peer;
    int receiver;
    bool multihop;
    bool operator==(const Place&) const = default;
  };
  struct PlaceHash {
    std::size_t operator()(const Place& place) const;
  };
  struct Receiver {
    std::shared_ptr<const Fd> socket;
    bool multihop;
    [[nodiscard]] int fd() const { return socket->get(); }
  };

  static Place place_of(const BfdSlot& slot);
  void take_actions();
  void drain(const Receiver& receiver);
  void drain_all();
  void hear(const BfdDatagram& datagram, const Receiver& receiver);
  BfdSlot* slot_for(const bfd::ControlPacket& packet, const BfdDatagram& datagram,
                    const Receiver& receiver);
  BfdSlot* slot_at(const BfdDatagram& datagram, const Receiver& receiver);
  void serve_timers();
  void serve(BfdSlot& slot, base::Tick now);
  void settle(BfdSlot& slot);
  void tell(BfdSlot& slot);
  void tell_waiting();
  bool push(const BfdNews& news);
  void forget(BfdSlot& slot);
  void end(BfdSlot& slot);
  [[nodiscard]] base::Tick next_wakeup() const;

  base::Ring& news_;
  std::function<void()> wake_;
  Fd epoll_;
  Fd event_;
  std::mutex mutex_;
  std::vector<std::move_only_function<void()>> posted_;  // guarded by the mutex
  std::vector<std::move_only_function<void()>> taken_;

  std::vector<Receiver> receivers_;
  std::unordered_map<BfdKey, std::unique_ptr<BfdSlot>> slots_;
  std::unordered_map<std::uint32_t, BfdSlot*> by_discriminator_;
  std::unordered_map<Place, BfdSlot*, PlaceHash> by_place_;
  DeadlineHeap<BfdSlot> deadlines_;
  BfdBatch batch_;
  std::size_t waiting_ = 0;  // slots whose news found the ring full
  bool drained_ = false;     // all sockets in this turn
  bool stopping_ = false;
};

}  // namespace openbell::io
