// Events as ExaBGP's lines of text. An empty line ends every event. FSM changes, signals and what
// was negotiated have no text form. Free text cannot break out of its line: characters that do not
// print are shown as question marks (5.0's rule, for every version).

#include "base/check.h"
#include "bgp/capability/capability.h"
#include "event/event.h"
#include "event/fields.h"
#include "event/words.h"

namespace openbell::event {

namespace {

using base::TextWriter;
using bgp::Dialect;

void print_free_text(std::string_view text, TextWriter& out) {
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    out.put(byte < 0x20 || byte == 0x7F ? '?' : c);
  }
}

void begin_line(const Event& event, TextWriter& out) {
  out.put("neighbor ");
  event.peer->peer_address.print(out);
  out.put(' ');
}

void print_bytes(const Event& event, TextWriter& out) {
  out.put(" header ");
  print_hex(header_of(event), out);
  if (body_of(event).empty()) return;
  out.put(" body ");
  print_hex(body_of(event), out);
}

void print_packets(const Event& event, TextWriter& out) {
  const bool typed = event.message.size() >= bgp::header_size;
  out.number(typed ? event.message[bgp::header_size - 1] : 0u);
  print_bytes(event, out);
}

void print_open(const bgp::OpenView& open, TextWriter& out) {
  out.put("open version ").number(open.version).put(" asn ").number(open.as_field);
  out.put(" hold_time ").number(open.hold_time_s).put(" router_id ");
  bgp::IpAddress::v4(open.router_id).print(out);
  out.put(" capabilities ");
  bgp::print_capabilities(open.capabilities, out);
}

void print_notification(const Event& event, TextWriter& out) {
  out.put("notification code ").number(event.code.code);
  out.put(" subcode ").number(event.code.subcode).put(" data ");
  print_hex(NotificationData(event).bytes(), out);
}

void print_refresh(const bgp::RefreshView& refresh, TextWriter& out) {
  out.put("route-refresh afi ");
  print_afi(refresh, out);
  out.put(" safi ");
  print_safi(refresh, out);
  out.put(' ').put(refresh_word(refresh.subtype));
}

/// The lines of one UPDATE: each begins with `begin`, "neighbor 127.0.0.1 receive update ".
class UpdateLines {
 public:
  UpdateLines(const bgp::UpdateView& update, const bgp::WireContext& context, Dialect dialect,
              std::string_view begin, TextWriter& out)
      : update_(update), context_(context), dialect_(dialect), begin_(begin), out_(out) {}

  void print() {
    if (update_.end_of_rib) return print_end_of_rib();
    // ExaBGP 6.0 shows what is announced first.
    if (dialect_ == Dialect::v6_0) print_announced();
    for (const bgp::NlriField& field : withdrawn_fields(update_)) print_withdrawn(field);
    if (dialect_ != Dialect::v6_0) print_announced();
  }

 private:
  void print_end_of_rib() {
    const bgp::FamilyOps& family = bgp::ops(update_.end_of_rib_family);
    out_.put(begin_).put("route eor ").number(family.afi).put('/').number(family.safi).put(" (");
    bgp::print_family(update_.end_of_rib_family, out_);
    out_.put(")\n");
  }

  void print_withdrawn(const bgp::NlriField& field) {
    bgp::NlriReader reader(field, context_);
    for (bgp::NlriView nlri; reader.next(nlri);) {
      out_.put(begin_).put("withdrawn ");
      bgp::ops(field.family).print(nlri, {}, out_);
      out_.put('\n');
    }
  }

  void print_announced() {
    std::string attributes;
    TextWriter to(attributes);
    for_each_shown(update_.attributes, [&](std::uint8_t, bgp::Bytes attribute) {
      to.put(' ');
      bgp::print_attributes(attribute, dialect_, to);
    });
    for (const bgp::NlriField& field : announced_fields(update_)) {
      const bgp::IpAddress next_hop = bgp::next_hop_address(field);
      bgp::NlriReader reader(field, context_);
      for (bgp::NlriView nlri; reader.next(nlri);) {
        out_.put(begin_).put("announced ");
        bgp::ops(field.family).print(nlri, next_hop, out_);
        out_.put(attributes).put('\n');
      }
    }
  }

  const bgp::UpdateView& update_;
  const bgp::WireContext& context_;
  Dialect dialect_;
  std::string_view begin_;
  TextWriter& out_;
};

void print_update(const Event& event, const Style& style, TextWriter& out) {
  OPENBELL_CHECK(event.update != nullptr && event.negotiated->context != nullptr);
  std::string begin;
  TextWriter to(begin);
  begin_line(event, to);
  to.put(direction_word(event, style)).put(" update ");
  out.put(begin).put("start\n");
  UpdateLines(*event.update, *event.negotiated->context, style.dialect, begin, out).print();
  if (is_consolidated(event, style)) {
    print_bytes(event, out);
    out.put('\n');
  }
  out.put(begin).put("end");
}

void print_message(const Event& event, const Style& style, TextWriter& out) {
  if (event.kind == Kind::update && !is_packets(event, style))
    return print_update(event, style, out);
  begin_line(event, out);
  out.put(direction_word(event, style)).put(' ');
  if (is_packets(event, style)) return print_packets(event, out);
  if (event.kind == Kind::open) print_open(*event.open, out);
  if (event.kind == Kind::keepalive) out.put("keepalive");
  if (event.kind == Kind::notification) print_notification(event, out);
  if (event.kind == Kind::refresh) print_refresh(event.refresh, out);
  if (is_consolidated(event, style)) print_bytes(event, out);
}

void print_state(const Event& event, std::string_view state, Dialect dialect, TextWriter& out) {
  begin_line(event, out);
  out.put(state);
  if (event.kind != Kind::down) return;
  out.put(" - ");
  print_free_text(down_reason(event, dialect), out);
}

void print_notice(const Event& event, TextWriter& out) {
  out.put(event.subject);
  for (const Field& field : event.fields) {
    out.put(' ').put(field.key).put(' ');
    if (field.numeric) {
      out.signed_number(field.number);
    } else {
      print_free_text(field.text.empty() ? "-" : field.text, out);
    }
  }
}

}  // namespace

void encode_text(const Event& event, const Envelope& envelope, const Style& style,
                 std::string& out) {
  TextWriter to(out);
  switch (event.kind) {
    case Kind::connected:
      print_state(event, "connected", style.dialect, to);
      break;
    case Kind::up:
      print_state(event, "up", style.dialect, to);
      break;
    case Kind::down:
      print_state(event, "down", style.dialect, to);
      break;
    case Kind::open:
    case Kind::update:
    case Kind::notification:
    case Kind::keepalive:
    case Kind::refresh:
    case Kind::operational:
      print_message(event, style, to);
      break;
    case Kind::shutdown:
      to.put("shutdown ").number(static_cast<unsigned>(envelope.pid));
      to.put(' ').number(static_cast<unsigned>(envelope.ppid));
      break;
    case Kind::lost:
      to.put("lost ").number(event.lost_count);
      break;
    case Kind::notice:
      print_notice(event, to);
      break;
    case Kind::fsm:
    case Kind::signal:
    case Kind::negotiated:
      return;
  }
  to.put("\n\n");
}

}  // namespace openbell::event
