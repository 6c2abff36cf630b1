#include "io/bfd/bfd_socket.h"

#include <cerrno>
#include <cstring>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <sys/random.h>

namespace openbell::io {

namespace {

constexpr int ttl_sent = 255;                     // RFC 5881 5
constexpr std::uint16_t source_port_min = 49152;  // RFC 5881 4
constexpr int source_port_attempts = 64;
constexpr int network_control = 0xC0;  // DSCP CS6
constexpr int receive_buffer = 1 << 18;

bool set_option(int socket, int level, int option, int value) {
  return ::setsockopt(socket, level, option, &value, sizeof value) == 0;
}

base::IpAddress any_address(bool v6) {
  return v6 ? base::IpAddress::from_bytes(std::array<std::uint8_t, 16>{})
            : base::IpAddress::v4(INADDR_ANY);
}

/// With the scope that a link-local address needs.
SocketAddress scoped_address(const Endpoint& endpoint, const std::string& interface) {
  SocketAddress result = socket_address(endpoint);
  if (!endpoint.address.is_link_local()) return result;
  sockaddr_in6 in;
  std::memcpy(&in, &result.storage, sizeof in);
  in.sin6_scope_id = ::if_nametoindex(interface.c_str());
  std::memcpy(&result.storage, &in, sizeof in);
  return result;
}

std::expected<Fd, std::string> make_socket(bool v6, const std::string& interface) {
  Fd socket(::socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return std::unexpected(system_error("cannot make a UDP socket", errno));
  if (!interface.empty() &&
      ::setsockopt(socket.get(), SOL_SOCKET, SO_BINDTODEVICE, interface.data(),
                   static_cast<socklen_t>(interface.size())) != 0)
    return std::unexpected(system_error("cannot use interface " + interface, errno));
  return socket;
}

void share(std::span<const int> sockets, int yes) {
  for (const int socket : sockets) set_option(socket, SOL_SOCKET, SO_REUSEADDR, yes);
}

template <typename Value>
Value value_of(const cmsghdr* header) {
  Value value;
  std::memcpy(&value, CMSG_DATA(header), sizeof value);
  return value;
}

void read_control(const cmsghdr* header, BfdDatagram& datagram) {
  if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_TTL)
    datagram.ttl = value_of<int>(header);
  if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_HOPLIMIT)
    datagram.ttl = value_of<int>(header);
  if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO)
    datagram.destination = base::IpAddress::v4(ntohl(value_of<in_pktinfo>(header).ipi_addr.s_addr));
  if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO)
    datagram.destination =
        base::IpAddress::from_bytes({value_of<in6_pktinfo>(header).ipi6_addr.s6_addr, 16});
}

}  // namespace

BfdPort bfd_port_of(const bfd::SessionConfig& config) {
  return {config.multihop, config.peer_address.is_v6(), config.interface};
}

bool same_place(const bfd::SessionConfig& a, const bfd::SessionConfig& b) {
  return a.local_address == b.local_address && a.peer_address == b.peer_address &&
         bfd_port_of(a) == bfd_port_of(b);
}

std::expected<Fd, std::string> open_bfd_receiver(const BfdPort& port,
                                                 std::span<const int> siblings) {
  auto socket = make_socket(port.v6, port.interface);
  if (!socket) return socket;
  const int fd = socket->get();
  const int level = port.v6 ? IPPROTO_IPV6 : IPPROTO_IP;
  if (port.v6) set_option(fd, level, IPV6_V6ONLY, 1);
  set_option(fd, SOL_SOCKET, SO_RCVBUF, receive_buffer);
  if (!set_option(fd, level, port.v6 ? IPV6_RECVHOPLIMIT : IP_RECVTTL, 1) ||
      !set_option(fd, level, port.v6 ? IPV6_RECVPKTINFO : IP_PKTINFO, 1))
    return std::unexpected(system_error("cannot ask for the TTL of BFD packets", errno));
  const SocketAddress any = socket_address({any_address(port.v6), port.number()});
  if (!siblings.empty()) {
    share(siblings, 1);
    share({&fd, 1}, 1);
  }
  const bool bound = ::bind(fd, any.get(), any.size) == 0;
  const int error = errno;
  share(siblings, 0);
  share({&fd, 1}, 0);
  if (!bound)
    return std::unexpected(
        system_error("cannot use UDP port " + std::to_string(port.number()) + " for BFD", error));
  return socket;
}

