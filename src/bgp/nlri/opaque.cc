// Families that are carried without being understood: an NLRI is split off by its family's own
// length, kept as the bytes on the wire, and shown as hexadecimal, so that nothing received is
// lost.
//
//   mcast-vpn   type(1) length(1) value                  RFC 6514 4
//   evpn        type(1) length(1) value                  RFC 7432 7
//   mup         architecture(1) type(2) length(1) value  draft-ietf-bess-mup-safi 3.1
//   sr-policy   length in bits(1) value                  RFC 9830 2.1
//   rtc         length in bits(1) value                  RFC 4684 4
//   vpls        length(2) value                          RFC 4761 3.2.2
//   bgp-ls      type(2) length(2) value                  RFC 9552 5.2

#include "bgp/nlri/family_rows.h"
#include "bgp/nlri/prefix.h"

namespace openbell::bgp {

namespace {

/// How an NLRI begins: fields that name its type, then its length.
struct Layout {
  std::size_t type_at = 0;
  std::size_t type_size = 0;
  std::size_t length_at = 0;
  std::size_t length_size = 1;
  bool length_in_bits = false;
};

constexpr Layout type_length = {.type_size = 1, .length_at = 1};
constexpr Layout architecture_type_length = {.type_at = 1, .type_size = 2, .length_at = 3};
constexpr Layout length_of_bits = {.length_in_bits = true};
constexpr Layout long_length = {.length_size = 2};
constexpr Layout long_type_length = {.type_size = 2, .length_at = 2, .length_size = 2};

/// One or two bytes as a number.
unsigned field(Bytes bytes, std::size_t at, std::size_t size) {
  return size == 2 ? base::load16(bytes.data() + at) : bytes[at];
}

template <Family family, const Layout& layout>
bool decode(ByteReader& in, const WireContext&, NlriScratch&, NlriView& view) {
  const Bytes rest = in.rest();
  const std::size_t head_size = layout.length_at + layout.length_size;
  if (in.take(head_size).empty()) return false;
  const std::size_t length = field(rest, layout.length_at, layout.length_size);
  const std::size_t octets = layout.length_in_bits ? prefix_octets(length) : length;
  in.take(octets);
  if (!in.ok()) return false;
  view.family = family;
  view.key = rest.first(head_size + octets);
  view.tail = {};
  return true;
}

void encode(const NlriView& view, Purpose, ByteWriter& out) {
  out.bytes(view.key);
}

std::string_view compose(const NlriDraft&, Purpose, NlriScratch&, NlriView&) {
  return "a family that can be originated";
}

void print(const NlriView& view, const IpAddress& next_hop, TextWriter& out) {
  out.put("0x").hex(view.key);
  print_path_information(view, out);
  print_next_hop(next_hop, out);
}

/// ExaBGP's shape of a type it does not know; MUP names its architecture too.
template <const Layout& layout>
void json(const NlriView& view, const IpAddress&, Dialect, TextWriter& out) {
  out.put("{ ");
  if constexpr (layout.type_at != 0) out.put("\"arch\": ").number(view.key[0]).put(", ");
  if constexpr (layout.type_size != 0) {
    out.put("\"code\": ").number(field(view.key, layout.type_at, layout.type_size)).put(", ");
    if constexpr (layout.type_at == 0) out.put("\"parsed\": false, ");
  }
  out.put("\"raw\": \"").hex(view.key).put('"');
  json_path_information(view, out);
  out.put(" }");
}

/// What a row below adds to the bytes of its NLRI.
struct Names {
  std::string_view afi_name;
  std::string_view safi_name;
  std::string_view kind;
};

template <Family family, const Layout& layout>
constexpr FamilyOps row(Afi afi, Safi safi, const Names& names) {
  return {.afi = afi,
          .safi = safi,
          .afi_name = names.afi_name,
          .safi_name = names.safi_name,
          .kind = names.kind,
          .next_hop = {.form = NextHopForm::opaque},
          .decode = decode<family, layout>,
          .encode = encode,
          .parse = nullptr,
          .compose = compose,
          .print = print,
          .json = json<layout>};
}

template <Family family>
constexpr FamilyOps mcast_vpn(Afi afi, std::string_view afi_name) {
  FamilyOps ops = row<family, type_length>(afi, 5, {afi_name, "mcast-vpn", "inet"});
  ops.next_hop.beside_mp = true;
  ops.groups = true;
  return ops;
}

template <Family family>
constexpr FamilyOps mup(Afi afi, std::string_view afi_name, std::uint8_t add_path_place) {
  FamilyOps ops = row<family, architecture_type_length>(afi, 85, {afi_name, "mup", "inet"});
  ops.next_hop.beside_mp = true;
  ops.add_path_place = add_path_place;
  return ops;
}

/// ExaBGP 5.0 does not know it: it has to be named.
template <Family family>
constexpr FamilyOps sr_policy(Afi afi, std::string_view afi_name) {
  FamilyOps ops = row<family, length_of_bits>(afi, 73, {afi_name, "sr-policy", "inet"});
  ops.in_all = false;
  return ops;
}

}  // namespace

constexpr FamilyOps ipv4_mcast_vpn_family = mcast_vpn<Family::ipv4_mcast_vpn>(afi_ipv4, "ipv4");
constexpr FamilyOps ipv6_mcast_vpn_family = mcast_vpn<Family::ipv6_mcast_vpn>(afi_ipv6, "ipv6");
constexpr FamilyOps ipv4_sr_policy_family = sr_policy<Family::ipv4_sr_policy>(afi_ipv4, "ipv4");
constexpr FamilyOps ipv6_sr_policy_family = sr_policy<Family::ipv6_sr_policy>(afi_ipv6, "ipv6");
constexpr FamilyOps ipv4_mup_family = mup<Family::ipv4_mup>(afi_ipv4, "ipv4", 7);
constexpr FamilyOps ipv6_mup_family = mup<Family::ipv6_mup>(afi_ipv6, "ipv6", 8);
constexpr FamilyOps ipv4_rtc_family =
    row<Family::ipv4_rtc, length_of_bits>(afi_ipv4, 132, {"ipv4", "rtc", "inet"});
constexpr FamilyOps l2vpn_vpls_family =
    row<Family::l2vpn_vpls, long_length>(afi_l2vpn, 65, {"l2vpn", "vpls", "l2vpn"});
constexpr FamilyOps l2vpn_evpn_family =
    row<Family::l2vpn_evpn, type_length>(afi_l2vpn, 70, {"l2vpn", "evpn", "l2vpn"});
constexpr FamilyOps bgp_ls_family =
    row<Family::bgp_ls, long_type_length>(afi_bgp_ls, 71, {"bgp-ls", "bgp-ls", {}});
constexpr FamilyOps bgp_ls_vpn_family =
    row<Family::bgp_ls_vpn, long_type_length>(afi_bgp_ls, 72, {"bgp-ls", "bgp-ls-vpn", {}});

}  // namespace openbell::bgp
