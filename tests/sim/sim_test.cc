// Three daemons and a hostile network. A helper of the first one announces, withdraws, leases and
// disturbs at random, programs that its services watch die and return, plans are run and reverted,
// while connections break, stall, are refused and collide; when quiet, what was asked for is what
// the first daemon believes it announced and what the others hold.
//
// OPENBELL_SIM_SEEDS=FIRST:COUNT chooses the seeds, SIM_LOG=1 shows what the daemons log.

#include <algorithm>
#include <cstdlib>
#include <gtest/gtest.h>
#include <map>
#include <set>
#include <sstream>

#include "tests/sim/mirror.h"
#include "tests/sim/world.h"

namespace openbell::sim {
namespace {

using base::milliseconds;
using base::seconds;
using bgp::Purpose;

constexpr std::string_view addresses[] = {"10.0.0.1", "10.0.0.2", "10.0.0.3"};
constexpr std::string_view families =
    "ipv4 unicast; ipv4 mpls-vpn; ipv4 flow; ipv6 unicast; ipv4 nlri-mpls;";

/// What a reload changes in the first daemon's file.
struct Variant {
  unsigned routes = 0;      // of the configured ones, which have odd attributes
  unsigned hold_time = 90;  // of every session
  unsigned rate_limit = 0;  // of the second neighbor
};

std::string helper_section(std::string_view name, std::string_view queue) {
  return "process " + std::string(name) + " { run helper; encoder json; queue " +
         std::string(queue) + "; }\n";
}

std::string static_route(unsigned number, const Variant& variant) {
  const unsigned generation = number % 3 == 0 ? variant.routes : 0;
  std::string route = "172.16." + std::to_string(number) +
                      ".0/24 next-hop 10.9.9.9 origin igp local-preference " +
                      std::to_string(100 + generation);
  if (number == 7) route += " watchdog dog";
  return route;
}

bool has_static_route(unsigned number, const Variant& variant) {
  return number % 4 != 1 || variant.routes % 2 == 0;
}

constexpr unsigned static_routes = 12;

constexpr std::string_view service_attributes =
    " next-hop 10.9.9.9 origin igp local-preference 100";

/// What the services and the plan announce, without attributes.
constexpr std::string_view alpha_route = "10.200.0.0/24";
constexpr std::string_view beta_route = "10.201.0.0/24";
constexpr std::string_view plan_route = "10.202.0.0/24";

std::string health_sections() {
  const auto route = [](std::string_view prefix) {
    return " route " + std::string(prefix) + std::string(service_attributes) + ";";
  };
  return "service alpha {" + route(alpha_route) +
         " check hold one { address 127.0.0.1:1; interval 200ms; timeout 100ms; } }\n"
         "service beta {" +
         route(beta_route) +
         " check hold two { address 127.0.0.1:2; interval 200ms; timeout 100ms; }"
         " check tcp three { address 127.0.0.1:3; interval 150ms; timeout 100ms; jitter 5ms; rise "
         "2;"
         " fall 2; } any; when down { med 5; } }\n"
         "plan dr { service alpha down;" +
         route(plan_route) + " }\n";
}

std::string sender_configuration(const Variant& variant) {
  std::string text = helper_section("feed", "1000000") + health_sections();
  for (std::size_t peer = 1; peer < 3; ++peer) {
    text += "neighbor " + std::string(addresses[peer]) + " {\n local-address 10.0.0.1;\n" +
            " router-id 10.0.0.1; local-as 65000; peer-as 65000; hold-time " +
            std::to_string(variant.hold_time) + ";\n";
    if (peer == 2 && variant.rate_limit != 0)
      text += " rate-limit " + std::to_string(variant.rate_limit) + ";\n";
    text += " capability { route-refresh; }\n family { " + std::string(families) + " }\n";
    text +=
        " api { processes [ feed ]; neighbor-changes; fsm; receive { parsed; update; refresh; } "
        "send { parsed; update; } }\n static {\n";
    for (unsigned i = 0; i < static_routes; ++i)
      if (has_static_route(i, variant)) text += "  route " + static_route(i, variant) + ";\n";
    text += " }\n}\n";
  }
  return text;
}

std::string receiver_configuration(std::size_t self) {
  return helper_section("watch", "1000000") + "neighbor 10.0.0.1 {\n local-address " +
         std::string(addresses[self]) + ";\n router-id " + std::string(addresses[self]) +
         "; local-as 65000; peer-as 65000;\n capability { route-refresh; }\n family { " +
         std::string(families) +
         " }\n api { processes [ watch ]; neighbor-changes; receive { parsed; update; } }\n}\n";
}

/// Without what a session adds where nothing was said.
std::string normal(std::string line) {
  for (const std::string_view added : {" origin igp", " local-preference 100", " as-path [ ]"})
    if (const std::size_t at = line.find(added); at != std::string::npos)
      line.erase(at, added.size());
  return line;
}

/// Lines of a table report, without the name of the neighbor.
std::multiset<std::string> table(const std::string& output) {
  std::multiset<std::string> lines;
  std::istringstream in(output);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("neighbor ")) continue;
    const std::size_t name_end = line.find(" in-open ");
    if (name_end != std::string::npos) lines.insert(normal(line.substr(name_end + 9)));
  }
  return lines;
}

