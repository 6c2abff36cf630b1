// Any lines of a helper to an engine with an established session: `\n` ends a line, and after each
// one the turn ends or, where the line is longer than 40 bytes, does not.

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/stage.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openbell;
  static const std::string configuration = fuzz::configuration();
  engine::Stage stage;
  OPENBELL_CHECK(stage.configure(configuration));
  stage.establish("10.0.0.2", fuzz::peer(65001, "10.0.0.2"));
  const engine::ConnectionId second =
      stage.establish("10.0.0.3", engine::Stage::speaker(65000, "10.0.0.3", {}));
  std::string_view text = fuzz::text_of(data, size);
  for (std::uint32_t helper = 0; !text.empty(); helper ^= 1) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    stage.say(helper, line);
    if (line.size() <= 40) stage.settle();
    if (line.size() % 16 == 3 && !stage.wires[second].closed)
      stage.wires[second].blocked = !stage.wires[second].blocked;
  }
  stage.settle();
  stage.wait(base::seconds(5));
  return 0;
}
