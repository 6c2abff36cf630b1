#include "engine/client/clients.h"

#include <utility>

#include "engine/session/roster.h"

namespace openbell::engine {

namespace {

/// Selectors remembered with what they select.
constexpr std::size_t selections_max = 4096;

}  // namespace

Helper& Clients::add_helper(grammar::ProcessConfig process) {
  const HelperId id{next_helper_++};
  const ClientId client{next_client_++};
  return *helpers_
              .emplace(id, std::make_unique<Helper>(id, client, std::move(process), options_.ack,
                                                    processes_))
              .first->second;
}

void Clients::remove_helper(HelperId id) {
  helpers_.erase(id);
}

Helper* Clients::helper(HelperId id) const {
  const auto known = helpers_.find(id);
  return known == helpers_.end() ? nullptr : known->second.get();
}

Helper* Clients::helper_called(std::string_view name) const {
  for (const auto& [number, helper] : helpers_)
    if ((helper->configured || helper->running) && helper->name() == name) return helper.get();
  return nullptr;
}

namespace {

/// The first client for which `test(Client&)` holds; null when there is none.
template <typename Test>
Client* first(const Clients& clients, Test test) {
  Client* found = nullptr;
  clients.for_each([&](Client& client) {
    if (found == nullptr && test(client)) found = &client;
  });
  return found;
}

}  // namespace

Client& Clients::open(const ClientIdentity& identity) {
  const ClientId id{next_client_++};
  Client& client =
      linked_.emplace(id, std::make_unique<Linked>(id, identity, links_)).first->second->client;
  client.claimant = next_claimant();
  client.replies.open();
  return client;
}

void Clients::close(ClientId id) {
  linked_.erase(id);
}

Client* Clients::find(ClientId id) const {
  return first(*this, [&](const Client& client) { return client.id() == id; });
}

Client* Clients::find(std::string_view name) const {
  return first(*this, [&](const Client& client) { return client.name == name; });
}

const Client* Clients::find(rib::Claimant claimant) const {
  return first(*this, [&](const Client& client) { return client.claimant == claimant; });
}

rib::Audience Clients::select(const Client& client, std::string_view text,
                              const grammar::Selector& selector, const Roster& roster) {
  std::string key =
      std::to_string(static_cast<std::uint32_t>(client.id())).append(" ").append(text);
  if (const auto known = selections_.find(key); known != selections_.end()) return known->second;
  rib::Audience matching;
  roster.for_each(client.audience, [&](const Neighbor& neighbor) {
    // Who was born of a range is gone with its session, also before the turn ends.
    const bool gone = neighbor.is_born_of_range() && neighbor.over();
    if (!gone && selector.matches(neighbor.config())) matching |= neighbor.audience();
  });
  if (selections_.size() == selections_max) selections_.clear();
  selections_.emplace(std::move(key), matching);
  return matching;
}

}  // namespace openbell::engine
