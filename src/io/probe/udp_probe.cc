// check udp: a datagram is answered by one that contains the expected bytes; others are passed
// over. Every attempt has a socket of its own, so that no answer to an earlier one counts.

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "io/net/socket_address.h"
#include "io/probe/probe.h"

namespace openbell::io {

namespace {

constexpr int answers_per_turn = 16;

class UdpProbe final : public Probe, private Handler {
 public:
  using Probe::Probe;
  ~UdpProbe() override { close(); }

  std::optional<Result> run() override {
    const bool v6 = config().address.is_v6();
    socket_ = Fd(::socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket_ || !connect() ||
        ::send(socket_.get(), config().payload.data(), config().payload.size(), 0) < 0) {
      std::string error = reason_of(errno);
      close();
      return failure(std::move(error));
    }
    watch_ = reactor().watch(socket_.get(), EPOLLIN, Rank::probe, *this);
    return std::nullopt;
  }
  void cancel() override { close(); }

 private:
  bool connect() {
    const SocketAddress local = socket_address({config().local_address, 0});
    if (config().local_address && ::bind(socket_.get(), local.get(), local.size) != 0) return false;
    const SocketAddress peer = socket_address({config().address, config().port});
    return ::connect(socket_.get(), peer.get(), peer.size) == 0;
  }

  void on_ready(std::uint32_t, std::uint32_t) override {
    for (int i = 0; i < answers_per_turn; ++i) {
      const ssize_t size = ::recv(socket_.get(), answer_.data(), answer_.size(), 0);
      if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
      if (size < 0) {
        // What ICMP said: "connection refused" for a port that nobody has.
        std::string error = reason_of(errno);
        close();
        return report(failure(std::move(error)));
      }
      const std::string_view answer(answer_.data(), static_cast<std::size_t>(size));
      if (answer.find(config().expect) == std::string_view::npos) continue;
      close();
      return report(success());
    }
  }
  void close() {
    reactor().unwatch(watch_);
    socket_.reset();
  }

  Fd socket_;
  Watch watch_ = 0;
  std::array<char, 64 << 10> answer_;  // the largest datagram
};

}  // namespace

constexpr ProbeKind udp_probe_kind{"udp", make_probe<UdpProbe>};

}  // namespace openbell::io
