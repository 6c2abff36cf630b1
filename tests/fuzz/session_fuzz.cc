// Any bytes of a peer to an engine. The first byte: whether the session is established before, the
// size of the pieces in which the bytes arrive, whether the peer is external.

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/stage.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openbell;
  static const std::string configuration = fuzz::configuration();
  if (size == 0) return 0;
  engine::Stage stage;
  OPENBELL_CHECK(stage.configure(configuration));
  const bool external = (data[0] & 1) != 0;
  const std::string_view address = external ? "10.0.0.2" : "10.0.0.3";
  engine::ConnectionId connection = stage.dialled(address);
  if ((data[0] & 2) != 0) {
    connection = stage.establish(address, fuzz::peer(external ? 65001 : 65000, address));
  } else {
    stage.answer(connection);
  }
  const std::size_t piece = (data[0] & 4) != 0 ? 7 : 65536;
  for (base::Bytes rest(data + 1, size - 1); !rest.empty();) {
    const base::Bytes now = rest.first(std::min(piece, rest.size()));
    rest = rest.subspan(now.size());
    stage.receive(connection, now);
    stage.settle();
  }
  stage.say(0, "show adj-rib in extensive");
  stage.say(1, "show neighbor extensive");
  stage.settle();
  stage.wait(base::seconds(200));
  return 0;
}
