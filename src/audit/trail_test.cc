#include "audit/trail.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace openbell::audit {
namespace {

using nlohmann::json;

std::vector<json> lines_of(base::Ring& ring) {
  std::string text;
  EXPECT_FALSE(Drain(ring).fill(text, SIZE_MAX));
  std::vector<json> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(json::parse(text.substr(0, end)));
    text.erase(0, end + 1);
  }
  return lines;
}

Record change() {
  Record record;
  record.utc_ns = 1'795'383'158'800'400'700;
  record.mono_ns = 42;
  record.cause = {Cause::Kind::helper, "announcer", 4711};
  record.command = "announce route 10.0.0.0/24 next-hop self";
  record.result = "done";
  return record;
}

TEST(Trail, WritesOneLineOfJsonWithItsKeysInOrder) {
  base::Ring ring(4096);
  Trail trail(ring);
  const std::vector<base::IpAddress> neighbors{base::IpAddress::v4(0x0A000001)};
  Record record = change();
  record.neighbors = neighbors;
  record.detail = "1 route";
  EXPECT_EQ(trail.append(record), 1u);
  std::string text;
  Drain(ring).fill(text, SIZE_MAX);
  EXPECT_EQ(text,
            "{\"seq\":1,\"time\":\"2026-11-22T21:32:38.800400700Z\",\"utc_ns\":1795383158800400700,"
            "\"mono_ns\":42,\"kind\":\"change\",\"cause\":{\"kind\":\"helper\",\"name\":"
            "\"announcer\",\"pid\":4711},\"command\":\"announce route 10.0.0.0/24 next-hop self\","
            "\"neighbors\":[\"10.0.0.1\"],\"result\":\"done\",\"detail\":\"1 route\"}\n");
}

TEST(Trail, NamesEveryKindAndCause) {
  base::Ring ring(4096);
  Trail trail(ring);
  const std::vector<std::pair<Kind, std::string>> kinds{
      {Kind::change, "change"}, {Kind::session, "session"},
      {Kind::reload, "reload"}, {Kind::command_refused, "command-refused"},
      {Kind::start, "start"},   {Kind::stop, "stop"}};
  const std::vector<std::pair<Cause, json>> causes{
      {{Cause::Kind::configuration, "/etc/exabgp.conf", 0},
       {{"kind", "configuration"}, {"name", "/etc/exabgp.conf"}}},
      {{Cause::Kind::reload, "", 0}, {{"kind", "reload"}}},
      {{Cause::Kind::signal, "SIGUSR1", 10},
       {{"kind", "signal"}, {"name", "SIGUSR1"}, {"signal", 10}}},
      {{Cause::Kind::cli, "", 0}, {{"kind", "cli"}}}};
  Record record;
  for (const auto& [kind, name] : kinds) {
    record.kind = kind;
    trail.append(record);
  }
  for (const auto& [cause, expected] : causes) {
    record.cause = cause;
    trail.append(record);
  }
  const std::vector<json> lines = lines_of(ring);
  ASSERT_EQ(lines.size(), kinds.size() + causes.size());
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    EXPECT_EQ(lines[i]["kind"], kinds[i].second);
    EXPECT_FALSE(lines[i].contains("cause"));
  }
  for (std::size_t i = 0; i < causes.size(); ++i)
    EXPECT_EQ(lines[kinds.size() + i]["cause"], causes[i].second);
}

TEST(Trail, StaysJsonWhateverTheBytes) {
  base::Ring ring(65536);
  Trail trail(ring);
  std::string hostile;
  for (int c = 0; c < 256; ++c) hostile.push_back(static_cast<char>(c));
  hostile += "\xF4\x90\x80\x80\xED\xA0\x80\xC0\xAF\",\"kind\":\"start";
  Record record = change();
  record.cause.name = record.command = record.result = record.detail = hostile;
  trail.append(record);
  const std::vector<json> lines = lines_of(ring);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0]["kind"], "change");
  EXPECT_NE(lines[0]["command"].get<std::string>().find("\",\"kind\":\"start"), std::string::npos);
}

