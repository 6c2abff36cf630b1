// What only the whole file can tell about services and plans: the names that they use, and whether
// somebody can get their routes.

#include <algorithm>

#include "grammar/config/draft.h"

namespace openbell::grammar {

namespace {

/// The rows of routes come first in the table of a service.
bool has_route(const GivenRows& given) {
  for (std::size_t row = 0; row < std::size(route_words); ++row)
    if (given.has(row)) return true;
  return false;
}

template <typename Draft>
const Draft* find(const std::vector<Draft>& drafts, std::string_view name) {
  for (const Draft& draft : drafts)
    if (draft.config.name == name) return &draft;
  return nullptr;
}

template <typename Draft>
std::string names_of(const std::vector<Draft>& drafts) {
  std::string names;
  for (const Draft& draft : drafts)
    names.append(names.empty() ? "" : " ").append(draft.config.name);
  return names;
}

class ServiceLookup {
 public:
  ServiceLookup(SectionParser& parser, Configuration& configuration)
      : parser_(parser), configuration_(configuration) {}

  void run() {
    for (ServiceDraft& service : parser_.drafts.services) complete(service);
    for (PlanDraft& plan : parser_.drafts.plans) complete(plan);
  }

 private:
  void complete(ServiceDraft& service) {
    ServiceConfig& config = service.config;
    if (!has_route(service.given))
      parser_.error(service.offset, "service '" + config.name + "' has no route");
    if (service.routes.places.first_watchdog != 0)
      parser_.error(service.routes.places.first_watchdog - 1,
                    "a route of a service follows its checks, not a watchdog");
    if (config.needed > std::max<std::size_t>(service.checks.size(), 1))
      parser_.error(service.needed_place, "more checks must be up than the service has: it has " +
                                              std::to_string(service.checks.size()));
    find_neighbors(service.neighbors, config.neighbors);
    for (const Reference& member : service.members) {
      if (member.name == config.name)
        parser_.error(member.offset, "a service is no other announcer of its own routes");
      else if (find_service(member) != nullptr)
        config.last_announcer.members.push_back(member.name);
    }
    for (const CheckDraft& check : service.checks) complete(check);
    const Audience audience = audience_of(config.neighbors);
    check_routes(parser_, service.routes.places, audience, "service");
    fill(service, audience);
  }

  void fill(ServiceDraft& service, const Audience& audience) {
    ServiceConfig& config = service.config;
    for (CheckDraft& check : service.checks) config.checks.push_back(std::move(check.config));
    config.up.routes = std::make_shared<const RouteList>(std::move(service.routes.list));
    const auto replace = [&](const std::optional<PathOverride>& override, ServiceRoutes& routes) {
      if (!override) return;
      RouteList replaced = replace_paths(*config.up.routes, *override);
      check_replaced(replaced, override->place, audience);
      routes.routes = std::make_shared<const RouteList>(std::move(replaced));
      routes.attributes = override->text();
    };
    replace(service.down, config.down);
    replace(service.disabled, config.disabled);
  }

  /// Routes as `when down` at `place` makes them.
  void check_replaced(const RouteList& routes, std::size_t place, const Audience& audience) {
    RoutePlaces places;
    for (std::size_t i = 0; i < routes.size(); ++i) places.add(routes.at(i), place);
    check_next_hops(parser_, places, audience, "service");
  }

  /// What it names is said by the first row of its table.
  void complete(const CheckDraft& check) {
    const health::CheckConfig& config = check.config;
    if (config.by == health::CheckedBy::bfd_session && !config.session.empty()) {
      const auto& sessions = parser_.drafts.bfd_sessions;
      if (find(sessions, config.session) == nullptr)
        parser_.error(check.given.offset(0), "there is no bfd section '" + config.session + "'",
                      base::nearest_word(config.session, names_of(sessions)));
    } else if (config.by == health::CheckedBy::neighbor_session && config.address) {
      const std::uint8_t host = config.address.is_v4() ? 32 : 128;
      if (!is_neighbor({config.address, host}))
        parser_.error(check.given.offset(0), "there is no neighbor " + config.address.text());
    }
  }

  void complete(PlanDraft& plan) {
    PlanConfig& config = plan.config;
    constexpr std::size_t steps = 1 + std::size(route_words) + 1;  // the first rows of the table
    bool any = false;
    for (std::size_t row = 0; row < steps; ++row) any = any || plan.given.has(row);
    if (!any) parser_.error(plan.offset, "plan '" + config.name + "' has no step");
    for (const Reference& service : plan.services) find_service(service);
    for (std::size_t i = 0; i < plan.triggers.size(); ++i)
      find_trigger(plan.triggers[i], config.triggers[i]);
    find_neighbors(plan.neighbors, config.neighbors);
    check_routes(parser_, plan.routes, audience_of(config.neighbors), "plan");
  }

