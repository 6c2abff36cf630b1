#pragma once
// What the tests of what peers are told share: words of configurations, UPDATEs in hexadecimal, and
// what a peer holds after them. Next hops are 10.0.0.1, our own address.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/stage_test.h"

namespace openbell::engine {

using Messages = std::vector<std::string>;

inline const std::string feed =
    "process feed { run helper; encoder json; subscribe [ service plan guard lease bfd ]; }\n";

/// A neighbor, or a range of them, on the outside (AS 65001), commanded by `feed`.
inline std::string neighbor(std::string_view address, std::string_view more = {},
                            std::string_view families = "ipv4 unicast;",
                            std::string_view processes = "feed") {
  std::string text = "neighbor ";
  base::TextWriter out(text);
  out.put(address).put(" { local-address 10.0.0.1; router-id 10.0.0.1; local-as 65000; ");
  out.put("peer-as 65001; family { ").put(families).put(" } api { processes [ ").put(processes);
  return text.append(" ]; } ").append(more).append(" }\n");
}
/// Neighbors are born of it: 10.1.0.0/16.
inline std::string range(std::string_view more = {}, std::string_view families = "ipv4 unicast;") {
  return neighbor("10.1.0.0/16", "passive true; " + std::string(more), families);
}
inline std::string configured(std::string_view route) {
  return "static { route " + std::string(route) + "; } ";
}
/// Its check bears its name.
inline std::string service(std::string_view name, std::string_view route,
                           std::string_view more = {}) {
  std::string text = "service ";
  base::TextWriter out(text);
  out.put(name).put(" { route ").put(route).put("; check hold ").put(name);
  return text.append(" { address 127.0.0.1:7000; } ").append(more).append(" }\n");
}
inline std::string plan(std::string_view name, std::string_view steps) {
  return "plan " + std::string(name) + " { " + std::string(steps) + " }\n";
}

inline const std::string prefix = "100A01";        // 10.1.0.0/16
inline const std::string other_prefix = "100A02";  // 10.2.0.0/16
inline const std::string route = "10.1.0.0/16 next-hop 10.0.0.1";
inline const std::string other_route = "10.2.0.0/16 next-hop 10.0.0.1";

/// The path attributes with next hop 10.0.0.1 and maybe a MED of two digits.
inline std::string attributes(std::string_view med = {}) {
  std::string text = "4001010040020602010000FDE84003040A000001";
  if (!med.empty()) text.append("800404000000").append(med);
  return text;
}
inline std::string announced(std::string_view nlri, std::string_view med = {}) {
  return std::string("0000") + (med.empty() ? "0014" : "001B") + attributes(med).append(nlri);
}
inline std::string withdrawn(std::string_view nlri) {
  return "000" + std::to_string(nlri.size() / 2) + std::string(nlri) + "0000";
}

inline session::LocalOpen outside(std::initializer_list<bgp::Family> families = {
                                      bgp::Family::ipv4_unicast}) {
  return Stage::speaker(65001, "10.0.0.2", families);
}

/// What a peer holds of ipv4 unicast: attributes by NLRI, both in hexadecimal.
class PeerTable {
 public:
  void take(const Messages& messages) {
    for (const std::string& message : messages)
      if (message.find(':') == std::string::npos) take_update(message);
  }
  [[nodiscard]] std::size_t size() const { return routes_.size(); }
  /// Empty: it is not held.
  [[nodiscard]] std::string of(std::string_view nlri) const {
    const auto known = routes_.find(std::string(nlri));
    return known == routes_.end() ? std::string() : known->second;
  }
  [[nodiscard]] const std::map<std::string, std::string>& routes() const { return routes_; }