TEST(Trail, GivesTextBackUnchanged) {
  base::Ring ring(65536);
  Trail trail(ring);
  std::string command;
  for (int c = 1; c < 128; ++c) command.append("plain").push_back(static_cast<char>(c));
  command += "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x94\x94";
  Record record = change();
  record.command = command;
  trail.append(record);
  EXPECT_EQ(lines_of(ring).at(0)["command"], command);
}

TEST(Trail, CutsWhatIsTooLongAndSaysSo) {
  base::Ring ring(1 << 18);
  Trail trail(ring);
  const std::vector<base::IpAddress> neighbors(neighbors_max + 5, base::IpAddress::v4(1));
  const std::string command(command_size_max + 1000, 'a');
  Record record = change();
  record.command = command;
  record.neighbors = neighbors;
  trail.append(record);
  const json line = lines_of(ring).at(0);
  EXPECT_EQ(line["command"].get<std::string>().size(), command_size_max);
  EXPECT_EQ(line["command_size"], command.size());
  EXPECT_EQ(line["neighbors"].size(), neighbors_max);
  EXPECT_EQ(line["neighbors_count"], neighbors.size());
}

TEST(Trail, TurnsALossIntoARecordBeforeWhatFollows) {
  base::Ring ring(1024);
  Trail trail(ring);
  std::uint64_t accepted = 0;
  while (trail.lost_count() == 0) accepted = trail.append(change()) - 1;
  trail.append(change());
  trail.report_loss({});
  EXPECT_EQ(trail.lost_count(), 2u);
  ASSERT_EQ(lines_of(ring).size(), accepted);
  trail.append(change());
  const std::vector<json> lines = lines_of(ring);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0]["kind"], "lost");
  EXPECT_EQ(lines[0]["seq"], accepted + 3);
  EXPECT_EQ(lines[0]["detail"], "2 records lost: seq " + std::to_string(accepted + 1) + " to " +
                                    std::to_string(accepted + 2));
  EXPECT_EQ(lines[1]["kind"], "change");
  EXPECT_EQ(lines[1]["seq"], accepted + 4);
}

TEST(Trail, ReportsALossWithoutWaitingForTheNextRecord) {
  base::Ring ring(1024);
  Trail trail(ring);
  while (trail.lost_count() == 0) trail.append(change());
  lines_of(ring);
  trail.report_loss({{7}, 8});
  const std::vector<json> lines = lines_of(ring);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0]["kind"], "lost");
  EXPECT_EQ(lines[0]["mono_ns"], 7);
  EXPECT_EQ(lines[0]["utc_ns"], 8);
  trail.report_loss({});
  EXPECT_TRUE(lines_of(ring).empty());
}

TEST(Trail, FillStopsAtItsBoundAndLosesNothing) {
  base::Ring ring(4096);
  Trail trail(ring);
  for (int i = 0; i < 5; ++i) trail.append(change());
  std::string text;
  EXPECT_TRUE(Drain(ring).fill(text, 1));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  EXPECT_EQ(lines_of(ring).size(), 4u);
}

TEST(Record, PrintsTimesBeforeTheEpochAndOnLeapDays) {
  const auto text = [](std::int64_t utc_ns) {
    std::string out;
    base::TextWriter writer(out);
    print_rfc3339(utc_ns, writer);
    return out;
  };
  EXPECT_EQ(text(0), "1970-01-01T00:00:00.000000000Z");
  EXPECT_EQ(text(-1), "1969-12-31T23:59:59.999999999Z");
  EXPECT_EQ(text(1'709'210'096'000'000'005), "2024-02-29T12:34:56.000000005Z");
}

TEST(Record, RefusesBytesThatAreNoRecord) {
  std::string out;
  EXPECT_FALSE(print_packed(base::bytes_of("short"), out));
  EXPECT_FALSE(print_packed(base::bytes_of(std::string(200, 'x')), out));
  EXPECT_TRUE(out.empty());
}

}  // namespace
}  // namespace openbell::audit
