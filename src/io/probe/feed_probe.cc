// check feed: packets of a multicast group (of any source, or of one) keep coming. The
// group is joined when the check starts, so that packets and gaps are counted from then on;
// silence for the time `stale` is the failure. Packets are read in slices, after everything else
// of a turn: a flood costs a bounded part of it.

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <vector>

#include "io/loop/clock.h"
#include "io/net/socket_address.h"
#include "io/probe/probe.h"
#include "io/probe/sequence_counter.h"

namespace openbell::io {

namespace {

constexpr std::size_t packets_per_turn = 64;
constexpr int receive_buffer = 8 << 20;

bool is_multicast(const base::IpAddress& address) {
  const std::uint8_t first = address.bytes().front();
  return address.is_v6() ? first == 0xFF : (first & 0xF0) == 0xE0;
}

class FeedProbe final : public Probe, private Handler {
 public:
  explicit FeedProbe(const ProbeOrigin& origin)
      : Probe(origin),
        head_size_(std::size_t{config().sequence_offset} + config().sequence_size),
        heads_(head_size_ * packets_per_turn),
        sequence_(config().sequence_offset, config().sequence_size, config().sequence_little) {
    lay_out();
    open_error_ = open();
  }
  ~FeedProbe() override { close(); }

  std::optional<Result> run() override {
    if (!socket_ || is_lost()) {
      close();
      open_error_ = open();
    }
    if (!open_error_.empty()) return failure(open_error_);
    read_packets();
    const base::Tick now = tick();
    if (packets_ == 0) return failure("no packet yet");
    const base::Tick deadline = last_ + config().stale;
    if (now < deadline) return fresh_until(deadline, now);
    return failure("silent for " + time_text(now - last_));
  }

  [[nodiscard]] std::string detail() const override {
    if (packets_ == 0) return {};
    std::string text = "packets " + std::to_string(packets_) + " bytes " + std::to_string(bytes_);
    if (config().sequence_size != 0) text += " gaps " + std::to_string(sequence_.gaps());
    return text + " dropped here " + std::to_string(dropped()) + " last " +
           time_text(tick() - last_);
  }

 private:
  void lay_out() {
    for (std::size_t i = 0; i < packets_per_turn; ++i) {
      parts_[i] = {heads_.data() + i * head_size_, head_size_};
      messages_[i].msg_hdr.msg_iov = &parts_[i];
      messages_[i].msg_hdr.msg_iovlen = 1;
    }
  }

  /// Empty, or why the group cannot be listened to.
  std::string open() {
    const bool v6 = config().address.is_v6();
    interface_index_ = 0;
    if (!config().interface.empty()) {
      interface_index_ = ::if_nametoindex(config().interface.c_str());
      if (interface_index_ == 0) return "no interface called " + config().interface;
    }
    Fd socket(::socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket) return reason_of(errno);
    const auto set = [&](int level, int option, int value) {
      return ::setsockopt(socket.get(), level, option, &value, sizeof value) == 0;
    };
    set(SOL_SOCKET, SO_REUSEADDR, 1);  // programs that use the feed are bound to it as well
    if (!set(SOL_SOCKET, SO_RCVBUFFORCE, receive_buffer))
      set(SOL_SOCKET, SO_RCVBUF, receive_buffer);
    // Only what this socket joined, not what others of this host did.
    set(v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_MULTICAST_ALL : IP_MULTICAST_ALL, 0);
    const SocketAddress local = socket_address({config().address, config().port});
    if (::bind(socket.get(), local.get(), local.size) != 0)
      return system_reason("cannot bind to " + Endpoint{config().address, config().port}.text());
    if (is_multicast(config().address) && !join(socket.get()))
      return system_reason("cannot join " + config().address.text());
    socket_ = std::move(socket);
    watch_ = reactor().watch(socket_.get(), EPOLLIN, Rank::socket, *this);
    return {};
  }
  static std::string system_reason(const std::string& what) {
    return what + ": " + reason_of(errno);
  }

  /// One call for both families, by the index of the interface.
  [[nodiscard]] bool join(int socket) const {
    const int level = config().address.is_v6() ? IPPROTO_IPV6 : IPPROTO_IP;
    const SocketAddress group = socket_address({config().address, 0});
    if (!config().source) {
      group_req request{};
      request.gr_interface = interface_index_;
      std::memcpy(&request.gr_group, &group.storage, sizeof request.gr_group);
      return ::setsockopt(socket, level, MCAST_JOIN_GROUP, &request, sizeof request) == 0;
    }
    const SocketAddress source = socket_address({config().source, 0});
    group_source_req request{};
    request.gsr_interface = interface_index_;
    std::memcpy(&request.gsr_group, &group.storage, sizeof request.gsr_group);
    std::memcpy(&request.gsr_source, &source.storage, sizeof request.gsr_source);
    return ::setsockopt(socket, level, MCAST_JOIN_SOURCE_GROUP, &request, sizeof request) == 0;
  }

  /// Silent because the interface that the group was joined on is not there any more, or is
  /// another one of the same name.
  [[nodiscard]] bool is_lost() const {
    return !config().interface.empty() && tick() >= last_ + config().stale &&
           ::if_nametoindex(config().interface.c_str()) != interface_index_;
  }

  void on_ready(std::uint32_t, std::uint32_t) override { read_packets(); }

  void read_packets() {
    // MSG_TRUNC: the length of the packet, however little of it is kept.
    const int count = ::recvmmsg(socket_.get(), messages_.data(), packets_per_turn,
                                 MSG_DONTWAIT | MSG_TRUNC, nullptr);
    if (count <= 0) return;
    last_ = tick();
    packets_ += static_cast<std::uint64_t>(count);
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      const std::size_t size = messages_[i].msg_len;
      bytes_ += size;
      sequence_.see({heads_.data() + i * head_size_, std::min(size, head_size_)});
    }
  }

  /// Packets that came and found the buffer of the socket full: gaps that the feed does not have.
  [[nodiscard]] std::uint32_t dropped() const {
    std::uint32_t counts[SK_MEMINFO_VARS] = {};
    socklen_t size = sizeof counts;
    ::getsockopt(socket_.get(), SOL_SOCKET, SO_MEMINFO, counts, &size);
    return counts[SK_MEMINFO_DROPS];
  }

  void close() {
    reactor().unwatch(watch_);
    socket_.reset();
  }

  std::size_t head_size_;  // kept of each packet: to the end of its sequence number
  std::vector<std::uint8_t> heads_;
  std::array<iovec, packets_per_turn> parts_{};
  std::array<mmsghdr, packets_per_turn> messages_{};
  SequenceCounter sequence_;
  Fd socket_;
  Watch watch_ = 0;
  unsigned interface_index_ = 0;
  std::string open_error_;
  base::Tick last_;  // when packets were read last
  std::uint64_t packets_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace

constexpr ProbeKind feed_probe_kind{"feed", make_probe<FeedProbe>};

}  // namespace openbell::io
