#include "bgp/capability/capability.h"

#include <algorithm>
#include <bitset>

#include "base/check.h"

namespace openbell::bgp {

#define OPENBELL_CAPABILITY(id) extern const CapabilityOps id##_capability;
#include "bgp/capability/capabilities.def"
#undef OPENBELL_CAPABILITY

namespace {

constexpr const CapabilityOps* rows[] = {
#define OPENBELL_CAPABILITY(id) &id##_capability,
#include "bgp/capability/capabilities.def"
#undef OPENBELL_CAPABILITY
};

// ExaBGP's reading of the IANA registry, kept because it is what its events say.
constexpr std::uint8_t first_unassigned = 70;
constexpr std::uint8_t first_reserved = 128;

std::string_view iana_range(std::uint8_t code) {
  if (code >= first_reserved) return "reserved";
  return code >= first_unassigned ? "unassigned" : "unknown";
}

void json_unknown(const CapabilityView& view, TextWriter& out) {
  out.put("{ \"name\": \"unknown\", \"iana\": \"").put(iana_range(view.code));
  out.put("\", \"value\": ").number(view.code).put(", \"raw\": \"").hex(view.value).put("\" }");
}

/// Everything that decodes; the codes of what does not.
Capabilities decode_leniently(const std::vector<CapabilityView>& views, std::bitset<256>& broken) {
  Capabilities set;
  for (const CapabilityView& view : views) {
    const CapabilityOps* row = find_capability(view.code);
    if (row == nullptr || !row->decode(view.value, set)) broken.set(view.code);
  }
  return set;
}

/// ExaBGP always shows the host name in an OPEN that it builds, sent or not.
void json_absent_host_name(Dialect dialect, TextWriter& out) {
  const std::string_view none = dialect == Dialect::v6_0 ? "\"\"" : "null";
  out.put("\"hostname\": { \"host-name\": ").put(none);
  out.put(", \"domain-name\": ").put(none).put(" }");
}

}  // namespace

FamilyNumbers numbers_of(Family family) {
  return {ops(family).afi, ops(family).safi};
}

void print_numbers(FamilyNumbers numbers, char separator, TextWriter& out) {
  Family family{};
  if (find_family(numbers.afi, numbers.safi, family)) {
    out.put(ops(family).afi_name).put(separator).put(ops(family).safi_name);
  } else {
    out.number(numbers.afi).put(separator).number(numbers.safi);
  }
}

void CapabilityList::add(std::uint8_t code, Bytes value) {
  OPENBELL_CHECK(value.size() <= 255);
  bytes_.emplace_back(value.begin(), value.end());
  views_.push_back({code, bytes_.back()});
}

const CapabilityOps* find_capability(std::uint8_t code) {
  const auto* const row =
      std::ranges::find_if(rows, [&](const CapabilityOps* r) { return r->code == code; });
  return row == std::end(rows) ? nullptr : *row;
}

bool decode_capabilities(const std::vector<CapabilityView>& views, Capabilities& set,
                         std::uint8_t& bad) {
  set = {};
  for (const CapabilityView& view : views) {
    const CapabilityOps* row = find_capability(view.code);
    // RFC 5492 3: unknown ones are ignored.
    if (row == nullptr || row->decode(view.value, set)) continue;
    bad = view.code;
    return false;
  }
  return true;
}

CapabilityList encode_capabilities(const Capabilities& set) {
  CapabilityList list;
  for (const CapabilityOps* row : rows) row->encode(set, list);
  return list;
}

void json_capabilities(const std::vector<CapabilityView>& views, Direction direction,
                       Dialect dialect, TextWriter& out) {
  std::bitset<256> broken;
  const Capabilities set = decode_leniently(views, broken);
  std::bitset<256> done;
  const auto separate = [&] { out.put(done.none() ? "" : ", "); };
  out.put("{ ");
  for (const CapabilityView& view : views) {
    if (done.test(view.code)) continue;
    separate();
    done.set(view.code);
    const CapabilityOps* row = find_capability(view.code);
    out.put('"');
    if (direction == Direction::send && row != nullptr) {
      out.put(row->name);
    } else {
      out.number(view.code);
    }
    out.put("\": ");
    if (broken.test(view.code)) {
      json_unknown(view, out);
    } else {
      row->json(set, dialect, out);
    }
  }
  if (direction == Direction::send && dialect != Dialect::v4_2 &&
      !done.test(capability::host_name)) {
    separate();
    json_absent_host_name(dialect, out);
  }
  out.put(" }");
}

void print_capabilities(const std::vector<CapabilityView>& views, TextWriter& out) {
  std::bitset<256> broken;
  const Capabilities set = decode_leniently(views, broken);
  std::bitset<256> present;
  for (const CapabilityView& view : views) present.set(view.code);
  out.put('[');
  bool first = true;
  for (unsigned code = 0; code < present.size(); ++code) {
    if (!present.test(code)) continue;
    if (!first) out.put(", ");
    first = false;
    if (broken.test(code)) {
      out.put("unknown capability ").number(code);
    } else {
      find_capability(static_cast<std::uint8_t>(code))->print(set, out);
    }
  }
  out.put(']');
}

}  // namespace openbell::bgp
