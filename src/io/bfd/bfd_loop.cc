#include "io/bfd/bfd_loop.h"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <type_traits>

#include "base/check.h"
#include "base/hash.h"
#include "io/loop/clock.h"
#include "io/loop/thread_priority.h"

namespace openbell::io {

namespace {

constexpr int event_batch = 64;
// What one turn reads from a socket before timers come: a flood delays no packet of ours for long.
constexpr int batches_max = 8;
constexpr base::Duration retry_interval = base::milliseconds(1);
constexpr base::Duration linger_max = base::seconds(10);
// How often an operator is told at most that a session cannot send, or can again.
constexpr base::Duration send_error_interval = base::seconds(5);
constexpr int any_receiver = -1;

static_assert(std::is_trivially_copyable_v<BfdNews>);

}  // namespace

void BfdCounters::store(const bfd::Statistics& statistics) {
  constexpr auto order = std::memory_order_relaxed;
  sent_.store(statistics.sent, order);
  received_.store(statistics.received, order);
  discarded_.store(statistics.discarded, order);
  downs_.store(statistics.downs, order);
  late_ns_.store(statistics.transmit_late_max.ns, order);
  transmit_ns_.store(statistics.transmit.ns, order);
  detection_ns_.store(statistics.detection.ns, order);
}

bfd::Statistics BfdCounters::load() const {
  constexpr auto order = std::memory_order_relaxed;
  bfd::Statistics statistics;
  statistics.sent = sent_.load(order);
  statistics.received = received_.load(order);
  statistics.discarded = discarded_.load(order);
  statistics.downs = downs_.load(order);
  statistics.transmit_late_max = {late_ns_.load(order)};
  statistics.transmit = {transmit_ns_.load(order)};
  statistics.detection = {detection_ns_.load(order)};
  return statistics;
}

// --- one session

BfdSlot::BfdSlot(BfdKey key, const bfd::SessionConfig& config, BfdSender sender,
                 std::uint32_t discriminator, std::uint64_t seed,
                 std::shared_ptr<BfdCounters> counters)
    : key_(key),
      config_(config),
      sender_(std::move(sender)),
      session_(config, discriminator, seed, *this, tick()),
      counters_(std::move(counters)) {}

void BfdSlot::send(base::Bytes packet) {
  const int error = sender_.send(packet);
  if (error == send_error_) return;
  const base::Tick now = tick();
  if (now < send_error_at_ + send_error_interval) return;
  send_error_at_ = now;
  send_error_ = error;
  send_error_new_ = true;
}

void BfdSlot::on_report(const bfd::Report& report) {
  // Usually the only one; while the ring is full, the last one with the state that the first began
  // from.
  const bfd::State previous = report_ ? report_->previous : report.previous;
  report_ = report;
  report_->previous = previous;
}

// --- the loop

BfdLoop::BfdLoop(base::Ring& news, std::function<void()> wake)
    : news_(news),
      wake_(std::move(wake)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  OPENBELL_CHECK(epoll_ && event_);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = event_.get();
  OPENBELL_CHECK(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, event_.get(), &event) == 0);
}

void BfdLoop::post(std::move_only_function<void()> action) {
  {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(action));
  }
  ::eventfd_write(event_.get(), 1);
}

void BfdLoop::run() {
  sigset_t all;
  sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
  ::pthread_setname_np(::pthread_self(), "bfd");
  want_exact_timers();
  while (!stopping_) {
    std::array<epoll_event, event_batch> events;
    const int count = wait_until(epoll_.get(), events.data(), event_batch, next_wakeup());
    drained_ = false;
    bool actions = false;
    for (int i = 0; i < count; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      actions = actions || fd == event_.get();
      for (const Receiver& receiver : receivers_)
        if (receiver.fd() == fd) drain(receiver);
    }
    serve_timers();
    if (actions) take_actions();
    if (waiting_ != 0) tell_waiting();
  }
}

base::Tick BfdLoop::next_wakeup() const {
  const base::Tick deadline = deadlines_.first_deadline();
  return waiting_ == 0 ? deadline : std::min(deadline, tick() + retry_interval);
}

