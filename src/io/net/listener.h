#pragma once
// Waits for peers that connect to us.

#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "base/ip.h"
#include "io/loop/reactor.h"
#include "io/net/socket.h"

namespace openbell::io {

class Listener final : public Handler {
 public:
  struct Accepted {
    Fd socket;  // non-blocking, tuned for a session
    Endpoint local;
    Endpoint peer;
  };
  using Action = std::function<void(Accepted)>;

  /// The error names the address: "cannot listen on 10.0.0.1:179: Permission denied".
  static std::expected<std::unique_ptr<Listener>, std::string> open(Reactor& reactor,
                                                                    const Endpoint& local,
                                                                    Action action);
  ~Listener() override;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// Signs connections of `peers` from here on (io::set_md5).
  std::string set_md5(const base::IpPrefix& peers, const std::string& password);
  /// TTL of our answers, inherited by what is accepted (io::set_ttl).
  std::string set_ttl(std::uint8_t ttl);
  [[nodiscard]] const Endpoint& local() const { return local_; }

  void on_ready(std::uint32_t tag, std::uint32_t events) override;

 private:
  Listener(Reactor& reactor, Fd socket, Action action);

  Reactor& reactor_;
  Fd socket_;
  Action action_;
  Endpoint local_;
  Watch watch_ = 0;
  Timer resume_;  // after the descriptors ran out
};

}  // namespace openbell::io