std::string difference(const std::multiset<std::string>& a, const std::multiset<std::string>& b) {
  std::string text;
  for (const std::string& line : a)
    if (!b.contains(line)) text += "  only first:  " + line + "\n";
  for (const std::string& line : b)
    if (!a.contains(line)) text += "  only second: " + line + "\n";
  return text;
}

class Script {
 public:
  explicit Script(std::uint64_t seed) : world_(seed) {
    for (std::size_t i = 0; i < 3; ++i) {
      engine::Options options;
      options.host = std::string(addresses[i]);
      nodes_[i] = &world_.add_node(addresses[i], options);
    }
    nodes_[0]->configuration = sender_configuration(variant_);
    for (std::size_t i = 1; i < 3; ++i) nodes_[i]->configuration = receiver_configuration(i);
    for (Node* node : nodes_) node->start();
    configure_mirrors({}, false);
    world_.run(seconds(1));
  }

  /// Empty when all is as it must be.
  std::string play() {
    storm();
    const std::uint64_t steps = 20 + world_.random.below(40);
    for (std::uint64_t i = 0; i < steps && world_.fault().empty(); ++i) step();
    calm();
    world_.run(seconds(30));
    return verdict();
  }
  [[nodiscard]] std::uint64_t transcript() const { return world_.transcript(); }

 private:
  Random& random() { return world_.random; }

  void storm() {
    world_.weather.refuse_percent = static_cast<unsigned>(random().below(30));
    world_.weather.stall_percent = static_cast<unsigned>(random().below(20));
    world_.weather.buffer = random().chance(50) ? 16'384 : 300;
    world_.weather.chunk_max = random().chance(50) ? 3000 : 40;
  }
  void calm() { world_.weather = {}; }

  void step() {
    const std::uint64_t kind = random().below(100);
    if (kind < 66) return speak();
    if (kind < 74) return toggle_program();
    if (kind < 80) return direct();
    if (kind < 84) return world_.cut();
    if (kind < 86) return world_.knock(*nodes_[0], *nodes_[1 + random().below(2)]);
    if (kind < 88) return world_.knock(*nodes_[1 + random().below(2)], *nodes_[0]);
    if (kind < 90) return reload();
    world_.run(milliseconds(static_cast<std::int64_t>(random().below(700))));
  }

  // --- what the helper says

