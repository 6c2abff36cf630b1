#include "engine/report/latency.h"

#include "engine/session/neighbor.h"

namespace openbell::engine {

void Latency::changed(base::Tick read) {
  if (active_) return;
  active_ = true;
  decided_at_ = clock_.clock().tick;
  decided.record(decided_at_ - read);
}

std::int64_t Latency::utc_of(base::Tick tick) const {
  return turn_.now.utc_ns + (tick - turn_.now.tick).ns;
}

StampId Latency::stamp_for(Neighbor& neighbor, bool awaited) {
  const bool first = active_ && neighbor.latency().turn != number_;
  if (!awaited && !(first && neighbor.config().kernel_timestamps)) return 0;
  return ++last_stamp_;
}

void Latency::on_written(Neighbor& neighbor, StampId stamp, base::Tick encoded) {
  // A turn that decided nothing may still write what a receipt waits for: the peer was slow.
  if (!active_ && stamp == 0) return;
  PeerLatency& peer = neighbor.latency();
  peer.encoded = encoded;
  peer.written_at = clock_.clock().tick;
  peer.stamp = stamp;
  if (stamp != 0)
    peer.outstanding[stamp % peer.outstanding.size()] = {stamp, utc_of(peer.written_at), 0};
  if (!active_ || peer.turn == number_) return;
  peer.turn = number_;
  peer.written.record(peer.written_at - decided_at_);
  all.written.record(peer.written_at - decided_at_);
}

void Latency::on_stamp(Neighbor& neighbor, StampId stamp, StampKind kind, std::int64_t utc_ns) {
  PeerLatency& peer = neighbor.latency();
  PeerLatency::Outstanding& known = peer.outstanding[stamp % peer.outstanding.size()];
  if (known.stamp != stamp) return;
  switch (kind) {
    case StampKind::sent: {
      const base::Duration took = base::nanoseconds(utc_ns - known.written_utc_ns);
      known.sent_utc_ns = utc_ns;
      peer.sent.record(took);
      all.sent.record(took);
      break;
    }
    case StampKind::sent_by_hardware:
      break;  // another clock
    case StampKind::acknowledged: {
      const std::int64_t sent = known.sent_utc_ns != 0 ? known.sent_utc_ns : known.written_utc_ns;
      const base::Duration took = base::nanoseconds(utc_ns - sent);
      peer.acknowledged.record(took);
      all.acknowledged.record(took);
      known = {};
      break;
    }
  }
}

void Latency::end_turn() {
  turns.record(clock_.clock().tick - turn_.now.tick);
  active_ = false;
  ++number_;
}

}  // namespace openbell::engine
