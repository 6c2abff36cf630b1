// Labelled prefixes: AFI 1 and 2, SAFI 4. RFC 8277 2.2, 2.3.
//
//   1 B    length in bits of all that follows
//   3 B    label, repeated until the bottom of stack
//   0..N   prefix

#include "bgp/nlri/family_rows.h"
#include "bgp/nlri/prefix.h"
#include "bgp/nlri/words.h"

namespace openbell::bgp {

namespace {

template <Afi afi, Family family>
bool decode(ByteReader& in, const WireContext&, NlriScratch& scratch, NlriView& view) {
  std::size_t bits = in.u8();
  ByteReader nlri = in.sub(prefix_octets(bits));
  Bytes labels;
  if (!nlri.ok() || !take_labels(nlri, bits, labels) || bits > prefix_bits_max(afi)) return false;
  ByteWriter key(scratch.bytes);
  key.u8(static_cast<std::uint8_t>(bits));
  key.bytes(nlri.rest());
  clear_trailing_bits({scratch.bytes.data(), key.size()}, bits);
  view.family = family;
  view.key = key.written();
  view.tail = labels;
  return true;
}

void encode(const NlriView& view, Purpose purpose, ByteWriter& out) {
  write_label_head(view.tail, purpose, view.key[0], out);
  out.bytes(view.key.subspan(1));
}

template <Afi afi, Family family>
std::string_view compose(const NlriDraft& draft, Purpose purpose, NlriScratch& scratch,
                         NlriView& view) {
  if (const std::string_view wanted = prefix_wanted(draft, afi); !wanted.empty()) return wanted;
  if (draft.has_rd) return "no route distinguisher in this family";
  if (draft.labels.empty() && purpose == Purpose::announce) return "a label";
  // The length on the wire is one octet of bits.
  if (draft.labels.size() * 8 + draft.prefix.length > 255) return "fewer labels";
  ByteWriter out(scratch.bytes);
  write_prefix(draft.prefix, out);
  const std::size_t key_size = out.size();
  out.bytes(draft.labels);
  view = {family, draft.has_path_id, draft.path_id, out.written().first(key_size),
          out.written().subspan(key_size)};
  return {};
}

template <Afi afi>
void print(const NlriView& view, const IpAddress& next_hop, TextWriter& out) {
  print_prefix_key(view.key, afi, out);
  print_path_information(view, out);
  print_labels(view.tail, out);
  print_next_hop(next_hop, out);
}

template <Afi afi>
void json(const NlriView& view, const IpAddress&, Dialect dialect, TextWriter& out) {
  out.put("{ \"nlri\": \"");
  print_prefix_key(view.key, afi, out);
  out.put('"');
  json_path_information(view, out);
  json_labels(view.tail, dialect, out);
  out.put(" }");
}

template <Afi afi, Family family>
constexpr FamilyOps row(std::string_view afi_name) {
  return {
      .afi = afi,
      .safi = 4,
      .afi_name = afi_name,
      .safi_name = "nlri-mpls",
      .safi_alias = "labeled-unicast",  // ExaBGP 6.0
      .kind = "inet",
      .statement = "PREFIX WORDS…",
      .shape = NlriShape::labelled_prefix,
      .next_hop = {.form = NextHopForm::address, .extended = afi == afi_ipv4, .beside_mp = true},
      .route = RouteWords::label,
      .add_path_place = afi == afi_ipv4 ? 3 : 4,
      .decode = decode<afi, family>,
      .encode = encode,
      .parse = parse_prefix_word,
      .compose = compose<afi, family>,
      .print = print<afi>,
      .json = json<afi>};
}

}  // namespace

constexpr FamilyOps ipv4_nlri_mpls_family = row<afi_ipv4, Family::ipv4_nlri_mpls>("ipv4");
constexpr FamilyOps ipv6_nlri_mpls_family = row<afi_ipv6, Family::ipv6_nlri_mpls>("ipv6");

}  // namespace openbell::bgp
