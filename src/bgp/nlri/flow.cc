// FlowSpec: AFI 1 and 2, SAFI 133 and, behind a route distinguisher, 134. RFC 8955 4, 8; RFC 8956.
//
//   1-2 B  length of what follows: one octet below 240, else F0xx, at most 4095
//   8 B    route distinguisher, SAFI 134 only
//   0..N   components, see flow_component.h
//
// An NLRI without components is well formed when received (ExaBGP sends it for an empty match) but
// cannot be composed: it would match everything.

#include "bgp/nlri/flow.h"

#include "bgp/nlri/family_rows.h"
#include "bgp/nlri/flow_component.h"
#include "bgp/nlri/prefix.h"

namespace openbell::bgp {

namespace {

constexpr std::size_t rd_size = 8;
constexpr std::size_t short_length_max = 239;

enum class Vpn : bool { no, yes };

/// Bytes of a key before its components.
constexpr std::size_t head_size(Vpn vpn) {
  return vpn == Vpn::yes ? rd_size : 0;
}

template <Afi afi, Vpn vpn, Family family>
bool decode(ByteReader& in, const WireContext&, NlriScratch&, NlriView& view) {
  std::size_t length = in.u8();
  if (length > short_length_max) length = (length & 0x0F) << 8 | in.u8();
  const Bytes key = in.take(length);
  if (!in.ok() || key.size() < head_size(vpn) ||
      !flow::well_formed(key.subspan(head_size(vpn)), afi))
    return false;
  view.family = family;
  view.key = key;
  view.tail = {};
  return true;
}

void encode(const NlriView& view, Purpose, ByteWriter& out) {
  const auto length = static_cast<std::uint16_t>(view.key.size());
  if (length > short_length_max) {
    out.u16(static_cast<std::uint16_t>(0xF000 | length));
  } else {
    out.u8(static_cast<std::uint8_t>(length));
  }
  out.bytes(view.key);
}

template <Afi afi, Vpn vpn, Family family>
std::string_view compose(const NlriDraft& draft, Purpose, NlriScratch& scratch, NlriView& view) {
  if (draft.has_prefix || !draft.labels.empty()) return "match components alone";
  if (draft.flow.empty()) return "something to match: an empty match would match everything";
  if (draft.flow_afi != 0 && draft.flow_afi != afi)
    return afi == afi_ipv6 ? "components of ipv6" : "components of ipv4";
  if (vpn == Vpn::yes && !draft.has_rd) return "a route distinguisher";
  if (vpn == Vpn::no && draft.has_rd) return "no route distinguisher in this family";
  if (draft.flow.size() + head_size(vpn) > flow_size_max) return "fewer values to match";
  ByteWriter out(scratch.bytes);
  out.bytes(Bytes(draft.rd).first(head_size(vpn)));
  out.bytes(draft.flow);
  view = {family, draft.has_path_id, draft.path_id, out.written(), {}};
  return {};
}

template <Afi afi, Vpn vpn>
void print_all(const NlriView& view, const IpAddress& next_hop, Dialect dialect, TextWriter& out) {
  out.put("flow");
  flow::print_components(view.key.subspan(head_size(vpn)), afi, dialect, out);
  print_path_information(view, out);
  if constexpr (vpn == Vpn::yes) {
    out.put(" rd ");
    print_rd(view.key.first(rd_size), out);
  }
  print_next_hop(next_hop, out);
}

template <Afi afi, Vpn vpn>
void print(const NlriView& view, const IpAddress& next_hop, TextWriter& out) {
  print_all<afi, vpn>(view, next_hop, Dialect::v5_0, out);
}

template <Afi afi, Vpn vpn>
void json(const NlriView& view, const IpAddress& next_hop, Dialect dialect, TextWriter& out) {
  // ExaBGP 6.0 shows the next hop only as the key that the NLRI stands under.
  const IpAddress shown = dialect == Dialect::v6_0 ? IpAddress{} : next_hop;
  out.put("{ ");
  flow::json_components(view.key.subspan(head_size(vpn)), afi, dialect, out);
  if constexpr (vpn == Vpn::yes) {
    out.put("\"rd\": \"");
    print_rd(view.key.first(rd_size), out);
    out.put("\", ");
  }
  if (shown) {
    out.put("\"next-hop\": \"");
    shown.print(out);
    out.put("\", ");
  }
  out.put("\"string\": \"");
  print_all<afi, vpn>(view, shown, dialect, out);
  out.put('"');
  json_path_information(view, out);
  out.put(" }");
}

template <Afi afi, Vpn vpn, Family family>
constexpr FamilyOps row(std::string_view afi_name) {
  constexpr bool is_vpn = vpn == Vpn::yes;
  return {.afi = afi,
          .safi = is_vpn ? Safi{134} : Safi{133},
          .afi_name = afi_name,
          .safi_name = is_vpn ? "flow-vpn" : "flow",
          .kind = "flow",
          .statement = is_vpn ? "rd RD MATCH… ACTION…" : "MATCH… ACTION…",
          .shape = NlriShape::rules,
          .next_hop = {.form = NextHopForm::optional},
          .decode = decode<afi, vpn, family>,
          .encode = encode,
          .parse = parse_flow_matches,
          .compose = compose<afi, vpn, family>,
          .print = print<afi, vpn>,
          .json = json<afi, vpn>};
}

}  // namespace

Family flow_family(const NlriDraft& draft, Afi afi) {
  if (draft.flow_afi != 0) afi = draft.flow_afi;
  if (draft.has_rd) return afi == afi_ipv6 ? Family::ipv6_flow_vpn : Family::ipv4_flow_vpn;
  return afi == afi_ipv6 ? Family::ipv6_flow : Family::ipv4_flow;
}

constexpr FamilyOps ipv4_flow_family = row<afi_ipv4, Vpn::no, Family::ipv4_flow>("ipv4");
constexpr FamilyOps ipv4_flow_vpn_family = row<afi_ipv4, Vpn::yes, Family::ipv4_flow_vpn>("ipv4");
constexpr FamilyOps ipv6_flow_family = row<afi_ipv6, Vpn::no, Family::ipv6_flow>("ipv6");
constexpr FamilyOps ipv6_flow_vpn_family = row<afi_ipv6, Vpn::yes, Family::ipv6_flow_vpn>("ipv6");

}  // namespace openbell::bgp
