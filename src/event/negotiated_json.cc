#include "event/negotiated_json.h"

namespace openbell::event {

namespace {

using base::TextWriter;
using bgp::Dialect;
using bgp::Family;
using bgp::FamilySet;

/// How lists are spaced: ExaBGP 5.0 takes a serializer's form, 4.2 its own.
struct Spacing {
  std::string_view open, between, close;
};

constexpr Spacing spacing(Dialect dialect) {
  return dialect == Dialect::v4_2 ? Spacing{"[ ", " ,", " ]"} : Spacing{"[", ", ", "]"};
}

void print_list(const FamilySet& families, std::string_view suffix, Dialect dialect,
                TextWriter& out) {
  const Spacing space = spacing(dialect);
  bool first = true;
  out.put(space.open);
  families.for_each([&](Family family) {
    if (!first) out.put(space.between);
    first = false;
    out.put('"');
    bgp::print_family(family, out);
    out.put(suffix).put('"');
  });
  out.put(space.close);
}

std::string_view word(NegotiatedView::Refresh refresh) {
  switch (refresh) {
    case NegotiatedView::Refresh::absent:
      return "absent";
    case NegotiatedView::Refresh::normal:
      return "normal";
    case NegotiatedView::Refresh::enhanced:
      return "enhanced";
  }
  return "absent";
}

std::string_view word(bool value) {
  return value ? "true" : "false";
}

}  // namespace

void print_negotiated(const NegotiatedView& negotiated, Dialect dialect, TextWriter& out) {
  static const bgp::WireContext before{};
  const bgp::WireContext& context = negotiated.context == nullptr ? before : *negotiated.context;
  out.put("\"negotiated\": { \"message_size\": ").number(context.message_size_max());
  out.put(", \"hold_time\": ").number(negotiated.hold_time_s);
  out.put(", \"asn4\": ").put(word(context.four_octet_as));
  out.put(", \"multisession\": ").put(word(negotiated.multisession));
  out.put(", \"operational\": ").put(word(negotiated.operational));
  out.put(", \"refresh\": \"").put(word(negotiated.refresh));
  out.put("\", \"families\": ");
  print_list(context.families, "", dialect, out);
  // RFC 8950: the only next hop of another family that is negotiated is IPv6.
  out.put(", \"nexthop\": ");
  print_list(context.extended_next_hop, " ipv6", dialect, out);
  const bool spaced = dialect == Dialect::v4_2;
  out.put(spaced ? ", \"add_path\": { \"send\": " : ", \"add_path\": {\"send\": ");
  print_list(context.add_path_send, "", dialect, out);
  out.put(", \"receive\": ");
  print_list(context.add_path_receive, "", dialect, out);
  out.put(spaced ? " } } " : "} } ");
}

}  // namespace openbell::event