void BfdLoop::take_actions() {
  eventfd_t count = 0;
  ::eventfd_read(event_.get(), &count);
  {
    const std::lock_guard lock(mutex_);
    taken_.swap(posted_);
  }
  for (auto& action : taken_) action();
  taken_.clear();
}

// --- sockets

void BfdLoop::add_receiver(std::shared_ptr<const Fd> socket, bool multihop) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = socket->get();
  OPENBELL_CHECK(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket->get(), &event) == 0);
  receivers_.push_back({std::move(socket), multihop});
}

void BfdLoop::remove_receiver(int socket) {
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, socket, nullptr);
  std::erase_if(receivers_, [socket](const Receiver& it) { return it.fd() == socket; });
}

void BfdLoop::drain_all() {
  drained_ = true;
  for (const Receiver& receiver : receivers_) drain(receiver);
}

void BfdLoop::drain(const Receiver& receiver) {
  for (int i = 0; i < batches_max; ++i) {
    const std::span<const BfdDatagram> datagrams = batch_.receive(receiver.fd());
    for (const BfdDatagram& datagram : datagrams) hear(datagram, receiver);
    if (datagrams.size() < BfdBatch::size) return;
  }
}

// --- whose packet it is

std::size_t BfdLoop::PlaceHash::operator()(const Place& place) const {
  const auto number = static_cast<std::uint64_t>(place.receiver) << 1 | (place.multihop ? 1 : 0);
  return base::hash_bytes(place.local.bytes(), base::hash_bytes(place.peer.bytes(), number));
}

BfdLoop::Place BfdLoop::place_of(const BfdSlot& slot) {
  return {slot.config_.local_address, slot.config_.peer_address, slot.receiver_,
          slot.config_.multihop};
}

/// By addresses and, for sessions that have one, the interface.
BfdSlot* BfdLoop::slot_at(const BfdDatagram& datagram, const Receiver& receiver) {
  for (const int by : {receiver.fd(), any_receiver})
    for (const base::IpAddress& local : {datagram.destination, base::IpAddress()}) {
      const auto found = by_place_.find({local, datagram.source, by, receiver.multihop});
      if (found != by_place_.end()) return found->second;
    }
  return nullptr;
}

// RFC 5880 6.8.6: your discriminator selects the session; while it is zero, where the packet came
// from does. In both cases it must have come from there (RFC 5881 4, RFC 5883 4).
BfdSlot* BfdLoop::slot_for(const bfd::ControlPacket& packet, const BfdDatagram& datagram,
                           const Receiver& receiver) {
  if (packet.your_discriminator == 0) return slot_at(datagram, receiver);
  const auto found = by_discriminator_.find(packet.your_discriminator);
  if (found == by_discriminator_.end()) return nullptr;
  BfdSlot& slot = *found->second;
  const bool here = slot.receiver_ == any_receiver || slot.receiver_ == receiver.fd();
  const bool to_us =
      !slot.config_.local_address || slot.config_.local_address == datagram.destination;
  const bool ours = here && to_us && slot.config_.multihop == receiver.multihop &&
                    slot.config_.peer_address == datagram.source;
  return ours ? &slot : nullptr;
}

void BfdLoop::hear(const BfdDatagram& datagram, const Receiver& receiver) {
  bfd::ControlPacket packet;
  const bfd::Refusal refusal = bfd::decode(datagram.bytes, packet);
  BfdSlot* slot = refusal == bfd::Refusal::none ? slot_for(packet, datagram, receiver)
                                                : slot_at(datagram, receiver);
  if (slot == nullptr) return;
  // RFC 5881 5: a packet over one hop has TTL 255; RFC 5883 leaves the least one to the operator.
  const bool near = datagram.ttl >= slot->config_.ttl_min;
  if (refusal == bfd::Refusal::none && near)
    slot->session_.on_packet(packet, datagram.bytes, tick());
  else
    slot->session_.count_discarded();
  settle(*slot);
}

// --- time

