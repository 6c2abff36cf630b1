#pragma once
// A peer that keeps what it is told, as a table and as the lines that `show adj-rib out` has for
// it.

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bgp/message/header.h"
#include "bgp/message/open.h"
#include "bgp/message/update.h"
#include "engine/ports.h"
#include "session/negotiate.h"

namespace openbell::fuzz {

class Peer {
 public:
  struct Held {
    std::vector<std::uint8_t> tail, next_hop, attributes;
    bool operator==(const Held&) const = default;
  };
  using Table = std::map<std::pair<bgp::Family, std::vector<std::uint8_t>>, Held>;

  Peer(std::string peer_address, session::LocalOpen peer_open)
      : address(std::move(peer_address)), open(std::move(peer_open)) {}

  void come(engine::ConnectionId with) {
    leave();
    connection = with;
  }
  void leave() {
    connection = engine::no_connection;
    negotiated_.reset();
    table = {};
  }
  [[nodiscard]] bool up() const {
    return connection != engine::no_connection && negotiated_.has_value();
  }
  [[nodiscard]] const std::vector<bgp::Family>& families() const { return negotiated_->families; }
  /// Whole messages of the speaker.
  void read(bgp::Bytes stream);
  /// As `show adj-rib out` prints them, sorted.
  [[nodiscard]] std::vector<std::string> lines() const;

  const std::string address;
  const session::LocalOpen open;
  engine::ConnectionId connection = engine::no_connection;
  Table table;
  std::size_t updates = 0;  // read, End-of-RIB included

 private:
  void read_open(bgp::Bytes body);
  void read_update(bgp::Bytes body);

  std::optional<session::Negotiated> negotiated_;
  bgp::UpdateDecoder decoder_;
};

}  // namespace openbell::fuzz
