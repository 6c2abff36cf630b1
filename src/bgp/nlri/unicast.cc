// Unicast and multicast prefixes of IPv4 and IPv6: AFI 1 and 2, SAFI 1 and 2. RFC 4271 4.3, RFC
// 4760 5.
//
//   1 B    length in bits: 0..32, for IPv6 0..128
//   0..N   prefix, ceil(length / 8) bytes

#include "bgp/nlri/family_rows.h"
#include "bgp/nlri/prefix.h"
#include "bgp/nlri/words.h"

namespace openbell::bgp {

namespace {

template <Afi afi>
bool decode_prefix(ByteReader& in, NlriScratch& scratch, Bytes& key) {
  const Bytes rest = in.rest();
  const std::size_t bits = in.u8();
  const std::size_t octets = prefix_octets(bits);
  in.take(octets);
  // RFC 7606 5.3: a length greater than the family allows makes the field malformed.
  if (!in.ok() || bits > prefix_bits_max(afi)) return false;
  key = rest.first(1 + octets);
  if (bits % 8 == 0 || (key.back() & 0xFF >> bits % 8) == 0) [[likely]]
    return true;
  const MutableBytes copy(scratch.bytes.data(), key.size());
  std::copy(key.begin(), key.end(), copy.begin());
  clear_trailing_bits(copy, bits);
  key = copy;
  return true;
}

template <Afi afi, Family family>
bool decode(ByteReader& in, const WireContext&, NlriScratch& scratch, NlriView& view) {
  view.family = family;
  view.tail = {};
  return decode_prefix<afi>(in, scratch, view.key);
}

void encode(const NlriView& view, Purpose, ByteWriter& out) {
  out.bytes(view.key);
}

template <Afi afi, Family family>
std::string_view compose(const NlriDraft& draft, Purpose, NlriScratch& scratch, NlriView& view) {
  if (const std::string_view wanted = prefix_wanted(draft, afi); !wanted.empty()) return wanted;
  if (draft.has_rd) return "no route distinguisher in this family";
  if (!draft.labels.empty()) return "no label in this family";
  ByteWriter out(scratch.bytes);
  write_prefix(draft.prefix, out);
  view = {family, draft.has_path_id, draft.path_id, out.written(), {}};
  return {};
}

template <Afi afi>
void print(const NlriView& view, const IpAddress& next_hop, TextWriter& out) {
  print_prefix_key(view.key, afi, out);
  print_path_information(view, out);
  print_next_hop(next_hop, out);
}

template <Afi afi>
void json(const NlriView& view, const IpAddress&, Dialect, TextWriter& out) {
  out.put("{ \"nlri\": \"");
  print_prefix_key(view.key, afi, out);
  out.put('"');
  json_path_information(view, out);
  out.put(" }");
}

/// What the four rows have in common.
template <Afi afi, Family family>
constexpr FamilyOps row(Safi safi, std::string_view afi_name, std::string_view safi_name) {
  return {.afi = afi,
          .safi = safi,
          .afi_name = afi_name,
          .safi_name = safi_name,
          .kind = "inet",
          .statement = "PREFIX WORDS…",
          .shape = NlriShape::prefix,
          .next_hop = {.form = NextHopForm::address, .extended = afi == afi_ipv4},
          .withdraw_with_attributes = false,  // as ExaBGP 5.0
          .decode = decode<afi, family>,
          .encode = encode,
          .parse = parse_prefix_word,
          .compose = compose<afi, family>,
          .print = print<afi>,
          .json = json<afi>};
}

}  // namespace

constexpr FamilyOps ipv4_unicast_family = [] {
  FamilyOps unicast = row<afi_ipv4, Family::ipv4_unicast>(1, "ipv4", "unicast");
  unicast.route = RouteWords::prefix;
  unicast.groups = true;
  unicast.add_path_place = 1;
  unicast.multicast = Family::ipv4_multicast;
  return unicast;
}();
constexpr FamilyOps ipv6_unicast_family = [] {
  FamilyOps unicast = row<afi_ipv6, Family::ipv6_unicast>(1, "ipv6", "unicast");
  unicast.route = RouteWords::prefix;
  unicast.add_path_place = 2;
  return unicast;
}();
constexpr FamilyOps ipv4_multicast_family =
    row<afi_ipv4, Family::ipv4_multicast>(2, "ipv4", "multicast");
constexpr FamilyOps ipv6_multicast_family =
    row<afi_ipv6, Family::ipv6_multicast>(2, "ipv6", "multicast");

}  // namespace openbell::bgp
