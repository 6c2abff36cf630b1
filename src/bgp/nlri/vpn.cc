// VPN prefixes: AFI 1 and 2, SAFI 128. RFC 4364 4.3.4, RFC 4659 3.2.
//
//   1 B    length in bits of all that follows
//   3 B    label, repeated until the bottom of stack
//   8 B    route distinguisher
//   0..N   prefix
//
// A route announced without a label gets label 0 (explicit null): without one the NLRI would be
// malformed.

#include "bgp/nlri/family_rows.h"
#include "bgp/nlri/prefix.h"
#include "bgp/nlri/words.h"

namespace openbell::bgp {

namespace {

constexpr std::size_t rd_size = 8;
constexpr std::array<std::uint8_t, 3> explicit_null = {0x00, 0x00, 0x01};

template <Afi afi, Family family>
bool decode(ByteReader& in, const WireContext&, NlriScratch& scratch, NlriView& view) {
  std::size_t bits = in.u8();
  ByteReader nlri = in.sub(prefix_octets(bits));
  Bytes labels;
  if (!nlri.ok() || !take_labels(nlri, bits, labels) || bits < rd_size * 8) return false;
  bits -= rd_size * 8;
  if (bits > prefix_bits_max(afi)) return false;
  ByteWriter key(scratch.bytes);
  key.bytes(nlri.take(rd_size));
  key.u8(static_cast<std::uint8_t>(bits));
  key.bytes(nlri.rest());
  clear_trailing_bits({scratch.bytes.data(), key.size()}, bits);
  view.family = family;
  view.key = key.written();
  view.tail = labels;
  return true;
}

void encode(const NlriView& view, Purpose purpose, ByteWriter& out) {
  write_label_head(view.tail, purpose, rd_size * 8 + view.key[rd_size], out);
  out.bytes(view.key.first(rd_size));
  out.bytes(view.key.subspan(rd_size + 1));
}

template <Afi afi, Family family>
std::string_view compose(const NlriDraft& draft, Purpose purpose, NlriScratch& scratch,
                         NlriView& view) {
  if (const std::string_view wanted = prefix_wanted(draft, afi); !wanted.empty()) return wanted;
  if (!draft.has_rd) return "a route distinguisher";
  Bytes labels = draft.labels;
  if (labels.empty() && purpose == Purpose::announce) labels = explicit_null;
  // The length on the wire is one octet of bits.
  if ((labels.size() + rd_size) * 8 + draft.prefix.length > 255) return "fewer labels";
  ByteWriter out(scratch.bytes);
  out.bytes(draft.rd);
  write_prefix(draft.prefix, out);
  const std::size_t key_size = out.size();
  out.bytes(labels);
  view = {family, draft.has_path_id, draft.path_id, out.written().first(key_size),
          out.written().subspan(key_size)};
  return {};
}

template <Afi afi>
void print(const NlriView& view, const IpAddress& next_hop, TextWriter& out) {
  print_prefix_key(view.key.subspan(rd_size), afi, out);
  print_path_information(view, out);
  print_labels(view.tail, out);
  print_next_hop(next_hop, out);  // ExaBGP prints it before the route distinguisher
  out.put(" rd ");
  print_rd(view.key.first(rd_size), out);
}

template <Afi afi>
void json(const NlriView& view, const IpAddress&, Dialect dialect, TextWriter& out) {
  out.put("{ \"nlri\": \"");
  print_prefix_key(view.key.subspan(rd_size), afi, out);
  out.put('"');
  json_path_information(view, out);
  json_labels(view.tail, dialect, out);
  out.put(", \"rd\": \"");
  print_rd(view.key.first(rd_size), out);
  out.put("\" }");
}

template <Afi afi, Family family>
constexpr FamilyOps row(std::string_view afi_name) {
  return {
      .afi = afi,
      .safi = 128,
      .afi_name = afi_name,
      .safi_name = "mpls-vpn",
      .kind = "inet",
      .statement = "PREFIX WORDS…",
      .shape = NlriShape::labelled_prefix,
      .next_hop = {.form = NextHopForm::rd_address, .extended = afi == afi_ipv4, .beside_mp = true},
      .route = RouteWords::rd,
      .add_path_place = afi == afi_ipv4 ? 5 : 6,
      .decode = decode<afi, family>,
      .encode = encode,
      .parse = parse_prefix_word,
      .compose = compose<afi, family>,
      .print = print<afi>,
      .json = json<afi>};
}

}  // namespace

constexpr FamilyOps ipv4_mpls_vpn_family = row<afi_ipv4, Family::ipv4_mpls_vpn>("ipv4");
constexpr FamilyOps ipv6_mpls_vpn_family = row<afi_ipv6, Family::ipv6_mpls_vpn>("ipv6");

}  // namespace openbell::bgp
