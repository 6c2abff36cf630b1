#pragma once
// What the JSON and the text form of an event say in the same words.

#include <string>
#include <string_view>

#include "event/event.h"

namespace openbell::event {

/// An event of a message that stands on the wire, sent or received.
bool is_message(Kind kind);
/// The message is shown as bytes alone. Always so for what has no parsed form (operational and
/// types we do not know).
bool is_packets(const Event& event, const Style& style);
/// The message is shown parsed with its bytes beside.
bool is_consolidated(const Event& event, const Style& style);

/// The 19 bytes of the header, and what follows it; empty when the event has no message.
bgp::Bytes header_of(const Event& event);
bgp::Bytes body_of(const Event& event);

/// "receive" or "send"; `exabgp decode` says "in".
std::string_view direction_word(const Event& event, const Style& style);
/// "unicast" and so on, numbers for a family that the table does not have.
void print_afi(const bgp::RefreshView& refresh, base::TextWriter& out);
void print_safi(const bgp::RefreshView& refresh, base::TextWriter& out);
/// "query", "begin", "end" (RFC 7313 3.2), "invalid".
std::string_view refresh_word(std::uint8_t subtype);

/// Why a session went down, in the words of the version: 5.0 gives the reason alone, 4.2 wraps it
/// as `peer reset, message [REASON] error[DETAIL]`.
std::string down_reason(const Event& event, bgp::Dialect dialect);
/// ExaBGP 4.2 puts round brackets for square and curly ones in a JSON string.
std::string without_brackets(std::string text);

/// What stands for the data of a NOTIFICATION: `rendered` in words, `bytes` as shown in
/// hexadecimal, which are those of the words for a shutdown communication (ExaBGP).
class NotificationData {
 public:
  explicit NotificationData(const Event& event);
  [[nodiscard]] std::string_view rendered() const { return rendered_; }
  [[nodiscard]] bgp::Bytes bytes() const;

 private:
  std::string rendered_;
  bgp::Bytes raw_;
  bool communication_;
};

/// "0x" and upper-case digits.
void print_hex(bgp::Bytes bytes, base::TextWriter& out);

}  // namespace openbell::event
