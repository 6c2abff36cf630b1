#pragma once
// What a file says before it is complete: templates are not merged, names not looked up.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "grammar/config/configuration.h"
#include "grammar/config/section.h"
#include "grammar/route/route_draft.h"

namespace openbell::grammar {

/// A name used in a file, to be looked up at its end.
struct Reference {
  std::string name;
  std::size_t offset = 0;
};

struct CheckKind;

struct ApiDraft {
  std::string name;
  std::size_t offset = 0;
  std::vector<Reference> processes;
  std::vector<Reference> patterns;  // regular expressions of `processes-match`
  ApiBinding flags;
};

/// Where the routes stand that the whole file may have something against: the first of each kind,
/// as 1 + offset, 0: none.
struct RoutePlaces {
  /// Routes of a family with a next hop that not every neighbor can send.
  struct NextHops {
    std::size_t first = 0;
    std::size_t count = 0;
    bgp::NextHop next_hop;  // of the first
  };
  template <typename Value>
  using ByFamily = std::array<Value, bgp::family_count>;

  ByFamily<std::size_t> first{};
  ByFamily<NextHops> foreign{};    // an IPv6 address for IPv4 routes, or the other way round
  ByFamily<NextHops> self{};       // `next-hop self`
  std::size_t first_group = 0;     // in 224.0.0.0/4
  bgp::Family group_family{};      // of those, as if they were none
  std::size_t first_watchdog = 0;  // with a watchdog

  void add(const RouteView& route, std::size_t offset);
  /// Those of a template, as if given at `offset`.
  void inherit(const RoutePlaces& from, std::size_t offset);
};

/// The routes of a neighbor.
class RoutesDraft final : public RouteSink {
 public:
  void route(const RouteView& view) override;
  /// The routes of a template, as if given at `offset`.
  void inherit(const RoutesDraft& from, std::size_t offset);

