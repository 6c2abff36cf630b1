#include "io/loop/reactor.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/check.h"
#include "io/loop/clock.h"

namespace openbell::io {

namespace {

constexpr int batch = 256;

Watch watch_of(std::size_t index, std::uint32_t generation) {
  return static_cast<Watch>(generation) << 32 | static_cast<std::uint32_t>(index);
}

}  // namespace

Reactor::Reactor(const ReactorOptions& options)
    : options_(options), epoll_(::epoll_create1(EPOLL_CLOEXEC)), now_(io::now()) {
  OPENBELL_CHECK(epoll_);
  idle_since_ = now_.tick;
}

Watch Reactor::watch(int fd, std::uint32_t events, Rank rank, Handler& handler, std::uint32_t tag) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  Slot& slot = slots_[index];
  slot.fd = fd;
  slot.tag = tag;
  slot.rank = rank;
  slot.again = false;
  slot.handler = &handler;
  const Watch watch = watch_of(index, slot.generation);
  epoll_event event{};
  event.events = events;
  event.data.u64 = watch;
  OPENBELL_CHECK(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0);
  return watch;
}

Reactor::Slot* Reactor::slot_of(Watch watch) {
  const auto index = static_cast<std::uint32_t>(watch);
  if (index >= slots_.size() || slots_[index].generation != watch >> 32) return nullptr;
  return slots_[index].handler == nullptr ? nullptr : &slots_[index];
}

void Reactor::change(Watch watch, std::uint32_t events) {
  Slot* slot = slot_of(watch);
  OPENBELL_CHECK(slot != nullptr);
  epoll_event event{};
  event.events = events;
  event.data.u64 = watch;
  OPENBELL_CHECK(::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, slot->fd, &event) == 0);
}

void Reactor::unwatch(Watch& watch) {
  Slot* slot = slot_of(std::exchange(watch, 0));
  if (slot == nullptr) return;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, slot->fd, nullptr);
  slot->handler = nullptr;
  ++slot->generation;
  free_.push_back(static_cast<std::uint32_t>(slot - slots_.data()));
}

void Reactor::again(Watch watch) {
  Slot* slot = slot_of(watch);
  if (slot == nullptr || slot->again) return;
  slot->again = true;
  again_.push_back(watch);
}

std::int64_t Reactor::wait_time(Driver& driver) const {
  if (more_work_ || stopping_ || !again_.empty() || options_.idle == Idle::spin) return 0;
  base::Tick deadline = driver.next_deadline();
  if (!timers_.empty()) deadline = std::min(deadline, timers_.begin()->first);
  const base::Tick at = tick();
  if (deadline <= at) return 0;
  if (options_.idle == Idle::spin_then_block && at < idle_since_ + options_.spin) return 0;
  return deadline == base::never ? -1 : (deadline - at).ns;
}

int Reactor::wait(epoll_event* events, int room, std::int64_t ns) const {
  if (ns <= 0) return ::epoll_wait(epoll_.get(), events, room, ns < 0 ? -1 : 0);
  const timespec limit{ns / 1'000'000'000, ns % 1'000'000'000};
  const int count = ::epoll_pwait2(epoll_.get(), events, room, &limit, nullptr);
  if (count >= 0 || errno != ENOSYS) return count;
  // Before Linux 5.11 the wait has milliseconds only: rounded up, a timer is late, never early.
  const std::int64_t ms = std::min<std::int64_t>((ns + 999'999) / 1'000'000, 60'000);
  return ::epoll_wait(epoll_.get(), events, room, static_cast<int>(ms));
}

void Reactor::collect(const epoll_event* events, int count) {
  for (auto& ready : ready_) ready.clear();
  for (int i = 0; i < count; ++i) {
    Slot* slot = slot_of(events[i].data.u64);
    if (slot == nullptr) continue;
    slot->turn = statistics_.turns;
    ready_[static_cast<std::size_t>(slot->rank)].push_back({events[i].data.u64, events[i].events});
  }
  for (const Watch watch : again_) {
    Slot* slot = slot_of(watch);
    if (slot == nullptr) continue;
    slot->again = false;
    if (slot->turn != statistics_.turns)
      ready_[static_cast<std::size_t>(slot->rank)].push_back({watch, 0});
  }
  again_.clear();
}

void Reactor::serve_timers(Driver& driver) {
  // A timer that arms itself again for now has its next chance in the next turn.
  for (std::size_t left = timers_.size(); left > 0 && !timers_.empty(); --left) {
    const auto [when, timer] = *timers_.begin();
    if (when > now_.tick) break;
    timer->disarm();
    timer->action_();
  }
  driver.on_timers(now_);
}

void Reactor::serve_rank(Rank rank) {
  for (const Ready& item : ready_[static_cast<std::size_t>(rank)]) {
    const Slot* slot = slot_of(item.watch);
    if (slot != nullptr) slot->handler->on_ready(slot->tag, item.events);
  }
}

void Reactor::finish_turn(Driver& driver) {
  more_work_ = driver.end_of_turn(now_);
  const base::Tick end = tick();
  const base::Duration length = end - now_.tick;
  statistics_.turn_longest = std::max(statistics_.turn_longest, length);
  if (length > options_.turn_max) ++statistics_.turns_long;
}

void Reactor::turn(Driver& driver) {
  std::array<epoll_event, batch> events;  // written by the kernel before it is read
  const int count = std::max(wait(events.data(), batch, wait_time(driver)), 0);
  now_ = io::now();
  ++statistics_.turns;
  if (count > 0 || !again_.empty()) idle_since_ = now_.tick;
  collect(events.data(), count);
  serve_timers(driver);
  serve_rank(Rank::probe);
  driver.on_urgent(now_);
  for (const Rank rank : {Rank::control, Rank::helper, Rank::socket}) serve_rank(rank);
  finish_turn(driver);
}

void Reactor::run(Driver& driver) {
  while (!stopping_) turn(driver);
}

void Timer::arm(base::Tick when) {
  disarm();
  when_ = when;
  armed_ = true;
  reactor_.timers_.insert({when_, this});
}

void Timer::disarm() {
  if (!armed_) return;
  reactor_.timers_.erase({when_, this});
  armed_ = false;
}

}  // namespace openbell::io
