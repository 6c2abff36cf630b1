// The list of address families, and how a row is found.

#include "bgp/nlri/family_rows.h"

namespace openbell::bgp {

namespace {

constexpr std::array<const FamilyOps*, family_count> rows = {
#define OPENBELL_FAMILY(id, ...) &id##_family,
#include "bgp/nlri/families.def"
#undef OPENBELL_FAMILY
};

}  // namespace

const FamilyOps& ops(Family family) {
  return *rows[static_cast<std::size_t>(family)];
}

void print_family(Family family, TextWriter& out) {
  out.put(ops(family).afi_name).put(' ').put(ops(family).safi_name);
}

bool find_family(Afi afi, Safi safi, Family& family) {
  for (std::size_t i = 0; i < family_count; ++i) {
    if (rows[i]->afi != afi || rows[i]->safi != safi) continue;
    family = static_cast<Family>(i);
    return true;
  }
  return false;
}

bool find_family(std::string_view afi_name, std::string_view safi_name, Family& family) {
  if (safi_name.empty()) return false;  // what a row without another word has
  for (std::size_t i = 0; i < family_count; ++i) {
    if (rows[i]->afi_name != afi_name) continue;
    if (rows[i]->safi_name != safi_name && rows[i]->safi_alias != safi_name) continue;
    family = static_cast<Family>(i);
    return true;
  }
  return false;
}

Afi find_afi(std::string_view name) {
  for (const FamilyOps* row : rows)
    if (row->afi_name == name) return row->afi;
  return 0;
}

namespace {

/// Families of `route`, IPv4 and IPv6, by the words that it has.
using RouteFamilies =
    std::array<std::array<Family, 2>, 1 + static_cast<std::size_t>(RouteWords::rd)>;

RouteFamilies route_families() {
  RouteFamilies families{};
  for (std::size_t i = 0; i < family_count; ++i)
    families[static_cast<std::size_t>(rows[i]->route)][rows[i]->afi == afi_ipv6] =
        static_cast<Family>(i);
  return families;
}

}  // namespace

Family route_family(const NlriDraft& draft) {
  static const RouteFamilies families = route_families();
  const RouteWords words = draft.has_rd            ? RouteWords::rd
                           : !draft.labels.empty() ? RouteWords::label
                                                   : RouteWords::prefix;
  return families[static_cast<std::size_t>(words)][draft.prefix.address.is_v6()];
}

bool is_multicast_group(const NlriView& view) {
  return ops(view.family).multicast && view.key.size() > 1 && view.key[1] >> 4 == 0xE;
}

void NlriDraft::clear() {
  prefix = {};
  has_prefix = has_rd = has_path_id = false;
  path_id = 0;
  rd = {};
  labels.clear();
  flow.clear();
  flow_afi = 0;
}

}  // namespace openbell::bgp
