// Host and domain name, code 73 (draft-walton-bgp-hostname-capability).
//
//   1 B  length of the host name, host name
//   1 B  length of the domain name, domain name

#include <array>

#include "bgp/capability/capability.h"

namespace openbell::bgp {

namespace {

constexpr std::size_t name_max = 64;  // ExaBGP

bool decode(Bytes value, Capabilities& set) {
  ByteReader in(value);
  HostName name;
  name.host = base::text_of(in.take(in.u8()));
  name.domain = base::text_of(in.take(in.u8()));
  set.host_name = std::move(name);
  return in.done();
}

void encode(const Capabilities& set, CapabilityList& out) {
  if (!set.host_name || set.host_name->host.empty()) return;
  std::array<std::uint8_t, 2 * (name_max + 1)> value;
  ByteWriter to(value);
  for (const std::string_view name : {set.host_name->host, set.host_name->domain}) {
    const std::string_view kept = name.substr(0, name_max);
    to.u8(static_cast<std::uint8_t>(kept.size()));
    to.bytes(base::bytes_of(kept));
  }
  out.add(capability::host_name, to.written());
}

void json_name(std::string_view name, Dialect dialect, TextWriter& out) {
  if (name.empty() && dialect != Dialect::v6_0) {
    out.put("null");
  } else {
    out.json_string(name);
  }
}

void json(const Capabilities& set, Dialect dialect, TextWriter& out) {
  out.put("{ \"host-name\": ");
  json_name(set.host_name->host, dialect, out);
  out.put(", \"domain-name\": ");
  json_name(set.host_name->domain, dialect, out);
  out.put(" }");
}

/// A peer chooses these bytes: only what a name is made of reaches a line of text.
void print_name(std::string_view name, TextWriter& out) {
  for (const char c : name) out.put(c > ' ' && c < 0x7F ? c : '?');
}

void print(const Capabilities& set, TextWriter& out) {
  out.put("hostname(");
  print_name(set.host_name->host, out);
  if (!set.host_name->domain.empty()) out.put('.');
  print_name(set.host_name->domain, out);
  out.put(')');
}

}  // namespace

extern const CapabilityOps host_name_capability;
constexpr CapabilityOps host_name_capability = {
    capability::host_name, "hostname", decode, encode, json, print};

}  // namespace openbell::bgp
