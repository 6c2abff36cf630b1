#pragma once
// Rows of tables in the normal form of a configuration.

#include <span>

#include "grammar/config/section.h"

namespace openbell::grammar {

inline void indent(int depth, base::TextWriter& out) {
  out.string().append(static_cast<std::size_t>(depth) * 4, ' ');
}

inline void open_section(std::string_view section, int depth, base::TextWriter& out) {
  indent(depth, out);
  out.put(section).put(" {\n");
}

inline void close_section(int depth, base::TextWriter& out) {
  indent(depth, out);
  out.put("}\n");
}

/// `word value;` on a line of its own.
template <typename Target>
void print_row(const Row<Target>& row, const Target& target, int depth, base::TextWriter& out) {
  indent(depth, out);
  out.put(row.info.word).put(' ');
  row.print(target, out);
  out.put(";\n");
}

/// Those that differ from their defaults.
template <typename Target>
void print_changed_rows(std::span<const Row<Target>> rows, const Target& target, int depth,
                        base::TextWriter& out) {
  for (const Row<Target>& row : rows)
    if (row.print != nullptr && !row.is_default(target)) print_row(row, target, depth, out);
}

/// guard, realtime and bfd sections, which stand before the neighbors.
void print_own_sections(const Configuration& configuration, base::TextWriter& out);
/// What a service or a plan says.
void print_service(const ServiceConfig& service, base::TextWriter& out);
void print_plan(const PlanConfig& plan, base::TextWriter& out);

}  // namespace openbell::grammar
