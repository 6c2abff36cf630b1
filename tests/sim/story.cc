#include "tests/sim/story.h"

#include <algorithm>
#include <sstream>
#include <utility>

namespace openbell::sim {

std::string_view name_of(Ingredient ingredient) {
  constexpr std::string_view names[] = {
#define OPENBELL_INGREDIENT(id, text) text,
#include "tests/sim/ingredients.def"
#undef OPENBELL_INGREDIENT
  };
  return names[static_cast<std::size_t>(ingredient)];
}

bool Ingredients::without(std::string_view list, Ingredients& into) {
  while (!list.empty()) {
    const std::size_t size = std::min(list.find(','), list.size());
    const std::string_view word = list.substr(0, size);
    list.remove_prefix(std::min(size + 1, list.size()));
    bool known = word.empty();
    for (std::size_t i = 0; i < ingredient_count; ++i) {
      if (name_of(static_cast<Ingredient>(i)) != word) continue;
      into.remove(static_cast<Ingredient>(i));
      known = true;
    }
    if (!known) return false;
  }
  return true;
}

namespace {

std::string duration_of(base::Duration duration) {
  return std::to_string(duration.ns / 1'000'000) + "ms";
}

std::string announcement(const Command& command) {
  std::string text;
  if (command.count == 1) {
    text =
        std::string("announce ").append(form_of(command.route)) + " " + statement_of(command.route);
  } else {
    text = "announce attributes" + words_of(command.route) + " nlri";
    Route route = command.route;
    for (unsigned i = 0; i < command.count; ++i, ++route.number) text += " " + prefix_of(route);
  }
  if (!command.watchdog.empty()) text += " watchdog " + command.watchdog;
  if (command.starts_withdrawn) text += " withdraw";
  if (command.lease.ns != 0) text += " lease " + duration_of(command.lease);
  if (command.lease.ns != 0 && !command.group.empty()) text += " lease-group " + command.group;
  return text;
}

std::string withdrawal(const Command& command) {
  if (command.count == 1)
    return std::string("withdraw ").append(form_of(command.route)) + " " +
           withdrawal_of(command.route);
  std::string text = "withdraw attributes next-hop 10.9.9.9 nlri";
  Route route = command.route;
  for (unsigned i = 0; i < command.count; ++i, ++route.number) text += " " + prefix_of(route);
  return text;
}

std::string words_of(const Command& command) {
  using Verb = Command::Verb;
  switch (command.verb) {
    case Verb::announce:
      return announcement(command);
    case Verb::withdraw:
      return withdrawal(command);
    case Verb::clear:
      return "clear adj-rib out";
    case Verb::flush:
      return "flush adj-rib out";
    case Verb::teardown:
      return "teardown 4";
    case Verb::watchdog_on:
      return "announce watchdog " + command.watchdog;
    case Verb::watchdog_off:
      return "withdraw watchdog " + command.watchdog;
    case Verb::renew:
      return command.group.empty() ? "renew" : "renew " + command.group;
    case Verb::service:
      return "service " + command.name + " " + command.word;
    case Verb::plan:
      return "plan " + command.word + " " + command.name;
    case Verb::guard:
      return "guard " + command.word + " " +
             (command.number == 0 ? "all" : std::to_string(command.number));
    case Verb::reload:
      return "reload";
    case Verb::end_of_rib:
      return "announce eor ipv4 flow";
    case Verb::refresh:
      return "announce route-refresh ipv4 unicast";
    case Verb::show:
      return command.word;
  }
  return {};
}

}  // namespace

std::string Command::text() const {
  std::string line;
  for (const Peer& peer : selector) line += (line.empty() ? "neighbor " : ", neighbor ") + peer;
  if (!line.empty()) line += " ";
  line += words_of(*this);
  if (!id.empty()) line += " id " + id;
  return line;
}

namespace {

/// Lines of a file that another does not have.
std::string lines_beyond(const std::string& file, const std::string& other, char mark) {
  std::set<std::string> known;
  std::istringstream others(other);
  for (std::string line; std::getline(others, line);) known.insert(line);
  std::string text;
  std::istringstream lines(file);
  for (std::string line; std::getline(lines, line);)
    if (!known.contains(line)) text += std::string("        ") + mark + line.substr(0, 200) + "\n";
  return text;
}

/// One line for a step; remembers the file as it goes.
class Printer {
 public:
  explicit Printer(std::string file) : file_(std::move(file)) {}
  std::string operator()(const step::Say& say) const {
    return say.helper + ": " + say.command.text().substr(0, 300);
  }
  std::string operator()(const step::Wait& wait) const { return "wait " + duration_of(wait.time); }
  std::string operator()(const step::Program& program) const {
    return "program of check " + program.check + (program.alive ? " comes back" : " dies");
  }
  std::string operator()(const step::Cut& cut) const {
    return "connection " + std::to_string(cut.which) + " breaks";
  }
  std::string operator()(const step::Knock& knock) const {
    return knock.from + " connects to " + knock.to + " and says nothing";
  }
  std::string operator()(const step::Edit& edit) {
    if (edit.broken) return "the file has an error now";
    const std::string before = std::exchange(file_, edit.setup.text());
    return "the file changes:\n" + lines_beyond(before, file_, '-') +
           lines_beyond(file_, before, '+') + "        .";
  }
  std::string operator()(const step::Kill& kill) const { return kill.helper + " dies"; }
  std::string operator()(const step::Signal& signal) const { return "SIG" + signal.name; }
  std::string operator()(const step::Freeze& freeze) const {
    return freeze.frozen ? "frozen hours begin" : "frozen hours end";
  }
  std::string operator()(const step::Reading& reading) const {
    return reading.peer + (reading.reads ? " reads again" : " stops reading");
  }
  std::string operator()(const step::Presence& presence) const {
    return presence.peer + (presence.present ? " comes back" : " leaves");
  }
  std::string operator()(const step::EndTurn&) const { return "(the turn ends)"; }

 private:
  std::string file_;
};

}  // namespace

std::string print(const Story& story) {
  std::ostringstream out;
  out << "--- the file\n" << story.setup.text().substr(0, 6000) << "---\n";
  if (!(story.weather == Weather()))
    out << "weather: chunks to " << story.weather.chunk_max << ", buffer " << story.weather.buffer
        << ", refused " << story.weather.refuse_percent << " %, stalls "
        << story.weather.stall_percent << " %, checks unanswered " << story.weather.silence_percent
        << " %\n";
  for (const std::string& program : story.alive) out << "alive: program of " << program << "\n";
  for (const Peer& peer : story.absent) out << "absent: " << peer << "\n";
  Printer printer(story.setup.text());
  std::size_t number = 0;
  for (const Step& step : story.steps)
    out << "  " << ++number << ". " << std::visit(printer, step) << "\n";
  return out.str();
}

}  // namespace openbell::sim
