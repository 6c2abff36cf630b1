#include "engine/policy/drill.h"

#include <algorithm>

#include "engine/client/clients.h"
#include "engine/policy/plan.h"
#include "engine/report/publisher.h"
#include "engine/session/roster.h"

namespace openbell::engine {

namespace {

std::int64_t since(base::Tick began, base::Tick at) {
  return at == base::never ? -1 : (at - began).ns;
}

}  // namespace

std::string DrillRoom::begin(const Plan& plan, Client& client,
                             std::optional<base::Duration> budget) {
  if (running_) return "another drill is running";
  Drill drill;
  drill.plan = plan.name();
  drill.client = client.id();
  drill.budget = budget;
  drill.armed = plan.fresh();
  const base::Tick began = clock_.clock().tick;
  const PeerMessages messages = plan.messages();
  // Bytes that are armed need no encoding when the plan is run.
  if (!drill.armed) drill.encoding = clock_.clock().tick - began;
  std::vector<std::vector<std::uint8_t>> sinks;
  for (const auto& [peer, bytes] : messages) {
    drill.peers.push_back(roster_[peer].peer_address());
    drill.bytes += bytes.size();
    sinks.push_back(bytes);
  }
  if (sinks.empty()) return "the plan would send nothing to anybody now";
  drill.report = client.replies.begin_report({});
  running_ = std::move(drill);
  rehearser_.rehearse(std::move(sinks));
  return {};
}

void DrillRoom::on_rehearsed(base::Tick started, std::span<const Rehearsed> sinks,
                             std::string_view error) {
  if (!running_) return;
  Drill drill = std::move(*running_);
  drill.began = started - drill.encoding;
  running_.reset();
  finish(drill, sinks, error);
}

void DrillRoom::finish(const Drill& drill, std::span<const Rehearsed> sinks,
                       std::string_view error) {
  base::Tick written{};
  base::Tick received{};
  for (const Rehearsed& sink : sinks) {
    written = std::max(written, sink.written);
    received = std::max(received, sink.received);
  }
  const bool whole = error.empty() && received != base::never;
  const bool within = whole && (!drill.budget || received - drill.began <= *drill.budget);
  std::string text = "{ \"drill\": ";
  base::TextWriter out(text);
  out.json_string(drill.plan)
      .put(", \"result\": ")
      .put(within ? "\"within budget\"" : "\"failed\"");
  if (!error.empty()) out.put(", \"error\": ").json_string(error);
  out.put(", \"armed\": ").put(drill.armed ? "true" : "false");
  if (drill.budget) out.put(", \"budget_ns\": ").signed_number(drill.budget->ns);
  out.put(", \"bytes\": ").number(drill.bytes);
  out.put(", \"encoded_ns\": ").signed_number(drill.encoding.ns);
  out.put(", \"written_ns\": ").signed_number(since(drill.began, written));
  out.put(", \"received_ns\": ").signed_number(since(drill.began, received));
  out.put(", \"peers\": [");
  for (std::size_t i = 0; i < sinks.size() && i < drill.peers.size(); ++i) {
    out.put(i == 0 ? " " : ", ").put("{ \"peer\": \"").put(drill.peers[i].text());
    out.put("\", \"written_ns\": ").signed_number(since(drill.began, sinks[i].written));
    out.put(", \"received_ns\": ").signed_number(since(drill.began, sinks[i].received)).put(" }");
  }
  out.put(" ] }\n");
  publisher_.publish(PlanDrilled{publisher_.keep(drill.plan), within, publisher_.keep(text)});
  Client* client = clients_.find(drill.client);
  if (client == nullptr || client->replies.report_is_gone(drill.report)) return;
  client->replies.finish_report(drill.report, text + (client->acknowledge == Acknowledge::no ? ""
                                                      : within ? "done\n"
                                                               : "error\n"));
}

}  // namespace openbell::engine
