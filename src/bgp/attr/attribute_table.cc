// The table of path attributes: attributes.def says which, each row is in the file of its name.

#include "bgp/attr/attribute.h"

namespace openbell::bgp {

#define OPENBELL_ATTRIBUTE(id) extern const AttributeOps id##_attribute;
#include "bgp/attr/attributes.def"
#undef OPENBELL_ATTRIBUTE

namespace {

constexpr const AttributeOps* rows[] = {
#define OPENBELL_ATTRIBUTE(id) &id##_attribute,
#include "bgp/attr/attributes.def"
#undef OPENBELL_ATTRIBUTE
};

template <typename Wanted>
std::vector<const AttributeOps*> rows_with(Wanted wanted) {
  std::vector<const AttributeOps*> found;
  for (const AttributeOps* row : rows)
    if (wanted(*row) && find_attribute_ops(row->code) == row) found.push_back(row);
  return found;
}

}  // namespace

std::span<const AttributeOps* const> attribute_rows() {
  return rows;
}

std::span<const AttributeOps* const> mandatory_attributes() {
  static const auto found = rows_with([](const AttributeOps& row) { return row.mandatory; });
  return found;
}

std::span<const AttributeOps* const> filled_attributes() {
  static const auto found = rows_with([](const AttributeOps& row) { return row.fill != nullptr; });
  return found;
}

const AttributeOps* find_attribute_ops(std::uint8_t code) {
  static const std::array<const AttributeOps*, 256> by_code = [] {
    std::array<const AttributeOps*, 256> table{};
    // Of several rows for a code (a second route word for it) the first is the attribute's own.
    for (const AttributeOps* row : rows)
      if (table[row->code] == nullptr) table[row->code] = row;
    return table;
  }();
  return by_code[code];
}

const AttributeOps* find_attribute_ops(std::string_view keyword) {
  for (const AttributeOps* row : rows)
    if (row->name == keyword && row->parse != nullptr) return row;
  return nullptr;
}

std::string_view attribute_keywords() {
  static const std::string words = [] {
    std::string all;
    for (const AttributeOps* row : rows)
      if (row->parse != nullptr) all.append(all.empty() ? "" : " ").append(row->name);
    return all;
  }();
  return words;
}

}  // namespace openbell::bgp
