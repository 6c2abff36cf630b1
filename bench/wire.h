#pragma once

// What the measuring programs share: just enough BGP to be a peer, the clock, the numbering of
// prefixes. None of the speaker's own code, so that a fault there cannot hide here.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace openbell::bench {

using Bytes = std::vector<std::uint8_t>;

// Prefix number i is the i-th /24 from 16.0.0.0 on; 2^20 of them fit below 32.0.0.0.
constexpr std::uint32_t first_prefix = 0x10000000;
constexpr std::uint32_t prefix_count_max = 1U << 20;

enum class MessageType : std::uint8_t { open = 1, update, notification, keepalive };

// CLOCK_MONOTONIC, which all processes of a machine share.
std::uint64_t now_ns();

// Print what failed, with errno, and end the program.
[[noreturn]] void die(std::string_view what);

// The value of a decimal argument up to `max`; ends the program with the argument's name if it is
// not one.
std::uint64_t number_argument(std::string_view name, const char* text, std::uint64_t max);

// Wait until somebody writes a byte to the FIFO at `path`.
void wait_for_go(const char* path);

// CLOCK_MONOTONIC, as now_ns().
void sleep_until(std::uint64_t deadline_ns);

// Call act(0), act(1)... act(count - 1), one every `spacing_us`, and return what they return.
template <typename Act>
std::vector<std::uint64_t> paced(std::size_t count, std::uint64_t spacing_us, Act act) {
  std::vector<std::uint64_t> results;
  results.reserve(count);
  std::uint64_t due = now_ns();
  for (std::size_t index = 0; index < count; ++index) {
    due += spacing_us * 1000;
    sleep_until(due);
    results.push_back(act(index));
  }
  return results;
}

std::string prefix_text(std::uint32_t index);

// Four-octet AS number, ipv4 unicast, hold time 180 s.
Bytes open_message(std::uint32_t as, std::uint32_t router_id);
Bytes keepalive_message();

// One UPDATE, of at most 4096 bytes, that announces prefixes first..end-1; `set` chooses the AS
// path and the MED.
Bytes update_message(std::uint32_t as, std::uint32_t first, std::uint32_t end, std::uint32_t set);
Bytes withdraw_message(std::uint32_t index);

// UPDATEs of at most 4096 bytes for prefixes 0..count-1: `per_message` of them share a message, and
// the AS path and MED change from message to message through `attribute_sets` values.
Bytes update_messages(std::uint32_t as, std::uint32_t count, std::uint32_t per_message,
                      std::uint32_t attribute_sets);

// A connection to 127.0.0.1, TCP_NODELAY; -1 when nobody listens there.
int connect_to(std::uint16_t port);
// A socket that listens on every address; ends the program when it cannot.
int listen_on(std::uint16_t port);

// Write all of it, or end the program.
void write_all(int fd, std::span<const std::uint8_t> bytes);
void write_all(int fd, std::string_view text);

// Write `count` time stamps as they are in memory, into a file made whole before it has its name.
void save(const std::string& path, std::span<const std::uint64_t> stamps);

// Bytes of one TCP connection, cut into BGP messages.
class Inbox {
 public:
  // Read once from `fd`; false when the peer has closed.
  bool fill(int fd);

  struct Message {
    MessageType type;
    std::span<const std::uint8_t> body;  // valid until the next fill()
  };
  // False when no whole message is left; ends the program when the bytes are not BGP.
  bool next(Message& message);

 private:
  Bytes buffer_ = Bytes(1U << 18);
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

// Call on_withdrawn(index) and on_announced(index) for the numbered prefixes in an UPDATE's body;
// others and multiprotocol attributes are not looked at. Ends the program when it is malformed.
template <typename OnWithdrawn, typename OnAnnounced>
void for_each_prefix(std::span<const std::uint8_t> body, OnWithdrawn on_withdrawn,
                     OnAnnounced on_announced);

// Take one prefix from the front of `field`; true when it is one of ours, with its number.
bool take_prefix(std::span<const std::uint8_t>& field, std::uint32_t& index);

// Take a two-byte length and as many bytes from the front of `body`.
std::span<const std::uint8_t> take_field(std::span<const std::uint8_t>& body);

template <typename OnWithdrawn, typename OnAnnounced>
void for_each_prefix(std::span<const std::uint8_t> body, OnWithdrawn on_withdrawn,
                     OnAnnounced on_announced) {
  std::span<const std::uint8_t> withdrawn = take_field(body);
  take_field(body);  // attributes
  for (std::uint32_t index = 0; !withdrawn.empty();) {
    if (take_prefix(withdrawn, index)) on_withdrawn(index);
  }
  for (std::uint32_t index = 0; !body.empty();) {
    if (take_prefix(body, index)) on_announced(index);
  }
}

}  // namespace openbell::bench