std::expected<BfdSender, std::string> BfdSender::open(const bfd::SessionConfig& config) {
  const bool v6 = config.peer_address.is_v6();
  auto socket = make_socket(v6, config.interface);
  if (!socket) return std::unexpected(std::move(socket.error()));
  const int fd = socket->get();
  if (v6) {
    set_option(fd, IPPROTO_IPV6, IPV6_FREEBIND, 1);
    set_option(fd, IPPROTO_IPV6, IPV6_TCLASS, network_control);
  } else {
    set_option(fd, IPPROTO_IP, IP_FREEBIND, 1);
    set_option(fd, IPPROTO_IP, IP_TOS, network_control);
  }
  if (!set_option(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_UNICAST_HOPS : IP_TTL, ttl_sent))
    return std::unexpected(system_error("cannot set the TTL of BFD packets", errno));
  BfdSender sender;
  sender.socket_ = std::move(*socket);
  sender.peer_ =
      scoped_address({config.peer_address, bfd_port_of(config).number()}, config.interface);
  const base::IpAddress from = config.local_address ? config.local_address : any_address(v6);
  for (int i = 0; i < source_port_attempts; ++i) {
    std::uint16_t random = 0;
    ::getrandom(&random, sizeof random, 0);
    const auto port = static_cast<std::uint16_t>(source_port_min | random);
    const SocketAddress local = scoped_address({from, port}, config.interface);
    if (::bind(fd, local.get(), local.size) == 0) return sender;
    if (errno != EADDRINUSE) break;
  }
  return std::unexpected(system_error("cannot bind to " + from.text(), errno));
}

int BfdSender::send(base::Bytes packet) const {
  const ssize_t sent = ::sendto(socket_.get(), packet.data(), packet.size(),
                                MSG_DONTWAIT | MSG_NOSIGNAL, peer_.get(), peer_.size);
  return sent < 0 ? errno : 0;
}

BfdBatch::BfdBatch() {
  for (std::size_t i = 0; i < size; ++i) {
    vectors_[i] = {payloads_[i].data(), payload_max};
    msghdr& header = messages_[i].msg_hdr;
    header.msg_name = sources_[i].get();
    header.msg_iov = &vectors_[i];
    header.msg_iovlen = 1;
    header.msg_control = controls_[i].data();
  }
}

std::span<const BfdDatagram> BfdBatch::receive(int socket) {
  for (mmsghdr& message : messages_) {
    message.msg_hdr.msg_namelen = sizeof(sockaddr_storage);
    message.msg_hdr.msg_controllen = control_max;
  }
  const int count = ::recvmmsg(socket, messages_.data(), size, MSG_DONTWAIT, nullptr);
  const auto received = static_cast<std::size_t>(count < 0 ? 0 : count);
  for (std::size_t i = 0; i < received; ++i) describe(i);
  return {datagrams_.data(), received};
}

void BfdBatch::describe(std::size_t i) {
  msghdr& header = messages_[i].msg_hdr;
  BfdDatagram& datagram = datagrams_[i];
  datagram.bytes = {payloads_[i].data(), messages_[i].msg_len};
  datagram.source = endpoint_of(sources_[i]).address;
  datagram.destination = {};
  datagram.ttl = 0;
  for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr;
       control = CMSG_NXTHDR(&header, control))
    read_control(control, datagram);
}

}  // namespace openbell::io
