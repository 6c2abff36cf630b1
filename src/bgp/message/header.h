#pragma once
// The message header (RFC 4271 4.1).
//
//   16 B  marker, all ones
//    2 B  length of the whole message, 19..4096 (65535 with extended messages, RFC 8654)
//    1 B  type

#include "bgp/types.h"

namespace openbell::bgp {

struct FrameResult {
  enum class Kind : std::uint8_t { incomplete, message, error } kind = Kind::incomplete;
  MessageType type{};
  Bytes message;  // header included
  Bytes body;
  NotificationCode error;  // for Kind::error, with its data
  Bytes error_data;        // the offending length or type
};

/// The first message of a stream of received bytes. `size_max` is 4096 until both sides agreed on
/// extended messages; OPEN and KEEPALIVE keep 4096 (RFC 8654 4).
FrameResult read_frame(Bytes stream, std::size_t size_max);

/// Writes the header with a length to be patched by finish_message.
void write_header(MessageType type, ByteWriter& out);
/// Patches the length of the message that starts at `into[0]`.
void finish_message(MutableBytes message);

/// The 19 bytes of a KEEPALIVE.
Bytes keepalive_message();

}  // namespace openbell::bgp
