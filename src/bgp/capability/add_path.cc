// ADD-PATH, code 69. RFC 7911 4.
//
//   2 B  AFI      \ for each family
//   1 B  SAFI     |
//   1 B  mode     /   1 receive, 2 send, 3 both

#include <algorithm>
#include <array>

#include "bgp/capability/capability.h"

namespace openbell::bgp {

namespace {

constexpr std::size_t entry_size = 4;
constexpr std::size_t value_max = 255;

/// The place of an entry; 0 when its family is not offered.
std::uint8_t place_of(const AddPathEntry& entry) {
  Family family{};
  return find_family(entry.family.afi, entry.family.safi, family) ? ops(family).add_path_place : 0;
}

bool decode(Bytes value, Capabilities& set) {
  if (!set.add_path) set.add_path.emplace();
  ByteReader in(value);
  while (!in.empty()) {
    AddPathEntry entry;
    entry.family.afi = in.u16();
    entry.family.safi = in.u8();
    const std::uint8_t mode = in.u8();
    // RFC 7911 4: an entry with another mode is ignored.
    if (mode == 0 || mode > 3) continue;
    entry.mode = static_cast<AddPathMode>(mode);
    if (in.ok()) set.add_path->push_back(entry);
  }
  return in.ok();
}

void encode(const Capabilities& set, CapabilityList& out) {
  if (!set.add_path) return;
  std::vector<AddPathEntry> entries = *set.add_path;
  std::erase_if(entries, [](const AddPathEntry& entry) { return place_of(entry) == 0; });
  std::ranges::stable_sort(entries, {}, place_of);
  std::array<std::uint8_t, value_max / entry_size * entry_size> value;
  ByteWriter to(value);
  for (const AddPathEntry& entry : entries) {
    if (to.room() < entry_size) break;
    to.u16(entry.family.afi);
    to.u8(entry.family.safi);
    to.u8(static_cast<std::uint8_t>(entry.mode));
  }
  out.add(capability::add_path, to.written());
}

std::string_view mode_name(AddPathMode mode) {
  switch (mode) {
    case AddPathMode::none:
      return "disabled";
    case AddPathMode::receive:
      return "receive";
    case AddPathMode::send:
      return "send";
    case AddPathMode::send_receive:
      return "send/receive";
  }
  return "disabled";
}

void json(const Capabilities& set, Dialect, TextWriter& out) {
  out.put("{ \"name\": \"addpath\"");
  for (const AddPathEntry& entry : *set.add_path) {
    out.put(", \"");
    print_numbers(entry.family, '/', out);
    out.put("\": \"").put(mode_name(entry.mode)).put('"');
  }
  out.put(" }");
}

void print(const Capabilities& set, TextWriter& out) {
  out.put("addpath(");
  bool first = true;
  for (const AddPathEntry& entry : *set.add_path) {
    if (!first) out.put(',');
    first = false;
    out.put(mode_name(entry.mode)).put(' ');
    print_numbers(entry.family, ' ', out);
  }
  out.put(')');
}

}  // namespace

extern const CapabilityOps add_path_capability;
constexpr CapabilityOps add_path_capability = {
    capability::add_path, "add-path", decode, encode, json, print};

}  // namespace openbell::bgp
