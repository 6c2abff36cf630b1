#include "tests/fuzz/claims_peer.h"

#include <algorithm>

#include "base/check.h"

namespace openbell::fuzz {

namespace {

std::vector<std::uint8_t> copy(bgp::Bytes bytes) {
  return {bytes.begin(), bytes.end()};
}

}  // namespace

void Peer::read(bgp::Bytes stream) {
  while (!stream.empty()) {
    const bgp::FrameResult frame = bgp::read_frame(stream, bgp::extended_message_size_max);
    OPENBELL_CHECK(frame.kind == bgp::FrameResult::Kind::message);
    stream = stream.subspan(frame.message.size());
    if (frame.type == bgp::MessageType::open) read_open(frame.body);
    if (frame.type == bgp::MessageType::update) read_update(frame.body);
  }
}

void Peer::read_open(bgp::Bytes body) {
  bgp::OpenView theirs;
  bgp::OpenError error;
  OPENBELL_CHECK(bgp::decode_open(body, theirs, error));
  auto agreed = session::negotiate(open, theirs);
  OPENBELL_CHECK(agreed.has_value());
  negotiated_ = std::move(*agreed);
}

void Peer::read_update(bgp::Bytes body) {
  OPENBELL_CHECK(negotiated_.has_value());
  ++updates;
  const bgp::WireContext& context = negotiated_->context;
  const bgp::UpdateView& update = decoder_.decode(body, context);
  OPENBELL_CHECK(update.treatment < bgp::Treatment::disable_family);
  bgp::NlriView nlri;
  for (std::size_t i = 0; i < update.withdrawn_count; ++i)
    for (bgp::NlriReader reader(update.withdrawn[i], context); reader.next(nlri);)
      table.erase({nlri.family, copy(nlri.key)});
  for (std::size_t i = 0; i < update.announced_count; ++i) {
    const bgp::NlriField& field = update.announced[i];
    for (bgp::NlriReader reader(field, context); reader.next(nlri);)
      table[{nlri.family, copy(nlri.key)}] = {copy(nlri.tail), copy(field.next_hop),
                                              copy(update.attributes)};
  }
}

std::vector<std::string> Peer::lines() const {
  std::vector<std::string> all;
  for (const auto& [key, held] : table) {
    bgp::NlriView nlri;
    nlri.family = key.first;
    nlri.key = key.second;
    nlri.tail = held.tail;
    bgp::NlriField field;
    field.family = key.first;
    field.next_hop = held.next_hop;
    std::string& line = all.emplace_back(address);
    base::TextWriter out(line);
    out.put(' ');
    bgp::print_family(nlri.family, out);
    out.put(' ');
    bgp::ops(nlri.family).print(nlri, bgp::next_hop_address(field), out);
  }
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace openbell::fuzz
