#include "engine/report/bus.h"

namespace openbell::engine {

namespace {

bool selected(const grammar::MessageInterest& interest, event::Kind kind) {
  switch (kind) {
    case event::Kind::open:
      return interest.open;
    case event::Kind::update:
      return interest.update;
    case event::Kind::notification:
      return interest.notification;
    case event::Kind::keepalive:
      return interest.keepalive;
    case event::Kind::refresh:
      return interest.refresh;
    case event::Kind::operational:
      return interest.operational;
    case event::Kind::connected:
    case event::Kind::up:
    case event::Kind::down:
    case event::Kind::fsm:
    case event::Kind::signal:
    case event::Kind::negotiated:
    case event::Kind::shutdown:
    case event::Kind::lost:
    case event::Kind::notice:
      return false;
  }
  return false;
}

bool is_message(event::Kind kind) {
  return kind == event::Kind::open || kind == event::Kind::update ||
         kind == event::Kind::notification || kind == event::Kind::keepalive ||
         kind == event::Kind::refresh || kind == event::Kind::operational;
}

bool selected(const grammar::ApiBinding& binding, event::Kind kind) {
  switch (kind) {
    case event::Kind::connected:
    case event::Kind::up:
    case event::Kind::down:
      return binding.neighbor_changes;
    case event::Kind::fsm:
      return binding.fsm;
    case event::Kind::signal:
      return binding.signal;
    case event::Kind::negotiated:
      return binding.negotiated;
    case event::Kind::open:
    case event::Kind::update:
    case event::Kind::notification:
    case event::Kind::keepalive:
    case event::Kind::refresh:
    case event::Kind::operational:
    case event::Kind::shutdown:
    case event::Kind::lost:
    case event::Kind::notice:
      return false;
  }
  return false;
}

const grammar::MessageInterest& interest_of(const grammar::ApiBinding& binding,
                                            bgp::Direction direction) {
  return direction == bgp::Direction::receive ? binding.receive : binding.send;
}

void append(State& state, const Helper& helper, const event::Event& event, std::uint64_t counter,
            event::Style style, std::string& out) {
  const event::Envelope envelope{state.now.utc_ns, state.options.host, state.options.pid,
                                 state.options.ppid, counter};
  style.dialect = helper.process.dialect;
  style.compact = state.options.compact;
  if (helper.process.encoder == grammar::Encoder::json) {
    event::encode_json(event, envelope, style, out);
  } else {
    event::encode_text(event, envelope, style, out);
  }
}

void deliver(State& state, Neighbor& neighbor, std::size_t place, const event::Event& event,
             event::Detail detail) {
  const grammar::ApiBinding& binding = neighbor.config().api[place];
  Helper* helper = state.helper(neighbor.helpers()[place]);
  if (helper == nullptr || !helper->running) return;
  std::string& text = state.scratch_text;
  text.clear();
  append(state, *helper, event, ++neighbor.event_counter,
         {.detail = detail, .with_negotiated = binding.negotiated}, text);
  helper->deliver(text);
}

}  // namespace

void emit(State& state, Neighbor& neighbor, const event::Event& event) {
  const std::vector<grammar::ApiBinding>& bindings = neighbor.config().api;
  for (std::size_t place = 0; place < bindings.size(); ++place) {
    const grammar::ApiBinding& binding = bindings[place];
    if (!is_message(event.kind)) {
      if (selected(binding, event.kind))
        deliver(state, neighbor, place, event, event::Detail::parsed);
      continue;
    }
    const grammar::MessageInterest& interest = interest_of(binding, event.direction);
    if (!selected(interest, event.kind)) continue;
    // Of an UPDATE that could not be read there are only the bytes.
    const bool readable = event.kind != event::Kind::update || event.update != nullptr;
    if (interest.consolidate && readable) {
      deliver(state, neighbor, place, event, event::Detail::consolidate);
      continue;
    }
    if (interest.packets || interest.consolidate)
      deliver(state, neighbor, place, event, event::Detail::packets);
    if (interest.parsed && readable) deliver(state, neighbor, place, event, event::Detail::parsed);
  }
}

bool wanted(const Neighbor& neighbor, event::Kind kind, bgp::Direction direction) {
  for (const grammar::ApiBinding& binding : neighbor.config().api) {
    const grammar::MessageInterest& interest = interest_of(binding, direction);
    if (selected(interest, kind) && (interest.parsed || interest.packets || interest.consolidate))
      return true;
  }
  return false;
}

void tell(State& state, Helper& helper, std::string_view subject,
          std::span<const event::Field> fields) {
  event::Event event;
  event.kind = event::Kind::notice;
  event.subject = subject;
  event.fields = fields;
  std::string text;
  append(state, helper, event, ++state.notices, {}, text);
  helper.deliver(text);
}

void emit_notice(State& state, bool grammar::Subscriptions::* kind, std::string_view subject,
                 std::span<const event::Field> fields) {
  for (const auto& helper : state.helpers)
    if (helper != nullptr && helper->running && helper->process.subscriptions.*kind)
      tell(state, *helper, subject, fields);
}

void emit_shutdown(State& state) {
  event::Event event;
  event.kind = event::Kind::shutdown;
  for (const auto& helper : state.helpers) {
    if (helper == nullptr) continue;
    std::string text;
    append(state, *helper, event, 0, {}, text);
    helper->answer(text);
  }
}

void append_loss(State& state, const Helper& helper, std::uint64_t lost, std::string& out) {
  event::Event event;
  event.kind = event::Kind::lost;
  event.lost_count = lost;
  append(state, helper, event, 0, {}, out);
}

}  // namespace openbell::engine
