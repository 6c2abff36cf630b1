#pragma once
// When bytes really left: the kernel's own time stamps of a TCP socket (SO_TIMESTAMPING, see
// Documentation/networking/timestamping.rst of Linux). A send that asks for it is answered through
// the socket's error queue, with the position of its last byte in the stream as the key.
//
// A stamp is exact or missing, never guessed from a later one, and it delays nothing. Of two sends
// in one packet the kernel reports the second; so the first sends of a burst end their packet
// (MSG_EOR) - all of them would be many small packets, which cost the peer more buffer than it may
// have. Also missing are reports that found the receive buffer full, which the error queue shares:
// when the peer pours or the loop is late.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <sys/types.h>
#include <vector>

struct iovec;

namespace openbell::io {

/// The kinds of time stamp, each given once at most.
enum class StampKind : std::uint8_t {
  sent,              // handed to the driver; CLOCK_REALTIME
  acknowledged,      // by the peer's TCP, not its program; CLOCK_REALTIME
  sent_by_hardware,  // only where the card was told to (hwstamp_ctl, ptp4l); the card's own clock
};
inline constexpr std::size_t stamp_kind_count = 3;

/// The stamps of one socket that wait for the kernel: 17 KiB.
class TransmitStamps {
 public:
  /// Of more than that at once the oldest are dropped: nothing is heard of them.
  static constexpr std::size_t waiting_max = 1024;

  struct Report {
    StampKind kind = StampKind::sent;
    std::uint32_t key = 0;  // position of the last byte, modulo 2^32
    std::int64_t utc_ns = 0;
  };

  /// Switches time stamps on. Positions count from here. Costs sends that do not ask nothing. False
  /// when the kernel refuses, or is older than 6.2 and has unacknowledged bytes: worth trying
  /// again.
  static bool enable(int socket);
  /// sendmsg() that asks for the time when its last byte leaves and is acknowledged. A burst must
  /// not fill the error queue: now and then it is read() here, and reports() wait then.
  ssize_t send(int socket, iovec* parts, std::size_t count);

  /// `stamp` is for the last of `ahead` more bytes, counted from those sent.
  void add(std::size_t ahead, std::uint64_t stamp);
  /// So many bytes were given to the kernel.
  void sent(std::size_t bytes) { sent_ += bytes; }
  /// Bytes up to and including the next one to be stamped; none when no stamp waits to be sent.
  std::optional<std::size_t> next_stop();

  /// Takes what the error queue has into reports(), and says how many those are.
  std::size_t read(int socket);
  [[nodiscard]] const std::vector<Report>& reports() const { return reports_; }
  void clear_reports() { reports_.clear(); }
  /// The stamp that a report is about; none when it was given already, or nobody asked.
  std::optional<std::uint64_t> settle(const Report& report);

 private:
  struct Entry {
    std::uint64_t end;  // position after its last byte
    std::uint64_t stamp;
  };
  // Two reports each, about 900 bytes of kernel memory a report, in a buffer of at least 128 KiB.
  static constexpr std::size_t ask_max = 32;
  static constexpr std::size_t packets_max = 16;  // that end with a stamp and are not reported yet

  Entry& entry(std::uint64_t number) { return entries_[number % waiting_max]; }
  /// The first of the entries from `number` on that still exists.
  std::uint64_t oldest(std::uint64_t number) const;

  std::vector<Report> reports_;                             // a burst allocates, once
  std::size_t asked_ = 0;                                   // sends since the last read()
  std::uint64_t sent_ = 0;                                  // bytes given to the kernel
  std::uint64_t added_ = 0;                                 // entries ever added
  std::uint64_t stop_ = 0;                                  // the first entry that is not sent yet
  std::array<std::uint64_t, stamp_kind_count> reported_{};  // entries that each kind is done with
  std::array<Entry, waiting_max> entries_;
};

}  // namespace openbell::io
