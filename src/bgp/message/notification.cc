#include "bgp/message/notification.h"

#include <algorithm>

#include "base/check.h"
#include "base/hex.h"
#include "bgp/message/header.h"

namespace openbell::bgp {

namespace {

constexpr std::size_t communication_max = 255;  // RFC 9003 2

struct CodeName {
  std::uint8_t code;
  std::string_view name;
};

constexpr CodeName code_names[] = {
    {1, "Message header error"}, {2, "OPEN message error"},      {3, "UPDATE message error"},
    {4, "Hold timer expired"},   {5, "State machine error"},     {6, "Cease"},
    {7, "Route-Refresh error"},  {8, "Send hold timer expired"},
};

struct SubcodeName {
  NotificationCode code;
  std::string_view name;
};

// RFC 4271 4.5, RFC 4486, RFC 6608, RFC 7313, RFC 8538, RFC 9384; the words are ExaBGP's.
constexpr SubcodeName subcode_names[] = {
    {{1, 0}, "Unspecific"},
    {{1, 1}, "Connection Not Synchronized"},
    {{1, 2}, "Bad Message Length"},
    {{1, 3}, "Bad Message Type"},
    {{2, 0}, "Unspecific"},
    {{2, 1}, "Unsupported Version Number"},
    {{2, 2}, "Bad Peer AS"},
    {{2, 3}, "Bad BGP Identifier"},
    {{2, 4}, "Unsupported Optional Parameter"},
    {{2, 5}, "Authentication Notification (Deprecated)"},
    {{2, 6}, "Unacceptable Hold Time"},
    {{2, 7}, "Unsupported Capability"},
    {{2, 8}, "Grouping Conflict"},
    {{2, 9}, "Grouping Required"},
    {{2, 10}, "Capability Value Mismatch"},
    {{3, 0}, "Unspecific"},
    {{3, 1}, "Malformed Attribute List"},
    {{3, 2}, "Unrecognized Well-known Attribute"},
    {{3, 3}, "Missing Well-known Attribute"},
    {{3, 4}, "Attribute Flags Error"},
    {{3, 5}, "Attribute Length Error"},
    {{3, 6}, "Invalid ORIGIN Attribute"},
    {{3, 7}, "AS Routing Loop"},
    {{3, 8}, "Invalid NEXT_HOP Attribute"},
    {{3, 9}, "Optional Attribute Error"},
    {{3, 10}, "Invalid Network Field"},
    {{3, 11}, "Malformed AS_PATH"},
    {{4, 0}, "Unspecific"},
    {{5, 0}, "Unspecific"},
    {{5, 1}, "Receive Unexpected Message in OpenSent State"},
    {{5, 2}, "Receive Unexpected Message in OpenConfirm State"},
    {{5, 3}, "Receive Unexpected Message in Established State"},
    {{6, 0}, "Unspecific"},
    {{6, 1}, "Maximum Number of Prefixes Reached"},
    {{6, 2}, "Administrative Shutdown"},
    {{6, 3}, "Peer De-configured"},
    {{6, 4}, "Administrative Reset"},
    {{6, 5}, "Connection Rejected"},
    {{6, 6}, "Other Configuration Change"},
    {{6, 7}, "Connection Collision Resolution"},
    {{6, 8}, "Out of Resources"},
    {{6, 9}, "Hard Reset"},
    {{6, 10}, "BFD Down"},
    {{7, 0}, "Unspecific"},
    {{7, 1}, "Invalid Message Length"},
    {{7, 2}, "Malformed Message Subtype"},
    {{8, 0}, "Unspecific"},
};

bool carries_communication(NotificationCode code) {
  return code == notification::administrative_shutdown ||
         code == notification::administrative_reset;
}

/// The longest beginning of `text` of at most `max` bytes that does not cut a UTF-8 character.
std::string_view cut_at_character(std::string_view text, std::size_t max) {
  if (text.size() <= max) return text;
  while (max != 0 && (static_cast<std::uint8_t>(text[max]) & 0xC0) == 0x80) --max;
  return text.substr(0, max);
}

/// Text with its control characters made blanks, so that it stays on the operator's line.
std::string one_line(std::string_view text) {
  std::string line(text);
  std::ranges::replace_if(
      line, [](char c) { return static_cast<std::uint8_t>(c) < 0x20 || c == 0x7F; }, ' ');
  return line;
}

bool is_printable(Bytes data) {
  return std::ranges::all_of(data, [](std::uint8_t c) { return c >= 0x20 && c < 0x7F; });
}

}  // namespace

Bytes encode_notification(NotificationCode code, Bytes data, MutableBytes into) {
  ByteWriter out(into);
  write_header(MessageType::notification, out);
  out.u8(code.code);
  out.u8(code.subcode);
  out.bytes(data.first(std::min(data.size(), message_size_max - header_size - 2)));
  OPENBELL_CHECK(out.ok());
  finish_message(into.first(out.size()));
  return out.written();
}

std::vector<std::uint8_t> cease_data(NotificationCode code, std::string_view text) {
  if (text.empty()) return {};
  const std::string_view kept = cut_at_character(text, communication_max);
  const std::size_t counted = carries_communication(code) ? 1 : 0;
  std::vector<std::uint8_t> data(counted + kept.size());
  if (counted != 0) data[0] = static_cast<std::uint8_t>(kept.size());
  std::ranges::copy(kept, data.begin() + static_cast<std::ptrdiff_t>(counted));
  return data;
}

std::string_view code_name(NotificationCode code) {
  for (const CodeName& row : code_names)
    if (row.code == code.code) return row.name;
  return "unknown error";
}

std::string_view subcode_name(NotificationCode code) {
  for (const SubcodeName& row : subcode_names)
    if (row.code == code) return row.name;
  return "unknown reason";
}

std::string describe_notification_data(NotificationCode code, Bytes data) {
  if (data.empty()) return {};
  if (!carries_communication(code)) {
    if (is_printable(data)) return std::string(base::text_of(data));
    return "0x" + base::to_hex(data);
  }
  // RFC 9003 2: a length and that many bytes of UTF-8; ExaBGP and others may send more after it.
  const std::size_t length = data[0];
  if (length == 0) return "empty Shutdown Communication";
  if (length > data.size() - 1)
    return "invalid Shutdown Communication (length " + std::to_string(length) + " of " +
           std::to_string(data.size() - 1) + " bytes): 0x" + base::to_hex(data.subspan(1));
  return "Shutdown Communication: \"" + one_line(base::text_of(data.subspan(1, length))) + '"';
}

bool decode_refresh(Bytes body, RefreshView& refresh) {
  ByteReader in(body);
  refresh.afi = in.u16();
  refresh.subtype = in.u8();
  refresh.safi = in.u8();
  return in.done();
}

Bytes encode_refresh(Family family, RefreshSubtype subtype, MutableBytes into) {
  ByteWriter out(into);
  write_header(MessageType::route_refresh, out);
  out.u16(ops(family).afi);
  out.u8(static_cast<std::uint8_t>(subtype));
  out.u8(ops(family).safi);
  OPENBELL_CHECK(out.ok());
  finish_message(into.first(out.size()));
  return out.written();
}

}  // namespace openbell::bgp
