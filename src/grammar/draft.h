#pragma once
// What a file says before it is complete: templates are not merged, names not looked up.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "grammar/configuration.h"
#include "grammar/section.h"

namespace openbell::grammar {

/// A name used in a file, to be looked up at its end.
struct Reference {
  std::string name;
  std::size_t offset = 0;
};

struct ApiDraft {
  std::string name;
  std::size_t offset = 0;
  std::vector<Reference> processes;
  std::vector<Reference> patterns;  // regular expressions of `processes-match`
  ApiBinding flags;
};

/// The routes of a neighbor, with the place of the first of each family for complaints.
class RoutesDraft final : public RouteSink {
 public:
  void route(const RouteView& view) override;
  /// The routes of a template, as if given at `offset`.
  void inherit(const RoutesDraft& from, std::size_t offset);

  RouteList list;
  std::array<std::size_t, bgp::family_count> first{};  // 1 + offset, 0: none
  std::size_t first_group = 0;                         // 1 + offset of a route in 224/4
  std::size_t statement = 0;                           // offset of the statement being read
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
  std::vector<Reference> templates;
  std::vector<ApiDraft> api;
  RoutesDraft routes;
  Md5Encoding md5_encoding = Md5Encoding::plain;
  bool all_families = false;
  std::vector<NexthopRule> nexthop;
  bool inherited = false;  // templates are merged
};

struct Drafts {
  std::vector<ProcessConfig> processes;
  std::vector<NeighborDraft> templates;
  std::vector<NeighborDraft> neighbors;
  AuditConfig audit;
  RouteParser routes;
};

/// Merges templates, looks names up and checks what only the whole file can tell; fills
/// `configuration`.
void finish_drafts(SectionParser& parser, Configuration& configuration);

/// What a neighbor without families, or with `all`, carries: every family that ExaBGP 5.0 knows.
bgp::FamilySet all_families();

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
std::span<const Row<NeighborDraft>> static_rows();
std::span<const Row<NeighborDraft>> flow_rows();
std::span<const Row<NeighborDraft>> l2vpn_rows();
std::span<const Row<NeighborDraft>> announce_rows();

}  // namespace openbell::grammar
