#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "event/event.h"
#include "event/sample_test.h"

namespace openbell::event {
namespace {

using bgp::Dialect;
using bgp::Direction;
using nlohmann::json;

constexpr std::int64_t second = 1'000'000'000;
constexpr Style v5_0{.dialect = Dialect::v5_0};
constexpr Style v4_2{.dialect = Dialect::v4_2};
constexpr Style v6_0{.dialect = Dialect::v6_0};

Style with_negotiated(Style style) {
  style.with_negotiated = true;
  return style;
}
Style detail(Style style, Detail detail) {
  style.detail = detail;
  return style;
}

/// One line without its newline.
std::string line_of(const Event& event, const Style& style, const Envelope& envelope = {}) {
  std::string text;
  encode_json(event, envelope, style, text);
  EXPECT_FALSE(text.empty());
  EXPECT_EQ(text.find('\n'), text.size() - 1) << text;
  text.pop_back();
  return text;
}

/// The neighbor object of a line that must be JSON.
json neighbor_of(const Event& event, const Style& style) {
  return json::parse(line_of(event, style)).at("neighbor");
}

std::string time_text(std::int64_t utc_ns) {
  std::string out;
  base::TextWriter writer(out);
  print_time(utc_ns, writer);
  return out;
}

/// Compares events with the lines that ExaBGP printed, byte for byte.
class Capture {
 public:
  Capture(const std::string& name, int pid, int ppid) {
    std::ifstream file("tests/golden/event/" + name);
    for (std::string line; std::getline(file, line);) lines_.push_back(line);
    EXPECT_FALSE(lines_.empty()) << name;
    envelope_ = {.host = "vm", .pid = pid, .ppid = ppid};
  }
  ~Capture() { EXPECT_EQ(next_, lines_.size()) << "lines without an event"; }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  void expect(const Event& event, const Style& style) {
    ASSERT_LT(next_, lines_.size());
    const std::string& line = lines_[next_++];
    const json parsed = json::parse(line);
    envelope_.utc_ns = utc_ns_of(line);
    envelope_.counter = parsed.value("counter", 0u);
    EXPECT_EQ(line_of(event, style, envelope_), line);
  }

 private:
  /// Nanoseconds that Python makes a float of which prints as what stands after "time": the
  /// digits, or a neighbor of theirs, since a double is coarser than a nanosecond.
  static std::int64_t utc_ns_of(const std::string& line) {
    const std::size_t at = line.find("\"time\": ") + 8;
    const std::string time = line.substr(at, line.find(',', at) - at);
    const std::size_t point = time.find('.');
    std::string fraction = time.substr(point + 1);
    fraction.resize(9, '0');
    const std::int64_t utc_ns = std::stoll(time.substr(0, point)) * second + std::stoll(fraction);
    for (std::int64_t near = utc_ns - 256; near <= utc_ns + 256; near += 128)
      if (time_text(near) == time) return near;
    return utc_ns;
  }