 private:
  static std::size_t number(std::string_view digits) {
    return std::stoul(std::string(digits), nullptr, 16);
  }
  template <typename Visit>
  static void for_each_nlri(std::string_view field, Visit visit) {
    while (!field.empty()) {
      const std::size_t size = 2 + 2 * ((number(field.substr(0, 2)) + 7) / 8);
      visit(std::string(field.substr(0, size)));
      field.remove_prefix(size);
    }
  }
  void take_update(std::string_view body) {
    const std::size_t gone = 2 * number(body.substr(0, 4));
    for_each_nlri(body.substr(4, gone), [&](const std::string& nlri) { routes_.erase(nlri); });
    body.remove_prefix(4 + gone);
    const std::size_t path = 2 * number(body.substr(0, 4));
    const std::string attributes(body.substr(4, path));
    for_each_nlri(body.substr(4 + path),
                  [&](const std::string& nlri) { routes_[nlri] = attributes; });
  }

  std::map<std::string, std::string> routes_;
};

class ToldTest : public testing::Test {
 protected:
  void configure(const std::string& text) { ASSERT_TRUE(stage_.configure(text)) << stage_.refusal; }
  /// The configuration, without the turn that it belongs to: jobs have not begun.
  void hand_in(const std::string& text) { ASSERT_TRUE(stage_.hand_in(text)) << stage_.refusal; }
  /// The session with a configured neighbor is up and quiet.
  ConnectionId up(std::string_view peer) { return stage_.establish(peer, outside()); }
  /// A neighbor of a range, its session up. What it was told has not been looked at.
  ConnectionId born(std::string_view peer) {
    const ConnectionId connection = stage_.knock("10.0.0.1", peer);
    EXPECT_NE(connection, no_connection);
    if (connection != no_connection) stage_.introduce(connection, outside());
    return connection;
  }
  /// The same, quiet.
  ConnectionId born_quiet(std::string_view peer) {
    const ConnectionId connection = born(peer);
    sent(connection);
    return connection;
  }
  void gone(ConnectionId connection) {
    stage_.engine.on_closed(connection, "reset by peer", stage_.now);
    stage_.wires[connection].closed = true;
  }
  /// One turn, so that a job is in the middle.
  void turn() { stage_.engine.flush(stage_.now); }
  Messages sent(ConnectionId connection) {
    stage_.settle();
    return stage_.sent(connection);
  }
  /// What a new session is told.
  PeerTable table_of(ConnectionId connection) {
    PeerTable table;
    table.take(sent(connection));
    return table;
  }
  void say(std::string_view line, std::uint32_t helper = 0) { stage_.say(helper, line); }
  std::string heard(std::uint32_t helper = 0) {
    stage_.settle();
    return stage_.heard(helper);
  }
  /// The answer to a command without the events that stand around it.
  std::string answer(std::string_view line, std::uint32_t helper = 0) {
    heard(helper);
    say(line, helper);
    const std::string all = heard(helper);
    std::string lines;
    for (std::size_t at = 0; at < all.size();) {
      const std::size_t end = all.find('\n', at) + 1;
      const std::string each = all.substr(at, end - at);
      if (!each.starts_with("{ \"exabgp\"")) lines += each;
      at = end;
    }
    return lines;
  }
  void report(std::string_view check, bool ok) { stage_.report(check, ok, "gone"); }

  Stage stage_;
};

/// 4096 routes, more than three slices. The first and the last of them:
inline const std::string many = "10.0.0.0/8 next-hop 10.0.0.1 split /20";
inline constexpr std::size_t many_count = 4096;
inline const std::string early = "140A0000";
inline const std::string early_route = "10.0.0.0/20 next-hop 10.0.0.1";
inline const std::string late = "140AFFF0";
inline const std::string late_route = "10.255.240.0/20 next-hop 10.0.0.1";

/// One neighbor, and what it holds.
class OnePeerTest : public ToldTest {
 protected:
  static std::string file(std::string_view routes, const std::string& helper = feed) {
    return helper + neighbor("10.0.0.2", routes);
  }
  ConnectionId with(const std::string& text) {
    configure(text);
    const ConnectionId peer = stage_.dialled("10.0.0.2");
    stage_.answer(peer);
    stage_.introduce(peer, outside());
    table_.take(sent(peer));
    return peer;
  }

  PeerTable table_;
};

}  // namespace openbell::engine
