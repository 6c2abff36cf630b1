#include "engine/report/client_events.h"

#include "engine/client/clients.h"
#include "engine/session/neighbor.h"

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

}  // namespace

void ClientEvents::append(const Client& client, const event::Event& event, std::uint64_t counter,
                          event::Style style, std::string& out) const {
  const event::Envelope envelope{turn_.now.utc_ns, options_.host, options_.pid, options_.ppid,
                                 counter};
  style.dialect = client.dialect;
  style.compact = options_.compact;
  if (client.encoder == grammar::Encoder::json) {
    event::encode_json(event, envelope, style, out);
  } else {
    event::encode_text(event, envelope, style, out);
  }
}

void ClientEvents::deliver(Neighbor& neighbor, std::size_t place, const event::Event& event,
                           event::Detail detail) {
  const grammar::ApiBinding& binding = neighbor.config().api[place];
  Helper* helper = clients_.helper(neighbor.helpers()[place]);
  if (helper == nullptr || !helper->running) return;
  scratch_.clear();
  append(helper->client, event, ++neighbor.event_counter,
         {.detail = detail, .with_negotiated = binding.negotiated}, scratch_);
  helper->client.replies.deliver(scratch_);
}

void ClientEvents::emit(Neighbor& neighbor, const event::Event& event) {
  const std::vector<grammar::ApiBinding>& bindings = neighbor.config().api;
  for (std::size_t place = 0; place < bindings.size(); ++place) {
    const grammar::ApiBinding& binding = bindings[place];
    if (!is_message(event.kind)) {
      if (selected(binding, event.kind)) deliver(neighbor, place, event, event::Detail::parsed);
      continue;
    }
    const grammar::MessageInterest& interest = interest_of(binding, event.direction);
    if (!selected(interest, event.kind)) continue;
    // Of an UPDATE that could not be read there are only the bytes.
    const bool readable = event.kind != event::Kind::update || event.update != nullptr;
    if (interest.consolidate && readable) {
      deliver(neighbor, place, event, event::Detail::consolidate);
      continue;
    }
    if (interest.packets || interest.consolidate)
      deliver(neighbor, place, event, event::Detail::packets);
    if (interest.parsed && readable) deliver(neighbor, place, event, event::Detail::parsed);
  }
}

bool ClientEvents::wanted(const Neighbor& neighbor, event::Kind kind, bgp::Direction direction) {
  for (const grammar::ApiBinding& binding : neighbor.config().api) {
    const grammar::MessageInterest& interest = interest_of(binding, direction);
    if (selected(interest, kind) && (interest.parsed || interest.packets || interest.consolidate))
      return true;
  }
  return false;
}

void ClientEvents::tell(Client& client, std::string_view subject,
                        std::span<const event::Field> fields) {
  event::Event event;
  event.kind = event::Kind::notice;
  event.subject = subject;
  event.fields = fields;
  std::string text;
  append(client, event, ++notices_, {}, text);
  client.replies.deliver(text);
}

void ClientEvents::tell(ClientId id, std::string_view subject,
                        std::span<const event::Field> fields) {
  if (Client* client = clients_.find(id)) tell(*client, subject, fields);
}

void ClientEvents::notify(bool grammar::Subscriptions::* kind, std::string_view subject,
                          std::span<const event::Field> fields) {
  clients_.for_each([&](Client& client) {
    if (client.subscriptions.*kind && client.replies.is_open()) tell(client, subject, fields);
  });
}

void ClientEvents::emit_shutdown() {
  event::Event event;
  event.kind = event::Kind::shutdown;
  clients_.for_each([&](Client& client) {
    std::string text;
    append(client, event, 0, {}, text);
    client.replies.answer(text);
  });
}

void ClientEvents::hand_over() {
  clients_.for_each([&](Client& client) {
    if (!client.replies.has_news()) return;
    client.replies.hand_over(
        [&](std::uint64_t lost, std::string& out) { append_loss(client, lost, out); });
  });
}

void ClientEvents::append_loss(const Client& client, std::uint64_t lost, std::string& out) const {
  event::Event event;
  event.kind = event::Kind::lost;
  event.lost_count = lost;
  append(client, event, 0, {}, out);
}

}  // namespace openbell::engine
