#pragma once
// UDP sockets as BFD wants them: RFC 5881 4 and 5 (one hop), RFC 5883 5 (several hops).

#include <array>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <sys/socket.h>

#include "base/bytes.h"
#include "base/ip.h"
#include "bfd/config.h"
#include "io/fd.h"
#include "io/net/socket_address.h"

namespace openbell::io {

/// What sessions share a receiving socket by.
struct BfdPort {
  bool multihop = false;
  bool v6 = false;
  std::string interface;  // SO_BINDTODEVICE; empty: any
  [[nodiscard]] std::uint16_t number() const { return multihop ? 4784 : 3784; }
  auto operator<=>(const BfdPort&) const = default;
};

BfdPort bfd_port_of(const bfd::SessionConfig& config);

/// Same addresses, port and interface: one session can be changed into the other.
bool same_place(const bfd::SessionConfig& a, const bfd::SessionConfig& b);

/// A non-blocking socket on the port that tells of every datagram its TTL and its addresses.
/// `siblings` are our other sockets on the same port number, which differ by their interface: they
/// may share the port with this one and with nobody else's.
std::expected<Fd, std::string> open_bfd_receiver(const BfdPort& port,
                                                 std::span<const int> siblings);

/// Sends the packets of one session.
class BfdSender {
 public:
  /// With TTL 255, from a port of 49152 to 65535 that no other session has. The local address need
  /// not be there yet. The error says which step failed.
  static std::expected<BfdSender, std::string> open(const bfd::SessionConfig& config);
  /// 0 or errno. Never waits.
  int send(base::Bytes packet) const;

 private:
  Fd socket_;
  SocketAddress peer_;
};

struct BfdDatagram {
  base::Bytes bytes;
  base::IpAddress source;
  base::IpAddress destination;
  int ttl = 0;
};

/// Room for one recvmmsg() call.
class BfdBatch {
 public:
  static constexpr std::size_t size = 32;
  BfdBatch();
  BfdBatch(const BfdBatch&) = delete;
  BfdBatch& operator=(const BfdBatch&) = delete;
  /// What has arrived, at most `size` datagrams; valid until the next call. Fewer: there is no
  /// more.
  std::span<const BfdDatagram> receive(int socket);

 private:
  static constexpr std::size_t payload_max = 256;  // the length field of a packet has 8 bits
  static constexpr std::size_t control_max = 128;
  void describe(std::size_t i);

  std::array<std::array<std::uint8_t, payload_max>, size> payloads_;
  alignas(cmsghdr) std::array<std::array<std::uint8_t, control_max>, size> controls_;
  std::array<SocketAddress, size> sources_;
  std::array<iovec, size> vectors_{};
  std::array<mmsghdr, size> messages_{};
  std::array<BfdDatagram, size> datagrams_;
};

}  // namespace openbell::io
