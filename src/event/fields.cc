#include "event/fields.h"

namespace openbell::event {

namespace {

std::string_view word(bgp::Treatment treatment) {
  switch (treatment) {
    case bgp::Treatment::none:
      return "";
    case bgp::Treatment::discard_attribute:
      return "discard";
    case bgp::Treatment::treat_as_withdraw:
      return "treat-as-withdraw";
    case bgp::Treatment::disable_family:
      return "disable-family";
    case bgp::Treatment::reset_session:
      return "reset";
  }
  return "";
}

/// The view has MP_REACH_NLRI before the classic field.
void add_announced(const bgp::UpdateView& update, Fields& fields) {
  for (std::size_t i = update.announced_count; i-- > 0;) fields.add(update.announced[i]);
}

}  // namespace

bool announces_as_withdraw(const bgp::UpdateView& update) {
  return update.treatment >= bgp::Treatment::treat_as_withdraw;
}

Fields announced_fields(const bgp::UpdateView& update) {
  Fields fields;
  if (!announces_as_withdraw(update)) add_announced(update, fields);
  return fields;
}

Fields withdrawn_fields(const bgp::UpdateView& update) {
  Fields fields;
  for (std::size_t i = 0; i < update.withdrawn_count; ++i) fields.add(update.withdrawn[i]);
  if (announces_as_withdraw(update)) add_announced(update, fields);
  return fields;
}

std::string error_text(const bgp::UpdateView& update) {
  std::string text(word(update.treatment));
  if (!text.empty() && !update.reason.empty()) text.append(": ");
  return text.append(update.reason);
}

}  // namespace openbell::event
