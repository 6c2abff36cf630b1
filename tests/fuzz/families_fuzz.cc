// Every row of the family table: what decodes is encoded and must decode to the same, is printed
// and shown; the same bytes as words are composed and must survive the wire. First byte: the
// family.

#include <string>
#include <vector>

#include "bgp/nlri/family.h"
#include "grammar/route/route.h"
#include "tests/fuzz/fuzz.h"

namespace openbell::fuzz {
namespace {

void show(const bgp::NlriView& nlri) {
  std::string text;
  bgp::TextWriter out(text);
  const bgp::IpAddress next_hop = bgp::IpAddress::v4(0x0A000009);
  bgp::ops(nlri.family).print(nlri, next_hop, out);
  for (const bgp::Dialect dialect : dialects)
    bgp::ops(nlri.family).json(nlri, next_hop, dialect, out);
}

/// `nlri` must come out of the wire as it went in.
void round_trip(const bgp::NlriView& nlri, const bgp::WireContext& context) {
  const bgp::FamilyOps& row = bgp::ops(nlri.family);
  std::vector<std::uint8_t> bytes(nlri.key.size() + nlri.tail.size() + 64);
  bgp::ByteWriter out(bytes);
  row.encode(nlri, bgp::Purpose::announce, out);
  OPENBELL_CHECK(out.ok());
  bgp::ByteReader in(out.written());
  bgp::NlriScratch scratch;
  bgp::NlriView again;
  OPENBELL_CHECK(row.decode(in, context, scratch, again));
  OPENBELL_CHECK(in.done());
  OPENBELL_CHECK(base::equal(again.key, nlri.key));
  OPENBELL_CHECK(base::equal(again.tail, nlri.tail));
  bgp::ByteWriter gone(bytes);
  row.encode(nlri, bgp::Purpose::withdraw, gone);
}

class Sink final : public grammar::RouteSink {
 public:
  explicit Sink(const bgp::WireContext& context) : context_(context) {}
  void route(const grammar::RouteView& route) override {
    if (++count_ > 64) return;
    show(route.nlri);
    round_trip(route.nlri, context_);
  }

 private:
  const bgp::WireContext& context_;
  std::size_t count_ = 0;
};

}  // namespace
}  // namespace openbell::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openbell;
  if (size == 0) return 0;
  const auto family = static_cast<bgp::Family>(data[0] % bgp::family_count);
  const bgp::WireContext context = fuzz::context_of(2);
  bgp::ByteReader in(bgp::Bytes(data + 1, size - 1));
  bgp::NlriScratch scratch;
  bgp::NlriView nlri;
  while (!in.empty()) {
    const std::size_t left = in.left();
    if (!bgp::ops(family).decode(in, context, scratch, nlri)) break;
    OPENBELL_CHECK(in.left() < left);
    fuzz::show(nlri);
    fuzz::round_trip(nlri, context);
  }
  if (!bgp::originates(family)) return 0;
  grammar::RouteParser parser;
  fuzz::Sink sink(context);
  bgp::TextReader text(fuzz::text_of(data + 1, size - 1));
  if (!parser.parse(text, grammar::RouteForm::family, family, bgp::Purpose::announce, sink))
    OPENBELL_CHECK(!text.complaint().wanted.empty());
  return 0;
}
