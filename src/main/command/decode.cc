#include "main/command/decode.h"

#include <array>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <iterator>
#include <optional>
#include <unistd.h>

#include "base/hex.h"
#include "bgp/message/header.h"
#include "bgp/message/open.h"
#include "bgp/message/update.h"
#include "event/event.h"
#include "grammar/route/route.h"
#include "io/files.h"
#include "io/loop/clock.h"

namespace openbell {

namespace {

/// "ipv4 unicast", "ipv4/unicast".
bool read_family(std::string text, bgp::Family& family) {
  for (char& c : text)
    if (c == '/') c = ' ';
  base::TextReader in(text);
  const std::string afi(in.word());
  const std::string safi(in.word());
  return in.at_end() && bgp::find_family(afi, safi, family);
}

/// A session that has agreed on everything (ExaBGP's decode: every family, AS 65533 on both sides).
struct Session {
  bgp::WireContext context;
  event::PeerView peer;
  event::NegotiatedView negotiated;
  std::optional<bgp::Family> family;  // of -f

  std::string prepare(const Arguments& arguments) {
    context.local_as = arguments.local_as;
    context.peer_as = arguments.peer_as;
    context.four_octet_as = true;
    context.extended_message = true;
    context.aigp = true;
    for (std::size_t i = 0; i < bgp::family_count; ++i)
      context.families.insert(static_cast<bgp::Family>(i));
    if (arguments.add_path) context.add_path_send = context.add_path_receive = context.families;
    context.extended_next_hop = context.families;
    context.local_address = base::IpAddress::v4(0x7F000001);
    context.router_id = 0x7F000001;
    peer = {context.local_address, context.local_address, context.local_as, context.peer_as,
            context.router_id};
    negotiated.context = &context;
    if (arguments.family.empty()) return {};
    bgp::Family named{};
    if (!read_family(arguments.family, named)) return "unknown family: " + arguments.family;
    family = named;
    return {};
  }
};

/// The payload as a body and its type; a header is recognised by its marker.
struct Payload {
  bgp::MessageType type = bgp::MessageType::update;
  bgp::Bytes message;
  bgp::Bytes body;
};

bool has_marker(bgp::Bytes bytes) {
  if (bytes.size() < bgp::header_size) return false;
  for (std::size_t i = 0; i < 16; ++i)
    if (bytes[i] != 0xFF) return false;
  return true;
}

bool read_payload(bgp::Bytes bytes, PayloadKind kind, Payload& payload) {
  payload.message = payload.body = bytes;
  if (kind == PayloadKind::open) payload.type = bgp::MessageType::open;
  if (!has_marker(bytes)) return true;
  const bgp::FrameResult frame = bgp::read_frame(bytes, bgp::extended_message_size_max);
  if (frame.kind != bgp::FrameResult::Kind::message || frame.message.size() != bytes.size())
    return false;
  payload = {frame.type, frame.message, frame.body};
  return kind == PayloadKind::guess || kind == PayloadKind::nlri ||
         (kind == PayloadKind::open) == (frame.type == bgp::MessageType::open);
}

void print_event(const event::Event& event) {
  const base::Now now = io::now();
  const std::string host = io::host_name();
  const event::Envelope envelope{now.utc_ns, host, ::getpid(), ::getppid(), 1};
  const event::Style style{.decoded = true};
  std::string line;
  event::encode_json(event, envelope, style, line);
  std::fwrite(line.data(), 1, line.size(), stdout);
}

bool decode_message(const Payload& payload, const Session& session) {
  event::Event event;
  event.peer = &session.peer;
  event.negotiated = &session.negotiated;
  event.message = payload.message;
  bgp::OpenView open;
  bgp::OpenError open_error;
  bgp::UpdateDecoder decoder;
  switch (payload.type) {
    case bgp::MessageType::open:
      if (!bgp::decode_open(payload.body, open, open_error)) return false;
      event.kind = event::Kind::open;
      event.open = &open;
      break;
    case bgp::MessageType::update:
      event.kind = event::Kind::update;
      event.update = &decoder.decode(payload.body, session.context);
      if (event.update->treatment == bgp::Treatment::reset_session) return false;
      break;
    case bgp::MessageType::notification:
      if (payload.body.size() < 2) return false;
      event.kind = event::Kind::notification;
      event.code = {payload.body[0], payload.body[1]};
      event.data = payload.body.subspan(2);
      break;
    case bgp::MessageType::keepalive:
      event.kind = event::Kind::keepalive;
      break;
    case bgp::MessageType::route_refresh:
      if (!bgp::decode_refresh(payload.body, event.refresh)) return false;
      event.kind = event::Kind::refresh;
      break;
    case bgp::MessageType::operational:
      event.kind = event::Kind::operational;
      break;
  }
  print_event(event);
  return true;
}

/// NLRI of one family after the other, each as the bare JSON object.
bool decode_nlri(bgp::Bytes bytes, const Session& session) {
  bgp::NlriField field;
  field.family = session.family.value_or(bgp::classic_family);
  field.bytes = bytes;
  field.add_path = session.context.add_path_receive.contains(field.family);
  std::string out;
  base::TextWriter writer(out);
  base::ByteReader in(bytes);
  bgp::NlriScratch scratch;
  while (!in.empty()) {
    bgp::NlriView view;
    view.has_path_id = field.add_path;
    if (field.add_path) view.path_id = in.u32();
    if (!bgp::ops(field.family).decode(in, session.context, scratch, view) || !in.ok())
      return false;
    bgp::ops(field.family).json(view, {}, bgp::Dialect::v5_0, writer);
    writer.put('\n');
  }
  if (out.empty()) return false;
  std::fwrite(out.data(), 1, out.size(), stdout);
  return true;
}

class RouteCollector final : public grammar::RouteSink {
 public:
  explicit RouteCollector(const Session& session, const Arguments& arguments)
      : session_(session), arguments_(arguments) {}

