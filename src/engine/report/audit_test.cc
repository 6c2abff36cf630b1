// The audit log: every change of what peers are told has a record that says whose word it was, who
// was told, how many routes, and the numbers of the changes.

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "audit/trail.h"
#include "engine/told_test.h"

namespace openbell::engine {
namespace {

using base::milliseconds;
using nlohmann::json;
using testing::AnyOf;
using testing::ElementsAre;
using testing::IsEmpty;
using Names = std::vector<std::string>;

const std::string mortal = "process feed { run helper; encoder json; on-exit withdraw; }\n";

class AuditTest : public testing::Test {
 protected:
  void configure(const std::string& text) { ASSERT_TRUE(stage_.configure(text)) << stage_.refusal; }
  /// One neighbor, its session up; what led there is not looked at.
  ConnectionId with(const std::string& more, std::string_view of_neighbor = {},
                    const std::string& helper = feed) {
    configure(helper + neighbor("10.0.0.2", of_neighbor) + more);
    const ConnectionId peer = stage_.establish("10.0.0.2", outside());
    records();
    return peer;
  }
  void say(std::string_view line, std::uint32_t helper = 0) {
    stage_.say(helper, line);
    stage_.settle();
  }
  /// The records since last asked.
  std::vector<json> records() {
    stage_.settle();
    std::string text;
    drain_.fill(text, SIZE_MAX);
    std::vector<json> all;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      all.push_back(json::parse(text.substr(at, end - at)));
      at = end + 1;
    }
    return all;
  }
  /// Those of them that say that peers were told something.
  std::vector<json> changes() {
    std::vector<json> all;
    for (json& record : records())
      if (record.contains("changes")) all.push_back(std::move(record));
    return all;
  }
  /// One decision in one slice: its record, after it was looked at as a whole.
  json change(std::size_t routes, const Names& neighbors) {
    const std::vector<json> all = changes();
    EXPECT_EQ(all.size(), 1u) << json(all);
    if (all.empty()) return json::object();
    EXPECT_EQ(all[0].value("routes", 0u), routes) << all[0];
    EXPECT_EQ(all[0].value("neighbors", Names()), neighbors) << all[0];
    EXPECT_EQ(all[0]["changes"].size(), 2u) << all[0];
    return all[0];
  }
  /// Its kind and its name.
  static std::string cause(const json& record) {
    const json known = record.value("cause", json::object());
    return known.value("kind", "none") + " " + known.value("name", "");
  }
  static std::string command(const json& record) { return record.value("command", ""); }
  static std::size_t routes_of(const std::vector<json>& records) {
    std::size_t sum = 0;
    for (const json& record : records) sum += record.value("routes", 0u);
    return sum;
  }

