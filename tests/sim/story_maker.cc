// A story from a seed: nothing here knows what comes of it.

#include <algorithm>
#include <array>

#include "tests/sim/random.h"
#include "tests/sim/story.h"

namespace openbell::sim {

namespace {

using base::milliseconds;
using Verb = Command::Verb;

// Who announces what, unless claims overlap.
constexpr unsigned words_block = 1;
constexpr unsigned static_block = 10;
constexpr unsigned watched_block = 11;    // of the file
constexpr unsigned commanded_block = 12;  // with a watchdog, by command
constexpr unsigned service_block = 20;
constexpr unsigned plan_block = 21;
constexpr unsigned lease_block = 22;
constexpr unsigned bulk_block = 64;

const Peer first_peer = "10.0.0.2";
const Peer second_peer = "10.0.0.3";
const Peer other_address = "10.0.0.4";  // of the second peer
const Peer born_peers[] = {"10.1.0.2", "10.1.0.3"};

class Maker {
 public:
  Maker(std::uint64_t seed, const Ingredients& ingredients)
      : random_(seed * 0x9E3779B97F4A7C15 + 0x51), allowed_(ingredients) {
    story_.seed = seed;
    for (std::size_t i = 0; i < ingredient_count; ++i)
      chosen_[i] = allowed_.has(static_cast<Ingredient>(i)) && random_.chance(60);
    chosen_[static_cast<std::size_t>(Ingredient::bulk)] =
        allowed_.has(Ingredient::bulk) && random_.chance(5);
  }

  Story make() {
    gather_actions();
    make_setup();
    make_weather();
    story_.setup = setup_;
    const unsigned steps = 12 + random_.small(40);
    while (story_.steps.size() < steps) add_steps();
    return std::move(story_);
  }

 private:
  [[nodiscard]] bool has(Ingredient one) const { return chosen_[static_cast<std::size_t>(one)]; }
  void add(Step step) { story_.steps.push_back(std::move(step)); }
  template <typename T>
  const T& one_of(const std::vector<T>& list) {
    return list[random_.below(list.size())];
  }

  // --- routes

  void vary(Route& route) {
    if (random_.chance(60)) route.med = random_.small(3);
    if (random_.chance(20)) route.community = random_.small(3);
    if (random_.chance(30)) route.label = 100 + random_.small(2);
    if (has(Ingredient::next_hops) && random_.chance(30))
      route.hop = static_cast<Hop>(random_.small(4));
  }

  Route own_route(unsigned block, unsigned numbers) {
    Route route{.block = block, .number = random_.small(numbers)};
    if (random_.chance(50)) route.med = random_.small(3);
    return route;
  }

  /// What somebody else may announce as well.
  Route contested_route() {
    constexpr unsigned blocks[] = {static_block,  watched_block, service_block, service_block,
                                   service_block, plan_block,    lease_block};
    return own_route(blocks[random_.small(7)], 3);
  }

  Route word_route() {
    if (has(Ingredient::overlap) && random_.chance(45)) return contested_route();
    Route route{.block = words_block, .number = random_.small(6)};
    if (random_.chance(50)) {
      route.table = static_cast<Table>(random_.small(tables));
      route.block = 1 + static_cast<unsigned>(route.table);
    }
    vary(route);
    return route;
  }

  // --- the file

  void make_setup() {
    setup_.processes = {{.name = "feed"}, {.name = "cli"}, {.name = "twin"}};
    if (has(Ingredient::on_exit)) {
      for (ProcessSetup& process : setup_.processes) {
        process.withdraws = process.name == "twin" || random_.chance(50);
        if (process.withdraws && random_.chance(30)) process.withdraws_after = milliseconds(250);
      }
    }
    add_neighbor(first_peer);
    add_neighbor(second_peer);
    if (has(Ingredient::ranges)) add_neighbor(Peer(range_title));
    if (has(Ingredient::services)) {
      for (const char* name : {"alpha", "beta", "gamma"}) add_service(name);
      for (const char* program : {"one", "two", "three", "four"})
        if (random_.chance(50)) story_.alive.emplace_back(program);
    }
    if (has(Ingredient::plans)) {
      for (const char* name : {"first", "second", "third"}) {
        PlanSetup plan{.name = name};
        change_plan(plan);
        setup_.plans.push_back(plan);
      }
    }
    setup_.guarded = has(Ingredient::guards);
  }

