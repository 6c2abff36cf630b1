#include "engine/receipt.h"

#include <algorithm>
#include <utility>

#include "engine/bus.h"
#include "engine/door.h"

namespace openbell::engine {

namespace {
/// A peer whose kernel has not acknowledged after this long is reported so.
constexpr base::Duration patience = base::seconds(5);
}  // namespace

bool ReceiptBook::Receipt::written() const {
  return std::all_of(peers.begin(), peers.end(), [](const Peer& peer) { return peer.written; });
}

bool ReceiptBook::Receipt::finished() const {
  return answered &&
         std::all_of(peers.begin(), peers.end(), [](const Peer& peer) { return peer.finished; });
}

ReceiptBook::Receipt ReceiptBook::make(std::string_view word, base::Now read,
                                       rib::PeerSet reached) const {
  Receipt receipt;
  receipt.word = word;
  receipt.read = read;
  receipt.decided = state_.host.clock().tick;
  receipt.mark = state_.routes.ends();
  state_.for_each_neighbor(
      state_.peers.intersect(reached, state_.adj_rib_out.listening()), [&](Neighbor& neighbor) {
        receipt.peers.push_back({.id = neighbor.id(), .address = neighbor.peer_address()});
      });
  return receipt;
}

void ReceiptBook::begin(Helper& helper, std::string_view word, std::string_view result,
                        std::string answer, base::Now read, rib::PeerSet reached) {
  Receipt receipt = make(word, read, reached);
  if (receipts_.size() >= receipts_max) receipt.peers.clear();
  receipt.helper = helper.id();
  receipt.report = helper.begin_report({});
  receipt.result = result;
  receipt.answer = std::move(answer);
  receipts_.push_back(std::move(receipt));
  count_unwritten();
}

void ReceiptBook::follow(std::string subject, rib::PeerSet reached) {
  if (receipts_.size() >= receipts_max) return;
  Receipt receipt = make(subject, state_.now, reached);
  if (receipt.peers.empty()) return;
  receipt.answered = true;
  receipts_.push_back(std::move(receipt));
  count_unwritten();
}

void ReceiptBook::count_unwritten() {
  unwritten_ = static_cast<std::size_t>(
      std::count_if(receipts_.begin(), receipts_.end(),
                    [](const Receipt& receipt) { return !receipt.written(); }));
}

void ReceiptBook::on_flushed(Turn turn) {
  if (receipts_.empty()) return;
  for (Receipt& receipt : receipts_) {
    if (!receipt.written()) note_written(receipt);
    if (!receipt.answered && turn == Turn::ends) answer(receipt);
  }
  std::erase_if(receipts_, [](const Receipt& receipt) { return receipt.finished(); });
  count_unwritten();
}

void ReceiptBook::note_written(Receipt& receipt) {
  for (Peer& peer : receipt.peers) {
    if (peer.written || !state_.adj_rib_out.has_written(peer.id, receipt.mark)) continue;
    peer.written = true;
    Neighbor* neighbor = state_.neighbor(peer.id);
    if (neighbor == nullptr || !neighbor->established()) {
      peer.finished = true;
      continue;
    }
    const PeerLatency& latency = neighbor->latency();
    peer.unchanged = latency.written_at < receipt.read.tick;
    peer.finished = peer.unchanged;
    peer.encoded_at = latency.encoded;
    peer.written_at = latency.written_at;
    peer.stamp = latency.stamp;
  }
}

void ReceiptBook::answer(Receipt& receipt) {
  receipt.answered = true;
  Helper* helper = state_.helper(receipt.helper);
  if (helper == nullptr || helper->report_is_gone(receipt.report)) return;
  const bool json = helper->process.encoder == grammar::Encoder::json;
  helper->finish_report(receipt.report,
                        (json ? print_json(receipt) : print_text(receipt)) + receipt.answer);
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
    out.put(separator).put("{ \"neighbor\": \"").put(peer.address.text()).put('"');
    if (peer.unchanged) {
      out.put(", \"state\": \"unchanged\"");
    } else if (!peer.written) {
      out.put(", \"state\": \"waiting\"");
    } else {
      out.put(", \"state\": \"written\"");
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
    out.put(" neighbor ").put(peer.address.text());
    if (peer.unchanged || !peer.written) {
      out.put(peer.unchanged ? " unchanged" : " waiting");
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
  for (Receipt& receipt : receipts_) {
    for (Peer& peer : receipt.peers) {
      if (peer.id != neighbor || peer.stamp != stamp || peer.finished) continue;
      switch (kind) {
        case StampKind::sent:
          peer.sent_utc_ns = utc_ns;
          break;
        case StampKind::sent_by_hardware:
          peer.hardware_ns = utc_ns;
          break;
        case StampKind::acknowledged:
          peer.acknowledged_utc_ns = utc_ns;
          finish(receipt, peer);
          break;
      }
    }
  }
}

void ReceiptBook::finish(Receipt& receipt, Peer& peer) {
  peer.finished = true;
  const std::string address = peer.address.text();
  const std::string_view what = peer.acknowledged_utc_ns != 0 ? "acknowledged" : "unacknowledged";
  std::vector<event::Field> fields = {{"id", receipt.word},
                                      {"neighbor", address},
                                      {"state", what},
                                      {"read_utc_ns", receipt.utc_of(receipt.read.tick)}};
  if (peer.written) fields.emplace_back("written_utc_ns", receipt.utc_of(peer.written_at));
  if (peer.sent_utc_ns != 0) fields.emplace_back("sent_utc_ns", peer.sent_utc_ns);
  if (peer.hardware_ns != 0) fields.emplace_back("sent_hardware_ns", peer.hardware_ns);
  if (peer.acknowledged_utc_ns != 0)
    fields.emplace_back("acknowledged_utc_ns", peer.acknowledged_utc_ns);
  if (receipt.report != 0) {
    if (Helper* helper = state_.helper(receipt.helper)) tell(state_, *helper, "receipt", fields);
  } else {
    emit_notice(state_, &grammar::Subscriptions::service, "receipt", fields);
  }
  std::string detail;
  base::TextWriter out(detail);
  event::print_fields(fields, out);
  record(state_, audit::Kind::receipt, {}, what, detail, state_.peers.single(peer.id));
}

base::Tick ReceiptBook::deadline() const {
  return receipts_.empty() ? base::never : receipts_.front().read.tick + patience;
}

void ReceiptBook::on_timer() {
  while (!receipts_.empty() && deadline() <= state_.now.tick) {
    Receipt& oldest = receipts_.front();
    for (Peer& peer : oldest.peers)
      if (!peer.finished) finish(oldest, peer);
    receipts_.pop_front();
  }
  count_unwritten();
}

}  // namespace openbell::engine
