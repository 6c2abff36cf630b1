// What only the whole file can tell: templates, names of processes, completeness of neighbors
// (exabgp-language 2.2, 2.7, 2.9).

#include <algorithm>

#include "base/base64.h"
#include "grammar/config/draft.h"
#include "grammar/name_pattern.h"

namespace openbell::grammar {

namespace {

using bgp::Family;

constexpr std::size_t md5_size_max = 80;  // TCP_MD5SIG_MAXKEYLEN
constexpr std::uint16_t restart_time_max = 4095;

template <typename Target>
std::size_t row_of(std::span<const Row<Target>> rows, std::string_view word) {
  std::size_t row = 0;
  while (rows[row].info.word != word) ++row;
  return row;
}

bool is_given(const NeighborDraft& neighbor, std::string_view word) {
  return neighbor.given.has(row_of(neighbor_rows(), word));
}

/// Where a word was given, the neighbor itself when it was not.
std::size_t place_of(const NeighborDraft& neighbor, std::string_view word) {
  const std::size_t row = row_of(neighbor_rows(), word);
  return neighbor.given.has(row) ? neighbor.given.offset(row) : neighbor.offset;
}

// --- templates

class Inheritance {
 public:
  explicit Inheritance(SectionParser& parser) : parser_(parser) {}

  /// ExaBGP: what a template says takes the place of what `draft` says itself. Later names win over
  /// earlier ones, a template may inherit as well.
  void merge(NeighborDraft& draft) {
    if (draft.inherited) return;
    draft.inherited = true;
    running_.push_back(&draft);
    const GivenRows own = draft.given;
    const GivenRows own_capability = draft.given_capability;
    const GivenRows own_bfd = draft.given_bfd;
    for (auto reference = draft.templates.rbegin(); reference != draft.templates.rend();
         ++reference) {
      NeighborDraft* source = find(*reference);
      if (source == nullptr) continue;
      merge(*source);
      merge_rows(neighbor_rows(), source->config, source->given, draft.config, draft.given, own,
                 *reference);
      merge_rows(capability_rows(), source->config, source->given_capability, draft.config,
                 draft.given_capability, own_capability, *reference);
      merge_rows(neighbor_bfd_rows(), source->bfd, source->given_bfd, draft.bfd, draft.given_bfd,
                 own_bfd, *reference);
      merge_lists(*source, draft, *reference);
    }
    running_.pop_back();
  }

 private:
  NeighborDraft* find(const Reference& reference) {
    for (NeighborDraft& candidate : parser_.drafts.templates) {
      if (candidate.title != reference.name) continue;
      if (std::find(running_.begin(), running_.end(), &candidate) == running_.end())
        return &candidate;
      parser_.error(reference.offset, "template '" + reference.name + "' inherits itself");
      return nullptr;
    }
    std::string names;
    for (const NeighborDraft& known : parser_.drafts.templates)
      names.append(names.empty() ? "" : " ").append(known.title);
    parser_.error(reference.offset, "there is no template '" + reference.name + "'",
                  base::nearest_word(reference.name, names));
    return nullptr;
  }

  template <typename Target>
  void merge_rows(std::span<const Row<Target>> rows, const Target& from,
                  const GivenRows& from_given, Target& to, GivenRows& to_given,
                  const GivenRows& own, const Reference& reference) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].inherit == nullptr || !from_given.has(i)) continue;
      const bool own_value = own.has(i) && to_given.offset(i) == own.offset(i);
      if (to_given.has(i) && !own_value) continue;
      if (own_value && !same(rows[i], from, to)) {
        // ExaBGP: a scalar of the template beats the neighbor's own. Kept, since files rely on it.
        parser_.warning(own.offset(i), std::string(rows[i].info.word)
                                           .append(" is not used: that of template '")
                                           .append(reference.name)
                                           .append("' takes its place, as in ExaBGP"));
      }
      rows[i].inherit(from, to);
      to_given.set(i, reference.offset);
    }
  }

  template <typename Target>
  static bool same(const Row<Target>& row, const Target& a, const Target& b) {
    std::string text_a;
    std::string text_b;
    base::TextWriter out_a(text_a);
    base::TextWriter out_b(text_b);
    row.print(a, out_a);
    row.print(b, out_b);
    return text_a == text_b;
  }

  static void merge_lists(const NeighborDraft& from, NeighborDraft& to,
                          const Reference& reference) {
    from.config.families.for_each([&](Family family) { to.config.families.insert(family); });
    from.config.add_path_families.for_each(
        [&](Family family) { to.config.add_path_families.insert(family); });
    if (to.bfd_place == 0 && from.bfd_place != 0) to.bfd_place = reference.offset + 1;
    to.all_families |= from.all_families;
    to.nexthop.insert(to.nexthop.end(), from.nexthop.begin(), from.nexthop.end());
    to.api.insert(to.api.end(), from.api.begin(), from.api.end());
    to.routes.inherit(from.routes, reference.offset);
    if (!is_given(to, "md5-base64")) to.md5_encoding = from.md5_encoding;
  }

  SectionParser& parser_;
  std::vector<const NeighborDraft*> running_;
};

