#include "io/probe/link_monitor.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <functional>
#include <linux/if.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/bytes.h"
#include "io/probe/probe.h"

namespace openbell::io {

/// What a message of the kernel says.
struct LinkMessage {
  std::string_view name;
  int index = 0;
  LinkState state;
};

namespace {

constexpr int messages_per_turn = 16;
constexpr int receive_buffer = 1 << 20;
// The kernel sends up to 16 KiB at once (NLMSG_GOODSIZE), or one larger message.
using Buffer = std::array<std::uint8_t, 32 << 10>;

/// A value at a place of a netlink message, which is in the byte order of the host.
template <class T>
T load(base::Bytes bytes, std::size_t at = 0) {
  T value{};
  if (bytes.size() >= at + sizeof value) std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

/// What follows `size` bytes rounded up to four.
base::Bytes after(base::Bytes bytes, std::size_t size) {
  return bytes.subspan(std::min((size + 3) & ~std::size_t{3}, bytes.size()));
}

/// The words of the operational states IF_OPER_*.
std::string_view operational_state(std::uint8_t state) {
  constexpr std::string_view names[] = {"unknown", "not present", "down", "lower layer down",
                                        "testing", "dormant",     "up"};
  return state < std::size(names) ? names[state] : "unknown";
}

/// Why a link is not up; empty when it is.
std::string reason_of_link(std::uint32_t flags, std::uint8_t operational) {
  if ((flags & IFF_UP) == 0) return "switched off";
  if (operational == IF_OPER_UP) return {};
  // Links without a lower layer of their own (lo, tun) never say more than "unknown".
  if (operational == IF_OPER_UNKNOWN)
    return (flags & IFF_LOWER_UP) != 0 ? std::string() : "no carrier";
  return "operational state " + std::string(operational_state(operational));
}

LinkState no_link() {
  return {false, 0, "no such interface"};
}

//  nlmsghdr (16 B) | ifinfomsg (16 B) | attributes: u16 length with these four, u16 type, value
//
// RTM_NEWLINK and RTM_DELLINK of the link itself; those of AF_BRIDGE are about its port of a
// bridge.
bool read_link(const nlmsghdr& header, base::Bytes body, LinkMessage& link) {
  const auto info = load<ifinfomsg>(body);
  if (body.size() < sizeof info || info.ifi_family != AF_UNSPEC) return false;
  std::uint8_t operational = IF_OPER_UNKNOWN;
  for (base::Bytes rest = after(body, sizeof info); rest.size() >= sizeof(rtattr);) {
    const auto attribute = load<rtattr>(rest);
    if (attribute.rta_len < sizeof attribute || attribute.rta_len > rest.size()) break;
    const base::Bytes value = rest.first(attribute.rta_len).subspan(sizeof attribute);
    if (attribute.rta_type == IFLA_IFNAME && !value.empty())
      link.name = base::text_of(value.first(value.size() - 1));
    if (attribute.rta_type == IFLA_OPERSTATE) operational = load<std::uint8_t>(value);
    rest = after(rest, attribute.rta_len);
  }
  link.index = info.ifi_index;
  link.state = no_link();
  if (header.nlmsg_type == RTM_NEWLINK) {
    link.state.reason = reason_of_link(info.ifi_flags, operational);
    link.state.up = link.state.reason.empty();
    link.state.index = info.ifi_index;
  }
  return !link.name.empty();
}

/// Calls `use` for each message of a datagram.
void for_each_message(base::Bytes bytes,
                      const std::function<void(const nlmsghdr&, base::Bytes)>& use) {
  while (bytes.size() >= sizeof(nlmsghdr)) {
    const auto header = load<nlmsghdr>(bytes);
    if (header.nlmsg_len < sizeof header || header.nlmsg_len > bytes.size()) return;
    use(header, bytes.first(header.nlmsg_len).subspan(sizeof header));
    bytes = after(bytes, header.nlmsg_len);
  }
}

/// Asks for the link by its name. False with errno when the question could not be put.
bool send_question(int socket, std::string_view name) {
  struct {
    nlmsghdr header;
    ifinfomsg info;
    rtattr attribute;
    char name[IFNAMSIZ];
  } question{};
  static_assert(sizeof question == 52);
  question.header.nlmsg_len = sizeof question;
  question.header.nlmsg_type = RTM_GETLINK;
  question.header.nlmsg_flags = NLM_F_REQUEST;
  question.attribute.rta_type = IFLA_IFNAME;
  question.attribute.rta_len = sizeof question.attribute + sizeof question.name;
  std::memcpy(question.name, name.data(), name.size());
  return ::send(socket, &question, sizeof question, 0) == sizeof question;
}

}  // namespace

LinkState LinkMonitor::ask(std::string_view name) {
  if (name.size() >= IFNAMSIZ) return no_link();
  const Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!socket || !send_question(socket.get(), name)) return {false, 0, reason_of(errno)};
  // The kernel has answered before send() returned.
  Buffer buffer;
  const ssize_t size = ::recv(socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size < 0) return {false, 0, reason_of(errno)};
  LinkState state{false, 0, "no answer of the kernel"};
  for_each_message({buffer.data(), static_cast<std::size_t>(size)},
                   [&](const nlmsghdr& header, base::Bytes body) {
                     LinkMessage link;
                     if (header.nlmsg_type == NLMSG_ERROR) {
                       const int error = -load<nlmsgerr>(body).error;
                       state = error == ENODEV ? no_link() : LinkState{false, 0, reason_of(error)};
                     } else if (header.nlmsg_type == RTM_NEWLINK && read_link(header, body, link)) {
                       state = link.state;
                     }
                   });
  return state;
}

LinkMonitor::~LinkMonitor() {
  reactor_.unwatch(watch_);
}

std::string LinkMonitor::add(LinkListener& listener) {
  if (!socket_) {
    Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE));
    sockaddr_nl groups{};
    groups.nl_family = AF_NETLINK;
    groups.nl_groups = RTMGRP_LINK;
    if (!socket) return reason_of(errno);
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&groups), sizeof groups) != 0)
      return reason_of(errno);
    socket_ = std::move(socket);
    watch_ = reactor_.watch(socket_.get(), EPOLLIN, Rank::probe, *this);
  }
  const auto free = std::ranges::find(listeners_, nullptr);
  if (free != listeners_.end())
    *free = &listener;
  else
    listeners_.push_back(&listener);
  return {};
}

