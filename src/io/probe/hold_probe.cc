// check hold: one connection is kept open, and its end is the failure, known the moment the kernel
// knows it: FIN and RST at once, a peer that vanished when keepalives stay unanswered for the
// check's timeout (rounded up to whole seconds, at least 2). Bytes that come are dropped.

#include <algorithm>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "io/net/socket.h"
#include "io/probe/connect_attempt.h"
#include "io/probe/probe.h"

namespace openbell::io {

namespace {

/// Probes of an idle connection such that it fails after `timeout` without an answer.
void set_keepalive(int socket, base::Duration timeout) {
  constexpr int probes = 3;
  const auto set = [socket](int level, int option, std::int64_t value) {
    const int number = static_cast<int>(std::clamp<std::int64_t>(value, 1, 1 << 30));
    ::setsockopt(socket, level, option, &number, sizeof number);
  };
  const std::int64_t seconds = std::min<std::int64_t>(timeout.ns / 1'000'000'000, 32'767);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, seconds / probes);
  set(IPPROTO_TCP, TCP_KEEPINTVL, seconds / probes);
  set(IPPROTO_TCP, TCP_KEEPCNT, probes);
  // Milliseconds; it also decides when the last keepalive has waited long enough.
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, timeout.ns / 1'000'000);
}

class HoldProbe final : public Probe, private Handler {
 public:
  using Probe::Probe;
  ~HoldProbe() override { close(); }

  std::optional<Result> run() override {
    if (held_) return watched();
    auto socket = begin_connect(config());
    if (!socket) return failure(std::move(socket.error()));
    socket_ = std::move(*socket);
    set_keepalive(socket_.get(), config().timeout);
    watch_ = reactor().watch(socket_.get(), EPOLLOUT, Rank::probe, *this);
    return std::nullopt;
  }
  void cancel() override { close(); }
  [[nodiscard]] std::string detail() const override {
    return held_ ? "held from " + local_endpoint(socket_.get()).text() : std::string();
  }

 private:
  void on_ready(std::uint32_t, std::uint32_t events) override {
    if (!held_) return decided();
    std::string reason = "closed by the peer";
    if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) == 0) {
      if (drop_input(socket_.get(), reason)) return;
    } else if (const int error = pending_error(socket_.get()); error != 0) {
      reason = reason_of(error);
    }
    close();
    report(failure(std::move(reason)));
  }

  void decided() {
    std::string error = connect_outcome(socket_.get());
    if (!error.empty()) {
      close();
      return report(failure(std::move(error)));
    }
    held_ = true;
    reactor().change(watch_, EPOLLIN | EPOLLRDHUP);
    report(watched());
  }

  void close() {
    held_ = false;
    reactor().unwatch(watch_);
    socket_.reset();
  }

  Fd socket_;
  Watch watch_ = 0;
  bool held_ = false;
};

}  // namespace

constexpr ProbeKind hold_probe_kind{"hold", make_probe<HoldProbe>};

}  // namespace openbell::io
