#include "io/net/transmit_stamps.h"

#include <algorithm>
#include <cstring>
#include <ctime>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace openbell::io {

namespace {

// Linux 6.2: keys count from the first byte after switching on, whatever is under way. The headers
// of Debian 12 are older.
constexpr std::uint32_t opt_id_tcp = 1u << 16;
constexpr std::uint32_t reporting = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RAW_HARDWARE |
                                    SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_TSONLY |
                                    SOF_TIMESTAMPING_OPT_TX_SWHW;
constexpr std::uint32_t generation =
    SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_TX_HARDWARE | SOF_TIMESTAMPING_TX_ACK;

constexpr std::size_t batch = 16;
constexpr std::size_t reports_max = stamp_kind_count * TransmitStamps::waiting_max;
constexpr std::size_t control_bytes = CMSG_SPACE(sizeof(scm_timestamping)) +
                                      CMSG_SPACE(sizeof(sock_extended_err) + sizeof(sockaddr_in6));

bool set_flags(int socket, std::uint32_t flags) {
  return ::setsockopt(socket, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags) == 0;
}

std::int64_t ns_of(const timespec& time) {
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

/// Fills `report` from one message of the error queue; false when it is about something else.
bool parse(msghdr& message, TransmitStamps::Report& report) {
  bool about_time = false;
  bool acknowledged = false;
  scm_timestamping times{};
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
       part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SO_TIMESTAMPING) {
      std::memcpy(&times, CMSG_DATA(part), sizeof times);
    } else if ((part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_RECVERR) ||
               (part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_RECVERR)) {
      sock_extended_err error;
      std::memcpy(&error, CMSG_DATA(part), sizeof error);
      about_time = error.ee_origin == SO_EE_ORIGIN_TIMESTAMPING;
      acknowledged = error.ee_info == SCM_TSTAMP_ACK;
      report.key = error.ee_data;
    }
  }
  const std::int64_t software = ns_of(times.ts[0]);
  const std::int64_t hardware = ns_of(times.ts[2]);
  report.utc_ns = software != 0 ? software : hardware;
  if (acknowledged)
    report.kind = StampKind::acknowledged;
  else
    report.kind = software != 0 ? StampKind::sent : StampKind::sent_by_hardware;
  return about_time && report.utc_ns != 0;
}

}  // namespace

bool TransmitStamps::enable(int socket) {
  if (set_flags(socket, reporting | opt_id_tcp)) return true;
  // Without it they count from the first unacknowledged byte: the same when there is none.
  int under_way = 0;
  return ::ioctl(socket, SIOCOUTQ, &under_way) == 0 && under_way == 0 &&
         set_flags(socket, reporting);
}

ssize_t TransmitStamps::send(int socket, iovec* parts, std::size_t count) {
  alignas(cmsghdr) std::uint8_t control[CMSG_SPACE(sizeof generation)]{};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = count;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* part = CMSG_FIRSTHDR(&message);
  part->cmsg_level = SOL_SOCKET;
  part->cmsg_type = SO_TIMESTAMPING;
  part->cmsg_len = CMSG_LEN(sizeof generation);
  std::memcpy(CMSG_DATA(part), &generation, sizeof generation);
  if (++asked_ >= ask_max) read(socket);
  next_stop();  // stop_ is the entry that this send is for
  const std::uint64_t told = oldest(reported_[static_cast<std::size_t>(StampKind::sent)]);
  const int own_packet = stop_ < told + packets_max ? MSG_EOR : 0;
  return ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT | own_packet);
}

std::uint64_t TransmitStamps::oldest(std::uint64_t number) const {
  return std::max(number, added_ - std::min<std::uint64_t>(added_, waiting_max));
}

void TransmitStamps::add(std::size_t ahead, std::uint64_t stamp) {
  entry(added_++) = {sent_ + ahead, stamp};
}

std::optional<std::size_t> TransmitStamps::next_stop() {
  stop_ = oldest(stop_);
  while (stop_ < added_ && entry(stop_).end <= sent_) ++stop_;
  if (stop_ == added_) return std::nullopt;
  return static_cast<std::size_t>(entry(stop_).end - sent_);
}

std::size_t TransmitStamps::read(int socket) {
  asked_ = 0;
  while (reports_.size() < reports_max) {
    std::array<mmsghdr, batch> messages{};
    alignas(cmsghdr) std::uint8_t control[batch][control_bytes];
    for (std::size_t i = 0; i < batch; ++i) {
      messages[i].msg_hdr.msg_control = control[i];
      messages[i].msg_hdr.msg_controllen = control_bytes;
    }
    const int got =
        ::recvmmsg(socket, messages.data(), batch, MSG_ERRQUEUE | MSG_DONTWAIT, nullptr);
    for (int i = 0; i < got; ++i) {
      Report report;
      if (parse(messages[static_cast<std::size_t>(i)].msg_hdr, report)) reports_.push_back(report);
    }
    if (got < static_cast<int>(batch)) break;
  }
  return reports_.size();
}

std::optional<std::uint64_t> TransmitStamps::settle(const Report& report) {
  // The kernel counts modulo 2^32: what it reports is the last such position that was sent.
  const std::uint64_t end = sent_ - (static_cast<std::uint32_t>(sent_ - 1) - report.key);
  std::uint64_t& reported = reported_[static_cast<std::size_t>(report.kind)];
  reported = oldest(reported);
  while (reported < added_ && entry(reported).end < end) ++reported;  // nothing was heard of them
  if (reported == added_ || entry(reported).end != end) return std::nullopt;
  return entry(reported++).stamp;
}

}  // namespace openbell::io