  void add_neighbor(const Peer& title) {
    NeighborSetup neighbor{.title = title};
    neighbor.processes = {"feed", "cli"};
    if (title != second_peer || random_.chance(50)) neighbor.processes.emplace_back("twin");
    neighbor.extended_next_hop = has(Ingredient::next_hops) && random_.chance(50);
    neighbor.without_ipv6 = has(Ingredient::next_hops) && random_.chance(20);
    change_routes(neighbor);
    setup_.neighbors.push_back(neighbor);
  }

  void change_routes(NeighborSetup& neighbor) {
    neighbor.routes.clear();
    for (unsigned number = 0; number < 4; ++number) {
      if (random_.chance(30)) continue;
      Route route{.block = static_block, .number = number, .med = random_.small(3)};
      neighbor.routes.push_back({.route = route});
    }
    if (has(Ingredient::watchdogs)) {
      Route route{.block = watched_block, .number = 0, .med = random_.small(2)};
      neighbor.routes.push_back({route, "dog", random_.chance(20)});
      route.number = 1;
      neighbor.routes.push_back({route, "cat", random_.chance(80)});
      route.number = 2;
      neighbor.routes.push_back({route, "dog", random_.chance(50)});
    }
    if (has(Ingredient::overlap) && has(Ingredient::services) && random_.chance(50))
      neighbor.routes.push_back({.route = own_route(service_block, 3)});
    if (has(Ingredient::bulk)) {
      neighbor.bulk_count = random_.chance(30) ? 0 : 1200 + random_.small(1500);
      neighbor.bulk_med = random_.small(2);
    }
  }

  void add_service(const std::string& name) {
    ServiceSetup service{.name = name};
    if (name == "alpha") service.checks = {{.name = "one", .holds = true}};
    if (name == "beta") {
      service.checks = {{.name = "two", .holds = true},
                        {.name = "three", .holds = false, .rise = 2, .fall = 2}};
      service.any = true;
    }
    if (name == "gamma") service.checks = {{.name = "four", .holds = true}};
    change_service(service);
    setup_.services.push_back(service);
  }

  void change_service(ServiceSetup& service) {
    service.routes.clear();
    const unsigned own = service.name == "alpha" ? 0 : service.name == "beta" ? 1 : 2;
    Route route{.block = service_block, .number = own, .med = random_.small(2)};
    service.routes.push_back(route);
    if (has(Ingredient::overlap) && random_.chance(60)) {
      route.number = (own + 1) % 3;
      service.routes.push_back(route);
    }
    service.med_down.reset();
    service.med_disabled.reset();
    if (random_.chance(40)) service.med_down = 5;
    if (random_.chance(40)) service.med_disabled = 6;
    service.neighbors.clear();
    if (random_.chance(25)) service.neighbors = {one_of(titles())};
  }

  void change_plan(PlanSetup& plan) {
    plan.steps.clear();
    const unsigned steps = 1 + random_.small(3);
    for (unsigned i = 0; i < steps; ++i) {
      const PlanStepSetup step = plan_step();
      const bool again = std::any_of(plan.steps.begin(), plan.steps.end(), [&](const auto& other) {
        return step.service.empty()
                   ? other.service.empty() && nlri_of(other.route) == nlri_of(step.route)
                   : other.service == step.service;
      });
      if (!again) plan.steps.push_back(step);
    }
    plan.neighbors.clear();
    if (random_.chance(25)) plan.neighbors = {one_of(titles())};
    plan.when_down.clear();
    if (has(Ingredient::triggers) && has(Ingredient::services) && random_.chance(50))
      plan.when_down = {one_of(services())};
    plan.armed = random_.chance(70);
  }

