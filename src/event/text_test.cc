#include <gtest/gtest.h>
#include <string>

#include "event/event.h"
#include "event/sample_test.h"

namespace openbell::event {
namespace {

using bgp::Dialect;
using bgp::Direction;

std::string text(const Event& event, const Style& style = {}, const Envelope& envelope = {}) {
  std::string out;
  encode_text(event, envelope, style, out);
  return out;
}

TEST(Text, SaysHowASessionIs) {
  Sample sample;
  EXPECT_EQ(text(sample.event(Kind::connected)), "neighbor 127.0.0.1 connected\n\n");
  EXPECT_EQ(text(sample.event(Kind::up)), "neighbor 127.0.0.1 up\n\n");
  EXPECT_EQ(text(sample.down("notification received (6,4)")),
            "neighbor 127.0.0.1 down - notification received (6,4)\n\n");
  EXPECT_EQ(text(sample.down("closing connection"), {.dialect = Dialect::v4_2}),
            "neighbor 127.0.0.1 down - peer reset, message [closing connection] "
            "error[closing connection]\n\n");
  EXPECT_EQ(text(sample.down("stop, message [removed]"), {.dialect = Dialect::v4_2}),
            "neighbor 127.0.0.1 down - stop, message [removed]\n\n");
}

TEST(Text, ShowsMessages) {
  Sample sample;
  EXPECT_EQ(text(sample.open(Direction::send, sample::open_sent)),
            "neighbor 127.0.0.1 send open version 4 asn 65000 hold_time 180 router_id 1.1.1.1 "
            "capabilities [multiprotocol(ipv4 unicast), route refresh, extended message(65535), "
            "asn4(65000), enhanced route refresh]\n\n");
  EXPECT_EQ(text(sample.message(Kind::keepalive, Direction::send, 4, "")),
            "neighbor 127.0.0.1 send keepalive\n\n");
  EXPECT_EQ(text(sample.message(Kind::refresh, Direction::receive, 5, sample::refresh)),
            "neighbor 127.0.0.1 receive route-refresh afi ipv4 safi unicast query\n\n");
  EXPECT_EQ(text(sample.message(Kind::notification, Direction::receive, 3,
                                sample::shutdown_communication)),
            "neighbor 127.0.0.1 receive notification code 6 subcode 4 data 0x53687574646F776E20436F"
            "6D6D756E69636174696F6E3A202268656C6C6F22\n\n");
  EXPECT_EQ(text(sample.message(Kind::notification, Direction::receive, 3, "0400")),
            "neighbor 127.0.0.1 receive notification code 4 subcode 0 data 0x\n\n");
}

TEST(Text, ShowsUpdatesLineByLine) {
  Sample sample;
  const Event event = sample.update(Direction::receive, sample::update_received);
  const std::string begin = "neighbor 127.0.0.1 receive update ";
  const std::string announced =
      begin +
      "announced 192.0.2.0/24 next-hop 9.9.9.9 origin igp as-path ( 65001 ) med 50 community [ "
      "65001:1 65001:2 ]\n" +
      begin +
      "announced 198.51.100.128/25 next-hop 9.9.9.9 origin igp as-path ( 65001 ) med 50 community "
      "[ 65001:1 65001:2 ]\n";
  const std::string withdrawn = begin + "withdrawn 203.0.113.0/24\n";
  EXPECT_EQ(text(event), begin + "start\n" + withdrawn + announced + begin + "end\n\n");
  EXPECT_EQ(text(event, {.dialect = Dialect::v6_0}),
            begin + "start\n" + announced + withdrawn + begin + "end\n\n");
  EXPECT_NE(text(event, {.dialect = Dialect::v4_2}).find("as-path [ 65001 ]"), std::string::npos);
}

TEST(Text, PutsTheNextHopWhereTheFamilyWantsIt) {
  Sample sample;
  sample.context().families.insert(bgp::Family::ipv4_mpls_vpn);
  const std::string vpn =
      "0000002A 40010100 400200 800E20 000180 0C 0000000000000000 09090909 00"
      "70 000641 0000000100000001 0A0000";
  EXPECT_EQ(text(sample.update(Direction::receive, vpn)),
            "neighbor 127.0.0.1 receive update start\n"
            "neighbor 127.0.0.1 receive update announced 10.0.0.0/24 label 100 next-hop 9.9.9.9 rd "
            "1:1 origin igp\n"
            "neighbor 127.0.0.1 receive update end\n\n");
}

TEST(Text, ShowsTheEndOfRib) {
  Sample sample;
  EXPECT_EQ(text(sample.update(Direction::receive, sample::end_of_rib)),
            "neighbor 127.0.0.1 receive update start\n"
            "neighbor 127.0.0.1 receive update route eor 1/1 (ipv4 unicast)\n"
            "neighbor 127.0.0.1 receive update end\n\n");
}

TEST(Text, AddsBytesWhenConsolidated) {
  Sample sample;
  const Style consolidated{.detail = Detail::consolidate};
  const std::string marker(32, 'F');
  EXPECT_EQ(text(sample.message(Kind::keepalive, Direction::send, 4, ""), consolidated),
            "neighbor 127.0.0.1 send keepalive header 0x" + marker + "001304\n\n");
  EXPECT_EQ(text(sample.message(Kind::refresh, Direction::send, 5, sample::refresh), consolidated),
            "neighbor 127.0.0.1 send route-refresh afi ipv4 safi unicast query header 0x" + marker +
                "001705 body 0x00010001\n\n");
  EXPECT_EQ(text(sample.update(Direction::receive, sample::update_withdraws), consolidated),
            "neighbor 127.0.0.1 receive update start\n"
            "neighbor 127.0.0.1 receive update withdrawn 192.0.2.0/24\n"
            " header 0x" +
                marker +
                "001B02 body 0x000418C000020000\n"
                "neighbor 127.0.0.1 receive update end\n\n");
}

TEST(Text, ShowsPacketsByTypeNumber) {
  Sample sample;
  const std::string marker(32, 'F');
  EXPECT_EQ(
      text(sample.update(Direction::receive, sample::update_withdraws),
           {.detail = Detail::packets}),
      "neighbor 127.0.0.1 receive 2 header 0x" + marker + "001B02 body 0x000418C000020000\n\n");
  EXPECT_EQ(text(sample.message(Kind::operational, Direction::receive, 6, "0001")),
            "neighbor 127.0.0.1 receive 6 header 0x" + marker + "001506 body 0x0001\n\n");
}

TEST(Text, HasNoFormForFsmSignalsAndNegotiated) {
  Sample sample;
  EXPECT_EQ(text(sample.fsm("IDLE")), "");
  EXPECT_EQ(text(sample.signal(10, "SIGUSR1")), "");
  EXPECT_EQ(text(sample.event(Kind::negotiated)), "");
}

TEST(Text, EndsAndCounts) {
  Sample sample;
  EXPECT_EQ(text(sample.event(Kind::shutdown), {}, {.host = "vm", .pid = 29699, .ppid = 29697}),
            "shutdown 29699 29697\n\n");
  Event lost = sample.event(Kind::lost);
  lost.lost_count = 17;
  EXPECT_EQ(text(lost), "lost 17\n\n");
}

TEST(Text, KeepsFreeTextOnItsLine) {
  Sample sample;
  EXPECT_EQ(text(sample.down("a\nneighbor 10.0.0.1 up\r\x1B")),
            "neighbor 127.0.0.1 down - a?neighbor 10.0.0.1 up??\n\n");
}

TEST(Text, TreatAsWithdrawMovesRoutes) {
  Sample sample;
  std::string bad_origin(sample::update_sent);
  bad_origin.replace(bad_origin.find("40010100"), 8, "40010109");
  EXPECT_EQ(text(sample.update(Direction::receive, bad_origin)),
            "neighbor 127.0.0.1 receive update start\n"
            "neighbor 127.0.0.1 receive update withdrawn 10.0.0.0/24\n"
            "neighbor 127.0.0.1 receive update end\n\n");
}

}  // namespace
}  // namespace openbell::event
