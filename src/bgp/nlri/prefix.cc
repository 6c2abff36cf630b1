#include "bgp/nlri/prefix.h"

namespace openbell::bgp {

std::string_view prefix_wanted(const NlriDraft& draft, Afi afi) {
  if (!draft.flow.empty()) return "a prefix, not flow components";
  const bool v6 = afi == afi_ipv6;
  if (!draft.has_prefix || draft.prefix.address.is_v6() != v6)
    return v6 ? "a prefix of ipv6" : "a prefix of ipv4";
  if (!draft.prefix.is_canonical()) return "a prefix without host bits set";
  return {};
}

void write_prefix(const base::IpPrefix& prefix, ByteWriter& out) {
  out.u8(prefix.length);
  out.bytes(prefix.address.bytes().first(prefix.octets()));
}

void print_prefix_key(Bytes key, Afi afi, TextWriter& out) {
  base::print_prefix(key.subspan(1), key[0], afi == afi_ipv6, out);
}

namespace {

void print_path_id(std::uint32_t id, TextWriter& out) {
  IpAddress::v4(id).print(out);
}

}  // namespace

void print_path_information(const NlriView& view, TextWriter& out) {
  if (!view.has_path_id) return;
  out.put(" path-information ");
  print_path_id(view.path_id, out);
}

void print_next_hop(const IpAddress& next_hop, TextWriter& out) {
  if (!next_hop) return;
  out.put(" next-hop ");
  next_hop.print(out);
}

void json_path_information(const NlriView& view, TextWriter& out) {
  if (!view.has_path_id) return;
  out.put(", \"path-information\": \"");
  print_path_id(view.path_id, out);
  out.put('"');
}

}  // namespace openbell::bgp
