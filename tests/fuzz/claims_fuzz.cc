// Lines of helpers and of the command line, and what else happens, to an engine whose routes have
// several claimants; then what peers hold must be what is shown, and follow from who claims it.
//
// A line is a command of the helper `feed`, `@…` of `text`, `$…` of the command line. `!…` are
// events, one letter each: abcd/ABCD a check is up/down, k/K a helper dies, z reads or not, w/W a
// peer's socket is full or drains, xyv/XYV a peer drops/comes, r/R a file is read, q a peer asks
// for a refresh, h frozen hours begin or end, u/f/s what is urgent is sent, a turn or all turns
// end, p/t/T time passes, = everything is looked at.

#include "tests/fuzz/claims_world.h"
#include "tests/fuzz/fuzz.h"

namespace openbell::fuzz {
namespace {

constexpr std::size_t events_max = 256;
constexpr std::size_t line_max = 1024;  // attributes that fit in every message

/// Two routes of other path identifiers are one to who has none, attributes given as bytes may be
/// malformed, a split may be of a million: such lines say nothing about claims.
bool is_meant(std::string_view line) {
  if (line.size() > line_max) return false;
  for (const std::string_view word : {"path-information", "0x", "0X", "split"})
    if (line.find(word) != std::string_view::npos)
      return line.ends_with("route 10.6.0.0/16 next-hop self split /27");
  return true;
}

}  // namespace
}  // namespace openbell::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openbell;
  fuzz::World world;
  std::string_view text = fuzz::text_of(data, size);
  std::size_t events = 0;
  while (!text.empty() && events < fuzz::events_max && !world.over()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.starts_with('!')) {
      for (const char event : line.substr(1, fuzz::events_max - events)) {
        world.happens(event);
        ++events;
      }
      continue;
    }
    ++events;
    if (fuzz::is_meant(line)) world.say(line);
  }
  world.judge();
  for (int i = 0; i < 3; ++i) world.happens('T');
  world.judge_told();
  return 0;
}
