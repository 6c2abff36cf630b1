#pragma once
// The one door out: everything that happens to a session goes to the helpers that asked for it,
// each in its own language.

#include "engine/state.h"
#include "event/event.h"

namespace openbell::engine {

/// Delivers an event of a neighbor to every helper whose api section asks for it. Each helper gets
/// what it asked for itself, not what another did (runtime 2.6).
void emit(State& state, Neighbor& neighbor, const event::Event& event);

/// Somebody wants messages of this kind in this direction: for callers that would have to decode
/// first.
bool wanted(const Neighbor& neighbor, event::Kind kind, bgp::Direction direction);

/// Delivers a notice to every helper that subscribed to its kind.
void emit_notice(State& state, bool grammar::Subscriptions::* kind, std::string_view subject,
                 std::span<const event::Field> fields);
/// Delivers a notice to one helper, subscribed or not: it asked for it.
void tell(State& state, Helper& helper, std::string_view subject,
          std::span<const event::Field> fields);

/// The end of the daemon, to every helper.
void emit_shutdown(State& state);

/// Appends the `lost` event of a helper.
void append_loss(State& state, const Helper& helper, std::uint64_t lost, std::string& out);

}  // namespace openbell::engine
