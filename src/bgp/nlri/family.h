#pragma once
// Address families: one row of a constant table each (families.def names them, one file implements
// a row).
//
// A route is bytes. Of an NLRI, `key` is its identity in canonical form (what a withdraw must
// match) and `tail` rides along (labels: RFC 8277 2.4). The path identifier of RFC 7911 is part of
// the identity and kept beside the key. Canonical keys:
//   unicast, multicast  length(1) prefix bytes
//   nlri-mpls           length(1) prefix bytes; tail: labels of 3 bytes, bottom of stack on the
//   last mpls-vpn            RD(8) length(1) prefix bytes; tail: labels flow                the
//   components as on the wire, without the length flow-vpn            RD(8), then as flow every
//   other family  the NLRI as on the wire (opaque)
// length counts the bits of the prefix alone. Prefix bytes are ceil(length/8), bits after the
// length are zero.

#include <array>
#include <bitset>
#include <cstdint>
#include <string_view>
#include <vector>

#include "bgp/types.h"

namespace openbell::bgp {

struct WireContext;

/// Index of a row of the family table. Values follow families.def: ascending AFI, then SAFI.
enum class Family : std::uint8_t {
#define OPENBELL_FAMILY(id, ...) id,
#include "bgp/nlri/families.def"
#undef OPENBELL_FAMILY
};

inline constexpr std::size_t family_count = 0
#define OPENBELL_FAMILY(id, ...) +1
#include "bgp/nlri/families.def"
#undef OPENBELL_FAMILY
    ;

class FamilySet {
 public:
  void insert(Family f) { bits_.set(static_cast<std::size_t>(f)); }
  void erase(Family f) { bits_.reset(static_cast<std::size_t>(f)); }
  [[nodiscard]] bool contains(Family f) const { return bits_.test(static_cast<std::size_t>(f)); }
  [[nodiscard]] bool empty() const { return bits_.none(); }
  [[nodiscard]] std::size_t size() const { return bits_.count(); }
  [[nodiscard]] FamilySet operator&(const FamilySet& other) const {
    FamilySet both;
    both.bits_ = bits_ & other.bits_;
    return both;
  }
  bool operator==(const FamilySet&) const = default;
  /// Calls `visit(Family)` for each member in table order.
  template <typename Visit>
  void for_each(Visit visit) const {
    for (std::size_t i = 0; i < family_count; ++i)
      if (bits_.test(i)) visit(static_cast<Family>(i));
  }

 private:
  std::bitset<family_count> bits_;
};

/// One NLRI in canonical form. A view: the bytes belong to whoever made it.
struct NlriView {
  Family family{};
  bool has_path_id = false;
  std::uint32_t path_id = 0;
  Bytes key;
  Bytes tail;
};

/// The same identity: what a withdrawal of one would withdraw of the other.
inline bool same_key(const NlriView& a, const NlriView& b) {
  return a.family == b.family && a.has_path_id == b.has_path_id && a.path_id == b.path_id &&
         base::equal(a.key, b.key);
}

/// Where decoders and composers put canonical bytes that are not found as such in their input.
struct NlriScratch {
  std::array<std::uint8_t, 4096 + 16> bytes;
};

/// What the words of a route statement said of its NLRI, before a family makes canonical bytes of
/// it. One is reused for every statement: clear() keeps capacity.
struct NlriDraft {
  base::IpPrefix prefix;
  bool has_prefix = false;
  bool has_rd = false;
  bool has_path_id = false;
  std::uint32_t path_id = 0;
  std::array<std::uint8_t, 8> rd{};
  std::vector<std::uint8_t> labels;  // 3 bytes each, bottom of stack set on the last
  std::vector<std::uint8_t> flow;    // FlowSpec components, ascending types, canonical (see flow.h)
  Afi flow_afi = 0;                  // of the components in `flow`; 0 when they suit both
  void clear();
};

enum class Purpose : std::uint8_t { announce, withdraw };

/// Where the next hop of a family stands and how long it is.
enum class NextHopForm : std::uint8_t {
  address,     // 4 or 16 bytes
  rd_address,  // 8 zero bytes before it (SAFI 128)
  optional,    // FlowSpec: length 0 unless an action gives one
  opaque,      // families that are only received: kept as bytes
};

struct FamilyOps {
  Afi afi;
  Safi safi;
  std::string_view afi_name;   // "ipv4"
  std::string_view safi_name;  // "mpls-vpn": the configuration word and the JSON name
  NextHopForm next_hop;
  bool originates;  // a route of this family can be configured or commanded
  bool groups;      // several NLRI may share an UPDATE when group-updates is on

  /// Reads one NLRI (after its path identifier, if any). False when malformed: the caller asks RFC
  /// 7606 5.3 treatment. `view.key`/`tail` point into the input or into `scratch` and live as long
  /// as those. Sets family, key and tail of `view`; its path identifier is the caller's.
  bool (*decode)(ByteReader& in, const WireContext& context, NlriScratch& scratch, NlriView& view);
  /// Writes one NLRI without its path identifier. For a withdrawal of a labelled family with an
  /// empty tail: 0x800000 (RFC 8277 2.4).
  void (*encode)(const NlriView& view, Purpose purpose, ByteWriter& out);
  /// Makes canonical bytes of a draft. Empty string on success, else what was wanted ("a label", "a
  /// prefix of ipv6").
  std::string_view (*compose)(const NlriDraft& draft, NlriScratch& scratch, NlriView& view);
  /// Text as ExaBGP prints it after the family: "10.0.0.0/24 label 100 rd 1:1"; a FlowSpec NLRI
  /// begins with the word "flow". ` next-hop X` stands where ExaBGP 5.0 prints it (before the route
  /// distinguisher of mpls-vpn, else last), nothing when it is no address.
  void (*print)(const NlriView& view, const IpAddress& next_hop, TextWriter& out);
  /// The JSON value of the NLRI as in ExaBGP's update events. `next_hop` only appears inside
  /// FlowSpec NLRI (4.2/5.0).
  void (*json)(const NlriView& view, const IpAddress& next_hop, Dialect dialect, TextWriter& out);
};

/// The row of a family.
const FamilyOps& ops(Family family);
/// "ipv4 unicast"
void print_family(Family family, TextWriter& out);
/// The family of an AFI/SAFI pair; false when the table has no such row.
bool find_family(Afi afi, Safi safi, Family& family);
/// The family named by two configuration words; "labeled-unicast" is nlri-mpls. False when unknown.
bool find_family(std::string_view afi_name, std::string_view safi_name, Family& family);
/// The number of an AFI word ("ipv4", "ipv6", "l2vpn", "bgp-ls"), 0 when unknown.
Afi find_afi(std::string_view name);

/// Route distinguisher text (RFC 4364 4.2): "65000:1", "10.0.0.1:1", "70000:1".
bool parse_rd(std::string_view text, std::array<std::uint8_t, 8>& rd);
void print_rd(Bytes rd, TextWriter& out);

/// Reads a label stack: 3 bytes each until bottom of stack, 0x800000 or 0x000000 (the withdraw
/// values). Empty on malformed input.
Bytes read_labels(ByteReader& in, std::size_t bits_left);
/// ExaBGP's `label [ 1 2 ]` words to bytes: value<<4, bottom of stack on the last.
void append_label(std::uint32_t label, std::vector<std::uint8_t>& labels);

}  // namespace openbell::bgp
