// Route distinguishers, RFC 4364 4.2:
//
//   2 B   type: 0, 1 or 2
//   6 B   0: AS(2) number(4)   1: IPv4(4) number(2)   2: AS(4) number(2)

#include "bgp/nlri/family.h"

namespace openbell::bgp {

bool parse_rd(std::string_view text, std::array<std::uint8_t, 8>& rd) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view administrator = text.substr(0, colon);
  std::uint64_t number = 0;
  if (!base::parse_decimal(text.substr(colon + 1), 0xFFFFFFFF, number)) return false;

  std::uint32_t address = 0;
  std::uint64_t as = 0;
  ByteWriter out(rd);
  if (base::parse_ipv4(administrator, address)) {
    out.u16(1);
    out.u32(address);
  } else if (!base::parse_decimal(administrator, 0xFFFFFFFF, as)) {
    return false;
  } else if (as > 0xFFFF) {
    out.u16(2);
    out.u32(static_cast<std::uint32_t>(as));
  } else {
    out.u16(0);
    out.u16(static_cast<std::uint16_t>(as));
    out.u32(static_cast<std::uint32_t>(number));
    return true;
  }
  out.u16(static_cast<std::uint16_t>(number));
  return number <= 0xFFFF;
}

void print_rd(Bytes rd, TextWriter& out) {
  ByteReader in(rd);
  switch (in.u16()) {
    case 0:
      out.number(in.u16()).put(':').number(in.u32());
      return;
    case 1:
      base::print_ipv4(in.take(4).data(), out);
      out.put(':').number(in.u16());
      return;
    case 2:
      out.number(in.u32()).put(':').number(in.u16());
      return;
    default:
      out.put("0x").hex(rd);
  }
}

}  // namespace openbell::bgp
