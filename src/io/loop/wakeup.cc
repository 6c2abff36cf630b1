#include "io/loop/wakeup.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "base/check.h"

namespace openbell::io {

Wakeup::Wakeup(Reactor& reactor, std::function<void()> action, Rank rank)
    : reactor_(reactor),
      action_(std::move(action)),
      event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  OPENBELL_CHECK(event_);
  watch_ = reactor_.watch(event_.get(), EPOLLIN, rank, *this);
}

Wakeup::~Wakeup() {
  reactor_.unwatch(watch_);
}

void Wakeup::wake() {
  ::eventfd_write(event_.get(), 1);
}

void Wakeup::on_ready(std::uint32_t, std::uint32_t) {
  eventfd_t count = 0;
  ::eventfd_read(event_.get(), &count);
  action_();
}

}  // namespace openbell::io
