#include "base/check.h"
#include "bgp/nlri/flow.h"
#include "bgp/nlri/words.h"
#include "grammar/route/path_cache.h"
#include "grammar/route/route.h"
#include "grammar/route/route_draft.h"

namespace openbell::grammar {

using base::TextReader;
using bgp::Family;
using bgp::Purpose;

namespace {

/// `split` makes at most 2^20 prefixes of one.
constexpr unsigned split_bits_max = 20;

bool at_statement_end(const TextReader& in) {
  return in.at_end() || (!in.quoted() && in.peek() == ";");
}

std::string text_of(const base::IpPrefix& prefix) {
  return prefix.address.text().append("/").append(std::to_string(prefix.length));
}

/// The prefix that follows `prefix` among those of its length.
void advance(base::IpPrefix& prefix) {
  std::array<std::uint8_t, 16> octets{};
  const base::Bytes bytes = prefix.address.bytes();
  std::copy(bytes.begin(), bytes.end(), octets.begin());
  unsigned carry = 1u << (7 - (prefix.length - 1u) % 8);
  for (std::size_t at = (prefix.length - 1u) / 8 + 1; at-- > 0 && carry != 0;) {
    carry += octets[at];
    octets[at] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  prefix.address = bgp::IpAddress::from_bytes({octets.data(), bytes.size()});
}

}  // namespace

struct RouteParser::State {
  /// What the statement being read is about.
  struct Statement {
    bool family_given = false;
    Family family{};
    Purpose purpose = Purpose::announce;
    RouteSink* sink = nullptr;
  };

  bool leading_route(TextReader& in, const Statement& statement);
  bool shared_attributes(TextReader& in, const Statement& statement);
  bool flow_route(TextReader& in, const Statement& statement);

  static bool has_lease(TextReader& in, const RouteDraft& draft);
  bool words_and_end(TextReader& in, const Statement& statement);
  bool block(TextReader& in);
  static bool has_next_hop(TextReader& in, const Statement& statement, const RouteDraft& draft);
  void start_view();
  bool compose(TextReader& in, std::size_t offset, const Statement& statement);
  std::string_view compose_one(const Statement& statement);
  void emit(const Statement& statement);
  void emit_one(const Statement& statement);

  static bool repeatable_text(const TextReader& in, std::string_view& text);
  bool recall(TextReader& in, const Statement& statement, std::string_view text);
  void remember(std::string_view text);