  void speak() {
    const std::uint64_t kind = random().below(100);
    const std::uint64_t burst = random().chance(10) ? 30 : 1;
    if (kind < 88) {
      for (std::uint64_t i = 0; i < burst; ++i) change_route();
    } else if (kind < 90) {
      clear();
    } else if (kind < 92) {
      tell(selector(), "flush adj-rib out");
    } else if (kind < 93) {
      nodes_[1 + random().below(2)]->say("watch", "announce route-refresh ipv4 unicast");
    } else if (kind < 95) {
      tell(selector(), "teardown 4");
    } else if (kind < 96) {
      tell(selector(), "announce eor ipv4 flow");
    } else if (kind < 98) {
      random().chance(50) ? watchdog() : lease();
    } else {
      nodes_[0]->say("feed", "restart");
    }
  }

  /// 0: both neighbors without a selector, 3: with one.
  std::size_t selector() { return random().below(4); }
  static bool chooses(std::size_t selector, std::size_t peer) {
    return selector == 0 || selector == 3 || selector == peer;
  }
  void tell(std::size_t selector, const std::string& command) {
    std::string line;
    if (selector == 3) line = "neighbor 10.0.0.2, neighbor 10.0.0.3 ";
    if (selector == 1 || selector == 2) line = "neighbor " + std::string(addresses[selector]) + " ";
    nodes_[0]->say("feed", line + command);
  }

  std::string attributes() {
    std::string text = " origin igp local-preference 100";
    if (random().chance(60)) text += " med " + std::to_string(random().below(3));
    if (random().chance(30))
      text += " community [ 65000:" + std::to_string(random().below(4)) + " ]";
    return text;
  }

  void change_route() {
    const bool announce = random().chance(65);
    const std::string number = std::to_string(random().below(12));
    const std::string labels = " label " + std::to_string(100 + random().below(3));
    std::string route;
    std::string form = "route ";
    switch (random().below(5)) {
      case 0:
        route = "10.1." + number + ".0/24 next-hop 10.9.9." + number;
        break;
      case 1:
        route = "2001:db8:" + number + "::/48 next-hop 2001:db8::1";
        break;
      case 2:
        route = "10.2." + number + ".0/24 rd 65000:1" + labels + " next-hop 10.9.9.9";
        break;
      case 3:
        form = "flow route ";
        route = "{ match { destination 10.3." + number +
                ".0/24; protocol tcp; } then { rate-limit " +
                std::to_string(9600 + random().below(2)) + "; } }";
        break;
      default:
        route = "10.4." + number + ".0/24" + labels + " next-hop 10.9.9.9";
        break;
    }
    if (form == "route ") route += attributes();
    if (announce) announced_.push_back({form, route});
    say_route(selector(), announce ? Purpose::announce : Purpose::withdraw, {form, route});
  }

  struct Statement {
    std::string form;
    std::string route;
  };

  void say_route(std::size_t whom, Purpose purpose, const Statement& said) {
    tell(whom, (purpose == Purpose::announce ? "announce " : "withdraw ") + said.form + said.route);
    mirror(whom, said.form == "route " ? grammar::RouteForm::route : grammar::RouteForm::flow,
           said.route, purpose);
  }

  // --- services, plans and leases

  void toggle_program() {
    const std::string_view name = programs[random().below(3)];
    alive_[std::string(name)] = random().chance(50);
    nodes_[0]->set_program(name, alive_[std::string(name)]);
  }

  /// An operator's word on a service or the plan.
  void direct() {
    const std::uint64_t kind = random().below(6);
    if (kind == 0) {
      nodes_[0]->say("feed", "plan run dr");
      if (plan_runs_) return;
      plan_runs_ = true;
      alpha_before_plan_ = alpha_.order;
      alpha_.order = "down";
    } else if (kind == 1) {
      nodes_[0]->say("feed", "plan revert dr");
      if (!std::exchange(plan_runs_, false)) return;
      alpha_.order = alpha_before_plan_;
    } else {
      constexpr std::string_view words[] = {"up", "down", "disable", "enable"};
      const std::string_view word = words[kind - 2];
      const bool first = random().chance(50);
      nodes_[0]->say("feed",
                     "service " + std::string(first ? "alpha " : "beta ") + std::string(word));
      Directed& directed = first ? alpha_ : beta_;
      if (word == "disable") {
        directed.disabled = true;
      } else {
        directed.order = word == "enable" ? "" : word;
        if (word == "enable") directed.disabled = false;
      }
    }
  }

