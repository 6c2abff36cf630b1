#pragma once

#include "event/event.h"

namespace openbell::event {

/// `"message": { "update": { … } }` or the End-of-RIB form (runtime 1.6). NLRI are grouped by
/// family, then by next hop; RFC 7606 treat-as-withdraw shows what was announced as withdrawn, with
/// the reason under "error" in the attributes.
void print_update(const bgp::UpdateView& update, const bgp::WireContext& context,
                  const Style& style, base::TextWriter& out);

}  // namespace openbell::event