  RouteList list;
  RoutePlaces places;
  std::size_t statement = 0;  // offset of the statement being read
  bgp::Purpose purpose = bgp::Purpose::announce;
};

enum class Md5Encoding : std::uint8_t { plain, base64, automatic };

struct NexthopRule {
  bgp::Family family{};
  bgp::Afi next_hop = 0;
};

struct NeighborDraft {
  NeighborConfig config;  // without routes and api
  std::string title;      // the word after `neighbor`: an address, or the name of a template
  std::size_t offset = 0;
  GivenRows given;             // rows of the neighbor table
  GivenRows given_capability;  // rows of the capability table
  bfd::SessionConfig bfd;
  GivenRows given_bfd;        // rows of the table of its bfd section
  std::size_t bfd_place = 0;  // 1 + offset of that section, 0: none
  std::vector<Reference> templates;
  std::vector<ApiDraft> api;
  RoutesDraft routes;
  Md5Encoding md5_encoding = Md5Encoding::plain;
  bool all_families = false;
  std::vector<NexthopRule> nexthop;
  bool inherited = false;  // templates are merged
};

/// How a route statement outside a neighbor is read, by its first word.
std::span<const Row<RoutesDraft>> route_rows();

/// A check before it knows the defaults of its service.
struct CheckDraft {
  health::CheckConfig config;
  const CheckKind* kind = nullptr;
  std::size_t offset = 0;
  GivenRows given;  // rows of the kind's table
};

/// What a service says for those of its checks that do not say it themselves.
struct CheckDefaults {
  std::optional<base::Duration> interval;
  std::optional<base::Duration> timeout;
  std::optional<base::Duration> jitter;
  std::optional<std::uint16_t> rise;
  std::optional<std::uint16_t> fall;
};

struct ServiceDraft {
  ServiceConfig config;  // without routes
  std::size_t offset = 0;
  GivenRows given;
  std::size_t needed_place = 0;  // of `all`, `any` or `at-least`
  std::vector<CheckDraft> checks;
  CheckDefaults defaults;
  RoutesDraft routes;
  std::optional<PathOverride> down;
  std::optional<PathOverride> disabled;
  std::vector<Reference> members;    // of last-announcer
  std::vector<Reference> neighbors;  // as written
};

struct PlanDraft {
  PlanConfig config;
  std::size_t offset = 0;
  GivenRows given;
  std::vector<Reference> services;   // of its steps, in their order
  std::vector<Reference> triggers;   // names of services or SERVICE/CHECK, in the order of triggers
  std::vector<Reference> neighbors;  // as written
  RoutePlaces routes;                // that it announces
};

/// A stand-alone BFD session.
struct BfdDraft {
  bfd::SessionConfig config;
  std::size_t offset = 0;
  GivenRows given;
};

struct Drafts {
  std::vector<ProcessConfig> processes;
  std::vector<NeighborDraft> templates;
  std::vector<NeighborDraft> neighbors;
  AuditConfig audit;
  std::vector<ServiceDraft> services;
  std::vector<PlanDraft> plans;
  std::vector<BfdDraft> bfd_sessions;
  GuardConfig guard;
  RealtimeConfig realtime;
  RouteParser routes{RouteOrigin::file};
};

/// Merges templates, looks names up and checks what only the whole file can tell; fills
/// `configuration`.
void finish_drafts(SectionParser& parser, Configuration& configuration);

/// Whether a neighbor can send its routes: it has their families, and takes their next hops.
void check_routes(SectionParser& parser, const RoutePlaces& routes, const NeighborConfig& neighbor);

using Audience = std::vector<const NeighborConfig*>;

/// Whether somebody can send the routes of a service or a plan (`whose`); what only some of the
/// audience can is a choice.
void check_routes(SectionParser& parser, const RoutePlaces& routes, const Audience& audience,
                  std::string_view whose);
void check_next_hops(SectionParser& parser, const RoutePlaces& routes, const Audience& audience,
                     std::string_view whose);

/// Looks up what services, plans and checks name; after the neighbors are complete.
void finish_services(SectionParser& parser, Configuration& configuration);

/// Warns of prefixes that a service and somebody else announce.
void note_overlaps(SectionParser& parser, const Configuration& configuration);

/// What a BFD section alone can tell about itself, once all of it is read: `place` is where it
/// stands, `given` the rows of `rows` that were given.
void complete_bfd(SectionParser& parser, std::size_t place,
                  std::span<const Row<bfd::SessionConfig>> rows, const GivenRows& given,
                  bfd::SessionConfig& session);

/// The same for a stand-alone session, whose addresses are its own.
void complete_bfd_section(SectionParser& parser, BfdDraft& session);

/// Gives a check the defaults of its service and its kind, and checks that it is whole.
void complete_check(SectionParser& parser, const CheckDefaults& defaults, CheckDraft& check);

/// What a neighbor without families, or with `all`, carries: every family that ExaBGP 5.0 knows.
bgp::FamilySet all_families();

/// `mon-fri 09:30-16:00 America/New_York`
void print_frozen(const FrozenHours& hours, base::TextWriter& out);

/// The first words of route statements outside a neighbor, in the order of route_rows().
inline constexpr RowInfo route_words[] = {
    {"route", RowKind::statement, "PREFIX WORDS… | PREFIX { … }", "a route"},
    {"attributes", RowKind::statement, "WORDS… nlri PREFIX…", "routes of equal attributes"},
    {"attribute", RowKind::statement, "WORDS… nlri PREFIX…", "the same"},
    {"flow", RowKind::statement, "route … | { route … }", "a FlowSpec route"},
    {"ipv4", RowKind::statement, "SAFI PREFIX WORDS…", "an IPv4 route of a family"},
    {"ipv6", RowKind::statement, "SAFI PREFIX WORDS…", "an IPv6 route of a family"},
};

/// The row of the i-th of them in a section that is no list of routes itself: `read` gets the row
/// that reads the route.
template <typename Target, std::size_t i,
          bool (*read)(SectionParser&, Target&, const Row<RoutesDraft>&)>
constexpr Row<Target> route_statement() {
  return {.info = route_words[i], .parse = [](SectionParser& parser, Target& target) {
            return read(parser, target, route_rows()[i]);
          }};
}

/// The tables of the language: one for each section.
std::span<const Row<Configuration>> root_rows();
std::span<const Row<ProcessConfig>> process_rows();
std::span<const Row<AuditConfig>> audit_rows();
std::span<const Row<NeighborConfig>> neighbor_rows();
std::span<const Row<NeighborConfig>> capability_rows();
std::span<const Row<NeighborConfig>> family_rows();
std::span<const Row<NeighborConfig>> add_path_rows();
std::span<const Row<NeighborConfig>> nexthop_rows();
std::span<const Row<ApiBinding>> api_rows();
std::span<const Row<MessageInterest>> message_rows();
std::span<const Row<RoutesDraft>> static_rows();
std::span<const Row<RoutesDraft>> flow_rows();
std::span<const Row<RoutesDraft>> l2vpn_rows();
std::span<const Row<RoutesDraft>> announce_rows();
std::span<const Row<ServiceConfig>> service_rows();
std::span<const Row<health::DampeningConfig>> dampen_rows();
std::span<const Row<PlanConfig>> plan_rows();
std::span<const Row<GuardConfig>> guard_rows();
std::span<const Row<RealtimeConfig>> realtime_rows();
std::span<const Row<bfd::SessionConfig>> bfd_rows();
/// Those of them that a neighbor does not say itself.
std::span<const Row<bfd::SessionConfig>> neighbor_bfd_rows();
/// What a check of that kind may say.
std::span<const Row<health::CheckConfig>> check_rows(std::string_view kind);

}  // namespace openbell::grammar
