#include "engine/command/clients.h"

#include <utility>

#include "engine/session/roster.h"

namespace openbell::engine {

namespace {

/// Selectors remembered with what they select.
constexpr std::size_t selections_max = 4096;

}  // namespace

std::string_view name(Role role) {
  switch (role) {
    case Role::view:
      return "viewer";
    case Role::operate:
      return "operator";
    case Role::administer:
      return "admin";
  }
  return "viewer";
}

Helper& Clients::add_helper(grammar::ProcessConfig process) {
  const HelperId id{next_helper_++};
  const ClientId client{next_client_++};
  return *helpers_
              .emplace(id, std::make_unique<Helper>(id, client, std::move(process), options_.ack,
                                                    options_.user, processes_))
              .first->second;
}

void Clients::remove_helper(HelperId id) {
  helpers_.erase(id);
}

Helper* Clients::helper(HelperId id) const {
  const auto known = helpers_.find(id);
  return known == helpers_.end() ? nullptr : known->second.get();
}

Helper* Clients::configured_helper(std::string_view name) const {
  for (const auto& [number, helper] : helpers_)
    if (helper->configured && helper->name() == name) return helper.get();
  return nullptr;
}

Client* Clients::find(ClientId id) const {
  for (const auto& [number, helper] : helpers_)
    if (helper->client.id() == id) return &helper->client;
  return nullptr;
}

Client* Clients::find(std::string_view name) const {
  for (const auto& [number, helper] : helpers_)
    if (helper->client.name == name) return &helper->client;
  return nullptr;
}

const Client* Clients::find(rib::Claimant claimant) const {
  for (const auto& [number, helper] : helpers_)
    if (helper->client.claimant == claimant) return &helper->client;
  return nullptr;
}

rib::Audience Clients::select(const Client& client, std::string_view text,
                              const grammar::Selector& selector, const Roster& roster) {
  std::string key =
      std::to_string(static_cast<std::uint32_t>(client.id())).append(" ").append(text);
  if (const auto known = selections_.find(key); known != selections_.end()) return known->second;
  rib::Audience matching;
  roster.for_each(client.audience, [&](const Neighbor& neighbor) {
    // Who was born of a range is gone with its session, also before the turn ends.
    const bool gone = neighbor.is_born_of_range() && neighbor.quiet();
    if (!gone && selector.matches(neighbor.config())) matching |= neighbor.audience();
  });
  if (selections_.size() == selections_max) selections_.clear();
  selections_.emplace(std::move(key), matching);
  return matching;
}

}  // namespace openbell::engine
