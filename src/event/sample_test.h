#pragma once
// Events for the tests of the encoders: a daemon AS 65000 1.1.1.1 and its peer AS 65001 9.9.9.9,
// both on 127.0.0.1.

#include <gtest/gtest.h>
#include <string>
#include <string_view>
#include <vector>

#include "base/hex.h"
#include "event/event.h"

namespace openbell::event {

class Sample {
 public:
  Sample() {
    peer_ = {base::IpAddress::v4(0x7F000001), base::IpAddress::v4(0x7F000001), 65000, 65001,
             0x01010101};
    context_.local_as = 65000;
    context_.peer_as = 65001;
    context_.four_octet_as = true;
    context_.families.insert(bgp::Family::ipv4_unicast);
    negotiated_ = {&context_, 180, NegotiatedView::Refresh::normal, false, false};
  }

  Event event(Kind kind) {
    Event event;
    event.kind = kind;
    if (kind == Kind::shutdown || kind == Kind::lost) return event;
    event.peer = &peer_;
    event.negotiated = &negotiated_;
    return event;
  }
  Event fsm(std::string_view state) {
    Event made = event(Kind::fsm);
    made.state = state;
    return made;
  }
  Event down(std::string_view reason) {
    Event made = event(Kind::down);
    made.reason = reason;
    return made;
  }
  Event signal(int number, std::string_view name) {
    Event made = event(Kind::signal);
    made.signal_number = number;
    made.signal_name = name;
    return made;
  }
  /// A message from the hexadecimal digits of its body; parsed when its kind has a parsed form.
  /// What the event points to lives until the next call.
  Event message(Kind kind, bgp::Direction direction, std::uint8_t type, std::string_view body) {
    bytes_.assign(16, 0xFF);
    bytes_.resize(bgp::header_size);
    EXPECT_TRUE(base::from_hex(body, bytes_));
    base::store16(&bytes_[16], static_cast<std::uint16_t>(bytes_.size()));
    bytes_[18] = type;
    Event made = event(kind);
    made.direction = direction;
    made.message = bytes_;
    parse(made);
    return made;
  }
  Event open(bgp::Direction direction, std::string_view body) {
    return message(Kind::open, direction, 1, body);
  }
  Event update(bgp::Direction direction, std::string_view body) {
    return message(Kind::update, direction, 2, body);
  }

  PeerView& peer() { return peer_; }
  bgp::WireContext& context() { return context_; }
  NegotiatedView& negotiated() { return negotiated_; }

 private:
  void parse(Event& event) {
    const bgp::Bytes body = event.message.subspan(bgp::header_size);
    if (event.kind == Kind::open) {
      bgp::OpenError error;
      EXPECT_TRUE(bgp::decode_open(body, open_, error));
      event.open = &open_;
    } else if (event.kind == Kind::update) {
      event.update = &decoder_.decode(body, context_);
    } else if (event.kind == Kind::notification) {
      event.code = {body[0], body[1]};
      event.data = body.subspan(2);
    } else if (event.kind == Kind::refresh) {
      EXPECT_TRUE(bgp::decode_refresh(body, event.refresh));
    }
  }

  PeerView peer_;
  bgp::WireContext context_;
  NegotiatedView negotiated_;
  bgp::OpenView open_;
  bgp::UpdateDecoder decoder_;
  std::vector<std::uint8_t> bytes_;
};

/// Messages of the captures in tests/golden/event.
namespace sample {
inline constexpr std::string_view open_sent =
    "04FDE800B4010101011C0206010400010001020641040000FDE8020202000202460002020600";
inline constexpr std::string_view open_received =
    "04FDE900B409090909140206010400010001020641040000FDE902020200";
inline constexpr std::string_view update_received =
    "000418CB007100264001010040020602010000FDE94003040909090980040400000032C00808FDE90001FDE90002"
    "18C0000219C6336480";
inline constexpr std::string_view update_withdraws = "000418C000020000";
inline constexpr std::string_view update_sent =
    "0000001B4001010040020602010000FDE8400304010203048004040000000118"
    "0A0000";
inline constexpr std::string_view end_of_rib = "00000000";
inline constexpr std::string_view refresh = "00010001";
inline constexpr std::string_view shutdown_communication = "06040568656C6C6F";
}  // namespace sample

}  // namespace openbell::event
