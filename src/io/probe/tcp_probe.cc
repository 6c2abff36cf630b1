// check tcp: somebody accepts connections there. The connection is closed as soon as it stands,
// with FIN, not RST: what came with it is read first.
//
// The closed connection keeps its local port in TIME_WAIT for a minute, so the 28,000 ports of the
// default range last for 470 attempts a second at one address. `hold` has no such limit.

#include <sys/epoll.h>

#include "io/probe/connect_attempt.h"
#include "io/probe/probe.h"

namespace openbell::io {

namespace {

class TcpProbe final : public Probe, private Handler {
 public:
  using Probe::Probe;
  ~TcpProbe() override { close(); }

  std::optional<Result> run() override {
    auto socket = begin_connect(config());
    if (!socket) return failure(std::move(socket.error()));
    socket_ = std::move(*socket);
    watch_ = reactor().watch(socket_.get(), EPOLLOUT, Rank::probe, *this);
    return std::nullopt;
  }
  void cancel() override { close(); }

 private:
  void on_ready(std::uint32_t, std::uint32_t) override {
    std::string error = connect_outcome(socket_.get());
    std::string ignored;
    if (error.empty()) drop_input(socket_.get(), ignored);
    close();
    report(error.empty() ? success() : failure(std::move(error)));
  }
  void close() {
    reactor().unwatch(watch_);
    socket_.reset();
  }

  Fd socket_;
  Watch watch_ = 0;
};

}  // namespace

constexpr ProbeKind tcp_probe_kind{"tcp", make_probe<TcpProbe>};

}  // namespace openbell::io
