#include "bgp/message/header.h"

#include <array>

#include "base/check.h"

namespace openbell::bgp {

namespace {

constexpr std::size_t length_at = 16;
constexpr std::size_t type_at = 18;

constexpr std::array<std::uint8_t, header_size> keepalive_bytes = {
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x13, 0x04};

/// Shortest and longest message of a type, header included.
struct LengthRange {
  std::size_t min;
  std::size_t max;
};

/// False for a type that does not exist.
bool length_range(std::uint8_t type, std::size_t size_max, LengthRange& range) {
  switch (static_cast<MessageType>(type)) {
    case MessageType::open:
      range = {header_size + 10, message_size_max};  // RFC 8654 4: OPEN is never extended
      return true;
    case MessageType::update:
      range = {header_size + 4, size_max};
      return true;
    case MessageType::notification:
      range = {header_size + 2, size_max};
      return true;
    case MessageType::keepalive:
      range = {header_size, header_size};
      return true;
    case MessageType::route_refresh:
    case MessageType::operational:
      range = {header_size, size_max};  // RFC 7313 5 has its own error for a wrong length
      return true;
  }
  return false;
}

FrameResult frame_error(NotificationCode code, Bytes data) {
  FrameResult result;
  result.kind = FrameResult::Kind::error;
  result.error = code;
  result.error_data = data;
  return result;
}

}  // namespace

FrameResult read_frame(Bytes stream, std::size_t size_max) {
  FrameResult result;
  if (stream.size() < header_size) return result;
  // RFC 4271 6.1: marker, then length, then type.
  if (!base::equal(stream.first(length_at), Bytes(keepalive_bytes).first(length_at)))
    return frame_error(notification::not_synchronized, {});
  const std::size_t length = base::load16(stream.data() + length_at);
  const Bytes length_field = stream.subspan(length_at, 2);
  if (length < header_size || length > size_max)
    return frame_error(notification::bad_length, length_field);
  LengthRange range{};
  if (!length_range(stream[type_at], size_max, range))
    return frame_error(notification::bad_type, stream.subspan(type_at, 1));
  if (length < range.min || length > range.max)
    return frame_error(notification::bad_length, length_field);
  if (stream.size() < length) return result;
  result.kind = FrameResult::Kind::message;
  result.type = static_cast<MessageType>(stream[type_at]);
  result.message = stream.first(length);
  result.body = result.message.subspan(header_size);
  return result;
}

void write_header(MessageType type, ByteWriter& out) {
  out.bytes(Bytes(keepalive_bytes).first(length_at));
  out.u16(0);
  out.u8(static_cast<std::uint8_t>(type));
}

void finish_message(MutableBytes message) {
  OPENBELL_CHECK(message.size() >= header_size);
  OPENBELL_CHECK(message.size() <= extended_message_size_max);
  base::store16(message.data() + length_at, static_cast<std::uint16_t>(message.size()));
}

Bytes keepalive_message() {
  return keepalive_bytes;
}

}  // namespace openbell::bgp
