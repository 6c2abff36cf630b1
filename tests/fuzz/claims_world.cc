#include "tests/fuzz/claims_world.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "bgp/message/notification.h"
#include "tests/fuzz/claims_report.h"
#include "tests/fuzz/stage.h"

namespace openbell::fuzz {

namespace {

constexpr std::string_view processes =
    "process feed { run helper; encoder json; on-exit withdraw; "
    "subscribe [ service plan guard lease ]; }\n"
    "process text { run helper; encoder text; on-exit withdraw after 50ms; }\n";

std::string neighbor(std::string_view address, std::string_view as, std::string_view more) {
  std::string text("neighbor ");
  return text.append(address)
      .append(" { local-address 10.0.0.1; router-id 10.0.0.1; local-as 65000; peer-as ")
      .append(as)
      .append("; capability { route-refresh; } api { processes [ feed text ]; } ")
      .append(more)
      .append(" }\n");
}

const std::string unicast = "family { ipv4 unicast; ipv6 unicast; } ";

std::string first_configuration() {
  return std::string(processes) +
         neighbor("10.0.0.2", "65001",
                  "family { all; } static { route 10.1.0.0/16 next-hop self; "
                  "route 10.2.0.0/16 next-hop self watchdog dog withdraw; "
                  "route 10.7.0.0/16 next-hop self watchdog cat; }") +
         neighbor("10.0.0.3", "65000",
                  unicast +
                      "static { route 10.1.0.0/16 next-hop 10.0.0.9 med 7; "
                      "route 2001:db8::/32 next-hop 2001:db8::1; }") +
         neighbor("10.0.0.4", "65001", unicast) +
         neighbor("10.1.0.0/16", "65001",
                  "passive true; family { ipv4 unicast; } static { route 10.1.0.0/16 "
                  "next-hop self med 8; route 10.2.0.0/16 next-hop self watchdog dog; }") +
         "service a { route 10.1.0.0/16 next-hop self; route 10.3.0.0/16 next-hop self; "
         "check hold ca { address 127.0.0.1:1; } when down { med 5; } }\n"
         "service b { route 10.1.0.0/16 next-hop self med 9; check hold cb { address 127.0.0.1:1; }"
         " check tcp cc { address 127.0.0.1:2; interval 100ms; timeout 50ms; rise 1; fall 1; }"
         " any; }\n"
         "service c { route 10.4.0.0/16 next-hop self; neighbor [ 10.0.0.2 10.1.0.0/16 ]; "
         "check peer { neighbor 10.0.0.3; } last-announcer [ a ]; }\n"
         "service d { route 2001:db8::/32 next-hop 2001:db8::2; "
         "check hold cd { address 127.0.0.1:1; } dampen { after 2; within 60s; hold 1s; } }\n"
         "plan p { service a down; route 10.1.0.0/16 next-hop self community [ 65000:1 ]; "
         "withdraw route 10.4.0.0/16; }\n"
         "plan q { service c up; withdraw route 10.1.0.0/16; neighbor [ 10.0.0.2 10.0.0.3 ]; "
         "when service b down; }\n"
         "plan r { service a up; service b down; route 10.5.0.0/16 next-hop 10.0.0.1; "
         "withdraw route 2001:db8::/32; armed false; when check d/cd down; }\n"
         "guard { maximum-changes 3000; frozen mon 10:00-11:00 UTC; }\n";
}

/// Another order, another address, other routes; the helper `text` has gone.
std::string second_configuration() {
  std::string text(processes.substr(0, processes.find("process text")));
  text += neighbor("10.0.0.2", "65001",
                   "family { all; } static { route 10.1.0.0/16 next-hop self "
                   "med 1; route 10.2.0.0/16 next-hop self; }") +
          neighbor("10.0.0.3", "65000", unicast) + neighbor("10.0.0.5", "65001", unicast) +
          neighbor("10.1.0.0/16", "65001", "passive true; family { ipv4 unicast; }") +
          "service b { route 10.1.0.0/16 next-hop self med 9; check hold cb { address 127.0.0.1:1; "
          "} }\n"
          "service a { route 10.1.0.0/16 next-hop self; neighbor [ 10.0.0.3 10.1.0.0/16 ]; "
          "check hold ca { address 127.0.0.1:1; } when disabled { med 6; } }\n"
          "service d { route 2001:db8::/32 next-hop 2001:db8::2; "
          "check hold cd { address 127.0.0.1:1; } }\n"
          "plan p { service b down; route 10.1.0.0/16 next-hop self med 3; }\n"
          "plan q { withdraw route 10.3.0.0/16; service a up; when check b/cb down; }\n"
          "guard { frozen mon 10:00-11:00 UTC; checks hold; leases hold; }\n";
  for (std::size_t at = 0; (at = text.find("feed text", at)) != std::string::npos;)
    text.replace(at, 9, "feed");
  return text;
}

session::LocalOpen refreshing(session::LocalOpen open) {
  open.capabilities.route_refresh = true;
  return open;
}

[[noreturn]] void complain(std::string_view what, const std::vector<std::string>& details) {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(what.size()), what.data());
  for (const std::string& detail : details) std::fprintf(stderr, "  %s\n", detail.c_str());
  base::check_failed("claims_world.cc", __LINE__, "see above");
}

}  // namespace

