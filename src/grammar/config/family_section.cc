// family { … }, add-path { … } and nexthop { … } (exabgp-language 2.4 to 2.6).

#include "grammar/config/draft.h"
#include "grammar/config/value.h"

namespace openbell::grammar {

namespace {

using base::TextReader;
using bgp::Family;

/// The SAFIs of an AFI that `wanted(family)` likes.
template <typename Wanted>
std::string safi_words(bgp::Afi afi, Wanted wanted) {
  std::string words;
  for (std::size_t i = 0; i < bgp::family_count; ++i) {
    const auto family = static_cast<Family>(i);
    if (bgp::ops(family).afi == afi && wanted(family))
      words.append(words.empty() ? "" : " ").append(bgp::ops(family).safi_name);
  }
  return words;
}

template <bgp::Afi afi>
bool parse_safi(TextReader& in, Family& family) {
  for (std::size_t i = 0; i < bgp::family_count; ++i) {
    const bgp::FamilyOps& row = bgp::ops(static_cast<Family>(i));
    if (row.afi != afi || !bgp::find_family(row.afi_name, in.peek(), family)) continue;
    in.word();
    return true;
  }
  const std::string words = safi_words(afi, [](Family) { return true; });
  return in.fail_unknown("one of " + words, words);
}

std::string text_of(Family family) {
  std::string text;
  base::TextWriter out(text);
  bgp::print_family(family, out);
  return text;
}

template <bgp::Afi afi>
bool parse_family(SectionParser& parser, NeighborConfig& neighbor) {
  Family family{};
  if (!parse_safi<afi>(parser.in, family)) return false;
  if (parser.neighbor->all_families) return true;
  if (neighbor.families.contains(family))
    parser.error(parser.statement(), "duplicate afi/safi pair " + text_of(family));
  neighbor.families.insert(family);
  return true;
}

bool parse_all_families(SectionParser& parser, NeighborConfig& neighbor) {
  if (!neighbor.families.empty())
    parser.error(parser.statement(), "'all' stands alone: families were given before it");
  parser.neighbor->all_families = true;
  return true;
}

constexpr std::string_view safi_value = "SAFI";

constexpr Row<NeighborConfig> family_row(std::string_view word,
                                         bool (*parse)(SectionParser&, NeighborConfig&)) {
  return unit(RowKind::leaf, word, safi_value, "an address family", parse);
}

constexpr Row<NeighborConfig> family_table[] = {
    family_row("ipv4", parse_family<bgp::afi_ipv4>),
    family_row("ipv6", parse_family<bgp::afi_ipv6>),
    family_row("l2vpn", parse_family<bgp::afi_l2vpn>),
    family_row("bgp-ls", parse_family<bgp::afi_bgp_ls>),
    unit(RowKind::leaf, "all", {}, "every family", parse_all_families),
};

template <bgp::Afi afi>
bool parse_add_path(SectionParser& parser, NeighborConfig& neighbor) {
  Family family{};
  if (!parse_safi<afi>(parser.in, family)) return false;
  neighbor.add_path_families.insert(family);
  if (!parser.in.accept("limit")) return true;
  parser.warning(parser.in.taken() - 5, "limit is ignored: paths-limit is not announced yet");
  parser.in.number(65535, "a number of paths");
  return parser.in.ok();
}

bool parse_all_add_path(SectionParser&, NeighborConfig& neighbor) {
  for (std::size_t i = 0; i < bgp::family_count; ++i)
    neighbor.add_path_families.insert(static_cast<Family>(i));
  return true;
}

constexpr Row<NeighborConfig> add_path_table[] = {
    family_row("ipv4", parse_add_path<bgp::afi_ipv4>),
    family_row("ipv6", parse_add_path<bgp::afi_ipv6>),
    family_row("l2vpn", parse_add_path<bgp::afi_l2vpn>),
    family_row("bgp-ls", parse_add_path<bgp::afi_bgp_ls>),
    unit(RowKind::leaf, "all", {}, "every family", parse_all_add_path),
};

/// RFC 8950 is about IPv4 routes; ExaBGP reads the other direction for the same SAFIs.
bool has_extended_next_hop(Family family) {
  Family ipv4{};
  return bgp::find_family(bgp::afi_ipv4, bgp::ops(family).safi, ipv4) &&
         bgp::ops(ipv4).next_hop.extended;
}

/// `ipv4 unicast ipv6;`
template <bgp::Afi afi, bgp::Afi next_hop>
bool parse_nexthop(SectionParser& parser, NeighborConfig&) {
  constexpr std::string_view other = next_hop == bgp::afi_ipv6 ? "ipv6" : "ipv4";
  const std::size_t offset = parser.in.offset();
  const std::string word(parser.in.peek());
  Family family{};
  if (!parse_safi<afi>(parser.in, family)) return false;
  if (!has_extended_next_hop(family))
    return parser.in.fail_at(offset, "one of " + safi_words(afi, has_extended_next_hop), word);
  if (!parser.in.expect(other)) return false;
  parser.neighbor->nexthop.push_back({family, next_hop});
  return true;
}

constexpr Row<NeighborConfig> nexthop_table[] = {
    unit(RowKind::leaf, "ipv4", "SAFI ipv6", "IPv4 routes with an IPv6 next hop",
         parse_nexthop<bgp::afi_ipv4, bgp::afi_ipv6>),
    unit(RowKind::leaf, "ipv6", "SAFI ipv4", "accepted, never announced (as ExaBGP)",
         parse_nexthop<bgp::afi_ipv6, bgp::afi_ipv4>),
};

}  // namespace

std::span<const Row<NeighborConfig>> family_rows() {
  return family_table;
}

std::span<const Row<NeighborConfig>> add_path_rows() {
  return add_path_table;
}

std::span<const Row<NeighborConfig>> nexthop_rows() {
  return nexthop_table;
}

}  // namespace openbell::grammar