  RouteDraft draft;
  RouteView view;
  bgp::NlriScratch scratch;
  PathCache cache;
  std::vector<base::IpPrefix> prefixes;
  std::uint32_t last_token = 0;
};

RouteParser::RouteParser(RouteOrigin origin) : state_(std::make_unique<State>()) {
  state_->draft.leases = origin == RouteOrigin::command;
}
RouteParser::~RouteParser() = default;

bool RouteParser::parse(TextReader& in, RouteForm form, Family family, Purpose purpose,
                        RouteSink& sink) {
  State::Statement statement{form == RouteForm::family, family, purpose, &sink};
  if (!in.ok()) return false;
  switch (form) {
    case RouteForm::route:
      return state_->leading_route(in, statement);
    case RouteForm::attributes:
      return state_->shared_attributes(in, statement);
    case RouteForm::flow:
      return state_->flow_route(in, statement);
    case RouteForm::family:
      break;
  }
  if (bgp::ops(family).shape == bgp::NlriShape::rules) return state_->flow_route(in, statement);
  if (bgp::originates(family)) return state_->leading_route(in, statement);
  std::string wanted = "another family: ";
  base::TextWriter text(wanted);
  bgp::print_family(family, text);
  return in.fail(wanted.append(" routes cannot be originated yet"));
}

// --- `NLRI words;` and `NLRI { words; }`: `route PREFIX …`, or what the family begins with

bool RouteParser::State::leading_route(TextReader& in, const Statement& statement) {
  draft.clear();
  const std::size_t start = in.offset();
  const auto parse_nlri =
      statement.family_given ? bgp::ops(statement.family).parse : bgp::parse_prefix_word;
  if (!parse_nlri(in, draft.nlri) || !in.ok()) return false;
  std::string_view text;
  const bool repeatable = repeatable_text(in, text);
  if (repeatable && recall(in, statement, text)) return true;
  if (!words_and_end(in, statement)) return false;
  start_view();
  if (!compose(in, start, statement)) return false;
  if (repeatable && !draft.own_words && !draft.next_hop.several()) remember(text);
  emit(statement);
  return true;
}

bool RouteParser::State::words_and_end(TextReader& in, const Statement& statement) {
  if (in.accept("{")) {
    const std::size_t start = in.offset();
    if (!block(in)) return false;
    if (draft.next_hop.empty() && statement.purpose == Purpose::announce)
      return in.fail_at(start, "a next-hop in the block", "{");
    if (!has_lease(in, draft)) return false;
    in.accept(";");
    return in.ok();
  }
  while (!at_statement_end(in))
    if (!parse_route_word(in, draft)) return false;
  return has_next_hop(in, statement, draft) && has_lease(in, draft) &&
         (in.at_end() || in.expect(";")) && in.ok();
}

bool RouteParser::State::block(TextReader& in) {
  while (!in.accept("}")) {
    if (in.at_end()) return in.fail("'}'");
    if (!parse_route_word(in, draft)) return false;
    if (in.peek() != "}" && !in.expect(";")) return false;
  }
  return true;
}

bool RouteParser::State::has_next_hop(TextReader& in, const Statement& statement,
                                      const RouteDraft& draft) {
  if (!draft.next_hop.empty() || statement.purpose == Purpose::withdraw) return true;
  return in.fail("a next-hop");
}

bool RouteParser::State::has_lease(TextReader& in, const RouteDraft& draft) {
  if (draft.lease_group.empty() || draft.lease != base::Duration{}) return true;
  return in.fail("a lease beside lease-group");
}

// --- `words nlri PREFIX PREFIX …;`

bool RouteParser::State::shared_attributes(TextReader& in, const Statement& statement) {
  draft.clear();
  prefixes.clear();
  while (!in.accept("nlri")) {
    if (at_statement_end(in)) return in.fail("'nlri' and prefixes");
    if (!parse_route_word(in, draft)) return false;
  }
  const std::size_t start = in.offset();
  do {
    draft.nlri.has_prefix = false;
    if (!bgp::parse_prefix_word(in, draft.nlri)) return false;
    prefixes.push_back(draft.nlri.prefix);
  } while (!at_statement_end(in));
  if (!has_next_hop(in, statement, draft) || !has_lease(in, draft) ||
      !(in.at_end() || in.expect(";")) || !in.ok())
    return false;
  start_view();
  for (const base::IpPrefix& prefix : prefixes) {
    draft.nlri.prefix = prefix;
    if (!compose(in, start, statement)) return false;
  }
  for (const base::IpPrefix& prefix : prefixes) {
    draft.nlri.prefix = prefix;
    emit(statement);
  }
  return true;
}

// --- FlowSpec

bool RouteParser::State::flow_route(TextReader& in, const Statement& statement) {
  draft.clear();
  const std::size_t start = in.offset();
  if (!parse_flow_statement(in, draft) || !has_lease(in, draft)) return false;
  const Family family =
      statement.family_given ? statement.family : bgp::flow_family(draft.nlri, bgp::afi_ipv4);
  start_view();
  view.path.next_hop = draft.next_hop.of(family);
  const std::string_view wanted =
      bgp::ops(family).compose(draft.nlri, statement.purpose, scratch, view.nlri);
  if (!wanted.empty()) return in.fail_at(start, wanted, "a flow route");
  view.lease = draft.lease;
  view.lease_group = draft.lease_group;
  statement.sink->route(view);
  return true;
}

// --- from the draft to routes

/// The path of the draft; compose_one() sees to a next hop that depends on the family.
void RouteParser::State::start_view() {
  view = {};
  view.path.attributes = draft.attributes.canonical();
  if (draft.next_hop.several()) return;
  if (!draft.next_hop.empty()) view.path.next_hop = draft.next_hop.words().front();
  view.path_token = ++last_token;
}

std::string_view RouteParser::State::compose_one(const Statement& statement) {
  const Family family = statement.family_given ? statement.family : bgp::route_family(draft.nlri);
  if (draft.next_hop.several()) view.path.next_hop = draft.next_hop.of(family);
  const std::string_view wanted =
      bgp::ops(family).compose(draft.nlri, statement.purpose, scratch, view.nlri);
  view.multicast_group = !statement.family_given && bgp::is_multicast_group(view.nlri);
  return wanted;
}

/// Sees to it that emit() cannot fail.
bool RouteParser::State::compose(TextReader& in, std::size_t offset, const Statement& statement) {
  const base::IpPrefix prefix = draft.nlri.prefix;
  const unsigned bits = prefix.address.is_v4() ? 32 : 128;
  if (draft.split > bits)
    return in.fail_at(offset, "a split that fits the prefix", text_of(prefix));
  if (draft.split > prefix.length + split_bits_max)
    return in.fail_at(offset, "a split into at most 1048576 prefixes", text_of(prefix));
  draft.nlri.prefix.length = std::max(prefix.length, draft.split);
  const std::string_view wanted = compose_one(statement);
  draft.nlri.prefix = prefix;
  return wanted.empty() || in.fail_at(offset, wanted, text_of(prefix));
}

void RouteParser::State::emit_one(const Statement& statement) {
  OPENBELL_CHECK(compose_one(statement).empty());
  statement.sink->route(view);
}

void RouteParser::State::emit(const Statement& statement) {
  view.watchdog = draft.watchdog;
  view.starts_withdrawn = draft.starts_withdrawn && !draft.watchdog.empty();
  view.lease = draft.lease;
  view.lease_group = draft.lease_group;
  base::IpPrefix& prefix = draft.nlri.prefix;
  if (draft.split <= prefix.length) return emit_one(statement);
  const std::size_t count = std::size_t{1} << (draft.split - prefix.length);
  prefix.length = draft.split;
  for (std::size_t i = 0; i < count; ++i) {
    if (i != 0) advance(prefix);
    emit_one(statement);
  }
}

// --- repeated texts

/// The text from the word at hand to the end of the statement, when the cache may hold it.
bool RouteParser::State::repeatable_text(const TextReader& in, std::string_view& text) {
  const std::string_view rest = in.rest();
  const std::string_view window = rest.substr(0, PathCache::text_size_max + 1);
  const std::size_t end = window.find(';');
  text = window.substr(0, end);
  return text.size() <= PathCache::text_size_max;
}

bool RouteParser::State::recall(TextReader& in, const Statement& statement, std::string_view text) {
  const CachedPath* path = cache.find(text);
  if (path == nullptr) return false;
  if (path->next_hop.kind == bgp::NextHop::Kind::none && statement.purpose == Purpose::announce)
    return false;
  draft.nlri.labels = path->labels;
  draft.nlri.rd = path->rd;
  draft.nlri.has_rd = path->has_rd;
  draft.nlri.path_id = path->path_id;
  draft.nlri.has_path_id = path->has_path_id;
  view = {};
  view.path = {path->next_hop, path->attributes};
  view.path_token = path->token;
  // What cannot be composed is read again for its complaint.
  if (!compose_one(statement).empty()) {
    draft.nlri.labels.clear();
    draft.nlri.rd = {};
    draft.nlri.path_id = 0;
    draft.nlri.has_rd = draft.nlri.has_path_id = false;
    return false;
  }
  if (!in.at_end()) in.skip_to(in.offset() + text.size());
  in.accept(";");
  if (!in.ok()) return false;
  statement.sink->route(view);
  return true;
}

void RouteParser::State::remember(std::string_view text) {
  // Quotes, escapes, comments and blocks may hide the real end of a statement.
  if (text.find_first_of("{}\"'\\#\n") != std::string_view::npos) return;
  CachedPath& path = cache.insert(text);
  path.next_hop = view.path.next_hop;
  const bgp::Bytes attributes = draft.attributes.canonical();
  path.attributes.assign(attributes.begin(), attributes.end());
  path.labels = draft.nlri.labels;
  path.rd = draft.nlri.rd;
  path.has_rd = draft.nlri.has_rd;
  path.path_id = draft.nlri.path_id;
  path.has_path_id = draft.nlri.has_path_id;
  path.token = view.path_token;
}

}  // namespace openbell::grammar