World::World()
    : peers_{Peer("10.0.0.2", peer(65001, "10.0.0.2")),
             Peer("10.0.0.3",
                  refreshing(engine::Stage::speaker(
                      65000, "10.0.0.3", {bgp::Family::ipv4_unicast, bgp::Family::ipv6_unicast}))),
             Peer("10.1.2.3", refreshing(engine::Stage::speaker(65001, "10.1.2.3",
                                                                {bgp::Family::ipv4_unicast})))} {
  reload(0);
  typist_ = stage_.engine.on_client({.name = "cli", .role = engine::Role::administer}, stage_.now);
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
    const engine::ConnectionId connection = stage_.dialled(peers_[i].address);
    OPENBELL_CHECK(connection != engine::no_connection);
    stage_.answer(connection);
    peers_[i].come(connection);
    stage_.introduce(connection, peers_[i].open);
  }
  bring(peers_[2]);
  settle();
  for (const char check : {'a', 'b', 'c', 'd', 't'}) happens(check);
  for (const Peer& each : peers_) OPENBELL_CHECK(each.up());
}

// --- what happens

void World::say(std::string_view line) {
  std::string_view helper = "feed";
  if (line.starts_with('@')) helper = "text";
  if (line.starts_with('$')) {
    stage_.engine.on_client_line(typist_, line.substr(1), stage_.now);
    return follow();
  }
  if (helper != "feed") line.remove_prefix(1);
  speak(helper, line);
}

void World::happens(char event) {
  constexpr std::string_view checks[] = {"ca", "cb", "cc", "cd"};
  const auto check = static_cast<std::size_t>((event | 0x20) - 'a');
  if (check < std::size(checks)) return stage_.report(checks[check], event > 'Z', "gone");
  switch (event) {
    case 'k':
      return end_helper("feed");
    case 'K':
      return end_helper("text");
    case 'z':
      return toggle_helper("feed");
    case 'w':
      return toggle_wire(peers_[0]);
    case 'W':
      return toggle_wire(peers_[1]);
    case 'x':
      return drop(peers_[0]);
    case 'X':
      return bring(peers_[0]);
    case 'y':
      return drop(peers_[1]);
    case 'Y':
      return bring(peers_[1]);
    case 'v':
      return drop(peers_[2]);
    case 'V':
      return bring(peers_[2]);
    case 'r':
      return reload(0);
    case 'R':
      return reload(1);
    case 'q':
      return refresh(peers_[0]);
    case 'h':
      stage_.minute = stage_.minute == 0 ? 630 : 0;
      break;
    case 'u':
      stage_.engine.flush_urgent(stage_.now);
      break;
    case 'f':
      stage_.engine.flush(stage_.now);
      break;
    case 's':
      settle();
      break;
    case 'p':
      stage_.pass(base::milliseconds(60));
      break;
    case 't':
      stage_.wait(base::milliseconds(20));
      break;
    case 'T':
      stage_.wait(base::seconds(1));
      break;
    case '=':
      return judge();
    default:
      break;
  }
  follow();
}

void World::speak(std::string_view helper, std::string_view line) {
  const std::uint32_t id = stage_.helper_named(helper);
  if (!stage_.helpers[id].running || stage_.helpers[id].name != helper) return;
  stage_.say(id, line);
  follow();
}

void World::end_helper(std::string_view name) {
  const std::uint32_t id = stage_.helper_named(name);
  if (!stage_.helpers[id].running || stage_.helpers[id].name != name) return;
  stage_.end_helper(id, "signal 9");
  follow();
}

