#pragma once

#include "event/event.h"

namespace openbell::event {

/// `"negotiated": { … } ` with its blank at the end. Before negotiation: the values that hold then.
void print_negotiated(const NegotiatedView& negotiated, bgp::Dialect dialect,
                      base::TextWriter& out);

}  // namespace openbell::event
