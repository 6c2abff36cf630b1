#pragma once
// Address families: one row of a constant table each (families.def names them, one file implements
// a row).
//
// A route is bytes. Of an NLRI, `key` is its identity in canonical form (what a withdraw must
// match) and `tail` rides along (labels: RFC 8277 2.4). The path identifier of RFC 7911 is part of
// the identity and kept beside the key. Canonical keys:
//   unicast, multicast  length(1) prefix bytes
//   nlri-mpls           length(1) prefix bytes; tail: labels of 3 bytes each
//   mpls-vpn            RD(8) length(1) prefix bytes; tail: labels
//   flow                the components as on the wire, without the length
//   flow-vpn            RD(8), then as flow
//   every other family  the NLRI as on the wire (opaque)
// length counts the bits of the prefix alone. Prefix bytes are ceil(length/8), bits after the
// length are zero. The last label of a stack has the bottom of stack bit.

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
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

/// The family of RFC 4271's own fields: it needs no MP_REACH_NLRI and no MP_UNREACH_NLRI.
inline constexpr Family classic_family = Family::ipv4_unicast;

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
  [[nodiscard]] FamilySet operator-(const FamilySet& other) const {
    FamilySet rest;
    rest.bits_ = bits_ & ~other.bits_;
    return rest;
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

/// What next hops a family has on the wire.
struct NextHopRule {
  NextHopForm form;
  bool extended = false;   // RFC 8950 2: this IPv4 family takes IPv6 ones where both sides agreed
  bool beside_mp = false;  // ExaBGP: an IPv4 one stands in NEXT_HOP too, beside MP_REACH_NLRI
};

/// What an NLRI is, for code that serves all families.
enum class NlriShape : std::uint8_t {
  prefix,           // a prefix alone: its key is what stands on the wire
  labelled_prefix,  // a prefix with labels, maybe with a route distinguisher: text begins with it
  rules,            // FlowSpec: a statement has match words and actions
  other,
};

/// What a statement `route PREFIX …`, which names no family, must say to mean this one (ExaBGP).
enum class RouteWords : std::uint8_t { never, prefix, label, rd };

/// The row of a family: all that is particular about it. What has a default is left out where it
/// does not apply.
struct FamilyOps {
  Afi afi;
  Safi safi;
  std::string_view afi_name;      // "ipv4"
  std::string_view safi_name;     // "mpls-vpn": the configuration word and the JSON name
  std::string_view safi_alias{};  // another configuration word for it
  std::string_view kind{};        // `show adj-rib out KIND` lists it: "inet", "flow", "l2vpn"
  std::string_view statement{};   // what follows the family in a route statement, for help
  NlriShape shape = NlriShape::other;
  NextHopRule next_hop;
  RouteWords route = RouteWords::never;
  bool groups = false;  // several NLRI may share an UPDATE when group-updates is on
  bool in_all = true;   // `family { all; }` and a neighbor without families have it
  bool withdraw_with_attributes = true;  // ExaBGP: a withdrawal repeats the path
  std::uint8_t add_path_place = 0;    // in the ADD-PATH capability (ExaBGP's order); 0: not there
  std::optional<Family> multicast{};  // where `route` puts its prefixes of 224.0.0.0/4 (ExaBGP)

  /// Reads one NLRI (after its path identifier, if any). False when malformed: the caller asks RFC
  /// 7606 5.3 treatment. `view.key`/`tail` point into the input or into `scratch` and live as long
  /// as those. Sets family, key and tail of `view`; its path identifier is the caller's.
  bool (*decode)(ByteReader& in, const WireContext& context, NlriScratch& scratch, NlriView& view);
  /// Writes one NLRI without its path identifier. For a withdrawal of a labelled family with an
  /// empty tail: 0x800000 (RFC 8277 2.4).
  void (*encode)(const NlriView& view, Purpose purpose, ByteWriter& out);
  /// Reads into the draft what a statement of the family begins with: a prefix, match words. `rd`,
  /// `label` and `path-information` are words of every route and come later. Complains through
  /// `in`. Null: routes of the family are only received.
  bool (*parse)(TextReader& in, NlriDraft& draft);
  /// Makes canonical bytes of a draft. Empty string on success, else what was wanted ("a label", "a
  /// prefix of ipv6"). A withdrawal needs no labels.
  std::string_view (*compose)(const NlriDraft& draft, Purpose purpose, NlriScratch& scratch,
                              NlriView& view);
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
/// A route of the family can be configured or commanded.
inline bool originates(Family family) {
  return ops(family).parse != nullptr;
}
/// "ipv4 unicast"
void print_family(Family family, TextWriter& out);
/// The family of an AFI/SAFI pair; false when the table has no such row.
bool find_family(Afi afi, Safi safi, Family& family);
/// The family named by two configuration words. False when unknown.
bool find_family(std::string_view afi_name, std::string_view safi_name, Family& family);
/// The family of `route PREFIX …`, which follows from its words: `rd` goes before `label`.
Family route_family(const NlriDraft& draft);
/// A prefix of 224.0.0.0/4 in a family that has another for those (FamilyOps::multicast).
bool is_multicast_group(const NlriView& view);
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