  PlanStepSetup plan_step() {
    using Kind = PlanStepSetup::Kind;
    if (has(Ingredient::services) && random_.chance(40))
      return {random_.chance(75) ? Kind::down : Kind::up, one_of(services()), {}};
    PlanStepSetup step{.route = own_route(plan_block, 3)};
    if (has(Ingredient::overlap) && random_.chance(50)) {
      step.route = contested_route();
      if (random_.chance(60)) step.kind = Kind::withdraw;
    }
    return step;
  }

  static std::vector<std::string> services() { return {"alpha", "beta", "gamma"}; }

  [[nodiscard]] std::vector<Peer> titles() const {
    std::vector<Peer> all;
    for (const NeighborSetup& neighbor : setup_.neighbors) all.push_back(neighbor.title);
    return all.empty() ? std::vector<Peer>{first_peer} : all;
  }

  // --- other files

  void change_setup() {
    // An address that changes alone takes along what was said to the neighbor.
    if (has(Ingredient::moves) && random_.chance(30)) return move_neighbor();
    for (NeighborSetup& neighbor : setup_.neighbors) {
      if (random_.chance(60)) change_routes(neighbor);
      if (random_.chance(10)) neighbor.hold_time = random_.chance(50) ? 90 : 30;
      if (random_.chance(10)) neighbor.rate_limit = random_.chance(50) ? 0 : 200;
      if (has(Ingredient::next_hops) && random_.chance(20))
        neighbor.without_ipv6 = !neighbor.without_ipv6;
    }
    for (ServiceSetup& service : setup_.services)
      if (random_.chance(20)) change_service(service);
    if (random_.chance(20) && setup_.services.size() > 1)
      std::swap(setup_.services[0], setup_.services[1]);
    for (PlanSetup& plan : setup_.plans)
      if (random_.chance(20)) change_plan(plan);
    if (has(Ingredient::moves) && random_.chance(20)) move_neighbor();
    if (has(Ingredient::processes) && random_.chance(30)) change_processes();
  }

  /// Nobody's `neighbor` list may name who is not there.
  void forget(const Peer& title) {
    for (ServiceSetup& service : setup_.services) std::erase(service.neighbors, title);
    for (PlanSetup& plan : setup_.plans) std::erase(plan.neighbors, title);
  }

  void move_neighbor() {
    const auto known =
        std::find_if(setup_.neighbors.begin(), setup_.neighbors.end(), [](const auto& neighbor) {
          return neighbor.title == second_peer || neighbor.title == other_address;
        });
    if (known == setup_.neighbors.end()) return add_neighbor(second_peer);
    forget(known->title);
    if (random_.chance(50))
      known->title = known->title == second_peer ? other_address : second_peer;
    else
      setup_.neighbors.erase(known);
  }

  void change_processes() {
    ProcessSetup& twin = setup_.processes.back();
    if (random_.chance(50)) {
      ++twin.program;
      return;
    }
    // Another name is another process.
    const std::string old = twin.name;
    twin.name = "twin" + std::to_string(++names_);
    for (NeighborSetup& neighbor : setup_.neighbors)
      std::replace(neighbor.processes.begin(), neighbor.processes.end(), old, twin.name);
  }

  // --- steps

  void make_weather() {
    if (!has(Ingredient::weather)) return;
    story_.weather.refuse_percent = random_.small(30);
    story_.weather.stall_percent = random_.small(20);
    story_.weather.silence_percent = random_.chance(30) ? random_.small(20) : 0;
    story_.weather.buffer = random_.chance(50) ? 16'384 : 300;
    story_.weather.chunk_max = random_.chance(50) ? 3000 : 40;
    if (has(Ingredient::presence))
      for (const Peer& peer : born_peers)
        if (random_.chance(40)) story_.absent.push_back(peer);
  }

  struct Action {
    unsigned weight;
    void (Maker::*act)();
  };