void World::toggle_helper(std::string_view name) {
  const std::uint32_t id = stage_.helper_named(name);
  engine::Stage::HelperState& helper = stage_.helpers[id];
  helper.asleep = !helper.asleep;
  if (helper.asleep || !helper.running) return;
  helper.unread = 0;
  stage_.engine.on_helper_writable(engine::HelperId{id}, 0, stage_.now);
}

void World::toggle_wire(const Peer& peer) {
  if (peer.connection == engine::no_connection) return;
  if (stage_.wires[peer.connection].blocked) return stage_.drain(peer.connection);
  stage_.wires[peer.connection].blocked = true;
}

void World::drop(Peer& peer) {
  if (peer.connection == engine::no_connection) return;
  const engine::ConnectionId connection = peer.connection;
  peer.leave();
  stage_.wires[connection].closed = true;
  stage_.engine.on_closed(connection, "reset by peer", stage_.now);
  follow();
}

void World::bring(Peer& peer) {
  if (peer.connection != engine::no_connection || over()) return;
  const engine::ConnectionId connection = stage_.knock("10.0.0.1", peer.address);
  if (connection == engine::no_connection) return;
  peer.come(connection);
  stage_.introduce(connection, peer.open);
  follow();
}

void World::reload(std::size_t configuration) {
  static const std::string texts[] = {first_configuration(), second_configuration()};
  configuration_ = configuration;
  if (!stage_.hand_in(texts[configuration])) complain(stage_.refusal, stage_.complaints);
  follow();
}

void World::refresh(const Peer& peer) {
  if (!peer.up()) return;
  std::uint8_t message[bgp::header_size + 4];
  for (const bgp::Family family : peer.families())
    if (!stage_.wires[peer.connection].closed)
      stage_.receive(peer.connection,
                     bgp::encode_refresh(family, bgp::RefreshSubtype::request, message));
  follow();
}

void World::settle() {
  stage_.settle();
  follow();
}

void World::follow() {
  if (!over()) stage_.start_helpers();
  for (Peer& peer : peers_) {
    if (peer.connection == engine::no_connection) continue;
    engine::Stage::Wire& wire = stage_.wires[peer.connection];
    peer.read(std::exchange(wire.sent, {}));
    if (wire.closed) peer.leave();
  }
  if (std::exchange(reloads_, stage_.reloads) != stage_.reloads && !over()) reload(configuration_);
}

// --- what must hold

void World::quiet() {
  for (const Peer& peer : peers_)
    if (peer.connection != engine::no_connection && stage_.wires[peer.connection].blocked)
      stage_.drain(peer.connection);
  for (auto& [id, helper] : std::map(stage_.helpers)) {
    if (helper.asleep) toggle_helper(helper.name);
    if (helper.running && helper.stopped) stage_.end_helper(id, "signal 15");
  }
  settle();
  settle();
}

void World::judge_told() {
  quiet();
  if (over()) return;
  judge_tables();
  judge_refreshes();
}

void World::judge() {
  judge_told();
  if (over()) return;
  for (const std::string_view plan : {"p", "q", "r"}) judge_plan(plan);
  judge_reload();
}

std::vector<std::string> World::ask(const std::string& line) {
  settle();
  stage_.clients[typist_].clear();
  stage_.engine.on_client_line(typist_, line, stage_.now);
  settle();
  const std::string text = std::exchange(stage_.clients[typist_], {});
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    if (lines.back() == "done" || lines.back() == "error" ||
        lines.back().starts_with("{ \"exabgp\""))
      lines.pop_back();
    at = end + 1;
  }
  return lines;
}

void World::judge_tables() {
  std::vector<std::string> shown = ask("show adj-rib out");
  std::sort(shown.begin(), shown.end());
  std::vector<std::string> told;
  for (const Peer& peer : peers_) {
    if (!peer.up()) continue;
    const std::vector<std::string> lines = peer.lines();
    told.insert(told.end(), lines.begin(), lines.end());
  }
  std::sort(told.begin(), told.end());
  std::vector<std::string> differences;
  std::set_difference(shown.begin(), shown.end(), told.begin(), told.end(),
                      std::back_inserter(differences));
  for (std::string& line : differences) line.insert(0, "shown, not told: ");
  std::vector<std::string> others;
  std::set_difference(told.begin(), told.end(), shown.begin(), shown.end(),
                      std::back_inserter(others));
  for (std::string& line : others) differences.push_back("told, not shown: " + line);
  if (!differences.empty()) complain("peers have not what is shown", differences);
  for (const std::string_view prefix : {"10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16", "10.4.0.0/16",
                                        "10.5.0.0/16", "10.7.0.0/16", "2001:db8::/32"})
    judge_route(std::string(prefix));
}