// --- helpers of a neighbor

class ApiLookup {
 public:
  ApiLookup(SectionParser& parser, NeighborDraft& neighbor)
      : parser_(parser), neighbor_(neighbor) {}

  void run() {
    for (const ApiDraft& api : neighbor_.api) {
      for (const Reference& name : api.processes) bind_name(name, api.flags);
      for (const Reference& pattern : api.patterns) bind_pattern(pattern, api.flags);
    }
  }

 private:
  void bind_name(const Reference& reference, const ApiBinding& flags) {
    const auto& processes = parser_.drafts.processes;
    std::string names;
    for (std::size_t i = 0; i < processes.size(); ++i) {
      if (processes[i].name == reference.name) return bind(i, flags);
      names.append(names.empty() ? "" : " ").append(processes[i].name);
    }
    parser_.error(reference.offset, "there is no process '" + reference.name + "'",
                  base::nearest_word(reference.name, names));
  }

  void bind_pattern(const Reference& reference, const ApiBinding& flags) {
    const auto& processes = parser_.drafts.processes;
    NamePattern pattern;
    if (!pattern.compile(reference.name))
      return parser_.error(reference.offset,
                           "'" + reference.name + "' is not a regular expression");
    bool any = false;
    for (std::size_t i = 0; i < processes.size(); ++i) {
      if (!pattern.matches(processes[i].name)) continue;
      bind(i, flags);
      any = true;
    }
    if (!any)
      parser_.warning(reference.offset, "no process has a name like '" + reference.name + "'");
  }

  void bind(std::size_t place, const ApiBinding& flags) {
    const ProcessIndex process{static_cast<std::uint32_t>(place)};
    for (ApiBinding& known : neighbor_.config.api)
      if (known.process == process) return join(known, flags);
    ApiBinding& added = neighbor_.config.api.emplace_back(flags);
    added.process = process;
  }

  static void join(ApiBinding& known, const ApiBinding& added) {
    known.neighbor_changes |= added.neighbor_changes;
    known.negotiated |= added.negotiated;
    known.fsm |= added.fsm;
    known.signal |= added.signal;
    join(known.receive, added.receive);
    join(known.send, added.send);
  }

  static void join(MessageInterest& known, const MessageInterest& added) {
    known.parsed |= added.parsed;
    known.packets |= added.packets;
    known.consolidate |= added.consolidate;
    known.open |= added.open;
    known.update |= added.update;
    known.notification |= added.notification;
    known.keepalive |= added.keepalive;
    known.refresh |= added.refresh;
    known.operational |= added.operational;
  }

  SectionParser& parser_;
  NeighborDraft& neighbor_;
};

// --- completeness

void check_missing(SectionParser& parser, const NeighborDraft& neighbor) {
  const NeighborConfig& config = neighbor.config;
  std::string missing;
  const auto miss = [&](std::string_view word) {
    missing.append(missing.empty() ? "" : ", ").append(word);
  };
  if (config.listen_port != 0 && !config.local_address) miss("local-address");
  if (!is_given(neighbor, "local-as")) miss("local-as");
  if (!is_given(neighbor, "peer-as")) miss("peer-as");
  if (!config.router_id && !config.local_address.is_v4()) miss("router-id");
  if (!missing.empty()) parser.error(neighbor.offset, "incomplete neighbor, missing " + missing);
}

void check_addresses(SectionParser& parser, const NeighborDraft& neighbor) {
  const NeighborConfig& config = neighbor.config;
  const base::IpAddress& peer = config.peer_address.address;
  if (!peer) return;
  if (config.local_address && config.local_address.is_v4() != peer.is_v4())
    parser.error(place_of(neighbor, "local-address"),
                 "local-address and peer-address must be of the same family");
  if (config.md5_ip && config.md5_ip.is_v4() != peer.is_v4())
    parser.error(place_of(neighbor, "md5-ip"),
                 "md5-ip and peer-address must be of the same family");
  const bool range = !config.peer_address.is_host();
  if (range && !config.passive)
    parser.error(neighbor.offset,
                 "can only use ip ranges for the peer address with passive neighbors");
  if (range && !config.peer_address.is_canonical())
    parser.error(neighbor.offset, "the range of peer addresses has host bits set");
}