  /// What can happen in this story, with its share.
  void gather_actions() {
    const auto offer = [&](bool wanted, unsigned weight, void (Maker::*act)()) {
      if (!wanted) return;
      actions_.push_back({weight, act});
      weights_ += weight;
    };
    offer(true, 30, &Maker::word);
    offer(true, 5, &Maker::words);
    offer(true, 10, &Maker::short_wait);
    offer(true, 5, &Maker::long_wait);
    offer(has(Ingredient::clear), 5, &Maker::clear);
    offer(has(Ingredient::flush), 5, &Maker::flush);
    offer(has(Ingredient::leases), 7, &Maker::lease);
    offer(has(Ingredient::watchdogs), 6, &Maker::watchdog);
    offer(has(Ingredient::services), 6, &Maker::toggle);
    offer(has(Ingredient::services), 6, &Maker::order);
    offer(has(Ingredient::plans), 8, &Maker::plan);
    offer(has(Ingredient::guards), 6, &Maker::guard);
    offer(has(Ingredient::shows), 3, &Maker::show);
    offer(has(Ingredient::weather), 4, &Maker::cut);
    offer(has(Ingredient::weather), 2, &Maker::knock);
    offer(has(Ingredient::stuck), 4, &Maker::stick);
    offer(has(Ingredient::presence), 4, &Maker::leave);
    offer(has(Ingredient::deaths), 4, &Maker::kill);
    offer(has(Ingredient::deaths), 1, &Maker::signal);
    offer(has(Ingredient::reload), 8, &Maker::reload);
  }

  void add_steps() {
    unsigned at = random_.small(weights_);
    for (const Action& action : actions_) {
      if (at < action.weight) return (this->*action.act)();
      at -= action.weight;
    }
  }

  std::string speaker() {
    const unsigned kind = random_.small(10);
    if (kind < 6) return "feed";
    return kind < 8 ? "cli" : setup_.processes.back().name;
  }

  std::vector<Peer> selector() {
    const unsigned kind = random_.small(10);
    if (kind < 5) return {};
    if (kind < 7) return {one_of(titles())};
    if (kind < 8) return {first_peer, second_peer};
    if (kind < 9 && has(Ingredient::ranges)) return {Peer(range_title)};
    if (has(Ingredient::ranges) && has(Ingredient::single)) return {born_peers[random_.small(2)]};
    return {first_peer};
  }

  void say(Command command, std::string helper) {
    if (has(Ingredient::receipts) && random_.chance(30)) command.id = "r" + std::to_string(++ids_);
    add(step::Say{std::move(helper), std::move(command)});
  }
  void say(Command command) { say(std::move(command), speaker()); }

  void speak(unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
      Command command{.selector = selector(), .route = word_route()};
      if (random_.chance(40)) command.verb = Verb::withdraw;
      if (has(Ingredient::bulk) && random_.chance(15)) {
        command.route = {.block = bulk_block, .number = 256 + random_.small(800)};
        command.route.med = random_.small(3);
        command.count = 1 + random_.small(600);
      }
      say(command);
    }
  }

  void word() { speak(1); }
  void words() { speak(2 + random_.small(4)); }
  void short_wait() { add(step::Wait{milliseconds(random_.small(20))}); }
  void long_wait() { add(step::Wait{milliseconds(random_.small(700))}); }

  void clear() {
    say({.verb = Verb::clear, .selector = selector()});
    // The very same again, often in the same turn: it comes after the clear, so it stays.
    std::vector<step::Say> again;
    for (const Step& step : story_.steps)
      if (const auto* said = std::get_if<step::Say>(&step);
          said != nullptr && said->command.verb == Verb::announce && random_.chance(25))
        again.push_back(*said);
    for (step::Say& said : again) {
      said.command.id.clear();
      add(std::move(said));
    }
  }

  void flush() {
    const unsigned kind = random_.small(6);
    if (kind < 3) return say({.verb = Verb::flush, .selector = selector()});
    if (kind < 4) return say({.verb = Verb::refresh, .selector = selector()});
    if (kind < 5) return say({.verb = Verb::end_of_rib, .selector = selector()});
    say({.verb = Verb::teardown, .selector = selector()});
  }

  void lease() {
    const unsigned kind = random_.small(5);
    const std::string group = random_.chance(40) ? "band" : "";
    if (kind == 0) return say({.verb = Verb::renew, .group = group});
    constexpr std::int64_t times[] = {100, 300, 1000, 7'200'000};
    Command command{.selector = selector(), .route = own_route(lease_block, 3)};
    if (has(Ingredient::overlap) && random_.chance(30)) command.route = contested_route();
    command.lease = milliseconds(times[random_.small(4)]);
    command.group = group;
    say(command);
  }

