// Graceful restart, code 64. RFC 4724 3, RFC 8538 2.
//
//   4 bits   flags: 8 restarted, 4 NOTIFICATION support
//   12 bits  restart time in seconds
//   2 B  AFI      \ for each family
//   1 B  SAFI     |
//   1 B  flags    /   0x80 forwarding state preserved

#include <array>

#include "bgp/capability/capability.h"

namespace openbell::bgp {

namespace {

constexpr std::uint16_t restarted_bit = 0x8000;
constexpr std::uint16_t notification_bit = 0x4000;
constexpr std::uint16_t time_mask = 0x0FFF;
constexpr std::uint8_t forwarding_bit = 0x80;
constexpr std::size_t entry_size = 4;
constexpr std::size_t value_max = 254;

bool decode(Bytes value, Capabilities& set) {
  ByteReader in(value);
  GracefulRestart restart;
  const std::uint16_t head = in.u16();
  restart.restarted = (head & restarted_bit) != 0;
  restart.notification = (head & notification_bit) != 0;
  restart.time_s = head & time_mask;
  while (!in.empty()) {
    GracefulRestart::Entry entry;
    entry.family.afi = in.u16();
    entry.family.safi = in.u8();
    entry.forwarding = (in.u8() & forwarding_bit) != 0;
    if (in.ok()) restart.families.push_back(entry);
  }
  // RFC 4724 3: of several, the last one counts.
  set.graceful_restart = std::move(restart);
  return in.ok();
}

void encode(const Capabilities& set, CapabilityList& out) {
  if (!set.graceful_restart) return;
  const GracefulRestart& restart = *set.graceful_restart;
  std::array<std::uint8_t, value_max> value;
  ByteWriter to(value);
  to.u16(static_cast<std::uint16_t>((restart.restarted ? restarted_bit : 0) |
                                    (restart.notification ? notification_bit : 0) |
                                    (restart.time_s & time_mask)));
  for (const GracefulRestart::Entry& entry : restart.families) {
    if (to.room() < entry_size) break;
    to.u16(entry.family.afi);
    to.u8(entry.family.safi);
    to.u8(entry.forwarding ? forwarding_bit : 0);
  }
  out.add(capability::graceful_restart, to.written());
}

// ExaBGP calls the forwarding bit of a family "restart" and the restarted bit "forwarding"; scripts
// know those words.
void json(const Capabilities& set, Dialect, TextWriter& out) {
  const GracefulRestart& restart = *set.graceful_restart;
  out.put("{ \"name\": \"graceful restart\", \"time\": ").number(restart.time_s);
  out.put(", \"address-family-flags\": {");
  bool first = true;
  for (const GracefulRestart::Entry& entry : restart.families) {
    out.put(first ? " \"" : " , \"");
    first = false;
    print_numbers(entry.family, '/', out);
    out.put(entry.forwarding ? "\": [ \"restart\" ]" : "\": [ ]");
  }
  out.put(" }, \"restart-flags\": ").put(restart.restarted ? "[ \"forwarding\" ]" : "[ ]");
  out.put(" }");
}

void print(const Capabilities& set, TextWriter& out) {
  const GracefulRestart& restart = *set.graceful_restart;
  out.put("graceful restart flags ").put(restart.restarted ? "0x8" : "0x0");
  out.put(" time ").number(restart.time_s);
  for (const GracefulRestart::Entry& entry : restart.families) {
    out.put(' ');
    print_numbers(entry.family, '/', out);
    out.put(entry.forwarding ? "=0x80" : "=0x00");
  }
}

}  // namespace

extern const CapabilityOps graceful_restart_capability;
constexpr CapabilityOps graceful_restart_capability = {
    capability::graceful_restart, "graceful-restart", decode, encode, json, print};

}  // namespace openbell::bgp