  /// A lease that ends before the verdict, one that does not, or the same route for ever.
  void lease() {
    const std::uint64_t kind = random().below(4);
    if (kind == 3) return nodes_[0]->say("feed", "renew");
    const Statement said{"route ", "10.203." + std::to_string(random().below(3)) + ".0/24" +
                                       std::string(service_attributes)};
    const std::size_t whom = selector();
    tell(whom, "announce " + said.form + said.route +
                   (kind == 0   ? " lease 300ms"
                    : kind == 1 ? " lease 2h"
                                : ""));
    mirror(whom, grammar::RouteForm::route, said.route,
           kind == 0 ? Purpose::withdraw : Purpose::announce);
  }

  /// What the services and the plan must have come to.
  void mirror_health() {
    const auto settle = [&](std::string_view prefix, bool announced, std::string_view more) {
      mirror(0, grammar::RouteForm::route,
             std::string(prefix) + std::string(service_attributes) + std::string(more),
             announced ? Purpose::announce : Purpose::withdraw);
    };
    const bool alpha = alpha_.order.empty() ? alive_["one"] : alpha_.order == "up";
    settle(alpha_route, alpha && !alpha_.disabled, "");
    const bool beta = beta_.order.empty() ? alive_["two"] || alive_["three"] : beta_.order == "up";
    settle(beta_route, !beta_.disabled, beta ? "" : " med 5");
    settle(plan_route, plan_runs_, "");
  }

  void clear() {
    const std::size_t whom = selector();
    tell(whom, "clear adj-rib out");
    for (std::size_t peer = 1; peer < 3; ++peer)
      if (chooses(whom, peer)) mirrors_[peer].clear();
    // The very same again, often in the same turn: it comes after the clear, so it stays.
    for (const Statement& said : announced_)
      if (random().chance(20)) say_route(selector(), Purpose::announce, said);
  }

  void watchdog() {
    dog_ = random().chance(50);
    nodes_[0]->say("feed", dog_ ? "announce watchdog dog" : "withdraw watchdog dog");
    if (has_static_route(7, variant_))
      mirror(0, grammar::RouteForm::route, static_route(7, variant_),
             dog_ ? Purpose::announce : Purpose::withdraw);
  }

  /// Reloads are kept apart from commands: what a command changes while a reload is under way is
  /// not defined.
  void reload() {
    const Variant before = variant_;
    const bool refused = random().chance(20);
    if (random().chance(70)) variant_.routes = static_cast<unsigned>(random().below(4));
    if (random().chance(20)) variant_.hold_time = random().chance(50) ? 90 : 30;
    if (random().chance(20)) variant_.rate_limit = random().chance(50) ? 0 : 200;
    nodes_[0]->configuration = refused ? "neighbor {" : sender_configuration(variant_);
    nodes_[0]->say("feed", "reload");
    world_.run(milliseconds(50));
    if (refused) {
      variant_ = before;
      nodes_[0]->configuration = sender_configuration(variant_);
    } else {
      configure_mirrors(before, true);
    }
  }

  // --- what must come of it

  class Into final : public grammar::RouteSink {
   public:
    Into(Mirror& mirror, Purpose purpose) : mirror_(mirror), purpose_(purpose) {}
    void route(const grammar::RouteView& route) override {
      purpose_ == Purpose::announce ? mirror_.announce(route) : mirror_.withdraw(route);
    }

   private:
    Mirror& mirror_;
    Purpose purpose_;
  };

  void mirror(std::size_t whom, grammar::RouteForm form, const std::string& statement,
              Purpose purpose) {
    for (std::size_t peer = 1; peer < 3; ++peer) {
      if (!chooses(whom, peer)) continue;
      base::TextReader in(statement);
      Into into(mirrors_[peer], purpose);
      if (!parser_.parse(in, form, {}, purpose, into))
        ADD_FAILURE() << statement << ": wanted " << in.complaint().wanted;
    }
  }