  void watchdog() {
    const std::string name = random_.chance(50) ? "dog" : "cat";
    const unsigned kind = random_.small(8);
    if (kind < 4) {
      Command command{.selector = selector(), .route = own_route(commanded_block, 3)};
      if (kind == 0) command.verb = Verb::withdraw;
      if (kind > 1) {
        command.watchdog = name;
        command.starts_withdrawn = random_.chance(30);
      }
      return say(command);
    }
    say({.verb = random_.chance(50) ? Verb::watchdog_on : Verb::watchdog_off,
         .selector = selector(),
         .watchdog = name});
  }

  void toggle() {
    const char* programs[] = {"one", "two", "three", "four"};
    add(step::Program{programs[random_.small(4)], random_.chance(50)});
  }

  void order() {
    const char* words[] = {"up", "down", "down", "disable", "enable", "enable"};
    say({.verb = Verb::service, .name = one_of(services()), .word = words[random_.small(6)]});
  }

  void plan() {
    const char* names[] = {"first", "second", "third"};
    const char* words[] = {"run", "run", "run", "revert", "revert", "arm", "disarm"};
    say({.verb = Verb::plan, .name = names[random_.small(3)], .word = words[random_.small(7)]});
  }

  void guard() {
    const unsigned kind = random_.small(4);
    if (kind < 2) return add(step::Freeze{random_.chance(60)});
    say({.verb = Verb::guard,
         .word = kind == 2 ? "release" : "drop",
         .number = random_.chance(50) ? 0 : 1 + random_.small(4)});
  }

  void show() {
    constexpr std::string_view lines[] = {"show neighbor configuration",
                                          "show neighbor extensive",
                                          "show adj-rib out extensive",
                                          "show services json",
                                          "show plans",
                                          "show guard",
                                          "show leases",
                                          "show helpers json",
                                          "show latency"};
    say({.verb = Verb::show, .word = std::string(lines[random_.small(9)])});
  }

  void cut() { add(step::Cut{random_.small(16)}); }
  void stick() { add(step::Reading{anybody(), random_.chance(40)}); }
  void leave() { add(step::Presence{anybody(), random_.chance(60)}); }
  void kill() { add(step::Kill{speaker()}); }
  void signal() { add(step::Signal{random_.chance(50) ? "USR2" : "ALRM"}); }

  Peer anybody() {
    if (has(Ingredient::ranges) && random_.chance(60)) return born_peers[random_.small(2)];
    return random_.chance(50) ? first_peer : second_peer;
  }

  void knock() {
    const Peer peer = anybody();
    const Peer speaker(speaker_address);
    if (random_.chance(50) && !in_range(peer)) return add(step::Knock{speaker, peer});
    add(step::Knock{peer, speaker});
  }

  void reload() {
    const unsigned times = has(Ingredient::haste) && random_.chance(40) ? 2 : 1;
    for (unsigned i = 0; i < times; ++i) {
      if (random_.chance(10)) {
        add(step::Edit{setup_, true});
      } else {
        change_setup();
        add(step::Edit{setup_, false});
      }
      random_.chance(70) ? say({.verb = Verb::reload}, "feed") : add(step::Signal{"USR1"});
      if (has(Ingredient::haste) && random_.chance(50)) speak(1 + random_.small(2));
    }
    if (!has(Ingredient::haste)) add(step::Wait{milliseconds(50)});
  }

  Random random_;
  const Ingredients& allowed_;
  std::array<bool, ingredient_count> chosen_{};
  Story story_;
  Setup setup_;
  std::vector<Action> actions_;
  unsigned weights_ = 0;
  unsigned names_ = 0;
  unsigned ids_ = 0;
};

}  // namespace

Story make_story(std::uint64_t seed, const Ingredients& ingredients) {
  return Maker(seed, ingredients).make();
}

}  // namespace openbell::sim
