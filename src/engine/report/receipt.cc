#include "engine/report/receipt.h"

#include <algorithm>
#include <utility>

#include "engine/client/clients.h"
#include "engine/report/publisher.h"
#include "engine/routing/routing.h"
#include "engine/session/roster.h"

namespace openbell::engine {

namespace {
/// A peer whose kernel has not acknowledged after this long is reported so.
constexpr base::Duration patience = base::seconds(5);
}  // namespace

void ReceiptBook::begin(Client& client, std::string_view word, std::string_view result,
                        std::string answer, base::Now read, const Outcome& outcome) {
  Receipt receipt;
  receipt.word = word;
  receipt.read = read;
  receipt.client = client.id();
  receipt.report = client.replies.begin_report({});
  receipt.result = result;
  receipt.answer = std::move(answer);
  add(std::move(receipt), outcome);
}

void ReceiptBook::follow(std::string subject, const Outcome& outcome) {
  if (receipts_.size() >= receipts_max || outcome.news.empty()) return;
  Receipt receipt;
  receipt.word = std::move(subject);
  receipt.read = routing_.turn.now;
  receipt.answered = true;
  add(std::move(receipt), outcome);
}

void ReceiptBook::add(Receipt receipt, const Outcome& outcome) {
  const rib::Token token = first_ + receipts_.size();
  receipt.decided = clock_.clock().tick;
  if (receipts_.empty()) unanswered_ = token;
  // Beyond the limit a command is still answered, without its neighbors.
  const bool whole = receipts_.size() < receipts_max;
  receipt.open = whole && outcome.rest != nullptr;
  if (receipt.open) outcome.rest->follow(*this, token);
  if (whole)
    (outcome.reached & routing_.out.listening()).for_each([&](rib::PeerIndex id) {
      const Neighbor* neighbor = roster_.find(id);
      if (neighbor == nullptr) return;
      Peer& peer = receipt.peers.emplace_back();
      peer.id = id;
      peer.address = neighbor->peer_address();
      if (!outcome.families.empty() && !neighbor->negotiated(outcome.families))
        peer.state = PeerState::not_negotiated;
      if (peer.state == PeerState::waiting) ++receipt.unfinished;
    });
  unwritten_ += receipt.unfinished;
  receipts_.push_back(std::move(receipt));
  await(receipts_.back(), token, outcome);
  for (Peer& peer : receipts_.back().peers) settle(receipts_.back(), token, peer);
}

void ReceiptBook::await(Receipt& receipt, rib::Token token, const Outcome& outcome) {
  rib::Snapshot awaited;
  rib::Snapshot behind;
  for (const Outcome::Unsent& unsent : outcome.unsent)
    if (Peer* peer = find(receipt, unsent.peer); peer != nullptr && peer->unsent.empty())
      peer->unsent = unsent.why;
  for (Peer& peer : receipt.peers) {
    if (peer.state != PeerState::waiting) continue;
    const bool news = !outcome.range.empty() && outcome.news.contains(peer.id);
    if (!news && !outcome.pending.contains(peer.id)) continue;
    ++peer.awaited;
    peer.news |= news;
    (news ? awaited : behind) |= routing_.peers.snapshot(peer.id);
  }
  if (!awaited.empty()) routing_.out.await(token, awaited, outcome.range, outcome.mark);
  // What was said to them before is in the lanes up to here.
  const std::uint64_t last = routing_.store.last_change();
  if (!behind.empty()) routing_.out.await(token, behind, {last, last}, routing_.store.ends());
}

void ReceiptBook::settle(Receipt& receipt, rib::Token token, Peer& peer) {
  if (receipt.open || peer.state != PeerState::waiting || peer.awaited != 0) return;
  --unwritten_;
  if (peer.sent && peer.unsent.empty()) {
    peer.state = PeerState::written;
    return finish_acknowledged(receipt, token, peer);
  }
  if (peer.sent) forget_stamp(token, peer);
  if (!peer.unsent.empty())
    peer.state = PeerState::not_sent;
  else
    peer.state = peer.news ? PeerState::superseded : PeerState::unchanged;
  --receipt.unfinished;
  // Who was told that it waits is told what became of it.
  if (receipt.answered && receipt.report != 0) report(receipt, peer, name_of(peer.state));
}

void ReceiptBook::extend(rib::Token token, const Outcome& outcome) {
  if (Receipt* receipt = find(token)) await(*receipt, token, outcome);
}

void ReceiptBook::close(rib::Token token) {
  Receipt* receipt = find(token);
  if (receipt == nullptr) return;
  receipt->open = false;
  for (Peer& peer : receipt->peers) settle(*receipt, token, peer);
}

ReceiptBook::Receipt* ReceiptBook::find(rib::Token token) {
  return token < first_ || token - first_ >= receipts_.size() ? nullptr
                                                              : &receipts_[token - first_];
}

ReceiptBook::Peer* ReceiptBook::find(Receipt& receipt, NeighborId neighbor) {
  const auto known = std::lower_bound(receipt.peers.begin(), receipt.peers.end(), neighbor,
                                      [](const Peer& peer, NeighborId id) { return peer.id < id; });
  return known == receipt.peers.end() || known->id != neighbor ? nullptr : &*known;
}

void ReceiptBook::on_written(rib::Token token, NeighborId neighbor) {
  Receipt* receipt = find(token);
  Peer* peer = receipt == nullptr ? nullptr : find(*receipt, neighbor);
  if (peer == nullptr || peer->state != PeerState::waiting || !peer->news) return;
  const PeerLatency& latency = roster_.find(neighbor)->latency();
  if (peer->sent && peer->stamp == latency.stamp) return;
  if (peer->sent) forget_stamp(token, *peer);
  peer->sent = true;
  peer->encoded_at = latency.encoded;
  peer->written_at = latency.written_at;
  peer->stamp = latency.stamp;
  peer->sent_utc_ns = peer->hardware_ns = peer->acknowledged_utc_ns = 0;
  stamped_.emplace(peer->stamp, Stamped{token, neighbor});
}

void ReceiptBook::on_unsent(rib::Token token, NeighborId neighbor, std::string why) {
  Receipt* receipt = find(token);
  Peer* peer = receipt == nullptr ? nullptr : find(*receipt, neighbor);
  if (peer != nullptr && peer->news && peer->unsent.empty()) peer->unsent = std::move(why);
}

void ReceiptBook::on_settled(rib::Token token, NeighborId neighbor, rib::PeerOutput::Fate fate) {
  Receipt* receipt = find(token);
  Peer* peer = receipt == nullptr ? nullptr : find(*receipt, neighbor);
  if (peer == nullptr || peer->state != PeerState::waiting) return;
  --peer->awaited;
  if (fate == rib::PeerOutput::Fate::lost) {
    --unwritten_;
    return finish(*receipt, token, *peer);
  }
  settle(*receipt, token, *peer);
}

void ReceiptBook::end_turn() {
  const rib::Token end = first_ + receipts_.size();
  for (unanswered_ = std::max(unanswered_, first_); unanswered_ < end; ++unanswered_) {
    Receipt& receipt = *find(unanswered_);
    if (!receipt.answered) answer(receipt, unanswered_);
  }
  drop_finished();
}

void ReceiptBook::drop_finished() {
  while (!receipts_.empty() && receipts_.front().finished()) {
    receipts_.pop_front();
    ++first_;
  }
  // Those beyond the limit have no neighbors, so that nothing names their tokens.
  while (receipts_.size() > receipts_max && receipts_.back().finished()) receipts_.pop_back();
  unanswered_ = std::min(unanswered_, first_ + receipts_.size());
}

void ReceiptBook::answer(Receipt& receipt, rib::Token token) {
  receipt.answered = true;
  Client* client = clients_.find(receipt.client);
  if (client != nullptr && !client->replies.report_is_gone(receipt.report)) {
    const bool json = client->encoder == grammar::Encoder::json;
    client->replies.finish_report(
        receipt.report, (json ? print_json(receipt) : print_text(receipt)) + receipt.answer);
  }
  for (Peer& peer : receipt.peers) finish_acknowledged(receipt, token, peer);
}

std::string_view ReceiptBook::name_of(PeerState state) {
  switch (state) {
    case PeerState::waiting:
      return "waiting";
    case PeerState::written:
      return "written";
    case PeerState::unchanged:
      return "unchanged";
    case PeerState::superseded:
      return "superseded";
    case PeerState::not_sent:
      return "not sent";
    case PeerState::not_negotiated:
      return "not negotiated";
    case PeerState::over:
      break;
  }
  return {};
}

std::string ReceiptBook::print_json(const Receipt& receipt) {
  std::string text = "{ \"id\": ";
  base::TextWriter out(text);
  const auto time = [&](std::string_view key, base::Tick tick) {
    out.put(", \"").put(key).put("_ns\": ").signed_number(tick.ns);
    out.put(", \"").put(key).put("_utc_ns\": ").signed_number(receipt.utc_of(tick));
  };
  out.json_string(receipt.word).put(", \"result\": ").json_string(receipt.result);
  time("read", receipt.read.tick);
  time("decided", receipt.decided);
  out.put(", \"neighbors\": [");
  std::string_view separator = " ";
  for (const Peer& peer : receipt.peers) {
    if (peer.state == PeerState::over) continue;  // its session went before anything was written
    out.put(separator).put("{ \"neighbor\": \"").put(peer.address.text()).put('"');
    out.put(", \"state\": \"").put(name_of(peer.state)).put('"');
    if (peer.state == PeerState::not_sent) out.put(", \"reason\": ").json_string(peer.unsent);
    if (peer.state == PeerState::written) {
      time("encoded", peer.encoded_at);
      time("written", peer.written_at);
    }
    out.put(" }");
    separator = ", ";
  }
  out.put(" ] }\n");
  return text;
}

std::string ReceiptBook::print_text(const Receipt& receipt) {
  std::string text = "receipt ";
  base::TextWriter out(text);
  out.put(receipt.word).put(' ').put(receipt.result);
  out.put(" read ").signed_number(receipt.utc_of(receipt.read.tick));
  out.put(" decided ").signed_number(receipt.utc_of(receipt.decided));
  for (const Peer& peer : receipt.peers) {
    if (peer.state == PeerState::over) continue;
    out.put(" neighbor ").put(peer.address.text());
    if (peer.state != PeerState::written) {
      out.put(' ').put(name_of(peer.state));
      if (peer.state == PeerState::not_sent) out.put(": ").put(peer.unsent);
      continue;
    }
    out.put(" encoded ").signed_number(receipt.utc_of(peer.encoded_at));
    out.put(" written ").signed_number(receipt.utc_of(peer.written_at));
  }
  out.put('\n');
  return text;
}

void ReceiptBook::on_stamp(NeighborId neighbor, StampId stamp, StampKind kind,
                           std::int64_t utc_ns) {
  for (auto at = stamped_.equal_range(stamp); at.first != at.second;) {
    const auto entry = at.first++;
    Receipt* receipt = find(entry->second.token);
    Peer* peer = receipt == nullptr || entry->second.neighbor != neighbor
                     ? nullptr
                     : find(*receipt, neighbor);
    if (peer == nullptr) continue;
    switch (kind) {
      case StampKind::sent:
        peer->sent_utc_ns = utc_ns;
        break;
      case StampKind::sent_by_hardware:
        peer->hardware_ns = utc_ns;
        break;
      case StampKind::acknowledged:
        peer->acknowledged_utc_ns = utc_ns;
        finish_acknowledged(*receipt, entry->second.token, *peer);
        break;
    }
  }
  if (kind == StampKind::acknowledged) {
    for (auto at = stamped_.equal_range(stamp); at.first != at.second;) {
      const auto entry = at.first++;
      if (entry->second.neighbor == neighbor) stamped_.erase(entry);
    }
    drop_finished();
  }
}

void ReceiptBook::finish(Receipt& receipt, rib::Token token, Peer& peer) {
  if (peer.state == PeerState::over) return;
  const bool acknowledged = peer.state == PeerState::written && peer.acknowledged_utc_ns != 0;
  if (!acknowledged) forget_stamp(token, peer);
  report(receipt, peer, acknowledged ? "acknowledged" : "unacknowledged");
  peer.state = PeerState::over;
  --receipt.unfinished;
}

void ReceiptBook::finish_acknowledged(Receipt& receipt, rib::Token token, Peer& peer) {
  if (receipt.answered && peer.state == PeerState::written && peer.acknowledged_utc_ns != 0)
    finish(receipt, token, peer);
}

void ReceiptBook::forget_stamp(rib::Token token, const Peer& peer) {
  for (auto at = stamped_.equal_range(peer.stamp); at.first != at.second;) {
    const auto entry = at.first++;
    if (entry->second.token == token && entry->second.neighbor == peer.id) stamped_.erase(entry);
  }
}

void ReceiptBook::report(const Receipt& receipt, const Peer& peer, std::string_view state) {
  Publisher& publisher = routing_.publisher;
  ReceiptSettled settled;
  settled.subject = publisher.keep(receipt.word);
  if (receipt.report != 0) settled.client = receipt.client;
  settled.neighbor = peer.id;
  settled.address = peer.address;
  settled.address_text = publisher.keep(peer.address.text());
  settled.state = state;
  if (peer.state == PeerState::not_sent) settled.reason = publisher.keep(peer.unsent);
  settled.read_utc_ns = receipt.utc_of(receipt.read.tick);
  if (peer.state == PeerState::written) {
    settled.written_utc_ns = receipt.utc_of(peer.written_at);
    settled.sent_utc_ns = peer.sent_utc_ns;
    settled.hardware_ns = peer.hardware_ns;
    settled.acknowledged_utc_ns = peer.acknowledged_utc_ns;
  }
  publisher.publish(settled);
}

base::Tick ReceiptBook::deadline() const {
  return receipts_.empty() ? base::never : receipts_.front().read.tick + patience;
}

void ReceiptBook::on_timer() {
  while (!receipts_.empty() && deadline() <= routing_.turn.now.tick) {
    Receipt& oldest = receipts_.front();
    for (Peer& peer : oldest.peers) {
      if (peer.state == PeerState::waiting) --unwritten_;
      if (peer.state == PeerState::waiting || peer.state == PeerState::written)
        finish(oldest, first_, peer);
    }
    receipts_.pop_front();
    ++first_;
  }
}

}  // namespace openbell::engine
