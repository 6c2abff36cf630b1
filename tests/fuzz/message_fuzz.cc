// Any bytes as a stream of messages: framing, OPEN with capabilities, UPDATE, NOTIFICATION,
// ROUTE-REFRESH. The first byte chooses what the session agreed on.

#include <string>

#include "bgp/capability/capability.h"
#include "bgp/message/header.h"
#include "bgp/message/notification.h"
#include "bgp/message/open.h"
#include "bgp/message/update.h"
#include "tests/fuzz/fuzz.h"

namespace openbell::fuzz {
namespace {

void read_open(bgp::Bytes body) {
  bgp::OpenView open;
  bgp::OpenError error;
  if (!bgp::decode_open(body, open, error)) return;
  std::string text;
  bgp::TextWriter out(text);
  for (const bgp::Dialect dialect : dialects)
    bgp::json_capabilities(open.capabilities, bgp::Direction::receive, dialect, out);
  bgp::print_capabilities(open.capabilities, out);
  bgp::Capabilities set;
  std::uint8_t bad = 0;
  if (!bgp::decode_capabilities(open.capabilities, set, bad)) return;
  const bgp::CapabilityList again = bgp::encode_capabilities(set);
  bgp::Capabilities same;
  OPENBELL_CHECK(bgp::decode_capabilities(again.views(), same, bad));
}

void show(const bgp::NlriField& field, const bgp::WireContext& context, std::string& text) {
  bgp::TextWriter out(text);
  const bgp::IpAddress next_hop = bgp::next_hop_address(field);
  bgp::NlriView nlri;
  std::size_t count = 0;
  for (bgp::NlriReader reader(field, context); reader.next(nlri); ++count) {
    OPENBELL_CHECK(context.families.contains(nlri.family));
    if (count > 64) continue;
    bgp::ops(nlri.family).print(nlri, next_hop, out);
    bgp::ops(nlri.family).json(nlri, next_hop, bgp::Dialect::v5_0, out);
  }
}

void read_update(bgp::UpdateDecoder& decoder, bgp::Bytes body, const bgp::WireContext& context) {
  const bgp::UpdateView& update = decoder.decode(body, context);
  if (update.treatment == bgp::Treatment::reset_session) {
    OPENBELL_CHECK(update.notification.code != 0);
    return;
  }
  std::string text;
  for (std::size_t i = 0; i < update.announced_count; ++i) show(update.announced[i], context, text);
  for (std::size_t i = 0; i < update.withdrawn_count; ++i) show(update.withdrawn[i], context, text);
  bgp::TextWriter out(text);
  for (const bgp::Dialect dialect : dialects) {
    bgp::print_attributes(update.attributes, dialect, out);
    bgp::json_attributes(update.attributes, dialect, out);
  }
}

}  // namespace
}  // namespace openbell::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openbell;
  if (size == 0) return 0;
  const bgp::WireContext context = fuzz::context_of(data[0]);
  bgp::Bytes stream(data + 1, size - 1);
  bgp::UpdateDecoder decoder;
  for (;;) {
    const bgp::FrameResult frame = bgp::read_frame(stream, context.message_size_max());
    if (frame.kind != bgp::FrameResult::Kind::message) return 0;
    bgp::RefreshView refresh;
    switch (frame.type) {
      case bgp::MessageType::open:
        fuzz::read_open(frame.body);
        break;
      case bgp::MessageType::update:
        fuzz::read_update(decoder, frame.body, context);
        break;
      case bgp::MessageType::notification:
        bgp::describe_notification_data({frame.body[0], frame.body[1]}, frame.body.subspan(2));
        break;
      case bgp::MessageType::route_refresh:
        bgp::decode_refresh(frame.body, refresh);
        break;
      case bgp::MessageType::operational:  // handed on as it is
      case bgp::MessageType::keepalive:
        break;
    }
    stream = stream.subspan(frame.message.size());
  }
}
