#include "rib/update_encoder.h"

#include <algorithm>

namespace openbell::rib {

namespace {

/// Several messages go to the kernel in one call.
constexpr std::size_t buffer_size = 4 * bgp::extended_message_size_max;

std::uint64_t leading_bytes(bgp::Bytes key) {
  std::uint8_t bytes[8] = {};
  std::copy_n(key.begin(), std::min<std::size_t>(key.size(), 8), bytes);
  return base::load64(bytes);
}

}  // namespace

bool can_carry(const bgp::WireContext& context, const bgp::NlriView& nlri,
               const bgp::PathView& path) {
  if (!bgp::can_send(nlri.family, path.next_hop, context)) return false;
  // What is added to them is little, and at most the AS path once more (AS4_PATH).
  constexpr std::size_t added = 512;
  if (2 * path.attributes.size() + nlri.key.size() + nlri.tail.size() + added <=
      context.message_size_max())
    return true;
  std::vector<std::uint8_t> attributes(bgp::extended_message_size_max);
  std::vector<std::uint8_t> message(context.message_size_max());
  bgp::ByteWriter out(attributes);
  if (!bgp::write_outbound_attributes(path, nlri.family, context, out)) return false;
  bgp::UpdateWriter writer(message, context);
  return writer.begin_announce(nlri.family, path.next_hop, out.written()) && writer.add(nlri);
}

UpdateEncoder::UpdateEncoder(const RouteStore& routes, PeerSetPool& peers, PathPool& paths,
                             PeerOutput& output)
    : routes_(routes),
      peers_(peers),
      paths_(paths),
      output_(output),
      buffer_(buffer_size),
      attributes_(bgp::extended_message_size_max) {}

std::size_t UpdateEncoder::write(const bgp::WireContext& context, const Snapshot& members,
                                 bgp::Purpose purpose) {
  members_ = members;
  targets_ = {};
  updates_ = 0;
  sort_into_buckets();
  for (const Bucket& bucket : buckets_) write_bucket(bucket, context, purpose);
  hand_over();
  std::sort(given_up_.begin(), given_up_.end());
  return updates_;
}

void UpdateEncoder::clear() {
  slice_.clear();
  given_up_.clear();
}

void UpdateEncoder::sort_into_buckets() {
  buckets_.clear();
  links_.clear();
  epoch_ = paths_.next_epoch();
  for (const base::Handle handle : slice_) {
    Bucket& bucket = bucket_of(routes_[handle]);
    links_.push_back({handle, 0});
    const auto link = static_cast<std::uint32_t>(links_.size());
    (bucket.first == 0 ? bucket.first : links_[bucket.last - 1].next) = link;
    bucket.last = link;
    ++bucket.count;
  }
}

UpdateEncoder::Bucket& UpdateEncoder::bucket_of(const Route& route) {
  if (!buckets_.empty()) {
    Bucket& last = buckets_.back();
    if (last.path == route.path && last.audience == route.audience &&
        last.family == route.nlri.family())
      return last;
  }
  std::uint32_t chain = 0;
  std::uint64_t* mark = nullptr;
  if (route.path != no_path) {
    mark = &paths_.mark(route.path);
    if (*mark >> 32 == (epoch_ & 0xFFFFFFFF)) chain = static_cast<std::uint32_t>(*mark);
  }
  for (std::uint32_t at = chain; at != 0; at = buckets_[at - 1].same_path) {
    Bucket& bucket = buckets_[at - 1];
    if (bucket.audience == route.audience && bucket.family == route.nlri.family()) return bucket;
  }
  buckets_.push_back({route.path, route.audience, route.nlri.family(), 0, 0, 0, chain});
  if (mark != nullptr) *mark = epoch_ << 32 | buckets_.size();
  return buckets_.back();
}

void UpdateEncoder::write_bucket(const Bucket& bucket, const bgp::WireContext& context,
                                 bgp::Purpose purpose) {
  set_targets(peers_.audience_of(bucket.audience) & members_);
  bgp::Bytes attributes;
  if (bucket.path != no_path) {
    bgp::ByteWriter out(attributes_);
    if (!bgp::write_outbound_attributes(paths_.view(bucket.path), bucket.family, context, out)) {
      for (std::uint32_t at = bucket.first; at != 0; at = links_[at - 1].next)
        give_up(links_[at - 1].route, context, purpose);
      return;
    }
    attributes = out.written();
  }
  order_routes(bucket);
  write_routes(bgp::ops(bucket.family), bucket, attributes, context, purpose);
}

void UpdateEncoder::order_routes(const Bucket& bucket) {
  ordered_.clear();
  bool sorted = true;
  for (std::uint32_t at = bucket.first; at != 0; at = links_[at - 1].next) {
    const base::Handle route = links_[at - 1].route;
    const std::uint64_t bytes =
        bucket.count == 1 ? 0 : leading_bytes(routes_[route].nlri.view().key);
    sorted = sorted && (ordered_.empty() || ordered_.back().bytes < bytes);
    ordered_.push_back({bytes, route});
  }
  if (sorted) return;
  std::stable_sort(ordered_.begin(), ordered_.end(), [&](const SortKey& a, const SortKey& b) {
    if (a.bytes != b.bytes) return a.bytes < b.bytes;
    return base::less(routes_[a.route].nlri.view().key, routes_[b.route].nlri.view().key);
  });
}

bool UpdateEncoder::begin(bgp::UpdateWriter& writer, const Bucket& bucket, bgp::Bytes attributes,
                          bgp::Purpose purpose) const {
  if (purpose == bgp::Purpose::withdraw) return writer.begin_withdraw(bucket.family, attributes);
  return writer.begin_announce(bucket.family, paths_.view(bucket.path).next_hop, attributes);
}

void UpdateEncoder::write_routes(const bgp::FamilyOps& family, const Bucket& bucket,
                                 bgp::Bytes attributes, const bgp::WireContext& context,
                                 bgp::Purpose purpose) {
  const std::size_t share = family.groups && context.group_updates ? ordered_.size() : 1;
  for (std::size_t at = 0; at < ordered_.size();) {
    if (buffer_.size() - used_ < context.message_size_max()) hand_over();
    bgp::UpdateWriter writer(bgp::MutableBytes(buffer_).subspan(used_), context);
    const std::size_t first = at;
    if (begin(writer, bucket, attributes, purpose))
      while (at < ordered_.size() && at - first < share &&
             writer.add(routes_[ordered_[at].route].nlri.view()))
        ++at;
    if (at == first) {
      give_up(ordered_[at++].route, context, purpose);
      continue;
    }
    used_ += writer.finish().size();
    ++updates_;
  }
}

void UpdateEncoder::set_targets(Snapshot targets) {
  if (targets.handle() == targets_.handle()) return;
  hand_over();
  targets_ = std::move(targets);
}

void UpdateEncoder::hand_over() {
  if (used_ == 0) return;
  const bgp::Bytes messages = bgp::Bytes(buffer_).first(used_);
  targets_.for_each([&](PeerIndex peer) { output_.write(peer, messages); });
  used_ = 0;
}

/// A route cannot be sent. A withdrawal goes out without its attributes, and who was told another
/// path before must not keep it.
void UpdateEncoder::give_up(base::Handle route, const bgp::WireContext& context,
                            bgp::Purpose purpose) {
  const bgp::NlriView nlri = routes_[route].nlri.view();
  if (purpose == bgp::Purpose::announce) {
    targets_.for_each([&](PeerIndex peer) { output_.unsendable(peer, nlri); });
    given_up_.push_back(route);
  }
  // RFC 8654 4: what does not fit in a message any more is withdrawn from service.
  if (purpose == bgp::Purpose::announce && !routes_[route].replaces) return;
  if (buffer_.size() - used_ < context.message_size_max()) hand_over();
  bgp::UpdateWriter writer(bgp::MutableBytes(buffer_).subspan(used_), context);
  if (!writer.begin_withdraw(nlri.family, {}) || !writer.add(nlri)) return;
  used_ += writer.finish().size();
  ++updates_;
}

}  // namespace openbell::rib
