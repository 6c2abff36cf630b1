// Events as ExaBGP's JSON: one line each. Order of members and blanks are ExaBGP's own, since some
// consumers match text instead of parsing it. What ExaBGP prints that is no JSON is put right: the
// quotes of 4.2's route-refresh, 6.0's End-of-RIB, texts with quotes or braces in them.

#include <charconv>

#include "base/check.h"
#include "bgp/capability/capability.h"
#include "event/event.h"
#include "event/negotiated_json.h"
#include "event/update_json.h"
#include "event/words.h"

namespace openbell::event {

namespace {

using base::TextWriter;
using bgp::Bytes;
using bgp::Dialect;

/// The version of the JSON interface, not of the program.
std::string_view interface_version(Dialect dialect) {
  switch (dialect) {
    case Dialect::v4_2:
      return "4.0.1";
    case Dialect::v5_0:
      return "5.0.0";
    case Dialect::v6_0:
      return "6.0.0";
  }
  return "5.0.0";
}

/// The type byte of the header, 0 without a message.
std::uint8_t category_of(const Event& event) {
  return event.message.size() < bgp::header_size ? std::uint8_t{0}
                                                 : event.message[bgp::header_size - 1];
}

/// Packets carry the long name of the message's type.
std::string_view packets_type(const Event& event) {
  constexpr std::string_view names[] = {"unknown",   "open",          "update",     "notification",
                                        "keepalive", "route-refresh", "operational"};
  const std::uint8_t category = category_of(event);
  return category < std::size(names) ? names[category] : names[0];
}

std::string_view type_of(const Event& event, const Style& style) {
  if (is_packets(event, style)) return packets_type(event);
  switch (event.kind) {
    case Kind::connected:
    case Kind::up:
    case Kind::down:
      return "state";
    case Kind::fsm:
      return "fsm";
    case Kind::signal:
      return "signal";
    case Kind::negotiated:
      return "negotiated";
    case Kind::open:
      return "open";
    case Kind::update:
      return "update";
    case Kind::notification:
    case Kind::shutdown:
      return "notification";
    case Kind::keepalive:
      return "keepalive";
    case Kind::refresh:
      return "refresh";
    case Kind::operational:
      return "operational";
    case Kind::lost:
      return "lost";
    case Kind::notice:
      return event.subject;
  }
  return "unknown";
}

void print_bytes(std::string_view key, Bytes bytes, TextWriter& out) {
  out.put('"').put(key).put("\": \"");
  print_hex(bytes, out);
  out.put('"');
}

void print_envelope(const Event& event, const Envelope& envelope, const Style& style,
                    TextWriter& out) {
  out.put("{ \"exabgp\": \"").put(interface_version(style.dialect)).put("\", \"time\": ");
  print_time(envelope.utc_ns, out);
  out.put(", \"host\" : ").json_string(envelope.host);
  out.put(", \"pid\" : ").number(static_cast<unsigned>(envelope.pid));
  out.put(", \"ppid\" : ").number(static_cast<unsigned>(envelope.ppid));
  if (event.peer != nullptr) out.put(", \"counter\": ").number(envelope.counter);
  out.put(", \"type\": \"").put(type_of(event, style)).put("\", ");
}

/// An address that is not known yet is the unspecified one of the peer's kind.
void print_local_address(const PeerView& peer, TextWriter& out) {
  if (peer.local_address) {
    peer.local_address.print(out);
  } else {
    out.put(peer.peer_address.is_v6() ? "::" : "0.0.0.0");
  }
}

void print_router_id(std::uint32_t router_id, TextWriter& out) {
  bgp::IpAddress::v4(router_id).print(out);
}

void print_peer(const PeerView& peer, Dialect dialect, TextWriter& out) {
  out.put("\"address\": { \"local\": \"");
  print_local_address(peer, out);
  out.put("\", \"peer\": \"");
  peer.peer_address.print(out);
  out.put("\" }, \"asn\": { \"local\": ").number(peer.local_as);
  out.put(", \"peer\": ").number(peer.peer_as).put(" }");
  if (dialect != Dialect::v4_2) {
    out.put(", \"router-id\": \"");
    print_router_id(peer.router_id, out);
    out.put('"');
  }
  out.put(" , ");
}

void print_packets(const Event& event, const Style& style, TextWriter& out) {
  out.put("\"message\": { \"category\": ").number(category_of(event)).put(", ");
  print_bytes("header", header_of(event), out);
  out.put(", ");
  print_bytes("body", body_of(event), out);
  out.put(" } ");
  if (!style.with_negotiated) return;
  out.put(", ");
  print_negotiated(*event.negotiated, style.dialect, out);
}

void print_open(const bgp::OpenView& open, const Event& event, Dialect dialect, TextWriter& out) {
  out.put("\"open\": { \"version\": ").number(open.version);
  out.put(", \"asn\": ").number(open.as_field);
  out.put(", \"hold_time\": ").number(open.hold_time_s);
  out.put(", \"router_id\": \"");
  print_router_id(open.router_id, out);
  out.put("\", \"capabilities\": ");
  bgp::json_capabilities(open.capabilities, event.direction, dialect, out);
  out.put(" }");
}

void print_update_event(const Event& event, const Style& style, TextWriter& out) {
  OPENBELL_CHECK(event.update != nullptr && event.negotiated->context != nullptr);
  print_update(*event.update, *event.negotiated->context, style, out);
  // ExaBGP 6.0 adds it to every update, asked or not.
  if (!style.with_negotiated && style.dialect != Dialect::v6_0) return;
  out.put(", ");
  print_negotiated(*event.negotiated, style.dialect, out);
}

void print_notification(const Event& event, Dialect dialect, TextWriter& out) {
  const NotificationData data(event);
  out.put("\"notification\": { \"code\": ").number(event.code.code);
  out.put(", \"subcode\": ").number(event.code.subcode).put(", ");
  print_bytes("data", data.bytes(), out);
  if (dialect != Dialect::v4_2) out.put(", \"message\": ").json_string(data.rendered());
  out.put(" } ");
}

void print_refresh(const bgp::RefreshView& refresh, TextWriter& out) {
  out.put("\"route-refresh\": { \"afi\": \"");
  print_afi(refresh, out);
  out.put("\", \"safi\": \"");
  print_safi(refresh, out);
  out.put("\", \"subtype\": \"").put(refresh_word(refresh.subtype)).put("\" }");
}

void print_signal(const Event& event, Dialect dialect, TextWriter& out) {
  const std::string_view unknown = dialect == Dialect::v4_2 ? "UNKNOWN" : "unknown";
  out.put("\"code\": \"").number(static_cast<unsigned>(event.signal_number)).put("\", \"name\": ");
  out.json_string(event.signal_name.empty() ? unknown : event.signal_name);
}

void print_message(const Event& event, const Style& style, TextWriter& out) {
  out.put("\"direction\": \"").put(direction_word(event, style)).put('"');
  if (event.kind == Kind::keepalive && style.detail != Detail::packets) {
    out.put(' ');
    return;
  }
  out.put(", ");
  if (is_packets(event, style)) return print_packets(event, style, out);
  switch (event.kind) {
    case Kind::open:
      return print_open(*event.open, event, style.dialect, out);
    case Kind::update:
      return print_update_event(event, style, out);
    case Kind::notification:
      return print_notification(event, style.dialect, out);
    case Kind::refresh:
      return print_refresh(event.refresh, out);
    case Kind::keepalive:
    case Kind::operational:
    case Kind::connected:
    case Kind::up:
    case Kind::down:
    case Kind::fsm:
    case Kind::signal:
    case Kind::negotiated:
    case Kind::shutdown:
    case Kind::lost:
    case Kind::notice:
      OPENBELL_CHECK(false);
  }
}

std::string reason_json(const Event& event, Dialect dialect) {
  const std::string reason = down_reason(event, dialect);
  return dialect == Dialect::v4_2 ? without_brackets(reason) : reason;
}

/// What stands in the neighbor object after the neighbor.
void print_content(const Event& event, const Style& style, TextWriter& out) {
  switch (event.kind) {
    case Kind::connected:
      out.put("\"state\": \"connected\"");
      return;
    case Kind::up:
      out.put("\"state\": \"up\"");
      return;
    case Kind::down:
      out.put("\"state\": \"down\", \"reason\": ").json_string(reason_json(event, style.dialect));
      return;
    case Kind::fsm:
      out.put("\"state\": ").json_string(event.state);
      return;
    case Kind::signal:
      return print_signal(event, style.dialect, out);
    case Kind::negotiated:
      return print_negotiated(*event.negotiated, style.dialect, out);
    case Kind::open:
    case Kind::update:
    case Kind::notification:
    case Kind::keepalive:
    case Kind::refresh:
    case Kind::operational:
      return print_message(event, style, out);
    case Kind::shutdown:
    case Kind::lost:
    case Kind::notice:
      OPENBELL_CHECK(false);
  }
}

void print_notice(const Event& event, TextWriter& out) {
  out.put('"').put(event.subject).put("\": ");
  print_fields(event.fields, out);
  out.put(" }\n");
}

void print_consolidated_bytes(const Event& event, TextWriter& out) {
  print_bytes("header", header_of(event), out);
  out.put(", ");
  if (body_of(event).empty()) return;
  print_bytes("body", body_of(event), out);
  out.put(", ");
}

}  // namespace

void print_fields(std::span<const Field> fields, TextWriter& out) {
  std::string_view separator = "{ ";
  for (const Field& field : fields) {
    out.put(separator).json_string(field.key).put(": ");
    if (field.numeric) {
      out.signed_number(field.number);
    } else {
      out.json_string(field.text);
    }
    separator = ", ";
  }
  out.put(fields.empty() ? "{ }" : " }");
}

void print_time(std::int64_t utc_ns, TextWriter& out) {
  char digits[40];
  const double seconds = static_cast<double>(utc_ns) / 1e9;
  const auto end =
      std::to_chars(digits, digits + sizeof digits, seconds, std::chars_format::fixed).ptr;
  const std::string_view text(digits, static_cast<std::size_t>(end - digits));
  out.put(text);
  // Python never prints a float as an integer.
  if (text.find('.') == std::string_view::npos) out.put(".0");
}

void encode_json(const Event& event, const Envelope& envelope, const Style& style,
                 std::string& out) {
  TextWriter to(out);
  print_envelope(event, envelope, style, to);
  if (event.kind == Kind::shutdown) {
    to.put("\"notification\": \"shutdown\" }\n");
    return;
  }
  if (event.kind == Kind::lost) {
    to.put("\"lost\": ").number(event.lost_count).put(" }\n");
    return;
  }
  if (event.kind == Kind::notice) return print_notice(event, to);
  OPENBELL_CHECK(event.peer != nullptr && event.negotiated != nullptr);
  if (is_consolidated(event, style)) print_consolidated_bytes(event, to);
  to.put("\"neighbor\": { ");
  print_peer(*event.peer, style.dialect, to);
  print_content(event, style, to);
  to.put(" } }\n");
}

}  // namespace openbell::event