  void configure_mirrors(const Variant& before, bool reloaded) {
    for (unsigned i = 0; i < static_routes; ++i) {
      const bool was = reloaded && has_static_route(i, before);
      const bool is = has_static_route(i, variant_);
      if (i == 7 && !dog_) continue;
      if (was && !is)
        mirror(0, grammar::RouteForm::route, static_route(i, before), Purpose::withdraw);
      if (is && (!was || static_route(i, before) != static_route(i, variant_)))
        mirror(0, grammar::RouteForm::route, static_route(i, variant_), Purpose::announce);
    }
  }

  std::multiset<std::string> ask(Node& node, std::string_view helper, const std::string& command) {
    node.take_output(helper);
    node.say(helper, command);
    world_.run(seconds(1));
    return table(node.take_output(helper));
  }

  std::string verdict() {
    if (!world_.fault().empty()) return world_.fault();
    mirror_health();
    for (std::size_t peer = 1; peer < 3; ++peer) {
      std::multiset<std::string> wanted;
      for (const auto& [line, key] : mirrors_[peer].lines()) wanted.insert(normal(line));
      const std::multiset<std::string> believed =
          ask(*nodes_[0], "feed", "show adj-rib out extensive " + std::string(addresses[peer]));
      const std::multiset<std::string> held =
          ask(*nodes_[peer], "watch", "show adj-rib in extensive");
      if (!world_.fault().empty()) return world_.fault();
      const std::string name(addresses[peer]);
      if (believed != wanted)
        return "wanted (first) and believed (second) differ for " + name + ":\n" +
               difference(wanted, believed);
      if (believed != held)
        return "believed (first) and held (second) differ for " + name + ":\n" +
               difference(believed, held);
    }
    for (const Node* node : nodes_)
      if (node->exited()) return "a daemon asked for its end";
    return world_.fault();
  }

  static constexpr std::string_view programs[] = {"one", "two", "three"};
  struct Directed {
    std::string order;  // "up", "down", empty: by its checks
    bool disabled = false;
  };

  Directed alpha_;
  Directed beta_;
  bool plan_runs_ = false;
  std::string alpha_before_plan_;
  std::map<std::string, bool> alive_;
  World world_;
  Node* nodes_[3] = {};
  Variant variant_;
  bool dog_ = true;
  std::vector<Statement> announced_;
  grammar::RouteParser parser_;
  Mirror mirrors_[3];  // by peer
};

struct Seeds {
  std::uint64_t first = 1;
  std::uint64_t count = 1000;
};

Seeds chosen_seeds() {
  Seeds seeds;
  if (const char* text = std::getenv("OPENBELL_SIM_SEEDS")) {
    char* rest = nullptr;
    seeds.first = std::strtoull(text, &rest, 10);
    seeds.count = *rest == ':' ? std::strtoull(rest + 1, nullptr, 10) : 1;
  }
  return seeds;
}

TEST(Sim, WhatIsHeldIsWhatWasAskedFor) {
  const Seeds seeds = chosen_seeds();
  for (std::uint64_t seed = seeds.first; seed < seeds.first + seeds.count; ++seed) {
    SCOPED_TRACE("OPENBELL_SIM_SEEDS=" + std::to_string(seed));
    Script script(seed);
    const std::string verdict = script.play();
    ASSERT_TRUE(verdict.empty()) << verdict;
    if (testing::Test::HasFailure()) return;
  }
}

TEST(Sim, EqualSeedsGiveEqualBytes) {
  const Seeds seeds = chosen_seeds();
  for (std::uint64_t seed = seeds.first; seed < seeds.first + std::min(seeds.count, 20ul); ++seed) {
    Script once(seed);
    Script again(seed);
    once.play();
    again.play();
    EXPECT_EQ(once.transcript(), again.transcript()) << "OPENBELL_SIM_SEEDS=" << seed;
  }
}

}  // namespace
}  // namespace openbell::sim