  std::vector<std::string> lines_;
  std::size_t next_ = 0;
  Envelope envelope_;
};

TEST(Json, IsWhatExabgp50Prints) {
  Sample sample;
  Capture capture("json-5.0.jsonl", 29699, 29697);
  const Style style = with_negotiated(v5_0);
  capture.expect(sample.fsm("ACTIVE"), style);
  capture.expect(sample.event(Kind::connected), style);
  capture.expect(sample.open(Direction::send, sample::open_sent), style);
  capture.expect(sample.open(Direction::receive, sample::open_received), style);
  capture.expect(sample.event(Kind::negotiated), style);
  capture.expect(sample.message(Kind::keepalive, Direction::send, 4, ""), style);
  capture.expect(sample.event(Kind::up), style);
  capture.expect(sample.update(Direction::send, sample::end_of_rib), style);
  capture.expect(sample.update(Direction::receive, sample::update_received), style);
  capture.expect(sample.update(Direction::receive, sample::update_withdraws), style);
  capture.expect(sample.update(Direction::send, sample::update_sent), style);
  capture.expect(sample.message(Kind::refresh, Direction::receive, 5, sample::refresh), style);
  capture.expect(sample.signal(10, "SIGUSR1"), style);
  capture.expect(
      sample.message(Kind::notification, Direction::receive, 3, sample::shutdown_communication),
      style);
  capture.expect(sample.down("notification received (6,4)"), style);
  capture.expect(sample.signal(15, "SIGTERM"), style);
  capture.expect(sample.down("stop, message [shutting down]"), style);
  capture.expect(sample.event(Kind::shutdown), style);
}

TEST(Json, IsWhatExabgp50PrintsAsPackets) {
  Sample sample;
  Capture capture("json-5.0-packets.jsonl", 29714, 29712);
  const Style style = detail(with_negotiated(v5_0), Detail::packets);
  const NegotiatedView negotiated = sample.negotiated();
  sample.negotiated() = {};
  capture.expect(sample.open(Direction::send, sample::open_sent), style);
  sample.negotiated() = negotiated;
  capture.expect(sample.message(Kind::keepalive, Direction::receive, 4, ""), style);
  capture.expect(sample.update(Direction::receive, sample::update_received), style);
  capture.expect(sample.message(Kind::refresh, Direction::receive, 5, sample::refresh), style);
  capture.expect(
      sample.message(Kind::notification, Direction::receive, 3, sample::shutdown_communication),
      style);
}

TEST(Json, IsWhatExabgp50PrintsConsolidated) {
  Sample sample;
  Capture capture("json-5.0-consolidate.jsonl", 29768, 29766);
  const Style style = detail(with_negotiated(v5_0), Detail::consolidate);
  capture.expect(sample.message(Kind::keepalive, Direction::receive, 4, ""), style);
  capture.expect(sample.update(Direction::receive, sample::update_received), style);
  capture.expect(sample.message(Kind::refresh, Direction::receive, 5, sample::refresh), style);
  capture.expect(
      sample.message(Kind::notification, Direction::receive, 3, sample::shutdown_communication),
      style);
}

// ExaBGP 4.2 doubles the quotes of a route-refresh; the capture has them single.
TEST(Json, IsWhatExabgp42Prints) {
  Sample sample;
  Capture capture("json-4.2.jsonl", 29684, 29682);
  const Style style = with_negotiated(v4_2);
  capture.expect(sample.event(Kind::up), style);
  capture.expect(sample.open(Direction::send, sample::open_sent), style);
  capture.expect(sample.event(Kind::negotiated), style);
  capture.expect(sample.update(Direction::send, sample::end_of_rib), style);
  capture.expect(sample.update(Direction::receive, sample::update_received), style);
  capture.expect(sample.message(Kind::refresh, Direction::receive, 5, sample::refresh), style);
  const std::string body =
      "0100" + base::to_hex(base::bytes_of("can not decode update message of type \"3\""));
  Event refused = sample.message(Kind::notification, Direction::send, 3, body);
  capture.expect(refused, style);
  refused.kind = Kind::down;
  refused.reason = "notification sent (1,0)";
  capture.expect(refused, style);
  capture.expect(sample.down("stop, message [shutting down]"), style);
  capture.expect(sample.event(Kind::shutdown), style);
}

// ExaBGP 6.0 writes the End-of-RIB as a member of an array; the capture has an object around it.
TEST(Json, IsWhatExabgp60Prints) {
  Sample sample;
  Capture capture("json-6.0.jsonl", 28668, 28626);
  capture.expect(sample.open(Direction::send, sample::open_sent), v6_0);
  capture.expect(sample.update(Direction::send, sample::end_of_rib), v6_0);
  capture.expect(sample.update(Direction::receive, sample::update_received), v6_0);
}

TEST(Json, PrintsTimeAsPythonDoes) {
  EXPECT_EQ(time_text(0), "0.0");
  EXPECT_EQ(time_text(1'795'383'158 * second), "1795383158.0");
  EXPECT_EQ(time_text(1'800'000'000 * second), "1800000000.0");
  EXPECT_EQ(time_text(1'795'383'158 * second + 500'000'000), "1795383158.5");
  EXPECT_EQ(time_text(1'795'383'158'813'662'000), "1795383158.813662");
}

TEST(Json, CountsWhatAHelperDidNotGet) {
  Sample sample;
  Event event = sample.event(Kind::lost);
  event.lost_count = 17;
  EXPECT_EQ(line_of(event, v5_0, {.utc_ns = second, .host = "vm", .pid = 2, .ppid = 1}),
            "{ \"exabgp\": \"5.0.0\", \"time\": 1.0, \"host\" : \"vm\", \"pid\" : 2, \"ppid\" : 1, "
            "\"type\": \"lost\", \"lost\": 17 }");
}

TEST(Json, ShowsAnUnknownLocalAddressAsUnspecified) {
  Sample sample;
  sample.peer().local_address = {};
  EXPECT_EQ(neighbor_of(sample.event(Kind::up), v5_0)["address"]["local"], "0.0.0.0");
  base::parse_ip("2001:db8::1", sample.peer().peer_address);
  EXPECT_EQ(neighbor_of(sample.event(Kind::up), v5_0)["address"]["local"], "::");
}

TEST(Json, CallsTheDirectionOfADecodedMessageIn) {
  Sample sample;
  Style style = v5_0;
  style.decoded = true;
  EXPECT_EQ(neighbor_of(sample.update(Direction::receive, sample::end_of_rib), style)["direction"],
            "in");
}

TEST(Json, ShowsTheSubtypesAndFamiliesOfARefresh) {
  Sample sample;
  const auto refresh = [&](std::string_view body) {
    return neighbor_of(sample.message(Kind::refresh, Direction::receive, 5, body),
                       v5_0)["route-refresh"];
  };
  EXPECT_EQ(refresh("00020101"),
            (json{{"afi", "ipv6"}, {"safi", "unicast"}, {"subtype", "begin"}}));
  EXPECT_EQ(refresh("00010280"), (json{{"afi", "ipv4"}, {"safi", "mpls-vpn"}, {"subtype", "end"}}));
  EXPECT_EQ(refresh("270F03FE"), (json{{"afi", "9999"}, {"safi", "254"}, {"subtype", "invalid"}}));
}

TEST(Json, ShowsTheDataOfANotificationRawUnlessItIsACommunication) {
  Sample sample;
  const auto notification = [&](std::string_view body) {
    return neighbor_of(sample.message(Kind::notification, Direction::receive, 3, body),
                       v5_0)["notification"];
  };
  EXPECT_EQ(notification("0304DEADBEEF")["data"], "0xDEADBEEF");
  EXPECT_EQ(notification("0602"),
            (json{{"code", 6}, {"subcode", 2}, {"data", "0x"}, {"message", ""}}));
  EXPECT_EQ(notification("06020568656C6C6F")["message"], "Shutdown Communication: \"hello\"");
  const Event event = sample.message(Kind::notification, Direction::receive, 3, "0304DEADBEEF");
  EXPECT_FALSE(neighbor_of(event, v4_2)["notification"].contains("message"));
}

TEST(Json, ShowsOperationalAndUnknownMessagesAsBytes) {
  Sample sample;
  for (const Detail how : {Detail::parsed, Detail::packets, Detail::consolidate}) {
    const Style style = detail(v5_0, how);
    json line = json::parse(
        line_of(sample.message(Kind::operational, Direction::receive, 6, "0001"), style));
    EXPECT_EQ(line["type"], "operational");
    EXPECT_EQ(line["neighbor"]["message"]["category"], 6);
    EXPECT_EQ(line["neighbor"]["message"]["body"], "0x0001");
    line =
        json::parse(line_of(sample.message(Kind::operational, Direction::receive, 99, ""), style));
    EXPECT_EQ(line["type"], "unknown");
    EXPECT_EQ(line["neighbor"]["message"]["category"], 99);
  }
}

TEST(Json, Exabgp42WrapsTheReasonOfALossAndHasNoBrackets) {
  Sample sample;
  event::Event refused = sample.down("notification sent (6,6)");
  refused.code = {6, 6};
  EXPECT_EQ(neighbor_of(refused, v4_2)["reason"],
            "peer reset, message (notification sent (6,6)) error(Cease / Other Configuration "
            "Change)");
  EXPECT_EQ(neighbor_of(sample.down("closing {connection}"), v4_2)["reason"],
            "peer reset, message (closing (connection)) error(closing (connection))");
  EXPECT_EQ(neighbor_of(sample.down("closing [connection]"), v5_0)["reason"],
            "closing [connection]");
}

TEST(Json, NamesASignalWithoutANameUnknown) {
  Sample sample;
  EXPECT_EQ(neighbor_of(sample.signal(64, ""), v5_0),
            json::parse(line_of(sample.signal(64, "unknown"), v5_0))["neighbor"]);
  EXPECT_EQ(neighbor_of(sample.signal(64, ""), v4_2)["name"], "UNKNOWN");
}

TEST(Json, ListsWhatWasNegotiatedInTheSpacingOfTheVersion) {
  Sample sample;
  sample.context().families.insert(bgp::Family::ipv6_unicast);
  sample.context().extended_next_hop.insert(bgp::Family::ipv4_unicast);
  sample.context().add_path_send.insert(bgp::Family::ipv4_unicast);
  sample.context().extended_message = true;
  sample.negotiated().refresh = NegotiatedView::Refresh::enhanced;
  const Event event = sample.event(Kind::negotiated);
  EXPECT_NE(
      line_of(event, v5_0)
          .find("\"negotiated\": { \"message_size\": 65535, \"hold_time\": 180, \"asn4\": true, "
                "\"multisession\": false, \"operational\": false, \"refresh\": \"enhanced\", "
                "\"families\": [\"ipv4 unicast\", \"ipv6 unicast\"], \"nexthop\": [\"ipv4 unicast "
                "ipv6\"], \"add_path\": {\"send\": [\"ipv4 unicast\"], \"receive\": []} }  } }"),
      std::string::npos);
  EXPECT_NE(line_of(event, v4_2)
                .find("\"families\": [ \"ipv4 unicast\" ,\"ipv6 unicast\" ], "
                      "\"nexthop\": [ \"ipv4 unicast ipv6\" ], \"add_path\": { "
                      "\"send\": [ \"ipv4 unicast\" ], \"receive\": [  ] } }  } }"),
            std::string::npos);
}

// Whatever a peer or a host name holds, a line stays one line of JSON.
TEST(Json, StaysJsonForHostileTexts) {
  Sample sample;
  std::string hostile = "\",\"x\":{[\\";
  for (int c = 0; c < 256; ++c) hostile.push_back(static_cast<char>(c));
  const std::string communication = hostile.substr(0, 255);
  const std::string body =
      "0602FF" + base::to_hex(base::bytes_of(communication)) + base::to_hex(base::bytes_of("x"));
  const std::string capability = "04FDE900B409090909" +
                                 base::to_hex(std::vector<std::uint8_t>{104, 2, 102, 73, 100, 50}) +
                                 base::to_hex(base::bytes_of(hostile.substr(0, 50))) + "30" +
                                 base::to_hex(base::bytes_of(hostile.substr(100, 48)));
  for (const Dialect dialect : {Dialect::v4_2, Dialect::v5_0, Dialect::v6_0}) {
    for (const Detail how : {Detail::parsed, Detail::packets, Detail::consolidate}) {
      const Style style = detail(with_negotiated({.dialect = dialect}), how);
      const Envelope envelope{.host = hostile};
      const auto parsed = [&](const Event& event) {
        return json::parse(line_of(event, style, envelope));
      };
      EXPECT_EQ(parsed(sample.down(hostile))["type"], "state");
      EXPECT_EQ(parsed(sample.fsm(hostile))["type"], "fsm");
      EXPECT_EQ(parsed(sample.signal(1, hostile))["type"], "signal");
      EXPECT_EQ(parsed(sample.message(Kind::notification, Direction::receive, 3, body))["type"],
                "notification");
      EXPECT_EQ(parsed(sample.open(Direction::receive, capability))["type"], "open");
      EXPECT_EQ(parsed(sample.open(Direction::send, capability))["type"], "open");
    }
  }
}

}  // namespace
}  // namespace openbell::event
