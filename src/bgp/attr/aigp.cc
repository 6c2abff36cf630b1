// AIGP, code 26, optional. RFC 7311 3. Where it may be sent or believed is decided by the session
// (WireContext::aigp).
//
//   1 B   type 1     \ one AIGP TLV; TLVs of other types
//   2 B   length 11  | may stand beside it and are kept
//   8 B   metric     /

#include "bgp/attr/attribute.h"
#include "bgp/attr/list.h"

namespace openbell::bgp {

namespace {

constexpr std::uint8_t aigp_type = 1;
constexpr std::uint16_t aigp_size = 11;

struct Aigp {
  bool well_formed = false;
  bool has_metric = false;
  std::uint64_t metric = 0;
};

// RFC 7311 3: when there are several AIGP TLVs the first counts.
Aigp read(Bytes value) {
  Aigp result;
  ByteReader in(value);
  bool fits = !value.empty();
  while (!in.empty()) {
    const std::uint8_t type = in.u8();
    const std::uint16_t size = in.u16();
    fits = fits && size >= 3 && (type != aigp_type || size == aigp_size);
    const Bytes body = in.take(size >= 3 ? size - 3u : 0u);
    if (type != aigp_type || result.has_metric || body.size() != 8) continue;
    result.has_metric = true;
    result.metric = base::load64(body.data());
  }
  result.well_formed = fits && in.ok();
  return result;
}

// RFC 7311 3.4: a TLV with a wrong length makes the attribute malformed; it is discarded.
bool decode(Bytes& value, const WireContext&, std::vector<std::uint8_t>&) {
  return read(value).well_formed;
}

bool parse(TextReader& in, std::vector<std::uint8_t>& value) {
  std::uint64_t metric = 0;
  if (!base::parse_integer(in.peek(), UINT64_MAX, metric))
    return in.fail("a metric of 64 bits, decimal or after 0x");
  in.word();
  value.push_back(aigp_type);
  append16(value, aigp_size);
  append64(value, metric);
  return true;
}

/// ExaBGP: 0x and sixteen lower-case digits.
void put_metric(Bytes value, TextWriter& out) {
  const std::uint64_t metric = read(value).metric;
  out.put("0x");
  for (unsigned shift = 64; shift != 0; shift -= 4)
    out.put("0123456789abcdef"[metric >> (shift - 4) & 15]);
}

void print(Bytes value, Dialect, TextWriter& out) {
  put_metric(value, out.put("aigp "));
}

void json(Bytes value, Dialect, TextWriter& out) {
  put_metric(value, out.put("\"aigp\": \""));
  out.put('"');
}

}  // namespace

extern const AttributeOps aigp_attribute = {.code = attr::aigp,
                                            .flags = attr::optional_flag,
                                            .name = "aigp",
                                            .rfc_name = "AIGP",
                                            .on_error = Treatment::discard_attribute,
                                            .sent_to = Scope::aigp,
                                            .taken_from = Scope::aigp,
                                            .decode = decode,
                                            .parse = parse,
                                            .print = print,
                                            .json = json};

}  // namespace openbell::bgp