  const ServiceDraft* find_service(const Reference& reference) {
    const auto& services = parser_.drafts.services;
    const ServiceDraft* service = find(services, reference.name);
    if (service == nullptr)
      parser_.error(reference.offset, "there is no service '" + reference.name + "'",
                    base::nearest_word(reference.name, names_of(services)));
    return service;
  }

  void find_trigger(const Reference& reference, const PlanTrigger& trigger) {
    const ServiceDraft* service = find_service({trigger.service, reference.offset});
    if (service == nullptr || trigger.check.empty()) return;
    std::string names;
    for (const health::CheckConfig& check : service->config.checks) {
      if (check.name == trigger.check) return;
      names.append(names.empty() ? "" : " ").append(check.name);
    }
    parser_.error(reference.offset,
                  "service '" + trigger.service + "' has no check '" + trigger.check + "'",
                  base::nearest_word(trigger.check, names));
  }

  [[nodiscard]] bool is_neighbor(const base::IpPrefix& address) const {
    return std::any_of(
        configuration_.neighbors.begin(), configuration_.neighbors.end(),
        [&](const NeighborConfig& neighbor) { return neighbor.peer_address == address; });
  }

  void find_neighbors(const std::vector<Reference>& references,
                      std::vector<base::IpPrefix>& neighbors) {
    for (const Reference& reference : references) {
      base::IpPrefix address;
      if (!base::parse_prefix(reference.name, address))
        parser_.error(reference.offset,
                      "neighbor: wanted the address of a neighbor, found '" + reference.name + "'");
      else if (!is_neighbor(address))
        parser_.error(reference.offset, "there is no neighbor " + reference.name);
      else
        neighbors.push_back(address);
    }
  }

  /// Whom the routes of a service or a plan are for: everybody when it names nobody.
  [[nodiscard]] Audience audience_of(const std::vector<base::IpPrefix>& neighbors) const {
    Audience audience;
    for (const NeighborConfig& neighbor : configuration_.neighbors)
      if (neighbors.empty() ||
          std::find(neighbors.begin(), neighbors.end(), neighbor.peer_address) != neighbors.end())
        audience.push_back(&neighbor);
    return audience;
  }

  SectionParser& parser_;
  Configuration& configuration_;
};

bool same_path(const bfd::SessionConfig& a, const bfd::SessionConfig& b) {
  return a.peer_address == b.peer_address && a.local_address == b.local_address &&
         a.interface == b.interface && a.multihop == b.multihop;
}

/// RFC 5881 2: one session for a pair of addresses; packets could not be told apart.
void check_bfd_paths(SectionParser& parser, const Configuration& configuration) {
  const std::vector<BfdDraft>& sessions = parser.drafts.bfd_sessions;
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    const bfd::SessionConfig& session = sessions[i].config;
    if (!session.local_address) continue;  // said already
    for (std::size_t k = 0; k < i; ++k)
      if (same_path(sessions[k].config, session))
        parser.error(sessions[i].offset, "bfd '" + session.name + "' and bfd '" +
                                             sessions[k].config.name + "' are the same path");
    for (const NeighborConfig& neighbor : configuration.neighbors)
      if (neighbor.bfd && same_path(*neighbor.bfd, session))
        parser.error(sessions[i].offset,
                     "bfd '" + session.name + "' and the bfd of neighbor " +
                         neighbor.peer_address.address.text() +
                         " are the same path: a check of kind peer follows that session");
  }
}

}  // namespace

void finish_services(SectionParser& parser, Configuration& configuration) {
  ServiceLookup(parser, configuration).run();
  check_bfd_paths(parser, configuration);
  note_overlaps(parser, configuration);
  Drafts& drafts = parser.drafts;
  configuration.guard = std::move(drafts.guard);
  configuration.realtime = drafts.realtime;
  configuration.services.clear();
  for (ServiceDraft& service : drafts.services)
    configuration.services.push_back(std::move(service.config));
  configuration.plans.clear();
  for (PlanDraft& plan : drafts.plans) configuration.plans.push_back(std::move(plan.config));
  configuration.bfd_sessions.clear();
  for (BfdDraft& session : drafts.bfd_sessions)
    configuration.bfd_sessions.push_back(std::move(session.config));
}

}  // namespace openbell::grammar