void World::judge_route(const std::string& prefix) {
  const std::vector<std::string> lines = ask("show route " + prefix);
  for (std::size_t at = 0; at < lines.size();) {
    RouteReport report;
    for (++at; at < lines.size() && lines[at].starts_with("  "); ++at) report.read(lines[at]);
    if (!report.ordered()) complain("claims are not in their order", lines);
    for (const std::string neighbor : {"10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"})
      if (!report.holds_for(neighbor))
        complain("not the highest claim is told to " + neighbor, lines);
  }
}

void World::judge_refreshes() {
  for (Peer& peer : peers_) {
    if (!peer.up()) continue;
    const Peer::Table before = std::exchange(peer.table, {});
    const std::vector<std::string> lines = peer.lines();
    refresh(peer);
    settle();
    if (!peer.up() || peer.table == before) continue;
    std::vector<std::string> details = peer.lines();
    for (const auto& [key, held] : before) {
      const auto known = peer.table.find(key);
      if (known != peer.table.end() && known->second == held) continue;
      std::string& text = details.emplace_back("other than before: ");
      base::TextWriter(text).hex(key.second).put(' ').hex(held.attributes);
      if (known != peer.table.end()) base::TextWriter(text).put(' ').hex(known->second.attributes);
    }
    complain("a refresh of " + peer.address + " tells something else", details);
  }
}

/// What a plan shows is what it sends, and its end leaves no trace, as far as nothing follows from
/// it.
void World::judge_plan(std::string_view name) {
  const std::string plan(name);
  const std::vector<std::string> plans = ask("show plans");
  const std::vector<std::string> held = ask("show guard");
  const std::vector<std::string> shown = ask("plan show " + plan);
  std::array<Peer::Table, 3> before;
  std::array<Peer::Table, 3> promised;
  for (std::size_t i = 0; i < peers_.size(); ++i) before[i] = peers_[i].table;
  for (const std::string& line : shown) {
    for (Peer& peer : peers_) {
      const std::string head = "plan " + plan + " neighbor " + peer.address + " update ";
      if (!line.starts_with(head) || !peer.up()) continue;
      std::vector<std::uint8_t> bytes;
      OPENBELL_CHECK(base::from_hex(std::string_view(line).substr(head.size()), bytes));
      peer.read(bytes);
    }
  }
  for (std::size_t i = 0; i < peers_.size(); ++i)
    promised[i] = std::exchange(peers_[i].table, before[i]);
  const auto others = [&] {
    std::vector<std::string> lines = ask("show plans");
    std::erase_if(lines, [&](const auto& line) { return line.starts_with("plan " + plan + " "); });
    return lines;
  };
  const std::vector<std::string> others_before = others();
  ask("plan run " + plan);
  if (ask("show plans") == plans) return;  // it runs already, or is held
  const bool alone = others() == others_before && ask("show guard") == held;
  for (std::size_t i = 0; alone && i < peers_.size(); ++i)
    if (peers_[i].table != promised[i])
      complain("plan " + plan + " sent something else to " + peers_[i].address, shown);
  // A check that has not decided leaves its service as it is, also when an order ends.
  const std::vector<std::string> services = ask("show services");
  const bool decided = std::none_of(services.begin(), services.end(), [](const auto& line) {
    return line.starts_with("  check ") && line.find(" unknown ") != std::string::npos;
  });
  ask("plan revert " + plan);
  for (std::size_t i = 0; alone && decided && i < peers_.size(); ++i)
    if (peers_[i].table != before[i])
      complain("the end of plan " + plan + " left something at " + peers_[i].address,
               peers_[i].lines());
}

/// A file that is read again says nothing new.
void World::judge_reload() {
  reload(configuration_);
  quiet();
  std::array<std::size_t, 3> before;
  for (std::size_t i = 0; i < peers_.size(); ++i) before[i] = peers_[i].updates;
  reload(configuration_);
  quiet();
  for (std::size_t i = 0; i < peers_.size(); ++i)
    if (peers_[i].updates != before[i])
      complain("a file that was read again was news to " + peers_[i].address, peers_[i].lines());
}

}  // namespace openbell::fuzz
