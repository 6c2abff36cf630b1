#pragma once
// What a command says: a statement of one route or of very many.

#include <memory>
#include <string>
#include <string_view>

#include "engine/routing/bulk_words.h"
#include "grammar/route/route.h"

namespace openbell::engine {

struct Statement {
  bgp::Purpose purpose = bgp::Purpose::announce;
  grammar::RouteList routes;
  base::Duration lease{};  // of each of them; 0: for ever
  std::string lease_group;
  /// The i-th, with its lease; the view lives as long as the statement is not changed.
  [[nodiscard]] grammar::RouteView at(std::size_t i) const;
};
/// Why an Outcome is not leased.
std::string no_more_leases();
/// The rest of a statement, from a place in its routes on. `result`: for its records.
std::unique_ptr<BulkWords> say_rest(Routing& routing, Statement statement, std::size_t from,
                                    const rib::Audience& audience, const Voice& voice,
                                    const Cause& cause, std::string_view result);

}  // namespace openbell::engine
