// Every row of the attribute table: a received value is decoded, sent on, printed in every dialect;
// the same bytes as text are parsed. First byte: the code, second: what the session agreed on.

#include <string>
#include <vector>

#include "bgp/attr/attribute.h"
#include "tests/fuzz/fuzz.h"

namespace openbell::fuzz {
namespace {

void show(const bgp::AttributeOps& row, bgp::Bytes value) {
  std::string text;
  bgp::TextWriter out(text);
  for (const bgp::Dialect dialect : dialects) {
    if (row.print != nullptr) row.print(value, dialect, out);
    if (row.json != nullptr) row.json(value, dialect, out);
  }
}

void send(const bgp::AttributeOps& row, bgp::Bytes value) {
  if (row.narrow == nullptr) return;
  std::vector<std::uint8_t> bytes(value.size() * 4 + 64);
  bgp::ByteWriter out(bytes);
  row.narrow(value, out);
  row.as4(value, out);
  OPENBELL_CHECK(out.ok());
}

void from_wire(const bgp::AttributeOps& row, bgp::Bytes value, const bgp::WireContext& context) {
  std::vector<std::uint8_t> scratch;
  if (row.decode == nullptr || !row.decode(value, context, scratch)) return;
  show(row, value);
  send(row, value);
}

void from_text(const bgp::AttributeOps& row, std::string_view text) {
  if (row.parse == nullptr) return;
  bgp::TextReader in(text);
  std::vector<std::uint8_t> value;
  if (!row.parse(in, value)) {
    OPENBELL_CHECK(!in.ok() && !in.complaint().wanted.empty());
    return;
  }
  if (value.size() > 0xFFFF) return;
  show(row, value);
  send(row, value);
}

}  // namespace
}  // namespace openbell::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openbell;
  if (size < 2) return 0;
  const bgp::AttributeOps* row = bgp::find_attribute_ops(data[0]);
  if (row == nullptr) return 0;
  const bgp::WireContext context = fuzz::context_of(data[1]);
  fuzz::from_wire(*row, {data + 2, size - 2}, context);
  fuzz::from_text(*row, fuzz::text_of(data + 2, size - 2));
  bgp::PathAttributesBuilder builder;
  bgp::TextReader in(fuzz::text_of(data + 2, size - 2));
  bgp::parse_generic_attribute(in, builder);
  return 0;
}
