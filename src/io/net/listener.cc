#include "io/net/listener.h"

#include <cerrno>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace openbell::io {

namespace {
constexpr int accepts_per_turn = 64;
constexpr base::Duration pause = base::milliseconds(100);
}  // namespace

std::expected<std::unique_ptr<Listener>, std::string> Listener::open(Reactor& reactor,
                                                                     const Endpoint& local,
                                                                     Action action) {
  auto socket = open_listener(local);
  if (!socket) return std::unexpected(std::move(socket.error()));
  return std::unique_ptr<Listener>(new Listener(reactor, std::move(*socket), std::move(action)));
}

Listener::Listener(Reactor& reactor, Fd socket, Action action)
    : reactor_(reactor),
      socket_(std::move(socket)),
      action_(std::move(action)),
      local_(local_endpoint(socket_.get())),
      resume_(reactor, [this] { reactor_.change(watch_, EPOLLIN); }) {
  watch_ = reactor_.watch(socket_.get(), EPOLLIN, Rank::socket, *this);
}

Listener::~Listener() {
  reactor_.unwatch(watch_);
}

std::string Listener::set_md5(const base::IpPrefix& peers, const std::string& password) {
  return io::set_md5(socket_.get(), peers, password);
}

std::string Listener::set_ttl(std::uint8_t ttl) {
  return io::set_ttl(socket_.get(), local_.address.is_v6(), ttl, 0);
}

void Listener::on_ready(std::uint32_t, std::uint32_t) {
  for (int i = 0; i < accepts_per_turn; ++i) {
    Fd socket(::accept4(socket_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket) {
      tune_session(socket.get());
      const Endpoint local = local_endpoint(socket.get());
      const Endpoint peer = peer_endpoint(socket.get());
      if (peer.address) action_({std::move(socket), local, peer});
      continue;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      // The peer stays in the backlog; without a pause the loop would spin on it.
      reactor_.change(watch_, 0);
      resume_.arm(reactor_.now().tick + pause);
      return;
    }
    if (errno == EAGAIN) return;
  }
}

}  // namespace openbell::io
