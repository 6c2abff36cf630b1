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
  if (safi_name == "labeled-unicast") safi_name = "nlri-mpls";  // ExaBGP 6.0
  for (std::size_t i = 0; i < family_count; ++i) {
    if (rows[i]->afi_name != afi_name || rows[i]->safi_name != safi_name) continue;
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
