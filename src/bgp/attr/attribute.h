#pragma once
// Path attributes: one row of a constant table each (attributes.def names them, one file implements
// a row).
//
// The attributes of a route are one canonical byte string: attributes as on the wire (flags, code,
// length, value), ascending type codes, no duplicates, four-octet AS numbers, extended-length flag
// only when the value is longer than 255 bytes (or it came with a code that has no row: ExaBGP
// keeps that flag), no list without members, no NEXT_HOP (3), no MP_REACH_NLRI (14), no
// MP_UNREACH_NLRI (15), no AS4_PATH (17), no AS4_AGGREGATOR (18). What ExaBGP fills in per session
// (ORIGIN igp, AS_PATH, LOCAL_PREF 100) is absent unless given. Two sets are equal when their bytes
// are.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bgp/types.h"
#include "bgp/wire_context.h"

namespace openbell::bgp {

namespace attr {
inline constexpr std::uint8_t optional_flag = 0x80;
inline constexpr std::uint8_t transitive_flag = 0x40;
inline constexpr std::uint8_t partial_flag = 0x20;
inline constexpr std::uint8_t extended_length_flag = 0x10;

inline constexpr std::uint8_t origin = 1;
inline constexpr std::uint8_t as_path = 2;
inline constexpr std::uint8_t next_hop = 3;
inline constexpr std::uint8_t med = 4;
inline constexpr std::uint8_t local_preference = 5;
inline constexpr std::uint8_t atomic_aggregate = 6;
inline constexpr std::uint8_t aggregator = 7;
inline constexpr std::uint8_t community = 8;
inline constexpr std::uint8_t originator_id = 9;
inline constexpr std::uint8_t cluster_list = 10;
inline constexpr std::uint8_t mp_reach = 14;
inline constexpr std::uint8_t mp_unreach = 15;
inline constexpr std::uint8_t extended_community = 16;
inline constexpr std::uint8_t as4_path = 17;
inline constexpr std::uint8_t as4_aggregator = 18;
inline constexpr std::uint8_t pmsi_tunnel = 22;
inline constexpr std::uint8_t tunnel_encapsulation = 23;
inline constexpr std::uint8_t extended_community_ipv6 = 25;
inline constexpr std::uint8_t aigp = 26;
inline constexpr std::uint8_t bgp_ls = 29;
inline constexpr std::uint8_t large_community = 32;
inline constexpr std::uint8_t prefix_sid = 40;
}  // namespace attr

/// One attribute of a canonical string or of a received UPDATE.
struct AttributeView {
  std::uint8_t flags = 0;
  std::uint8_t code = 0;
  Bytes value;
};

/// Walks over attributes as on the wire. Stops at the end or at the first attribute that does not
/// fit (ok() tells).
class AttributeReader {
 public:
  explicit AttributeReader(Bytes attributes) : in_(attributes) {}
  bool next(AttributeView& attribute);
  [[nodiscard]] bool ok() const { return in_.ok(); }
  /// What has not been read.
  [[nodiscard]] Bytes rest() const { return in_.rest(); }

 private:
  ByteReader in_;
};

/// The attribute of that code in a canonical string; false when absent.
bool find_attribute(Bytes attributes, std::uint8_t code, AttributeView& attribute);

/// Collects attributes in any order and gives the canonical string. One is reused: clear() keeps
/// capacity.
class PathAttributesBuilder {
 public:
  void clear() {
    bytes_.clear();
    last_code_ = 0;
  }
  [[nodiscard]] bool contains(std::uint8_t code) const;
  /// Adds one attribute; the first of a code wins (ExaBGP's rule for routes, RFC 7606 3(g) for
  /// received ones). False when it was there already. A list without members (`community [ ]`) is
  /// not kept. At most 65535 bytes of value.
  bool add(std::uint8_t flags, std::uint8_t code, Bytes value);
  /// Puts `value` in the place of what was there. It must not point into canonical().
  void replace(std::uint8_t flags, std::uint8_t code, Bytes value);
  /// The value under that code, empty when absent.
  [[nodiscard]] Bytes value(std::uint8_t code) const;
  [[nodiscard]] Bytes canonical() const { return bytes_; }

