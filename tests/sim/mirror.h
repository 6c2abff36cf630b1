#pragma once
// What a daemon must have announced to one neighbor, kept without any of its machinery: the route
// statements in the order in which they were given.

#include <map>
#include <string>
#include <string_view>

#include "bgp/attr/attribute.h"
#include "grammar/route.h"

namespace openbell::sim {

class Mirror {
 public:
  void announce(const grammar::RouteView& route) { routes_[key_of(route)] = line_of(route); }
  void withdraw(const grammar::RouteView& route) { routes_.erase(key_of(route)); }
  void clear() { routes_.clear(); }
  /// One line per route, in no particular order, as `show adj-rib` prints it after the name of the
  /// neighbor.
  [[nodiscard]] std::multimap<std::string, std::string> lines() const {
    std::multimap<std::string, std::string> all;
    for (const auto& [key, line] : routes_) all.emplace(line, key);
    return all;
  }

  static std::string key_of(const grammar::RouteView& route) {
    std::string key = std::to_string(static_cast<int>(route.nlri.family)) + '/' +
                      (route.nlri.has_path_id ? std::to_string(route.nlri.path_id) : "") + '/';
    return key.append(base::text_of(route.nlri.key));
  }

 private:
  static std::string line_of(const grammar::RouteView& route) {
    std::string line;
    base::TextWriter out(line);
    bgp::print_family(route.nlri.family, out);
    out.put(' ');
    bgp::ops(route.nlri.family).print(route.nlri, route.path.next_hop.address, out);
    if (!route.path.attributes.empty()) {
      out.put(' ');
      bgp::print_attributes(route.path.attributes, bgp::Dialect::v5_0, out);
    }
    return line;
  }

  std::map<std::string, std::string> routes_;
};

}  // namespace openbell::sim
