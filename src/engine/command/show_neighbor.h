#pragma once
// The reports of `show neighbor`, laid out as ExaBGP 5.0's.

#include <string>

#include "engine/session/neighbor.h"

namespace openbell::engine {

/// The line above the rows of the summary.
void print_summary_header(std::string& out);
void print_summary(const Neighbor& neighbor, base::Tick now, std::string& out);
void print_extensive(const Neighbor& neighbor, base::Tick now, std::string& out);
/// One object of the array of `show neighbor json`.
void print_neighbor_json(const Neighbor& neighbor, base::Tick now, std::string& out);

}  // namespace openbell::engine
