#include "event/words.h"

#include <algorithm>

namespace openbell::event {

using base::TextWriter;
using bgp::Bytes;
using bgp::Dialect;

bool is_message(Kind kind) {
  switch (kind) {
    case Kind::open:
    case Kind::update:
    case Kind::notification:
    case Kind::keepalive:
    case Kind::refresh:
    case Kind::operational:
      return true;
    case Kind::connected:
    case Kind::up:
    case Kind::down:
    case Kind::fsm:
    case Kind::signal:
    case Kind::negotiated:
    case Kind::shutdown:
    case Kind::lost:
    case Kind::notice:
      return false;
  }
  return false;
}

bool is_packets(const Event& event, const Style& style) {
  return event.kind == Kind::operational ||
         (style.detail == Detail::packets && is_message(event.kind));
}

bool is_consolidated(const Event& event, const Style& style) {
  return style.detail == Detail::consolidate && is_message(event.kind) &&
         !is_packets(event, style) && !event.message.empty();
}

Bytes header_of(const Event& event) {
  return event.message.first(std::min(event.message.size(), bgp::header_size));
}

Bytes body_of(const Event& event) {
  return event.message.subspan(std::min(event.message.size(), bgp::header_size));
}

std::string_view direction_word(const Event& event, const Style& style) {
  if (style.decoded) return "in";
  return event.direction == bgp::Direction::send ? "send" : "receive";
}

void print_afi(const bgp::RefreshView& refresh, TextWriter& out) {
  bgp::Family family{};
  if (bgp::find_family(refresh.afi, refresh.safi, family)) {
    out.put(bgp::ops(family).afi_name);
  } else {
    out.number(refresh.afi);
  }
}

void print_safi(const bgp::RefreshView& refresh, TextWriter& out) {
  bgp::Family family{};
  if (bgp::find_family(refresh.afi, refresh.safi, family)) {
    out.put(bgp::ops(family).safi_name);
  } else {
    out.number(refresh.safi);
  }
}

std::string_view refresh_word(std::uint8_t subtype) {
  constexpr std::string_view words[] = {"query", "begin", "end"};
  return subtype < std::size(words) ? words[subtype] : "invalid";
}

std::string down_reason(const Event& event, Dialect dialect) {
  std::string reason(event.reason);
  if (dialect != Dialect::v4_2 || reason.starts_with("stop")) return reason;
  std::string detail = reason;
  if (event.code.code != 0) {
    detail = bgp::code_name(event.code);
    detail.append(" / ").append(bgp::subcode_name(event.code));
    const std::string data = bgp::describe_notification_data(event.code, event.data);
    if (!data.empty()) detail.append(" / ").append(data);
  }
  return "peer reset, message [" + reason + "] error[" + detail + "]";
}

std::string without_brackets(std::string text) {
  for (char& c : text) {
    if (c == '[' || c == '{') c = '(';
    if (c == ']' || c == '}') c = ')';
  }
  return text;
}

NotificationData::NotificationData(const Event& event)
    : rendered_(bgp::describe_notification_data(event.code, event.data)),
      raw_(event.data),
      communication_(!event.data.empty() &&
                     (event.code == bgp::notification::administrative_shutdown ||
                      event.code == bgp::notification::administrative_reset)) {}

Bytes NotificationData::bytes() const {
  return communication_ ? base::bytes_of(rendered_) : raw_;
}

void print_hex(Bytes bytes, TextWriter& out) {
  out.put("0x").hex(bytes);
}

}  // namespace openbell::event