void LinkMonitor::remove(LinkListener& listener) {
  std::ranges::replace(listeners_, &listener, nullptr);
  if (!std::ranges::all_of(listeners_, [](const LinkListener* one) { return one == nullptr; }))
    return;
  reactor_.unwatch(watch_);
  socket_.reset();
}

void LinkMonitor::on_ready(std::uint32_t, std::uint32_t) {
  Buffer buffer;
  for (int i = 0; socket_ && i < messages_per_turn; ++i) {
    const ssize_t size = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (size < 0 && errno == ENOBUFS)
      return ask_for_all();  // the kernel could not tell us everything
    if (size <= 0) break;
    for_each_message({buffer.data(), static_cast<std::size_t>(size)},
                     [this](const nlmsghdr& header, base::Bytes body) {
                       LinkMessage link;
                       if (header.nlmsg_type != RTM_NEWLINK && header.nlmsg_type != RTM_DELLINK)
                         return;
                       if (read_link(header, body, link)) tell(link);
                     });
  }
}

void LinkMonitor::tell(const LinkMessage& link) {
  // Those who are told may add and remove: by index.
  for (std::size_t i = 0; i < listeners_.size(); ++i) {
    LinkListener* listener = listeners_[i];
    if (listener == nullptr) continue;
    if (listener->link_name() == link.name)
      listener->on_link(link.state);
    else if (listener->link_index() == link.index)
      // Its link has another name now, or it knows the link by an alternative name.
      listener->on_link(ask(listener->link_name()));
  }
}

void LinkMonitor::ask_for_all() {
  for (std::size_t i = 0; i < listeners_.size(); ++i)
    if (LinkListener* listener = listeners_[i]) listener->on_link(ask(listener->link_name()));
}

}  // namespace openbell::io