 private:
  std::vector<std::uint8_t> bytes_;
  std::uint8_t last_code_ = 0;
};

/// The sessions that an attribute is for.
enum class Scope : std::uint8_t {
  any,
  internal,  // between routers of one AS
  aigp,      // those that carry AIGP (RFC 7311 3.1)
};

inline bool in_scope(Scope scope, const WireContext& context) {
  switch (scope) {
    case Scope::any:
      return true;
    case Scope::internal:
      return context.ibgp();
    case Scope::aigp:
      return context.aigp;
  }
  return false;
}

/// The row of an attribute: all that is particular about it. What has a default is left out where
/// it does not apply.
struct AttributeOps {
  std::uint8_t code;
  std::uint8_t flags;              // as sent: RFC's optional and transitive bits
  std::string_view name;           // the route word and the JSON member: "local-preference"
  std::string_view rfc_name;       // "LOCAL_PREF"
  Treatment on_error;              // RFC 7606 7: what a malformed value or flag does
  bool mandatory = false;          // RFC 4271 5: every announcement has it
  Scope sent_to = Scope::any;      // left out elsewhere
  Scope taken_from = Scope::any;   // discarded from elsewhere
  bool list = false;               // of any number of members; not sent without one (ExaBGP)
  bool adds_up = false;            // the word may be repeated: members join; else the first stands
  bool flow_action = false;        // its word may stand among the actions of FlowSpec (ExaBGP)
  bool hidden_when_empty = false;  // events do not show an empty value (ExaBGP)
  std::uint8_t as4_code = 0;       // the attribute that `as4` writes

  /// Is the received value well formed? (RFC 7606 7.x.) May also rewrite it to canonical form
  /// (four-octet AS numbers) in `scratch`; `value` then points there.
  bool (*decode)(Bytes& value, const WireContext& context, std::vector<std::uint8_t>& scratch);
  /// The canonical value that a session in scope sends with a path that has none (ExaBGP's
  /// defaults). Null: nothing is sent.
  void (*fill)(const WireContext& context, ByteWriter& out) = nullptr;
  /// Writes the value for a peer without four-octet AS numbers. Null: the canonical one is good.
  void (*narrow)(Bytes value, ByteWriter& out) = nullptr;
  /// RFC 6793 4.2.2: writes the value of `as4_code`, which tells such a peer's neighbors what
  /// `narrow` lost. False: nothing was lost.
  bool (*as4)(Bytes value, ByteWriter& out) = nullptr;
  /// Reads the words after the keyword and appends the canonical value. Complains through `in`.
  /// Where `adds_up`, `value` may already hold members: what is read joins them, in order.
  bool (*parse)(TextReader& in, std::vector<std::uint8_t>& value);
  /// Text as ExaBGP prints it in a route: "community [ 65000:1 65000:2 ]" (keyword included).
  void (*print)(Bytes value, Dialect dialect, TextWriter& out);
  /// The JSON member(s) with name: `"med": 50`.
  void (*json)(Bytes value, Dialect dialect, TextWriter& out);
};

/// Rows in ascending order of codes: all of them, those that every announcement has, those with
/// `fill`.
std::span<const AttributeOps* const> attribute_rows();
std::span<const AttributeOps* const> mandatory_attributes();
std::span<const AttributeOps* const> filled_attributes();

/// The row of a code; null for a code without one (it is kept as bytes, printed as hexadecimal).
const AttributeOps* find_attribute_ops(std::uint8_t code);
/// The row whose word is `keyword` (all of them have `parse`); null when no attribute has it.
const AttributeOps* find_attribute_ops(std::string_view keyword);

/// Names of all attribute words, for suggestions, separated by blanks.
std::string_view attribute_keywords();

/// What follows the word `attribute`, `[ 0xCODE 0xFLAG 0xDATA ]`: adds any attribute from bytes.
/// Code 3 is read and dropped (the route's next hop wins, as in ExaBGP); 0 and the codes that a
/// session writes itself (14, 15, 17, 18) are refused. Complains through `in`.
bool parse_generic_attribute(TextReader& in, PathAttributesBuilder& out);

/// "origin igp as-path ( 1 2 ) med 10": all attributes in ExaBGP's text form, blanks between.
void print_attributes(Bytes attributes, Dialect dialect, TextWriter& out);
/// `"origin": "igp", "med": 10`: all members, ascending codes; unknown ones as
/// "attribute-0x99-0x70": "0x…".
void json_attributes(Bytes attributes, Dialect dialect, TextWriter& out);

}  // namespace openbell::bgp
