// What the routes of a service say when it is down or disabled: `when down { med 1000; }`.

#include "grammar/route/print_route.h"
#include "grammar/route/route_draft.h"

namespace openbell::grammar {

using base::TextReader;

namespace {

/// Words about the path, which routes share; the others belong to one route.
bool is_path_word(std::string_view word) {
  return word == "next-hop" || word == "attribute" || bgp::find_attribute_ops(word) != nullptr;
}

std::string path_words() {
  return std::string("next-hop attribute ").append(bgp::attribute_keywords());
}

bool parse_override_word(TextReader& in, RouteDraft& draft) {
  const std::string word(in.peek());
  const std::size_t offset = in.offset();
  if (in.quoted() || !is_path_word(word))
    return in.fail_unknown("next-hop or an attribute", path_words());
  if (!parse_route_word(in, draft)) return false;
  const bgp::AttributeOps* ops = bgp::find_attribute_ops(std::string_view(word));
  if (ops != nullptr && !draft.attributes.contains(ops->code))
    return in.fail_at(offset, "a list with members: an empty one takes nothing away", word);
  return true;
}

bgp::PathView replaced(const RouteView& route, const PathOverride& override,
                       bgp::PathAttributesBuilder& scratch) {
  const bgp::PathView& path = route.path;
  scratch.clear();
  bgp::AttributeView attribute;
  for (bgp::AttributeReader own(path.attributes); own.next(attribute);)
    scratch.add(attribute.flags, attribute.code, attribute.value);
  for (bgp::AttributeReader other(override.attributes.canonical()); other.next(attribute);)
    scratch.replace(attribute.flags, attribute.code, attribute.value);
  const bgp::NextHop next_hop = override.next_hop.of(route.nlri.family);
  const bool own_next_hop = next_hop.kind == bgp::NextHop::Kind::none;
  return {own_next_hop ? path.next_hop : next_hop, scratch.canonical()};
}

}  // namespace

bool parse_path_override(TextReader& in, PathOverride& override) {
  RouteDraft draft;
  const std::size_t start = in.offset();
  if (!in.expect("{")) return false;
  while (!in.accept("}")) {
    if (in.at_end()) return in.fail("'}'");
    if (!parse_override_word(in, draft)) return false;
    if (in.peek() != "}" && !in.expect(";")) return false;
  }
  if (!in.ok()) return false;
  override.place = start;
  override.next_hop = draft.next_hop;
  override.attributes = draft.attributes;
  return !override.text().empty() || in.fail_at(start, "next-hop or an attribute in it", "{");
}

std::string PathOverride::text() const {
  std::string text;
  base::TextWriter out(text);
  for (const bgp::NextHop& word : next_hop.words())
    print_next_hop(word, out.put(text.empty() ? "" : "; "));
  bgp::AttributeReader reader(attributes.canonical());
  bgp::AttributeView attribute;
  for (base::Bytes rest = reader.rest(); reader.next(attribute); rest = reader.rest()) {
    if (!text.empty()) out.put("; ");
    bgp::print_attributes(rest.first(rest.size() - reader.rest().size()), bgp::Dialect::v4_2, out);
  }
  return text;
}

RouteList replace_paths(const RouteList& routes, const PathOverride& override) {
  RouteList list;
  bgp::PathAttributesBuilder scratch;
  for (std::size_t i = 0; i < routes.size(); ++i) {
    RouteView view = routes.at(i);
    view.path = replaced(view, override, scratch);
    view.path_token = 0;
    list.route(view);
  }
  return list;
}

}  // namespace openbell::grammar
