#pragma once
// Capabilities of RFC 5492: one row of a constant table each (capabilities.def names them, one file
// implements a row).

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bgp/message/open.h"
#include "bgp/nlri/family.h"
#include "bgp/types.h"

namespace openbell::bgp {

namespace capability {
inline constexpr std::uint8_t multiprotocol = 1;
inline constexpr std::uint8_t route_refresh = 2;
inline constexpr std::uint8_t extended_next_hop = 5;
inline constexpr std::uint8_t extended_message = 6;
inline constexpr std::uint8_t graceful_restart = 64;
inline constexpr std::uint8_t four_octet_as = 65;
inline constexpr std::uint8_t multisession = 68;
inline constexpr std::uint8_t add_path = 69;
inline constexpr std::uint8_t enhanced_refresh = 70;
inline constexpr std::uint8_t host_name = 73;
inline constexpr std::uint8_t software_version = 75;
inline constexpr std::uint8_t paths_limit = 76;
inline constexpr std::uint8_t link_local_next_hop = 77;
inline constexpr std::uint8_t cisco_route_refresh = 128;
inline constexpr std::uint8_t cisco_multisession = 131;
inline constexpr std::uint8_t operational = 185;
}  // namespace capability

/// A pair as on the wire, whether the family table has it or not.
struct FamilyNumbers {
  Afi afi = 0;
  Safi safi = 0;
  auto operator<=>(const FamilyNumbers&) const = default;
};
FamilyNumbers numbers_of(Family family);
/// "ipv4/unicast" with the names of the family table; decimal numbers for what it does not have.
void print_numbers(FamilyNumbers numbers, char separator, TextWriter& out);

/// RFC 7911 4: what the sender of the capability can do.
enum class AddPathMode : std::uint8_t { none = 0, receive = 1, send = 2, send_receive = 3 };

struct AddPathEntry {
  FamilyNumbers family;
  AddPathMode mode = AddPathMode::none;
  bool operator==(const AddPathEntry&) const = default;
};

struct PathsLimitEntry {
  FamilyNumbers family;
  std::uint16_t limit = 0;
  bool operator==(const PathsLimitEntry&) const = default;
};

struct ExtendedNextHopEntry {
  FamilyNumbers family;
  Afi next_hop = 0;
  bool operator==(const ExtendedNextHopEntry&) const = default;
};

/// RFC 4724 3, RFC 8538 2.
struct GracefulRestart {
  struct Entry {
    FamilyNumbers family;
    bool forwarding = false;  // forwarding state was preserved
    bool operator==(const Entry&) const = default;
  };
  bool restarted = false;     // the sender's BGP has restarted
  bool notification = false;  // NOTIFICATION keeps routes too (RFC 8538)
  std::uint16_t time_s = 0;   // 0..4095
  std::vector<Entry> families;
  bool operator==(const GracefulRestart&) const = default;
};

struct HostName {
  std::string host;
  std::string domain;
  bool operator==(const HostName&) const = default;
};

/// What one side can do: a set for each capability with a row, in the sender's order where one is a
/// list. Absent optionals and false: the capability is not there.
struct Capabilities {
  std::vector<FamilyNumbers> families;
  std::optional<Asn> four_octet_as;
  std::optional<std::vector<ExtendedNextHopEntry>> extended_next_hop;
  std::optional<std::vector<AddPathEntry>> add_path;
  std::vector<PathsLimitEntry> paths_limit;
  std::optional<GracefulRestart> graceful_restart;
  bool route_refresh = false;
  bool cisco_route_refresh = false;
  bool enhanced_refresh = false;
  bool operational = false;
  bool extended_message = false;
  std::optional<HostName> host_name;
  std::optional<std::string> software_version;
  bool link_local_next_hop = false;
  std::vector<std::uint8_t> multisession;        // session codes, one for each time it was sent
  std::vector<std::uint8_t> cisco_multisession;  // the same under code 131
};

/// Capabilities ready for encode_open, with the bytes that the views are of.
class CapabilityList {
 public:
  CapabilityList() = default;
  CapabilityList(CapabilityList&&) = default;
  CapabilityList& operator=(CapabilityList&&) = default;
  CapabilityList(const CapabilityList&) = delete;
  CapabilityList& operator=(const CapabilityList&) = delete;

  /// `value` is at most 255 bytes: families beyond that are left out by the rows.
  void add(std::uint8_t code, Bytes value);
  [[nodiscard]] const std::vector<CapabilityView>& views() const { return views_; }

 private:
  std::deque<std::vector<std::uint8_t>> bytes_;
  std::vector<CapabilityView> views_;
};

struct CapabilityOps {
  std::uint8_t code;
  std::string_view name;  // the JSON member of an OPEN that we sent

  /// Adds a received value to the set. False when it is malformed.
  bool (*decode)(Bytes value, Capabilities& set);
  /// Adds what the set says to our OPEN: nothing, one or several.
  void (*encode)(const Capabilities& set, CapabilityList& out);
  /// The JSON value as ExaBGP prints it.
  void (*json)(const Capabilities& set, Dialect dialect, TextWriter& out);
  /// The words of ExaBGP's text form, lower case.
  void (*print)(const Capabilities& set, TextWriter& out);
};

/// The row of a code; null for an unknown one.
const CapabilityOps* find_capability(std::uint8_t code);

/// Reads all capabilities of an OPEN. False with the code of the first malformed one in `bad`
/// (RFC 5492 5 leaves the answer to us: NOTIFICATION 2/0, as ExaBGP).
bool decode_capabilities(const std::vector<CapabilityView>& views, Capabilities& set,
                         std::uint8_t& bad);

/// Ours, in the order of ExaBGP's OPEN (that of capabilities.def).
CapabilityList encode_capabilities(const Capabilities& set);

/// The value of the JSON member "capabilities" of an OPEN: `{ "1": { … } }`, keyed by name when we
/// sent it and by code when we received it. A capability that does not decode is printed as an
/// unknown one.
void json_capabilities(const std::vector<CapabilityView>& views, Direction direction,
                       Dialect dialect, TextWriter& out);

/// `[multiprotocol(ipv4 unicast), route refresh]`: the text form, ascending codes.
void print_capabilities(const std::vector<CapabilityView>& views, TextWriter& out);

}  // namespace openbell::bgp
