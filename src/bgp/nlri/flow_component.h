#pragma once
// FlowSpec components as on the wire. RFC 8955 4.2, RFC 8956 3:
//
//   1 B   type, ascending, each at most once
//   prefix of IPv4       length(1) prefix
//   prefix of IPv6       length(1) offset(1) pattern
//   everything else      operator(1) value(1, 2, 4 or 8), repeated until the operator's end-of-list
//
// ExaBGP writes the pattern of an IPv6 prefix from bit 0 on (`whole`), RFC 8956 3.1 from the offset
// on (`shifted`); for offset 0 they are the same. OpenBell writes as ExaBGP does and reads both:
// an NLRI that is no well-formed one with whole patterns is read with shifted ones.

#include <span>
#include <string_view>

#include "bgp/types.h"

namespace openbell::bgp {

namespace flow {

inline constexpr std::uint8_t end_of_list = 0x80;
inline constexpr std::uint8_t and_bit = 0x40;
inline constexpr std::uint8_t numeric_mask = 0x07;  // less, greater, equal
inline constexpr std::uint8_t flags_mask = 0x03;    // not, match

inline constexpr std::uint8_t destination = 1;
inline constexpr std::uint8_t source = 2;
inline constexpr std::uint8_t flow_label = 13;

/// Bytes of the value after an operator.
constexpr std::size_t value_size(std::uint8_t op) {
  return std::size_t{1} << (op >> 4 & 3);
}

struct NamedValue {
  std::string_view name;
  std::uint16_t value;
};

enum class Kind : std::uint8_t { prefix, numeric, flags };
/// How values are shown: which names ExaBGP prints.
enum class Shown : std::uint8_t { number, name, service };

/// A component type: one row of a constant table.
struct Type {
  std::uint8_t code;
  Kind kind;
  std::string_view ipv4_name;  // empty: not for IPv4
  std::string_view ipv6_name;
  std::size_t value_size_max = 8;  // bytes, where the RFC says MUST
  Shown shown = Shown::number;
  std::span<const NamedValue> names = {};

  [[nodiscard]] std::string_view name(Afi afi) const {
    return afi == afi_ipv6 ? ipv6_name : ipv4_name;
  }
};

/// The row of a type, null when the address family has none.
const Type* find_type(Afi afi, std::uint8_t code);

enum class PrefixForm : std::uint8_t { whole, shifted };

struct Component {
  const Type* type = nullptr;
  Bytes bytes;  // with its type
  PrefixForm form = PrefixForm::whole;
  [[nodiscard]] Bytes value() const { return bytes.subspan(1); }
};

/// Walks over components in either form of prefixes.
class Reader {
 public:
  Reader(Bytes components, Afi afi);
  /// False at the end and at malformed bytes; ok() tells which.
  bool next(Component& component);
  [[nodiscard]] bool ok() const { return in_.ok(); }

 private:
  Reader(Bytes components, Afi afi, PrefixForm form) : in_(components), afi_(afi), form_(form) {}
  static bool well_formed(Bytes components, Afi afi, PrefixForm form);
  bool skip_prefix();
  bool skip_pairs(std::size_t value_size_max);

  ByteReader in_;
  Afi afi_;
  PrefixForm form_;
  unsigned last_type_ = 0;
};

/// True when every component is well formed. Nothing at all is well formed too.
bool well_formed(Bytes components, Afi afi);

/// One operator with its value.
struct Pair {
  std::uint8_t op = 0;
  std::uint64_t value = 0;
};

/// Walks over the pairs of a component that is not a prefix.
class PairReader {
 public:
  explicit PairReader(const Component& component) : in_(component.value()) {}
  bool next(Pair& pair);

 private:
  ByteReader in_;
};

/// " destination-ipv4 10.0.0.0/24 protocol =tcp", every component after a blank.
void print_components(Bytes components, Afi afi, Dialect dialect, TextWriter& out);
/// The same as JSON members: `"protocol": [ "=tcp" ], ` each with a comma after it.
void json_components(Bytes components, Afi afi, Dialect dialect, TextWriter& out);

}  // namespace flow

/// The name of a port, empty when the table of IANA names has none.
std::string_view service_name(std::uint16_t port);
/// The port of a name. False when unknown.
bool find_service(std::string_view name, std::uint16_t& port);

}  // namespace openbell::bgp
