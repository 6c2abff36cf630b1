// Any datagrams at any times to a BFD session. First byte: authentication and role; then records of
// a size, a time in half milliseconds and that many bytes. The bytes are taken as they are, and
// again with the discriminators, the version and the lengths that let them in. What is decoded
// encodes to the bytes it came from.

#include <algorithm>
#include <vector>

#include "bfd/session.h"
#include "tests/fuzz/fuzz.h"

namespace openbell::fuzz {
namespace {

class Sink final : public bfd::Listener {
 public:
  void send(base::Bytes packet) override {
    bfd::ControlPacket fields;
    OPENBELL_CHECK(bfd::decode(packet, fields) == bfd::Refusal::none);
    OPENBELL_CHECK(!(fields.poll && fields.final));
    OPENBELL_CHECK(fields.length == packet.size());
  }
  void on_report(const bfd::Report& report) override {
    OPENBELL_CHECK(report.state != report.previous);
  }
};

bfd::SessionConfig config_of(std::uint8_t choice) {
  bfd::SessionConfig config;
  config.auth = choice % 6 == 1 ? bfd::AuthType::none : static_cast<bfd::AuthType>(choice % 6);
  config.secret = "secret";
  config.passive = (choice & 0x40) != 0;
  config.multiplier = (choice & 0x80) != 0 ? 1 : 3;
  config.transmit = config.receive = base::milliseconds(1 + choice % 50);
  return config;
}

void round_trip(base::Bytes bytes, const bfd::ControlPacket& packet) {
  std::uint8_t again[bfd::header_size];
  base::ByteWriter out(again);
  bfd::encode(packet, out);
  OPENBELL_CHECK(out.ok() && base::equal(again, bytes.first(bfd::header_size)));
}

void hear(bfd::Session& session, base::Bytes bytes, base::Tick now) {
  bfd::ControlPacket packet;
  if (bfd::decode(bytes, packet) != bfd::Refusal::none) return;
  round_trip(bytes, packet);
  session.on_packet(packet, bytes, now);
}

void let_in(std::vector<std::uint8_t>& bytes) {
  if (bytes.size() < bfd::header_size) return;
  bytes[0] = static_cast<std::uint8_t>(0x20 | (bytes[0] & 0x1F));
  bytes[1] &= 0xFE;
  bytes[2] |= 1;
  bytes[3] = static_cast<std::uint8_t>(bytes.size());
  base::store32(bytes.data() + 8, 1);
}

void run_timers(bfd::Session& session, base::Tick now) {
  for (int i = 0; session.deadline() <= now; ++i) {
    OPENBELL_CHECK(i < 200'000);
    session.on_timer(session.deadline());
  }
}

}  // namespace
}  // namespace openbell::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openbell;
  base::ByteReader in({data, size});
  fuzz::Sink sink;
  const std::uint8_t choice = in.u8();
  base::Tick now = base::Tick{} + base::seconds(1000);
  bfd::Session session(fuzz::config_of(choice), 1, choice, sink, now);
  while (in.ok() && !in.empty()) {
    const std::size_t wanted = in.u8();
    now = now + base::microseconds(in.u8() * 500);
    fuzz::run_timers(session, now);
    const base::Bytes bytes = in.take(std::min(wanted, in.left()));
    if (wanted == 0) session.change(fuzz::config_of(static_cast<std::uint8_t>(now.ns >> 20)), now);
    if (wanted == 255) session.admin_down(now);
    if (wanted == 254) session.admin_up(now);
    fuzz::hear(session, bytes, now);
    std::vector<std::uint8_t> changed(bytes.begin(), bytes.end());
    fuzz::let_in(changed);
    fuzz::hear(session, changed, now);
  }
  fuzz::run_timers(session, now + base::seconds(10));
  return 0;
}
