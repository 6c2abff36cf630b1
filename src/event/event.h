#pragma once
// Everything that happens leaves the engine as an Event; helpers, audit log and (later) metrics and
// web are its readers.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "bgp/message/notification.h"
#include "bgp/message/open.h"
#include "bgp/message/update.h"
#include "bgp/types.h"

namespace openbell::event {

enum class Kind : std::uint8_t {
  connected,  // TCP connection there
  up,         // session Established
  down,       // session lost, `reason`
  fsm,        // FSM changed, `state`
  signal,     // the daemon got a signal, `signal_number`, `signal_name`
  negotiated,
  open,
  update,  // `update` (End-of-RIB included)
  notification,
  keepalive,
  refresh,
  operational,  // ExaBGP's own message type 6: shown as bytes
  shutdown,     // the daemon ends
  lost,         // events that a helper did not get because its queue was full: `lost_count`
  notice,       // what ExaBGP does not have, to helpers that subscribed: `subject` and `fields`
};

/// One member of a notice: `"key": "text"` or `"key": 5`; in the text form
/// `key text`.
struct Field {
  std::string_view key;
  std::string_view text;    // when `numeric` is false
  std::int64_t number = 0;  // when it is true
  bool numeric = false;
  Field(std::string_view k, std::string_view t) : key(k), text(t) {}
  Field(std::string_view k, std::int64_t n) : key(k), number(n), numeric(true) {}
};

/// The neighbor block of an event.
struct PeerView {
  base::IpAddress local_address;  // none while unknown ("auto" not yet connected)
  base::IpAddress peer_address;
  bgp::Asn local_as = 0;
  bgp::Asn peer_as = 0;
  std::uint32_t router_id = 0;  // ours, host order
};

/// What two speakers agreed on, for the `negotiated` member and event.
struct NegotiatedView {
  const bgp::WireContext* context = nullptr;  // null: before negotiation
  std::uint16_t hold_time_s = 0;
  enum class Refresh : std::uint8_t { absent, normal, enhanced } refresh = Refresh::absent;
  bool multisession = false;
  bool operational = false;
};

struct Event {
  Kind kind{};
  const PeerView* peer = nullptr;  // null: shutdown, lost
  bgp::Direction direction = bgp::Direction::receive;
  std::string_view state;   // fsm: "IDLE" … "ESTABLISHED"
  std::string_view reason;  // down
  int signal_number = 0;
  std::string_view signal_name;
  const bgp::OpenView* open = nullptr;
  const bgp::UpdateView* update = nullptr;
  bgp::NotificationCode code;
  bgp::Bytes data;  // of a notification
  bgp::RefreshView refresh;
  bgp::Bytes message;  // whole message with header, for packets and consolidate
  const NegotiatedView* negotiated = nullptr;  // of the session; never null for events of a peer
  std::uint64_t lost_count = 0;
  std::string_view subject;       // notice: "service", "plan", "guard", "lease", "bfd", "receipt"
  std::span<const Field> fields;  // members of the object called `subject`, in this order
};

/// What surrounds every JSON event.
struct Envelope {
  std::int64_t utc_ns = 0;
  std::string_view host;
  int pid = 0;
  int ppid = 0;
  std::uint64_t counter = 0;
};

/// How one helper wants one event to look.
enum class Detail : std::uint8_t {
  parsed,
  packets,      // header and body as hexadecimal, nothing decoded
  consolidate,  // both in one
};

struct Style {
  bgp::Dialect dialect = bgp::Dialect::v5_0;
  Detail detail = Detail::parsed;
  bool with_negotiated =
      false;             // `negotiated;` in the api section: the member is added to message events
  bool compact = false;  // exabgp.api.compact
  bool decoded = false;  // `exabgp decode`: the direction is called "in"
};

/// Appends the line(s) of an event with their newline, ExaBGP's JSON of the dialect (runtime 1.1
/// to 1.6), always valid JSON.
void encode_json(const Event& event, const Envelope& envelope, const Style& style,
                 std::string& out);

/// Appends ExaBGP's text form (runtime 1.7); nothing for events that have none.
void encode_text(const Event& event, const Envelope& envelope, const Style& style,
                 std::string& out);

/// `{ "key": "text", "number": 5 }`
void print_fields(std::span<const Field> fields, base::TextWriter& out);

/// Wall-clock seconds as Python prints a float of time.time(): "1795383158.8004007".
void print_time(std::int64_t utc_ns, base::TextWriter& out);

}  // namespace openbell::event