  base::Ring ring_{1u << 20};
  audit::Trail trail_{ring_};
  audit::Drain drain_{ring_};
  Stage stage_{{}, &trail_};
};

// --- on whose word

TEST_F(AuditTest, TheStartIsOnRecordWithItsRoutes) {
  configure(feed + neighbor("10.0.0.2", configured(route) + configured(other_route)));
  EXPECT_EQ(cause(change(2, {"10.0.0.2"})), "configuration test");
}

TEST_F(AuditTest, AReloadIsOnRecordWithTheRoutesThatItChanged) {
  with("", "static { route " + route + "; route " + other_route +
               "; route 10.3.0.0/16 next-hop 10.0.0.1; } ");
  configure(feed + neighbor("10.0.0.2", "static { route " + route + "; route " + other_route +
                                            " med 5; route 10.4.0.0/16 next-hop 10.0.0.1; } "));
  EXPECT_THAT(cause(change(3, {"10.0.0.2"})), AnyOf("configuration test", "reload test"));
}

TEST_F(AuditTest, AReloadThatChangesNothingHasNoChanges) {
  with("", configured(route));
  configure(feed + neighbor("10.0.0.2", configured(route)));
  EXPECT_THAT(changes(), IsEmpty());
}

TEST_F(AuditTest, ACommandOfAHelperIsOnRecord) {
  with("");
  say("announce route " + route);
  const json record = change(1, {"10.0.0.2"});
  EXPECT_EQ(cause(record), "helper feed");
  EXPECT_EQ(command(record), "announce route " + route);
  EXPECT_EQ(record.value("result", ""), "done");
}

TEST_F(AuditTest, OneLineOfManyRoutesIsOneRecord) {
  with("");
  say("announce attributes next-hop 10.0.0.1 nlri 10.1.0.0/16 10.2.0.0/16 10.3.0.0/16");
  EXPECT_EQ(cause(change(3, {"10.0.0.2"})), "helper feed");
}

TEST_F(AuditTest, ALongLineThatIsRefusedInPartIsOnRecordAsThat) {
  const std::string many = "10.0.0.0/8 next-hop 10.0.0.1 split /20";
  with(service("web", "10.255.240.0/20 next-hop 10.0.0.1 med 5"));
  say("announce route " + many);
  stage_.report("web", true);
  say("withdraw route 10.255.240.0/20");
  records();
  say("withdraw route " + many + " id r");
  std::set<std::string> results;
  for (const json& record : records()) results.insert(record.value("result", ""));
  EXPECT_THAT(results, ElementsAre("done in part", "service web announces it: service web down"));
  EXPECT_THAT(stage_.heard(), testing::HasSubstr("service web announces it")) << "its receipt";
}

TEST_F(AuditTest, ACommandThatIsTypedHasTheCauseCli) {
  with("");
  const ClientId client = stage_.engine.on_client(
      {.name = "cli", .role = Role::administer, .user = "operator"}, stage_.now);
  stage_.engine.on_client_line(client, "announce route " + route, stage_.now);
  stage_.settle();
  const json record = change(1, {"10.0.0.2"});
  EXPECT_THAT(cause(record), testing::StartsWith("cli operator"));
  EXPECT_EQ(command(record), "announce route " + route);
}

TEST_F(AuditTest, AClearIsOnRecordWithWhatItTook) {
  with("", configured(route));
  say("announce route " + other_route);
  records();
  say("clear adj-rib out");
  const json record = change(2, {"10.0.0.2"});
  EXPECT_EQ(cause(record), "helper feed");
  EXPECT_EQ(command(record), "clear adj-rib out");
}

TEST_F(AuditTest, AWatchdogIsOnRecord) {
  with("", configured(route + " watchdog dog") + configured(other_route + " watchdog dog"));
  say("withdraw watchdog dog");
  EXPECT_EQ(cause(change(2, {"10.0.0.2"})), "helper feed");
}

TEST_F(AuditTest, ARouteThatAWatchdogHoldsBackIsOnRecordWithWhatItEnded) {
  with("");
  say("announce route " + route);
  say("withdraw watchdog dog");
  records();
  say("announce route " + route + " watchdog dog");
  EXPECT_EQ(cause(change(1, {"10.0.0.2"})), "helper feed");
  say("announce route " + route + " watchdog dog");
  EXPECT_THAT(changes(), IsEmpty());
}

TEST_F(AuditTest, AWatchdogOfManyRoutesIsOnRecordSliceBySlice) {
  const std::string many = "10.0.0.0/8 next-hop 10.0.0.1 split /20 watchdog dog";
  with("", configured(many));
  say("announce route " + many + " med 5");
  say("announce route 11.0.0.0/8 next-hop 10.0.0.1 split /20 watchdog dog");
  for (const std::string line : {"withdraw watchdog dog", "announce watchdog dog"}) {
    records();
    say(line);
    const std::vector<json> slices = changes();
    for (const json& slice : slices) {
      EXPECT_LE(slice.value("routes", 0u), 1024u);
      EXPECT_EQ(command(slice), line);
    }
    EXPECT_GE(routes_of(slices), 8192u) << line;
  }
}

TEST_F(AuditTest, TheDeathOfAHelperIsOnRecordWithWhatItTook) {
  with("", "", mortal);
  say("announce route " + route);
  say("announce route " + other_route);
  records();
  stage_.engine.on_helper_exited(HelperId{0}, "signal 9", stage_.now);
  EXPECT_EQ(cause(change(2, {"10.0.0.2"})), "helper feed");
}

TEST_F(AuditTest, ALeaseThatEndsIsOnRecord) {
  with("");
  say("announce route " + route + " lease 50ms lease-group pair");
  records();
  stage_.wait(milliseconds(60));
  EXPECT_EQ(cause(change(1, {"10.0.0.2"})), "lease pair");
}

TEST_F(AuditTest, AServiceIsOnRecordWithItsRoutes) {
  with(service("web", route));
  stage_.report("web", true);
  EXPECT_EQ(cause(change(1, {"10.0.0.2"})), "check web");
  stage_.report("web", false, "connection reset");
  EXPECT_EQ(cause(change(1, {"10.0.0.2"})), "check web");
}

TEST_F(AuditTest, AServiceOfManyRoutesHasTheCauseOfWhoOrderedIt) {
  with(service("web", "10.0.0.0/8 next-hop 10.0.0.1 split /20") + plan("off", "service web down;"));
  stage_.report("web", true);
  for (const json& record : changes()) EXPECT_EQ(cause(record), "check web");
  say("service web down");
  std::vector<json> records = changes();
  EXPECT_EQ(routes_of(records), 4096u);
  for (const json& record : records) {
    EXPECT_EQ(cause(record), "helper feed");
    EXPECT_EQ(command(record), "service web down");
  }
  say("service web enable");
  changes();
  say("plan run off");
  records = changes();
  for (const json& record : records) {
    EXPECT_THAT(cause(record), AnyOf("plan off", "helper feed"));
    EXPECT_EQ(command(record), "plan run off");
  }
}

TEST_F(AuditTest, APlanIsOnRecordWithItsRoutesAndWhoRanIt) {
  with(plan("move", "route " + route + "; route " + other_route + ";"));
  say("plan run move");
  json record = change(2, {"10.0.0.2"});
  EXPECT_THAT(cause(record), AnyOf("plan move", "helper feed"));
  EXPECT_EQ(command(record), "plan run move");
  say("plan revert move");
  record = change(2, {"10.0.0.2"});
  EXPECT_EQ(command(record), "plan revert move");
}

TEST_F(AuditTest, APlanThatIsRunArmedIsOnRecordAsWell) {
  with(plan("move", "route " + route + ";"));
  stage_.wait(milliseconds(20));
  say("plan run move");
  change(1, {"10.0.0.2"});
}

TEST_F(AuditTest, APlanAndTheServiceThatItTakesDownHaveARecordEach) {
  with(service("web", route) + plan("dr", "service web down; route " + other_route + ";"));
  stage_.report("web", true);
  records();
  say("plan run dr");
  const std::vector<json> all = changes();
  EXPECT_EQ(routes_of(all), 2u) << json(all);
}

TEST_F(AuditTest, ABirthIsOnRecordWithWhatTheNewbornIsTold) {
  configure(feed + range(configured(route)));
  stage_.say(0, "announce route " + other_route);
  records();
  stage_.introduce(stage_.knock("10.0.0.1", "10.1.2.3"), outside());
  change(2, {"10.1.2.3"});
}

TEST_F(AuditTest, WhoGetsAFamilyIsOnRecordWithWhatItIsTold) {
  const auto with_families = [](std::string_view families) {
    return feed + neighbor("10.0.0.2", "", families) + neighbor("10.0.0.3");
  };
  configure(with_families("ipv6 unicast;"));
  stage_.establish("10.0.0.2", outside({bgp::Family::ipv6_unicast}));
  say("announce route " + route);
  change(1, {"10.0.0.3"});
  configure(with_families("ipv4 unicast; ipv6 unicast;"));
  stage_.wait(milliseconds(1));
  const ConnectionId peer = stage_.dialled("10.0.0.2");
  stage_.answer(peer);
  stage_.introduce(peer, outside({bgp::Family::ipv4_unicast, bgp::Family::ipv6_unicast}));
  EXPECT_EQ(change(1, {"10.0.0.2"})["cause"]["name"], "another family");
}

TEST_F(AuditTest, TheSessionThatEndsWithAnAddressHasThatAddress) {
  with("", configured(route));
  configure(feed + neighbor("10.0.0.9", configured(route)));
  Names ended;
  for (const json& record : records())
    if (record["kind"] == "session") ended = record.value("neighbors", Names());
  EXPECT_THAT(ended, testing::ElementsAre("10.0.0.2"));
}

TEST_F(AuditTest, WhatADeadProcessHadSaidGoesOnItsOwnWordNotOnThatOfTheNext) {
  with("", "", "process feed { run helper; encoder json; on-exit withdraw after 250ms; }\n");
  say("announce route " + route);
  stage_.end_helper(0, "exit 1");
  stage_.settle();
  stage_.wait(base::milliseconds(100));
  stage_.engine.on_helper_started(HelperId{0}, 2000, stage_.now);
  records();
  stage_.wait(base::milliseconds(500));
  EXPECT_EQ(change(1, {"10.0.0.2"})["cause"]["pid"], 1000);
}

TEST_F(AuditTest, AHeldChangeHasItsNumberOnRecord) {
  with("guard { frozen mon 09:30-16:00 UTC; }");
  stage_.minute = 10 * 60;
  say("announce route " + route);
  const std::vector<json> all = records();
  ASSERT_FALSE(all.empty());
  EXPECT_THAT(all.back()["detail"].get<std::string>(), testing::StartsWith("change 1: "))
      << all.back();
}

TEST_F(AuditTest, ANeighborWithAnotherAddressIsOnRecordWithWhatItIsTold) {
  with("", configured(route));
  say("announce route " + other_route);
  configure(feed + neighbor("10.0.0.9", configured(route)));
  records();
  stage_.establish("10.0.0.9", outside());
  change(2, {"10.0.0.9"});
}

TEST_F(AuditTest, AGuardsReleaseIsOnRecordWithTheRouteAndItsCommand) {
  with("guard { frozen mon 09:30-16:00 UTC; }");
  stage_.minute = 10 * 60;
  say("announce route " + route);
  EXPECT_THAT(changes(), IsEmpty());
  say("guard release all");
  EXPECT_EQ(command(change(1, {"10.0.0.2"})), "announce route " + route);
}

// --- what is no change

TEST_F(AuditTest, WhatPeersWereToldBeforeIsNoChange) {
  with("");
  say("announce route " + route);
  records();
  say("announce route " + route);
  EXPECT_THAT(changes(), IsEmpty());
}

TEST_F(AuditTest, AWordThatAServiceHidesIsNoChangeUntilItShows) {
  with(service("web", route + " med 1"));
  stage_.report("web", true);
  records();
  say("announce route " + route + " med 5");
  EXPECT_THAT(changes(), IsEmpty());
  stage_.report("web", false);
  change(1, {"10.0.0.2"});
}

TEST_F(AuditTest, ARefusedWithdrawIsOnRecordWithTheReason) {
  with(service("web", route));
  stage_.report("web", true);
  records();
  say("withdraw route 10.1.0.0/16");
  const std::vector<json> all = records();
  ASSERT_EQ(all.size(), 1u) << json(all);
  EXPECT_EQ(all[0].value("kind", ""), "command-refused");
  EXPECT_THAT(all[0].value("result", ""), testing::HasSubstr("web announces it: service web down"));
}

TEST_F(AuditTest, OnlyThoseWhoWereToldAreNamed) {
  configure(feed + neighbor("10.0.0.2", configured(route)) + neighbor("10.0.0.3"));
  stage_.establish("10.0.0.2", outside());
  stage_.establish("10.0.0.3", outside());
  records();
  say("announce route " + route);
  change(1, {"10.0.0.3"});
}

// --- numbers

TEST_F(AuditTest, ManyRoutesAreOnRecordInSlicesWhoseNumbersDoNotOverlap) {
  with("");
  configure(feed + neighbor("10.0.0.2", configured("10.0.0.0/8 next-hop 10.0.0.1 split /20")));
  say("announce route " + route);
  say("clear adj-rib out");
  const std::vector<json> all = changes();
  EXPECT_EQ(routes_of(all), 4096u + 1 + 4097);
  std::uint64_t last = 0;
  for (const json& record : all) {
    const std::uint64_t first = record["changes"][0];
    EXPECT_GT(first, last) << record;
    last = record["changes"][1];
    EXPECT_GE(last - first + 1, record["routes"].get<std::uint64_t>()) << record;
  }
}

TEST_F(AuditTest, WhatIsSaidToASecondNeighborInALaterSliceIsOnRecordForItToo) {
  const std::string many = configured("10.0.0.0/8 next-hop 10.0.0.1 split /20");
  configure(feed + neighbor("10.0.0.2", many) + neighbor("10.0.0.3", many));
  std::set<std::uint64_t> numbers;
  for (const json& record : changes()) {
    const Names names = record["neighbors"];
    if (std::find(names.begin(), names.end(), "10.0.0.3") == names.end()) continue;
    for (std::uint64_t n = record["changes"][0]; n <= record["changes"][1]; ++n) numbers.insert(n);
  }
  EXPECT_GE(numbers.size(), 4096u);
}

TEST_F(AuditTest, TheBirthOfAPeerWithManyRoutesCountsThemAll) {
  configure(feed + range(configured("10.0.0.0/8 next-hop 10.0.0.1 split /20")));
  records();
  stage_.introduce(stage_.knock("10.0.0.1", "10.1.2.3"), outside());
  EXPECT_EQ(routes_of(changes()), 4096u);
}

}  // namespace
}  // namespace openbell::engine