  void route(const grammar::RouteView& route) override {
    std::array<std::uint8_t, bgp::extended_message_size_max> attributes;
    std::array<std::uint8_t, bgp::extended_message_size_max> message;
    bgp::ByteWriter writer(attributes);
    if (!bgp::write_outbound_attributes(route.path, route.nlri.family, session_.context, writer)) {
      failure_ = too_long;
      return;
    }
    if (arguments_.nlri_only) {
      bgp::ByteWriter out(message);
      bgp::ops(route.nlri.family).encode(route.nlri, bgp::Purpose::announce, out);
      return print(out.written());
    }
    bgp::UpdateWriter update(message, session_.context);
    if (!bgp::can_send(route.nlri.family, route.path.next_hop, session_.context)) {
      failure_ = bgp::next_hop_refusal(route.nlri.family, route.path.next_hop);
    } else if (!update.begin_announce(route.nlri.family, route.path.next_hop, writer.written()) ||
               !update.add(route.nlri)) {
      failure_ = too_long;
    }
    if (!failure_.empty()) return;
    const bgp::Bytes whole = update.finish();
    print(arguments_.no_header ? whole.subspan(bgp::header_size) : whole);
  }
  /// Why a route could not be encoded; empty when all could.
  [[nodiscard]] const std::string& failure() const { return failure_; }

 private:
  static constexpr std::string_view too_long = "the route does not fit into an UPDATE";

  static void print(bgp::Bytes bytes) { std::printf("%s\n", base::to_hex(bytes).c_str()); }

  const Session& session_;
  const Arguments& arguments_;
  std::string failure_;
};

}  // namespace

int run_decode(const Arguments& arguments) {
  Session session;
  if (const std::string error = session.prepare(arguments); !error.empty()) return fail(error);
  std::string text = arguments.line();
  if (text == "-") text.assign(std::istreambuf_iterator<char>(std::cin), {});
  std::vector<std::uint8_t> bytes;
  if (!base::from_hex(text, bytes) || bytes.empty())
    return fail("invalid payload: not hexadecimal digits");
  Payload payload;
  const bool done =
      arguments.payload == PayloadKind::nlri
          ? decode_nlri(bytes, session)
          : read_payload(bytes, arguments.payload, payload) && decode_message(payload, session);
  return done ? 0 : fail("invalid payload");
}

int run_encode(const Arguments& arguments) {
  Session session;
  if (const std::string error = session.prepare(arguments); !error.empty()) return fail(error);
  const std::string text = arguments.line();
  base::TextReader in(text);
  in.accept("announce");
  const bool flow = in.accept("flow");
  const bool attributes = in.accept("attributes") || in.accept("attribute");
  in.accept("route");
  const grammar::RouteForm form = flow             ? grammar::RouteForm::flow
                                  : attributes     ? grammar::RouteForm::attributes
                                  : session.family ? grammar::RouteForm::family
                                                   : grammar::RouteForm::route;
  grammar::RouteParser parser;
  RouteCollector collector(session, arguments);
  if (!parser.parse(in, form, session.family.value_or(bgp::classic_family), bgp::Purpose::announce,
                    collector))
    return fail("configuration error: Failed to parse route: wanted " + in.complaint().wanted +
                (in.complaint().found.empty() ? std::string(" at the end")
                                              : ", found '" + in.complaint().found + "'"));
  return collector.failure().empty() ? 0 : fail(collector.failure());
}

}  // namespace openbell
