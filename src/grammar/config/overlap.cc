// Two owners of one prefix are no mistake - which of them is told is defined - but seldom meant:
// the first claim of each service that meets another one is noted.

#include <string>
#include <unordered_map>
#include <utility>

#include "grammar/config/draft.h"

namespace openbell::grammar {

namespace {

std::string identity(const bgp::NlriView& nlri) {
  std::string text(1, static_cast<char>(nlri.family));
  text.append(nlri.has_path_id ? std::to_string(nlri.path_id) : "-");
  return text.append(nlri.key.begin(), nlri.key.end());
}

std::string name_of(const bgp::NlriView& nlri) {
  std::string text;
  base::TextWriter out(text);
  bgp::print_family(nlri.family, out);
  out.put(' ');
  bgp::ops(nlri.family).print(nlri, {}, out);
  return text;
}

class Overlaps {
 public:
  explicit Overlaps(SectionParser& parser) : parser_(parser) {}

  void add(const ServiceDraft& service) {
    const RouteList& routes = *service.config.up.routes;
    bool noted = false;
    for (std::size_t i = 0; i < routes.size(); ++i) {
      const bgp::NlriView nlri = routes.at(i).nlri;
      const auto [known, added] = owners_.try_emplace(identity(nlri), Owner{&service, false});
      if (added || known->second.service == &service || noted) continue;
      noted = true;
      const std::string& first = known->second.service->config.name;
      parser_.warning(service.offset, "services '" + first + "' and '" + service.config.name +
                                          "' both announce " + name_of(nlri) + ": '" + first +
                                          "' is told while it stands, it is the first of the file");
    }
  }

  void look_at(const NeighborConfig& neighbor) {
    for (std::size_t i = 0; i < neighbor.routes.size(); ++i) {
      const bgp::NlriView nlri = neighbor.routes.at(i).nlri;
      const auto known = owners_.find(identity(nlri));
      if (known == owners_.end() || std::exchange(known->second.noted, true)) continue;
      const ServiceDraft& service = *known->second.service;
      if (std::exchange(noted_[&service], true)) continue;
      parser_.warning(service.offset, "service '" + service.config.name + "' and neighbor " +
                                          neighbor.peer_address.address.text() + " both announce " +
                                          name_of(nlri) +
                                          ": the route of the service is told while it stands");
    }
  }

 private:
  struct Owner {
    const ServiceDraft* service = nullptr;
    bool noted = false;  // with a configured route
  };

  SectionParser& parser_;
  std::unordered_map<std::string, Owner> owners_;
  std::unordered_map<const ServiceDraft*, bool> noted_;
};

}  // namespace

void note_overlaps(SectionParser& parser, const Configuration& configuration) {
  if (parser.drafts.services.empty()) return;
  Overlaps overlaps(parser);
  for (const ServiceDraft& service : parser.drafts.services) overlaps.add(service);
  for (const NeighborConfig& neighbor : configuration.neighbors) overlaps.look_at(neighbor);
}

}  // namespace openbell::grammar
