#pragma once
// The NLRI fields of an UPDATE as an event shows them.

#include <array>
#include <span>
#include <string>

#include "bgp/message/update.h"

namespace openbell::event {

/// Fields with something in them, the classic one of RFC 4271 first. Views of the UpdateView.
class Fields {
 public:
  void add(const bgp::NlriField& field) {
    if (!field.bytes.empty()) fields_[count_++] = field;
  }
  [[nodiscard]] const bgp::NlriField* begin() const { return fields_.data(); }
  [[nodiscard]] const bgp::NlriField* end() const { return fields_.data() + count_; }
  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] bool empty() const { return count_ == 0; }
  const bgp::NlriField& operator[](std::size_t i) const { return fields_[i]; }

 private:
  std::array<bgp::NlriField, 4> fields_;
  std::size_t count_ = 0;
};

/// RFC 7606 2: what was announced counts as withdrawn.
bool announces_as_withdraw(const bgp::UpdateView& update);
Fields announced_fields(const bgp::UpdateView& update);
Fields withdrawn_fields(const bgp::UpdateView& update);

inline bool is_hidden_when_empty(std::uint8_t code) {
  const bgp::AttributeOps* row = bgp::find_attribute_ops(code);
  return row != nullptr && row->hidden_when_empty;
}

/// Calls `visit(code, attribute)` with the bytes of each attribute that an event shows.
template <typename Visit>
void for_each_shown(bgp::Bytes attributes, Visit visit) {
  bgp::AttributeReader reader(attributes);
  bgp::AttributeView attribute;
  std::size_t at = 0;
  while (reader.next(attribute)) {
    const std::size_t end = attributes.size() - reader.rest().size();
    if (!attribute.value.empty() || !is_hidden_when_empty(attribute.code))
      visit(attribute.code, attributes.subspan(at, end - at));
    at = end;
  }
}

/// "treat-as-withdraw: ORIGIN: bad length"; empty when all was well.
std::string error_text(const bgp::UpdateView& update);

}  // namespace openbell::event
