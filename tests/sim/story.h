#pragma once
// A story: a configuration, a weather and a list of steps, made from a seed, that can be printed,
// shortened and carried out again.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/tick.h"
#include "tests/sim/route.h"
#include "tests/sim/setup.h"
#include "tests/sim/world.h"

namespace openbell::sim {

/// What stories are made of; each can be left out, so that features are brought up one by one.
enum class Ingredient : std::uint8_t {
#define OPENBELL_INGREDIENT(id, text) id,
#include "tests/sim/ingredients.def"
#undef OPENBELL_INGREDIENT
};
inline constexpr std::size_t ingredient_count = 0
#define OPENBELL_INGREDIENT(id, text) +1
#include "tests/sim/ingredients.def"
#undef OPENBELL_INGREDIENT
    ;
std::string_view name_of(Ingredient ingredient);

class Ingredients {
 public:
  [[nodiscard]] bool has(Ingredient one) const { return (bits_ >> static_cast<unsigned>(one)) & 1; }
  void remove(Ingredient one) { bits_ &= ~(std::uint64_t{1} << static_cast<unsigned>(one)); }
  /// All but those of the list, `ranges,plans`. A word that names none: false.
  static bool without(std::string_view list, Ingredients& into);

 private:
  std::uint64_t bits_ = (std::uint64_t{1} << ingredient_count) - 1;
};

/// One line of a helper, as data.
struct Command {
  enum class Verb : std::uint8_t {
    announce,
    withdraw,
    clear,
    flush,
    teardown,
    watchdog_on,
    watchdog_off,
    renew,
    service,  // `service NAME WORD`
    plan,     // `plan WORD NAME`
    guard,    // `guard WORD NUMBER`, 0: all
    reload,
    end_of_rib,
    refresh,
    show,  // WORD is the whole line
  };
  Verb verb = Verb::announce;
  std::vector<Peer> selector = {};  // empty: none
  Route route = {};
  unsigned count = 1;  // routes of consecutive numbers
  base::Duration lease{};
  std::string group = {};  // of the lease; of `renew`: empty for its own
  std::string watchdog = {};
  bool starts_withdrawn = false;
  std::string name = {};
  std::string word = {};
  unsigned number = 0;
  std::string id = {};  // not empty: a receipt is wanted

  [[nodiscard]] std::string text() const;
};

namespace step {
struct Say {
  std::string helper = {};
  Command command = {};
};
struct Wait {
  base::Duration time = {};
};
/// The program behind a check dies or comes back.
struct Program {
  std::string check = {};
  bool alive = false;
};
struct Cut {
  unsigned which = 0;
};
/// A connection on which nobody speaks.
struct Knock {
  Peer from = {};
  Peer to = {};
};
/// The file is changed, and read again when somebody asks for it.
struct Edit {
  Setup setup = {};
  bool broken = false;
};
struct Kill {
  std::string helper = {};
};
/// USR1, USR2 or ALRM.
struct Signal {
  std::string name = {};
};
/// Frozen hours begin or end.
struct Freeze {
  bool frozen = false;
};
/// A peer stops or goes on reading what it is sent.
struct Reading {
  Peer peer = {};
  bool reads = false;
};
/// A peer leaves or comes back.
struct Presence {
  Peer peer = {};
  bool present = false;
};
/// The turn under way ends, so that what follows comes in one of its own.
struct EndTurn {};
}  // namespace step

using Step = std::variant<step::Say, step::Wait, step::Program, step::Cut, step::Knock, step::Edit,
                          step::Kill, step::Signal, step::Freeze, step::Reading, step::Presence,
                          step::EndTurn>;

struct Story {
  std::uint64_t seed = 0;
  Setup setup = {};
  Weather weather = {};
  std::vector<std::string> alive = {};  // programs, from the start
  std::vector<Peer> absent = {};        // peers, at the start
  std::vector<Step> steps = {};
};

Story make_story(std::uint64_t seed, const Ingredients& ingredients);
/// For people: the file, the weather, then a line for each step.
std::string print(const Story& story);

}  // namespace openbell::sim