void BfdLoop::serve_timers() {
  for (base::Tick now = tick(); deadlines_.first_deadline() <= now; now = tick()) {
    BfdSlot& slot = deadlines_.first();
    if (slot.session_.detection_deadline() <= now && !drained_)
      drain_all();
    else
      serve(slot, now);
  }
}

void BfdLoop::serve(BfdSlot& slot, base::Tick now) {
  if (now >= slot.lingers_until_) return end(slot);
  slot.session_.on_timer(now);
  settle(slot);
}

/// After everything that was done to a session.
void BfdLoop::settle(BfdSlot& slot) {
  deadlines_.change(slot, std::min(slot.session_.deadline(), slot.lingers_until_));
  slot.counters_->store(slot.session_.statistics());
  if (slot.report_ || slot.send_error_new_) tell(slot);
}

// --- news for the core

bool BfdLoop::push(const BfdNews& news) {
  std::uint8_t bytes[sizeof news];
  std::memcpy(bytes, &news, sizeof news);
  return news_.try_push(bytes);
}

void BfdLoop::tell(BfdSlot& slot) {
  if (slot.report_ && push({BfdNews::Kind::report, 0, slot.key_, *slot.report_}))
    slot.report_.reset();
  if (slot.send_error_new_ && push({BfdNews::Kind::send_failed, slot.send_error_, slot.key_, {}}))
    slot.send_error_new_ = false;
  wake_();
  const bool waiting = slot.report_ || slot.send_error_new_;
  if (waiting && !slot.waiting_) ++waiting_;
  if (!waiting && slot.waiting_) --waiting_;
  slot.waiting_ = waiting;
}

void BfdLoop::tell_waiting() {
  for (const auto& [key, slot] : slots_)
    if (slot->waiting_) tell(*slot);
}

// --- coming and going

void BfdLoop::add(std::unique_ptr<BfdSlot> added, int receiver) {
  BfdSlot& slot = *added;
  slot.receiver_ = slot.config_.interface.empty() ? any_receiver : receiver;
  // A predecessor that still tells the same peer that it is down would take this one down too.
  for (BfdSlot* other : std::vector<BfdSlot*>(deadlines_.items()))
    if (other->lingers_until_ != base::never && same_place(other->config_, slot.config_))
      end(*other);
  by_discriminator_.insert_or_assign(slot.session_.discriminator(), &slot);
  by_place_.insert_or_assign(place_of(slot), &slot);
  deadlines_.add(slot, slot.session_.deadline());
  slots_.emplace(slot.key_, std::move(added));
}

void BfdLoop::change(BfdKey key, const bfd::SessionConfig& config) {
  BfdSlot& slot = *slots_.at(key);
  slot.config_ = config;
  slot.session_.change(config, tick());
  settle(slot);
}

/// Nothing that arrives is for it any more.
void BfdLoop::forget(BfdSlot& slot) {
  const auto at = by_discriminator_.find(slot.session_.discriminator());
  if (at != by_discriminator_.end() && at->second == &slot) by_discriminator_.erase(at);
  const auto here = by_place_.find(place_of(slot));
  if (here != by_place_.end() && here->second == &slot) by_place_.erase(here);
}

void BfdLoop::remove(BfdKey key) {
  BfdSlot& slot = *slots_.at(key);
  forget(slot);
  if (slot.session_.statistics().received == 0) return end(slot);
  // RFC 5880 6.8.16: for at least a detection time, as the peer counts it.
  const base::Tick now = tick();
  slot.session_.admin_down(now);
  const base::Duration time = slot.session_.statistics().transmit * slot.config_.multiplier;
  slot.lingers_until_ = now + std::min(time, linger_max);
  settle(slot);
}

void BfdLoop::end(BfdSlot& slot) {
  forget(slot);
  deadlines_.remove(slot);
  if (slot.waiting_) --waiting_;
  slots_.erase(slot.key_);
}

void BfdLoop::stop() {
  for (const auto& [key, slot] : slots_) slot->session_.admin_down(tick());
  stopping_ = true;
}

}  // namespace openbell::io