void decode_password(SectionParser& parser, NeighborDraft& neighbor) {
  std::string& password = neighbor.config.md5_password;
  const std::size_t place = place_of(neighbor, "md5-password");
  if (neighbor.md5_encoding != Md5Encoding::plain && !password.empty()) {
    std::string decoded;
    if (base::from_base64(password, decoded)) {
      password = decoded;
    } else if (neighbor.md5_encoding == Md5Encoding::base64) {
      parser.error(place, "md5-password is not in base64 form");
    }
  }
  if (password.size() > md5_size_max)
    parser.error(place, "MD5 password must be no larger than 80 characters");
}

void complete_capabilities(SectionParser& parser, NeighborDraft& neighbor) {
  NeighborConfig& config = neighbor.config;
  CapabilityConfig& capability = config.capability;
  if (capability.route_refresh) config.adj_rib_out = true;
  if (capability.graceful_restart_s == std::uint16_t{0}) {
    if (config.hold_time_s > restart_time_max)
      parser.warning(neighbor.offset,
                     "graceful-restart announces 4095 seconds, the longest there "
                     "is; the hold time is longer");
    capability.graceful_restart_s = std::min(config.hold_time_s, restart_time_max);
  }
  if (!neighbor.given_capability.has(row_of(capability_rows(), "nexthop")))
    capability.nexthop = !neighbor.nexthop.empty();
  // A rule counts when both families are configured, and only for IPv4 routes (ExaBGP).
  for (const NexthopRule& rule : neighbor.nexthop) {
    Family other{};
    const bool known = bgp::find_family(rule.next_hop, bgp::ops(rule.family).safi, other);
    if (rule.next_hop == bgp::afi_ipv6 && known && config.families.contains(rule.family) &&
        config.families.contains(other))
      config.nexthop_families.insert(rule.family);
  }
}

void complete_bfd_of(SectionParser& parser, NeighborDraft& neighbor) {
  if (neighbor.bfd_place == 0) return;
  NeighborConfig& config = neighbor.config;
  const std::size_t place = neighbor.bfd_place - 1;
  // RFC 5882 4.3: a peer that helps with a graceful restart goes on forwarding.
  if (config.capability.graceful_restart_s)
    parser.error(place,
                 "bfd and graceful-restart exclude each other: when the path dies, the peer would "
                 "keep forwarding to it until the restart time is over (RFC 5882 4.3)");
  if (!config.peer_address.is_host())
    parser.error(place, "bfd needs the address of one peer, not a range");
  neighbor.bfd.peer_address = config.peer_address.address;
  neighbor.bfd.local_address = config.local_address;
  neighbor.bfd.interface = config.source_interface;
  complete_bfd(parser, place, neighbor_bfd_rows(), neighbor.given_bfd, neighbor.bfd);
  config.bfd = neighbor.bfd;
}

void complete(SectionParser& parser, NeighborDraft& neighbor) {
  Inheritance(parser).merge(neighbor);
  ApiLookup(parser, neighbor).run();
  NeighborConfig& config = neighbor.config;
  if (neighbor.all_families || config.families.empty()) config.families = all_families();
  check_missing(parser, neighbor);
  check_addresses(parser, neighbor);
  decode_password(parser, neighbor);
  complete_capabilities(parser, neighbor);
  complete_bfd_of(parser, neighbor);
  check_routes(parser, neighbor.routes.places, config);
}

bool same_peer(const NeighborConfig& a, const NeighborConfig& b) {
  return a.peer_address == b.peer_address && a.local_address == b.local_address &&
         a.local_as == b.local_as && a.peer_as == b.peer_as;
}

}  // namespace

bgp::FamilySet all_families() {
  bgp::FamilySet all;
  for (std::size_t i = 0; i < bgp::family_count; ++i) {
    const auto family = static_cast<Family>(i);
    if (bgp::ops(family).in_all) all.insert(family);
  }
  return all;
}

void finish_drafts(SectionParser& parser, Configuration& configuration) {
  Drafts& drafts = parser.drafts;
  for (NeighborDraft& neighbor : drafts.templates) Inheritance(parser).merge(neighbor);
  for (std::size_t i = 0; i < drafts.neighbors.size(); ++i) {
    complete(parser, drafts.neighbors[i]);
    for (std::size_t before = 0; before < i; ++before)
      if (same_peer(drafts.neighbors[before].config, drafts.neighbors[i].config))
        parser.error(drafts.neighbors[i].offset,
                     "duplicate peer definition " + drafts.neighbors[i].title);
  }
  configuration.processes = std::move(drafts.processes);
  configuration.audit = std::move(drafts.audit);
  configuration.neighbors.clear();
  for (NeighborDraft& neighbor : drafts.neighbors) {
    neighbor.config.routes = std::move(neighbor.routes.list);
    configuration.neighbors.push_back(std::move(neighbor.config));
  }
  finish_services(parser, configuration);
}

}  // namespace openbell::grammar
